//! CUPS, through its own commands. Their words are read untranslated.

use std::process::Command;

use super::command::{Answer, refused, run};
use super::ipp::{self, Job, State};
use super::{JobId, JobState, Media, PrintFault, PrintJob, PrintSystem, Queue};

pub(super) fn queues(at: &PrintSystem) -> Result<Vec<Queue>, PrintFault> {
    let names = ask(at, "lpstat", &["-e"])?;
    let default = ask(at, "lpstat", &["-d"])?;
    let states = ask(at, "lpstat", &["-p"])?;
    let accepting = ask(at, "lpstat", &["-a"])?;
    let default = default.rsplit_once(": ").map(|(_, name)| name.trim());
    let queue = |name: &str| Queue {
        name: name.to_owned(),
        is_default: default == Some(name),
        fault: stopped(&states, name).or_else(|| rejects(&accepting, name)),
    };
    Ok(names.lines().map(str::trim).filter(|name| !name.is_empty()).map(queue).collect())
}

pub(super) fn print(at: &PrintSystem, job: &PrintJob) -> Result<JobId, PrintFault> {
    let media = match job.media {
        Media::A5 => "media=A5",
        Media::A4 => "media=A4",
    };
    let mut command = command(at, "lp");
    command.args(["-d", job.queue, "-t", job.title, "-n", &job.copies.max(1).to_string()]);
    // What the preview showed is what comes out: the paper's own size, never scaled to fit.
    command.args(["-o", media, "-o", "print-scaling=none", "--"]);
    let answer = run(command, job.pdf)?;
    if !answer.ok {
        return Err(cause(at, &answer, job.queue));
    }
    // "request id is HP-LaserJet-12 (0 file(s))"
    let id = answer.stdout.split("request id is ").nth(1);
    let id = id.and_then(|rest| rest.split_whitespace().next());
    id.map(|id| JobId(id.to_owned())).ok_or_else(|| refused(&answer.stdout))
}

pub(super) fn job_state(at: &PrintSystem, job: &JobId) -> Result<JobState, PrintFault> {
    let Some((queue, number)) = job.0.rsplit_once('-') else {
        return Ok(JobState::Forgotten);
    };
    let Ok(number) = number.parse() else {
        return Ok(JobState::Forgotten);
    };
    // The command knows where its server is: a host and port, or a socket of this computer.
    let server = ask(at, "lpstat", &["-H"])?;
    let Some(known) = ipp::job(server.trim(), number)? else {
        return Ok(JobState::Forgotten);
    };
    let stopped = match known.state {
        State::Pending | State::Processing | State::Stopped => {
            stopped(&ask(at, "lpstat", &["-p", queue])?, queue)
        }
        _ => None,
    };
    Ok(state(queue, known, stopped))
}

fn state(queue: &str, job: Job, stopped: Option<PrintFault>) -> JobState {
    let said = job.said;
    match (job.state, stopped) {
        (State::Held, _) => JobState::Stuck(PrintFault::Held),
        (State::Cancelled, _) => JobState::Failed(PrintFault::Cancelled),
        (State::Aborted, _) => JobState::Failed(PrintFault::Aborted { said }),
        (State::Completed, _) => JobState::Printed,
        (_, Some(fault)) => JobState::Stuck(fault),
        (State::Stopped, None) => {
            let queue = queue.to_owned();
            JobState::Stuck(PrintFault::QueueStopped { queue, said })
        }
        (State::Processing, None) if is_silent(&said) => {
            let queue = queue.to_owned();
            JobState::Stuck(PrintFault::NotAnswering { queue, said })
        }
        (State::Processing, None) => JobState::Printing(said),
        (State::Pending, None) => JobState::Waiting,
    }
}

/// CUPS goes on trying for ever when the printer is switched off or unplugged, and only its words
/// say so.
fn is_silent(said: &str) -> bool {
    const WORDS: &[&str] = &[
        "unavailable",
        "not responding",
        "is in use",
        "Unable to",
        "unreachable",
        "not connected",
    ];
    WORDS.iter().any(|word| said.contains(word))
}

