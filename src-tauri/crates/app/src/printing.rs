//! Papers: the acceptance slip as PDF, to a file or to the system's queue. Nothing is printed that was not committed.

mod jobs;
mod signature_sheet;
mod slip;

pub(crate) use slip::{RECEPTION_UNIT, procedure_words};

use crate::changed::Topic;
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::printer::PrintSystem;
use crate::views::{PrintView, PrinterView};
use domain::dossier::number::Number;
use domain::ids::DossierId;
use domain::office::{NumbersReserved, OfficeFact, SlipPrinted};
use domain::refusal::Refusal;
use domain::time::office_time;
use forms::{BlankPad, DossierNumber, Paper, RecoverySheet};
use jobs::Printout;
use store::local;

const PAD_MAX: u32 = 100;

impl Office {
    /// The acceptance slips of some dossiers as one PDF: what the preview shows and the printer gets.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; a refusal when there is nothing to print.
    pub fn slip_pdf(&self, ids: &[String], paper: Paper) -> Result<Vec<u8>> {
        if ids.is_empty() {
            return Err(Refusal::of("nothing_to_print", "ids", "Chưa chọn hồ sơ nào để in.").into());
        }
        let made = office_time(self.now());
        let packs = self.packs();
        let slips = ids.iter().map(|id| self.slip_of(id)).collect::<Result<Vec<_>>>()?;
        let pages = slips
            .iter()
            .map(|(slip, form)| Ok((slip, slip::template(&packs, form, made.date())?)))
            .collect::<Result<Vec<_>>>()?;
        forms::acceptance_slips(&pages, paper, made).map_err(|fault| ApiError::internal(&fault))
    }

    /// Prints slips on the chosen printer and records it. A failed job is kept with its true cause.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; a printer's fault is not an error but the answer.
    pub fn slip_print(&self, ids: &[String]) -> Result<PrintView> {
        self.print(&Printout::Slips(self.ids_of(ids)?))
    }

    /// The slip into a file, counted as a print like any other.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; when the file cannot be written.
    pub fn slip_to_file(&self, id: &str, paper: Paper, out: &std::path::Path) -> Result<u32> {
        let pdf = self.slip_pdf(std::slice::from_ref(&id.to_owned()), paper)?;
        std::fs::write(out, &pdf).map_err(|fault| {
            ApiError::from(Refusal::of(
                "file_unwritable",
                "out",
                format!("Không ghi được tệp {}: {fault}.", out.display()),
            ))
        })?;
        let dossiers = self.ids_of(std::slice::from_ref(&id.to_owned()))?;
        self.record_print(&dossiers, "file", paper)?;
        Ok(u32::try_from(pdf.len()).unwrap_or(u32::MAX))
    }

    /// Printers of this machine.
    ///
    /// # Errors
    /// Broken stores only; without a print system the list is empty.
    pub fn printers(&self) -> Result<Vec<PrinterView>> {
        let (chosen, _) = self.chosen_printer()?;
        let queues = PrintSystem::local().queues().unwrap_or_default();
        Ok(queues
            .into_iter()
            .map(|queue| PrinterView {
                description: queue.name.clone(),
                chosen: chosen.as_deref() == Some(queue.name.as_str()),
                is_default: queue.is_default,
                ready: queue.fault.is_none(),
                why_not: queue.fault.map(|fault| fault.to_string()),
                name: queue.name,
            })
            .collect())
    }

    /// Chooses the printer and the paper, once.
    ///
    /// # Errors
    /// A refusal naming `paper`.
    pub fn printer_choose(&self, name: &str, paper: &str) -> Result<Vec<PrinterView>> {
        paper_of(paper)?;
        self.write_local(&[Topic::Print], |connection| {
            local::set_setting(connection, "printer", Some(name))?;
            local::set_setting(connection, "paper", Some(paper))
        })?;
        self.printers()
    }

    /// Sets numbers aside and makes a pad of blank slips of them for the next power cut.
    ///
    /// # Errors
    /// A refusal naming `count`; a device after a restore has no lane to reserve from.
    pub fn pad(&self, count: u32) -> Result<(Vec<Number>, Vec<u8>)> {
        let numbers = self.numbers_aside(count)?;
        let texts: Vec<String> = numbers.iter().map(|number| number.text.clone()).collect();
        let pdf = self.pad_pdf(&texts)?;
        Ok((numbers, pdf))
    }

