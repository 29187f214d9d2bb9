//! One program to run: shown as a person would type it, with a place, a log and a time limit.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::processes;

/// A program with its arguments, not yet started.
pub struct Program {
    command: Command,
}

/// What a recorded program left behind.
pub struct Recorded {
    /// It ended by itself with status 0.
    pub success: bool,
    /// All it printed, both streams in order.
    pub text: String,
}

impl Program {
    /// `name` is looked up on the PATH; nothing is read from standard input.
    pub fn new(name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.stdin(Stdio::null());
        Self { command }
    }

    /// Cargo itself, freed from what the outer `cargo run` put into the environment: some build
    /// scripts read those variables and would be built anew each time.
    pub fn cargo() -> Self {
        let mut cargo = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_outer_cargo(name)) {
            cargo.command.env_remove(name);
        }
        cargo
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets variables of the environment.
    pub fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Puts `folder` in front of the PATH.
    pub fn path_first(mut self, folder: &Path) -> Self {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&rest));
        if let Ok(path) = std::env::join_paths(folders) {
            self.command.env("PATH", path);
        }
        self
    }

    /// Reads `file` from standard input.
    pub fn reading(mut self, file: &Path) -> Result<Self> {
        let input = File::open(file).with_context(|| file.display().to_string())?;
        self.command.stdin(input);
        Ok(self)
    }

    /// Runs in `folder`.
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// As a person would type it; for messages.
    pub fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// Is it there at all, and does it end well? Prints nothing.
    pub fn succeeds(mut self) -> bool {
        let quiet = self.command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    }

    /// Runs it in the foreground; a bad ending is an error.
    pub fn run(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| self.cannot_start())?;
        self.expect_success(status)
    }

    /// Runs it and gives what it printed to standard output, whatever its ending.
    pub fn output(mut self) -> Result<Recorded> {
        let output =
            self.command.stderr(Stdio::null()).output().with_context(|| self.cannot_start())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Recorded { success: output.status.success(), text })
    }

    /// Runs it and gives what it printed as bytes; a bad ending is an error.
    pub fn read_bytes(mut self) -> Result<Vec<u8>> {
        let output =
            self.command.stderr(Stdio::inherit()).output().with_context(|| self.cannot_start())?;
        self.expect_success(output.status)?;
        Ok(output.stdout)
    }

    /// Runs it and gives what it printed; a bad ending is an error.
    pub fn read(self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.read_bytes()?).into_owned())
    }

    /// Runs it with both streams going to the end of `log`, and ends it with all its children when
    /// `limit` has passed.
    pub fn record(mut self, log: &Path, limit: Duration) -> Result<Recorded> {
        let before = log.metadata().map_or(0, |metadata| metadata.len());
        // A log is read without a terminal.
        self.command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
        let mut running = self.start_logged(log)?;
        let ended = running.wait(limit)?;
        let mut text = read_from(log, before)?;
        if ended.is_none() {
            text.push_str(&format!(
                "\n`{}` had not ended after {} s and was stopped\n",
                self.line(),
                limit.as_secs()
            ));
        }
        Ok(Recorded { success: ended.is_some_and(|status| status.success()), text })
    }

    /// Starts it in the background with both streams going to the end of `log`.
    pub fn start_logged(&mut self, log: &Path) -> Result<Running> {
        let (out, err) = (append_to(log)?, append_to(log)?);
        self.command.stdout(out).stderr(err);
        self.spawn()
    }

    /// Starts it in the background and gives its standard output to the caller.
    pub fn start_piped(mut self, log: &Path) -> Result<(Running, ChildStdout)> {
        self.command.stdout(Stdio::piped()).stderr(append_to(log)?);
        let mut running = self.spawn()?;
        let stdout = running.child.stdout.take().context("standard output was not piped")?;
        Ok((running, stdout))
    }

    /// Starts a program that says on its first line where it can be reached, and gives that line; its errors go to `log`.
    pub fn serve(self, log: &Path) -> Result<(Service, String)> {
        let line = self.line();
        let (running, output) = self.start_piped(log)?;
        let mut output = BufReader::new(output);
        let mut first = String::new();
        output.read_line(&mut first).with_context(|| line.clone())?;
        let first = first.trim().to_owned();
        if first.is_empty() {
            bail!("`{line}` did not come up; see {}", log.display());
        }
        Ok((Service { _running: running, _output: output }, first))
    }

    /// Starts it in the background with this terminal's streams.
    pub fn spawn(&mut self) -> Result<Running> {
        let child = self.command.spawn().with_context(|| self.cannot_start())?;
        Ok(Running { child })
    }

    fn cannot_start(&self) -> String {
        format!("cannot start `{}`", self.line())
    }

    fn expect_success(&self, status: ExitStatus) -> Result<()> {
        if !status.success() {
            bail!("`{}` ended with {status}", self.line());
        }
        Ok(())
    }
}

/// A program that serves until dropped; its output stays open so that it can go on writing.
pub struct Service {
    _running: Running,
    _output: BufReader<ChildStdout>,
}

/// A program in the background; dropping it ends it and everything it started.
pub struct Running {
    child: Child,
}

impl Running {
    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it ends; `None` when `limit` passed first.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        while start.elapsed() < limit {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        Ok(None)
    }

    /// Asks it and everything it started to end; ends by force what has not obeyed in 5 s.
    pub fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let tree = processes::tree(self.child.id());
        processes::signal("TERM", &tree);
        if matches!(self.wait(Duration::from_secs(5)), Ok(Some(_))) {
            return;
        }
        processes::signal("KILL", &tree);
        // What cannot be ended or waited for is gone already: nothing is left to report.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// The last `lines` lines of `text`.
pub fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn is_of_outer_cargo(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn append_to(log: &Path) -> Result<File> {
    let mut options = File::options();
    options.create(true).append(true).open(log).with_context(|| log.display().to_string())
}

fn read_from(log: &Path, start: u64) -> Result<String> {
    let bytes = std::fs::read(log).with_context(|| log.display().to_string())?;
    let start = usize::try_from(start)?.min(bytes.len());
    Ok(String::from_utf8_lossy(&bytes[start..]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_typed_as_it_is_shown() {
        let program = Program::new("apt-get").args(["install", "a b", "it's"]);
        assert_eq!(program.line(), r"apt-get install 'a b' 'it'\''s'");
    }

    #[test]
    fn the_tail_is_the_whole_text_when_it_is_short() {
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a\nb", 5), "a\nb");
    }

    #[test]
    fn a_recorded_program_keeps_what_it_printed_on_both_streams() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let shell = Program::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]);
        let recorded = shell.record(&log, Duration::from_secs(10)).unwrap();
        assert!(!recorded.success);
        assert_eq!(recorded.text, "out\nerr\n");
    }

    #[test]
    fn a_program_past_its_limit_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let start = Instant::now();
        let shell = Program::new("sh").args(["-c", "sleep 60; true"]);
        let recorded = shell.record(&log, Duration::from_millis(200)).unwrap();
        assert!(!recorded.success);
        assert!(recorded.text.contains("was stopped"));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
