//! Windows has no program of its own that prints a PDF without a window: the one registered for
//! PDF files is asked through the shell verb "PrintTo". Written to the documentation of
//! PowerShell's PrintManagement module; it compiles and has not been run.

use std::path::PathBuf;
use std::process::Command;

use super::command::{refused, run};
use super::{JobId, JobState, PrintFault, PrintJob, PrintSystem, Queue};

const LIST: &str = "$d = (Get-CimInstance Win32_Printer -Filter 'Default = TRUE').Name; \
    Get-Printer | ForEach-Object { \"$($_.PrinterStatus)|$($_.Name -eq $d)|$($_.Name)\" }";
const PRINT: &str = "$ErrorActionPreference = 'Stop'; \
    $p = Start-Process -FilePath $env:QUAY_FILE -Verb PrintTo -ArgumentList ('\"' + $env:QUAY_QUEUE + '\"') -WindowStyle Hidden -PassThru; \
    if ($p) { [void]$p.WaitForExit(15000) }; \
    (Get-PrintJob -PrinterName $env:QUAY_QUEUE | Sort-Object SubmittedTime | Select-Object -Last 1).Id";
const STATE: &str = "(Get-PrintJob -PrinterName $env:QUAY_QUEUE -ID $env:QUAY_JOB -ErrorAction SilentlyContinue).JobStatus";

pub(super) fn queues(_: &PrintSystem) -> Result<Vec<Queue>, PrintFault> {
    let listing = shell(LIST, &[])?;
    let queue = |line: &str| {
        let mut parts = line.trim().splitn(3, '|');
        let (status, default, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Queue {
            name: name.to_owned(),
            is_default: default == "True",
            fault: (status != "Normal").then(|| PrintFault::QueueStopped {
                queue: name.to_owned(),
                said: status.to_owned(),
            }),
        })
    };
    Ok(listing.lines().filter_map(queue).collect())
}

pub(super) fn print(_: &PrintSystem, job: &PrintJob) -> Result<JobId, PrintFault> {
    let file = spool(job)?;
    let mut last = String::new();
    for _ in 0..job.copies.max(1) {
        let path = file.to_string_lossy();
        let printed = shell(PRINT, &[("QUAY_FILE", &path), ("QUAY_QUEUE", job.queue)]);
        last = match printed {
            Ok(id) => id,
            Err(fault) => {
                discard(&file);
                return Err(fault);
            }
        };
    }
    discard(&file);
    Ok(JobId(format!("{}-{}", job.queue, last.trim())))
}

pub(super) fn job_state(_: &PrintSystem, job: &JobId) -> Result<JobState, PrintFault> {
    let Some((queue, id)) = job.0.rsplit_once('-') else {
        return Ok(JobState::Forgotten);
    };
    let status = shell(STATE, &[("QUAY_QUEUE", queue), ("QUAY_JOB", id)])?;
    let status = status.trim();
    let has = |word: &str| status.contains(word);
    // Windows forgets a job once the printer took it: no answer is the usual good end.
    Ok(match status {
        "" => JobState::Forgotten,
        _ if has("Error") || has("Offline") || has("PaperOut") => {
            JobState::Stuck(PrintFault::QueueStopped {
                queue: queue.to_owned(),
                said: status.to_owned(),
            })
        }
        _ if has("Paused") => JobState::Stuck(PrintFault::Held),
        _ if has("Deleted") => JobState::Failed(PrintFault::Cancelled),
        _ if has("Printed") || has("Complete") => JobState::Printed,
        _ if has("Printing") => JobState::Printing(String::new()),
        _ => JobState::Waiting,
    })
}

/// The verb takes files only: a file of our own, removed once it was handed over.
fn spool(job: &PrintJob) -> Result<PathBuf, PrintFault> {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = job.title.chars().map(safe).collect();
    let file = std::env::temp_dir().join(format!("quay-{}-{name}.pdf", std::process::id()));
    std::fs::write(&file, job.pdf).map_err(|source| refused(&source.to_string()))?;
    Ok(file)
}

/// It holds a citizen's data. A reader that still has it open keeps it until the next clean-up
/// of the temporary folder.
fn discard(file: &PathBuf) {
    let _ = std::fs::remove_file(file);
}

fn shell(script: &str, variables: &[(&str, &str)]) -> Result<String, PrintFault> {
    let mut command = Command::new("powershell");
    command.args(["-NoProfile", "-NonInteractive", "-Command", script]);
    // As variables, so that no name of a printer or a file can become a command.
    command.envs(variables.iter().copied());
    let answer = run(command, &[])?;
    match answer.ok {
        true => Ok(answer.stdout),
        false => Err(refused(&answer.stderr)),
    }
}