    fn numbers_aside(&self, count: u32) -> Result<Vec<Number>> {
        if !(1..=PAD_MAX).contains(&count) {
            return Err(Refusal::of(
                "count_out_of_range",
                "count",
                format!("Mỗi tập từ 1 đến {PAD_MAX} giấy."),
            )
            .into());
        }
        if self.device.after_restore {
            return Err(Refusal::act(
                "lane_unconfirmed",
                "Máy vừa khôi phục nên chưa được dùng dãy số của bàn; chưa in được giấy hẹn trắng.",
            )
            .into());
        }
        let day = office_time(self.now()).date();
        self.transact(&[Topic::Print], |tx, context| {
            let mut numbers: Vec<Number> = Vec::new();
            let first = self.lane(tx.connection(), day)?;
            for i in 0..count {
                numbers.push(self.lane_after(&first, day, i)?);
            }
            tx.append_office(OfficeFact::NumbersReserved(Box::new(NumbersReserved {
                numbers: numbers.clone(),
                by: context.actor.name.clone(),
            })))?;
            Ok(numbers)
        })
    }

    /// Prints a pad of blank slips. Where the printer does not take it, the job keeps the numbers: they are set aside once.
    ///
    /// # Errors
    /// As [`Office::pad`].
    pub fn pad_print(&self, count: u32) -> Result<PrintView> {
        let numbers = self.numbers_aside(count)?.into_iter().map(|number| number.text);
        self.print(&Printout::Pad(numbers.collect()))
    }

    /// The sheet with the printed recovery key.
    ///
    /// # Errors
    /// Only when the form cannot be made.
    pub fn recovery_sheet(&self, groups: &[String]) -> Result<Vec<u8>> {
        let store =
            self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner).locked().store();
        let made = office_time(self.now());
        let sheet = RecoverySheet {
            site: self.site.full_name(),
            desk: self.site.desk.to_string(),
            store: store[..4].iter().map(|byte| format!("{byte:02X}")).collect(),
            made_on: made.date(),
            groups: groups.to_vec(),
            training: self.site.training,
        };
        forms::recovery_sheet(&sheet, made).map_err(|fault| ApiError::internal(&fault))
    }

    fn pad_pdf(&self, numbers: &[String]) -> Result<Vec<u8>> {
        let made = office_time(self.now());
        let packs = self.packs();
        let template = packs
            .template(made.date())
            .ok_or_else(|| ApiError::not_found("Không có mẫu giấy hẹn."))?;
        let pad = BlankPad {
            authority: slip::authority(&self.site),
            place: self.site.name.clone(),
            reception_unit: slip::RECEPTION_UNIT.into(),
            numbers: numbers
                .iter()
                .map(|number| DossierNumber {
                    text: number.clone(),
                    check_code: "------".into(),
                    // Numbers are set aside from a desk's lane alone.
                    provisional: false,
                })
                .collect(),
            training: self.site.training,
        };
        forms::blank_pad(&pad, template, Paper::A5, made)
            .map_err(|fault| ApiError::internal(&fault))
    }

    fn record_print(&self, dossiers: &[DossierId], printer: &str, paper: Paper) -> Result<()> {
        self.transact(&[Topic::Print], |tx, context| {
            let reprint = match dossiers.first() {
                Some(first) => store::office::prints(tx.connection(), *first)?,
                None => 0,
            };
            tx.append_office(OfficeFact::SlipPrinted(Box::new(SlipPrinted {
                dossiers: dossiers.to_vec(),
                reprint,
                printer: printer.to_owned(),
                paper: if paper == Paper::A4 { "a4".into() } else { "a5".into() },
                by: context.actor.name.clone(),
            })))?;
            Ok(())
        })
    }

    fn chosen_printer(&self) -> Result<(Option<String>, Paper)> {
        self.read(|connection| {
            let printer = local::setting(connection, "printer")?;
            let paper = local::setting(connection, "paper")?;
            Ok((printer, if paper.as_deref() == Some("a4") { Paper::A4 } else { Paper::A5 }))
        })
    }

    fn ids_of(&self, ids: &[String]) -> Result<Vec<DossierId>> {
        self.store().read(|connection| {
            ids.iter().map(|id| crate::dossiers::find(connection, id).map(|row| row.id)).collect()
        })
    }
}

/// The paper behind its word.
///
/// # Errors
/// A refusal naming `paper`.
pub fn paper_of(word: &str) -> Result<Paper> {
    match word {
        "a5" => Ok(Paper::A5),
        "a4" => Ok(Paper::A4),
        _ => Err(Refusal::of("paper_unknown", "paper", "Khổ giấy phải là a5 hoặc a4.").into()),
    }
}
