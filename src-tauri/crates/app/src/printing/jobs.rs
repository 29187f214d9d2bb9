//! What was sent to the system's queue, and what became of it. A job that failed is kept with its true cause and can be
//! tried again; nothing that was committed depends on it.

use crate::changed::Topic;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::present;
use crate::printer::{JobId, JobState, Media, PrintFault, PrintJob, PrintSystem};
use crate::views::{PrintJobRow, PrintView};
use domain::ids::DossierId;
use forms::Paper;
use store::local;

/// What the print system made of a job: its name there and its state, or why it was not taken.
type Outcome = std::result::Result<(JobId, JobState), PrintFault>;

const JOBS_SHOWN: u32 = 50;

/// What a job prints; made anew from the store each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Printout {
    /// Acceptance slips, both copies of each.
    Slips(Vec<DossierId>),
    /// The sheet that is signed for results handed over.
    SignatureSheet(Vec<DossierId>),
    /// Blank slips with these numbers, set aside for a power cut.
    Pad(Vec<String>),
}

impl Printout {
    /// Its word in the store and at the boundary.
    fn kind(&self) -> &'static str {
        match self {
            Printout::Slips(_) => "slip",
            Printout::SignatureSheet(_) => "signature_sheet",
            Printout::Pad(_) => "pad",
        }
    }

    /// Dossier ids, or numbers, separated by spaces.
    fn subjects(&self) -> String {
        match self {
            Printout::Slips(dossiers) | Printout::SignatureSheet(dossiers) => words(dossiers),
            Printout::Pad(numbers) => numbers.join(" "),
        }
    }

    /// Both *liên* of a slip come in one press; of other papers there is one.
    fn copies(&self) -> u32 {
        if matches!(self, Printout::Slips(_)) { 2 } else { 1 }
    }
}

impl Office {
    /// Prints the signature sheet of results that were handed over. A failed job is kept with its true cause.
    ///
    /// # Errors
    /// As [`Office::signature_sheet`]; a printer's fault is not an error but the answer.
    pub fn sheet_print(&self, ids: &[String]) -> Result<PrintView> {
        self.print(&Printout::SignatureSheet(self.ids_of(ids)?))
    }

