//! Papers: the acceptance slip as PDF, to a file or to the system's queue. Nothing is printed that was not committed.

mod signature_sheet;
mod slip;

use crate::changed::Topic;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::present;
use crate::printer::{JobId, JobState, Media, PrintFault, PrintJob, PrintSystem};
use crate::views::{PrintJobRow, PrintView, PrinterView};
use domain::dossier::number::Number;
use domain::ids::DossierId;
use domain::office::{NumbersReserved, OfficeFact, SlipPrinted};
use domain::refusal::Refusal;
use domain::time::office_time;
use forms::{BlankPad, DossierNumber, Paper, RecoverySheet};
use store::local;

/// What the print system made of a job: its name there and its state, or why it was not taken.
type Outcome = std::result::Result<(JobId, JobState), PrintFault>;

const PAD_MAX: u32 = 100;
const JOBS_SHOWN: u32 = 50;

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
        let (printer, paper) = self.printer_at_hand()?;
        let pdf = self.slip_pdf(ids, paper)?;
        let dossiers = self.ids_of(ids)?;
        let title = self.job_title(&dossiers)?;
        let outcome = self.send(&pdf, printer.as_deref(), paper, &title);
        self.keep_job(&entropy::id(self.now())?.to_string(), &dossiers, printer, paper, outcome)
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

    /// Tries a failed job again with the papers as they are now.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn print_retry(&self, job: &str) -> Result<PrintView> {
        let jobs = self.read(|connection| local::print_jobs(connection, u32::MAX))?;
        let found = jobs
            .into_iter()
            .find(|known| known.id == job)
            .ok_or_else(|| ApiError::not_found("Không còn lệnh in này."))?;
        let ids: Vec<String> =
            found.dossiers.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        let (printer, paper) = self.printer_at_hand()?;
        let pdf = self.slip_pdf(&ids, paper)?;
        let dossiers = self.ids_of(&ids)?;
        let title = self.job_title(&dossiers)?;
        let outcome = self.send(&pdf, printer.as_deref(), paper, &title);
        self.keep_job(job, &dossiers, printer, paper, outcome)
    }

    /// The newest print jobs.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn print_jobs(&self) -> Result<Vec<PrintJobRow>> {
        self.ask_again_about_jobs()?;
        let jobs = self.read(|connection| local::print_jobs(connection, JOBS_SHOWN))?;
        jobs.into_iter()
            .map(|job| {
                let numbers = job
                    .dossiers
                    .split(' ')
                    .filter_map(|id| self.row(id).ok())
                    .filter_map(|row| row.number)
                    .collect();
                Ok(PrintJobRow {
                    id: job.id,
                    dossier_numbers: numbers,
                    at: present::at_second(job.at),
                    state: job.state,
                    cause: job.cause,
                    next_step: job.next_step,
                })
            })
            .collect()
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

    /// Sets numbers aside and prints a pad of blank slips for the next power cut.
    ///
    /// # Errors
    /// A refusal naming `count`; a device after a restore has no lane to reserve from.
    pub fn pad(&self, count: u32) -> Result<(Vec<Number>, Vec<u8>)> {
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
        let numbers = self.transact(&[Topic::Print], |tx, context| {
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
        })?;
        let pdf = self.pad_pdf(&numbers)?;
        Ok((numbers, pdf))
    }

    /// Prints a pad of blank slips.
    ///
    /// # Errors
    /// As [`Office::pad`].
    pub fn pad_print(&self, count: u32) -> Result<PrintView> {
        let (printer, paper) = self.printer_at_hand()?;
        let (_, pdf) = self.pad(count)?;
        let outcome = self.send(&pdf, printer.as_deref(), paper, "giay-hen-trang");
        Ok(print_view(&entropy::id(self.now())?.to_string(), printer, &outcome))
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

    fn pad_pdf(&self, numbers: &[Number]) -> Result<Vec<u8>> {
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
                    text: number.text.clone(),
                    check_code: "------".into(),
                    provisional: number.provisional,
                })
                .collect(),
            training: self.site.training,
        };
        forms::blank_pad(&pad, template, Paper::A5, made)
            .map_err(|fault| ApiError::internal(&fault))
    }

    fn send(&self, pdf: &[u8], printer: Option<&str>, paper: Paper, title: &str) -> Outcome {
        let system = PrintSystem::local();
        let queue = match printer {
            Some(queue) => queue.to_owned(),
            None => default_queue(&system)?,
        };
        let media = if paper == Paper::A4 { Media::A4 } else { Media::A5 };
        let job = system.print(&PrintJob { queue: &queue, title, pdf, copies: 1, media })?;
        let state = system.job_state(&job)?;
        Ok((job, state))
    }

    fn keep_job(
        &self,
        job: &str,
        dossiers: &[DossierId],
        printer: Option<String>,
        paper: Paper,
        outcome: Outcome,
    ) -> Result<PrintView> {
        let view = print_view(job, printer, &outcome);
        if view.state != "failed" {
            self.record_print(dossiers, view.printer.as_deref().unwrap_or("default"), paper)?;
        }
        let row = local::PrintJob {
            id: job.to_owned(),
            at: self.now().as_second(),
            dossiers: dossiers.iter().map(DossierId::to_string).collect::<Vec<_>>().join(" "),
            printer: view.printer.clone(),
            state: view.state.clone(),
            cause: view.cause.clone(),
            next_step: view.next_step.clone(),
            queue_job: outcome.ok().map(|(job, _)| job.0),
        };
        self.write_local(&[Topic::Print], |connection| local::save_print_job(connection, &row))?;
        Ok(view)
    }

    /// A queue takes a job at once and fails it later: those under way are asked about again, for their true end.
    fn ask_again_about_jobs(&self) -> Result<()> {
        let jobs = self.read(|connection| local::print_jobs(connection, JOBS_SHOWN))?;
        let system = PrintSystem::local();
        for job in jobs.into_iter().filter(|job| job.state == "sent") {
            let Some(id) = job.queue_job.clone().map(JobId) else { continue };
            let outcome = system.job_state(&id).map(|state| (id, state));
            let view = print_view(&job.id, job.printer.clone(), &outcome);
            if view.state != job.state {
                let row = local::PrintJob {
                    state: view.state,
                    cause: view.cause,
                    next_step: view.next_step,
                    ..job
                };
                self.write_local(&[Topic::Print], |connection| {
                    local::save_print_job(connection, &row)
                })?;
            }
        }
        Ok(())
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

    /// The printer chosen once, else the system's own: the clerk is told which one has the slips.
    fn printer_at_hand(&self) -> Result<(Option<String>, Paper)> {
        let (chosen, paper) = self.chosen_printer()?;
        Ok((chosen.or_else(|| default_queue(&PrintSystem::local()).ok()), paper))
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

    /// A job is called by its number, never by a name.
    fn job_title(&self, dossiers: &[DossierId]) -> Result<String> {
        let first = dossiers.first().map(|id| self.row(&id.to_string())).transpose()?;
        Ok(first.and_then(|row| row.number).unwrap_or_else(|| "giay-tiep-nhan".into()))
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

fn default_queue(system: &PrintSystem) -> std::result::Result<String, PrintFault> {
    let usual = system.queues()?.into_iter().find(|queue| queue.is_default);
    usual.map(|queue| queue.name).ok_or(PrintFault::NotChosen)
}

fn print_view(job: &str, printer: Option<String>, outcome: &Outcome) -> PrintView {
    let (state, fault) = match outcome {
        Ok((_, JobState::Printed | JobState::Forgotten)) => ("done", None),
        Ok((_, JobState::Waiting | JobState::Printing(_))) => ("sent", None),
        Ok((_, JobState::Stuck(fault) | JobState::Failed(fault))) | Err(fault) => {
            ("failed", Some(fault))
        }
    };
    PrintView {
        job: job.to_owned(),
        state: state.into(),
        printer,
        cause: fault.map(PrintFault::to_string),
        next_step: fault.map(|fault| fault.next_step().to_owned()),
        copies: 2,
    }
}
