//! Running a command of the print system: bounded in time, never blocked by its own output.

use std::io;
use std::time::Duration;

use super::PrintFault;

/// No command of the print system may keep a clerk waiting longer than this.
const COMMAND_MS_MAX: u64 = 20_000;
/// How often a running command is looked at.
const POLL_MS: u64 = 15;

/// What a command of the print system said.
pub(super) struct Answer {
    pub(super) ok: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a command of the print system: bounded in time, its output read while it runs, so that a
/// long list cannot block it.
pub(super) fn run(mut command: std::process::Command, input: &[u8]) -> Result<Answer, PrintFault> {
    use std::process::Stdio;
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => PrintFault::NoPrintSystem,
        _ => refused(&source.to_string()),
    })?;
    let stdout = child.stdout.take().map(read_aside);
    let stderr = child.stderr.take().map(read_aside);
    let stdin = child.stdin.take();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        // A command that refuses closes its input early; its own words say why, not this error.
        let _ = stdin.map(|mut stdin| io::Write::write_all(&mut stdin, &input));
    });
    let status = wait(&mut child)?;
    let _ = feeder.join();
    Ok(Answer {
        ok: status.success(),
        stdout: stdout.map(text_of).unwrap_or_default(),
        stderr: stderr.map(text_of).unwrap_or_default(),
    })
}

fn wait(child: &mut std::process::Child) -> Result<std::process::ExitStatus, PrintFault> {
    for _ in 0..COMMAND_MS_MAX / POLL_MS {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => std::thread::sleep(Duration::from_millis(POLL_MS)),
            Err(source) => return Err(refused(&source.to_string())),
        }
    }
    // Best effort: a command that cannot be ended any more changes nothing for the clerk.
    let _ = child.kill();
    let _ = child.wait();
    Err(PrintFault::NoAnswer)
}

type Reader = std::thread::JoinHandle<Vec<u8>>;

fn read_aside(mut pipe: impl io::Read + Send + 'static) -> Reader {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a broken pipe is still what the command said.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

fn text_of(reader: Reader) -> String {
    let bytes = reader.join().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A fault in the print system's own words.
pub(super) fn refused(said: &str) -> PrintFault {
    PrintFault::Refused { said: said.trim().to_owned() }
}