    /// Tries a failed job again with the papers as they are now.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn print_retry(&self, job: &str) -> Result<PrintView> {
        let jobs = self.read(|connection| local::print_jobs(connection, u32::MAX))?;
        let found = jobs.into_iter().find(|known| known.id == job);
        let found = found.ok_or_else(|| ApiError::not_found("Không còn lệnh in này."))?;
        self.print_as(job, &self.printout_of(&found)?)
    }

    /// The newest print jobs.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn print_jobs(&self) -> Result<Vec<PrintJobRow>> {
        self.ask_again_about_jobs()?;
        let jobs = self.read(|connection| local::print_jobs(connection, JOBS_SHOWN))?;
        Ok(jobs.into_iter().map(|job| self.job_row(job)).collect())
    }

    pub(super) fn print(&self, printout: &Printout) -> Result<PrintView> {
        self.print_as(&entropy::id(self.now())?.to_string(), printout)
    }

    fn print_as(&self, job: &str, printout: &Printout) -> Result<PrintView> {
        let (printer, slip_paper) = self.printer_at_hand()?;
        let (pdf, paper) = match printout {
            Printout::Slips(dossiers) => (self.slip_pdf(&texts(dossiers), slip_paper)?, slip_paper),
            Printout::SignatureSheet(dossiers) => {
                (self.signature_sheet(&texts(dossiers))?, Paper::A4)
            }
            Printout::Pad(numbers) => (self.pad_pdf(numbers)?, slip_paper),
        };
        let outcome = self.send(&pdf, printer.as_deref(), paper, &self.job_title(printout)?);
        let view = print_view(job, printer, printout.copies(), &outcome);
        if let (Printout::Slips(dossiers), true) = (printout, view.state != "failed") {
            self.record_print(dossiers, view.printer.as_deref().unwrap_or("default"), paper)?;
        }
        self.keep_job(printout, &view, outcome.ok().map(|(job, _)| job.0))?;
        Ok(view)
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
        printout: &Printout,
        view: &PrintView,
        queue_job: Option<String>,
    ) -> Result<()> {
        let row = local::PrintJob {
            id: view.job.clone(),
            at: self.now().as_second(),
            kind: printout.kind().into(),
            subjects: printout.subjects(),
            printer: view.printer.clone(),
            state: view.state.clone(),
            cause: view.cause.clone(),
            next_step: view.next_step.clone(),
            queue_job,
        };
        self.write_local(&[Topic::Print], |connection| local::save_print_job(connection, &row))
    }

    /// A queue takes a job at once and fails it later: those under way are asked about again, for their true end.
    fn ask_again_about_jobs(&self) -> Result<()> {
        let jobs = self.read(|connection| local::print_jobs(connection, JOBS_SHOWN))?;
        let system = PrintSystem::local();
        for job in jobs.into_iter().filter(|job| job.state == "sent") {
            let Some(id) = job.queue_job.clone().map(JobId) else { continue };
            let outcome = system.job_state(&id).map(|state| (id, state));
            let view = print_view(&job.id, job.printer.clone(), 1, &outcome);
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

    fn printout_of(&self, job: &local::PrintJob) -> Result<Printout> {
        let subjects: Vec<String> = job.subjects.split_whitespace().map(str::to_owned).collect();
        Ok(match job.kind.as_str() {
            "pad" => Printout::Pad(subjects),
            "signature_sheet" => Printout::SignatureSheet(self.ids_of(&subjects)?),
            _ => Printout::Slips(self.ids_of(&subjects)?),
        })
    }

    fn job_row(&self, job: local::PrintJob) -> PrintJobRow {
        let subjects = job.subjects.split_whitespace();
        let numbers = if job.kind == "pad" {
            subjects.map(str::to_owned).collect()
        } else {
            subjects.filter_map(|id| self.row(id).ok()).filter_map(|row| row.number).collect()
        };
        PrintJobRow {
            id: job.id,
            kind: job.kind,
            dossier_numbers: numbers,
            at: present::at_second(job.at),
            state: job.state,
            cause: job.cause,
            next_step: job.next_step,
        }
    }

    /// The printer chosen once, else the system's own: the clerk is told which one has the papers.
    fn printer_at_hand(&self) -> Result<(Option<String>, Paper)> {
        let (chosen, paper) = self.chosen_printer()?;
        Ok((chosen.or_else(|| default_queue(&PrintSystem::local()).ok()), paper))
    }

    /// A job is called by what it is and by a number, never by a name.
    fn job_title(&self, printout: &Printout) -> Result<String> {
        let number = |dossiers: &[DossierId]| -> Result<Option<String>> {
            let first = dossiers.first().map(|id| self.row(&id.to_string())).transpose()?;
            Ok(first.and_then(|row| row.number))
        };
        Ok(match printout {
            Printout::Slips(dossiers) => number(dossiers)?.unwrap_or("giay-tiep-nhan".into()),
            Printout::SignatureSheet(dossiers) => match number(dossiers)? {
                Some(number) => format!("phieu-ky-nhan-{number}"),
                None => "phieu-ky-nhan".into(),
            },
            Printout::Pad(_) => "giay-hen-trang".into(),
        })
    }
}

fn texts(dossiers: &[DossierId]) -> Vec<String> {
    dossiers.iter().map(DossierId::to_string).collect()
}

fn words(dossiers: &[DossierId]) -> String {
    texts(dossiers).join(" ")
}

fn default_queue(system: &PrintSystem) -> std::result::Result<String, PrintFault> {
    let usual = system.queues()?.into_iter().find(|queue| queue.is_default);
    usual.map(|queue| queue.name).ok_or(PrintFault::NotChosen)
}

fn print_view(job: &str, printer: Option<String>, copies: u32, outcome: &Outcome) -> PrintView {
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
        copies,
    }
}