/// "printer NAME disabled since DATE -" and, on the next line, the reason.
fn stopped(states: &str, queue: &str) -> Option<PrintFault> {
    let said = reason(states, &format!("printer {queue} disabled since "))?;
    let queue = queue.to_owned();
    Some(PrintFault::QueueStopped { queue, said })
}

/// "NAME not accepting requests since DATE -" and, on the next line, the reason.
fn rejects(accepting: &str, queue: &str) -> Option<PrintFault> {
    let said = reason(accepting, &format!("{queue} not accepting requests since "))?;
    let queue = queue.to_owned();
    Some(PrintFault::QueueRejects { queue, said })
}

fn reason(listing: &str, heading: &str) -> Option<String> {
    let mut lines = listing.lines();
    lines.find(|line| line.starts_with(heading))?;
    let next = lines.next().filter(|line| line.starts_with(char::is_whitespace));
    let said = next.unwrap_or_default().trim();
    Some(if said == "reason unknown" { String::new() } else { said.to_owned() })
}

fn ask(at: &PrintSystem, program: &str, arguments: &[&str]) -> Result<String, PrintFault> {
    let mut command = command(at, program);
    command.args(arguments);
    let answer = run(command, &[])?;
    let queue = arguments.last().copied().unwrap_or_default();
    match answer.ok || answer.stderr.contains("No destinations added") {
        true => Ok(answer.stdout),
        false => Err(cause(at, &answer, queue)),
    }
}

fn is_running(at: &PrintSystem) -> bool {
    let mut command = command(at, "lpstat");
    command.arg("-r");
    run(command, &[]).is_ok_and(|answer| answer.stdout.contains("is running"))
}

/// The words of the print system are read, so they must not be translated.
fn command(at: &PrintSystem, program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").env_remove("LANGUAGE");
    if let Some(server) = &at.server {
        command.args(["-h", server]);
    }
    command
}

fn cause(at: &PrintSystem, answer: &Answer, queue: &str) -> PrintFault {
    let said = answer.stderr.as_str();
    let mentions = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let queue = queue.to_owned();
    if mentions(&["does not exist", "Invalid destination", "Unknown destination"]) {
        // `lp` says the same of every queue when it reaches no print system at all.
        return match is_running(at) {
            true => PrintFault::NoSuchQueue { queue },
            false => PrintFault::NoPrintSystem,
        };
    }
    if mentions(&["not accepting"]) {
        let said = String::new();
        return PrintFault::QueueRejects { queue, said };
    }
    if mentions(&["cheduler", "Unable to connect", "Connection refused", "Bad file descriptor"]) {
        return PrintFault::NoPrintSystem;
    }
    refused(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(state: State, said: &str) -> Job {
        Job { state, said: said.to_owned() }
    }

    #[test]
    fn a_stopped_queue_tells_its_reason() {
        let states = "printer raw disabled since Mon Nov 23 15:49:19 2026 -\n\thet giay\n";
        let fault = stopped(states, "raw").expect("it is stopped");
        assert_eq!(fault.to_string(), "Máy in “raw” đang tạm dừng (het giay).");
        assert_eq!(stopped(states, "other"), None);
    }

    #[test]
    fn a_held_job_is_stuck_even_when_the_queue_runs() {
        assert_eq!(state("raw", said(State::Held, ""), None), JobState::Stuck(PrintFault::Held));
    }

    #[test]
    fn a_printer_that_is_switched_off_is_not_printing() {
        let words = "The printer may not exist or is unavailable at this time.";
        let state = state("raw", said(State::Processing, words), None);
        assert!(matches!(state, JobState::Stuck(PrintFault::NotAnswering { .. })), "{state:?}");
    }

    #[test]
    fn a_job_that_was_given_up_keeps_the_printers_words() {
        let state = state("raw", said(State::Aborted, "Filter failed"), None);
        let fault = PrintFault::Aborted { said: "Filter failed".to_owned() };
        assert_eq!(state, JobState::Failed(fault));
    }
}
