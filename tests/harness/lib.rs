//! What tests across crates share: a desk in a temporary folder, through the use cases and through the command line.
//!
//! It knows how to set a desk up and how to ask it; the cases know only the story.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that cannot set itself up must stop"
)]

mod disk;

pub use disk::SmallDisk;

use app::opening::{self, FirstRun, OpenFault, Secret};
use app::{Clock, Office, Places};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;
use tempfile::TempDir;

/// Passphrase of every desk under test.
pub const PASSPHRASE: &str = "mat khau cua ban tap huan";
/// How long a command may take before it counts as one that never ends: far beyond the slowest on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// Phường Yên Bái.
pub const SITE: &str = "04252";

/// A commissioned training desk in a folder that goes with it.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A new training desk.
    pub fn new() -> Self {
        let desk = Self { folder: TempDir::new().expect("a temporary folder") };
        commission(desk.folder()).expect("first run");
        desk
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The state folder, outside the data folder.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder around both.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Both folders.
    pub fn places(&self) -> Places {
        Places { data: self.data(), state: self.state() }
    }

    /// What opens the desk.
    pub fn secret(&self) -> Secret {
        Secret::Passphrase(PASSPHRASE.into())
    }

    /// The desk opened in this process. A program that was just killed may hold the lock a moment longer.
    pub fn open(&self) -> Office {
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            match opening::open(self.places(), &self.secret(), Clock::system()) {
                Err(opening::OpenFault::SecondInstance) if std::time::Instant::now() < patience => {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                opened => return opened.expect("the desk opens"),
            }
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// The first run of a training desk whose data and state lie in `folder`.
///
/// # Errors
/// What the first run says.
pub fn commission(folder: &Path) -> Result<Office, OpenFault> {
    let input = FirstRun {
        site: SITE.into(),
        desk: 1,
        officer: "Hoàng Thị Nết".into(),
        agency_code: None,
        training: true,
        secret: Secret::Passphrase(PASSPHRASE.into()),
    };
    let places = Places { data: folder.join("data"), state: folder.join("state") };
    opening::begin(places, &input, Clock::system())
}

/// `quay` on a folder of its own.
pub struct Quay {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// Standard output as JSON; null when empty.
    pub out: Value,
    /// Standard error as JSON; null when it is none.
    pub err: Value,
}

impl Quay {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let quay = Self { folder, environment: Vec::new() };
        std::fs::write(quay.path("passphrase"), format!("{PASSPHRASE}\n"))
            .expect("passphrase file");
        quay
    }

    /// A commissioned training desk.
    pub fn training() -> Self {
        let quay = Self::new();
        let done = quay.run(
            &["init", "--site", SITE, "--desk", "1", "--officer", "Hoàng Thị Nết", "--training"],
            "",
        );
        assert_eq!(done.code, 0, "init: {done:?}");
        quay
    }

    /// A commissioned training desk with a number and an officer of its own.
    pub fn desk(number: u8, officer: &str) -> Self {
        let quay = Self::new();
        let number = number.to_string();
        let init = ["init", "--site", SITE, "--desk", &number, "--officer", officer, "--training"];
        let done = quay.run(&init, "");
        assert_eq!(done.code, 0, "init: {done:?}");
        quay
    }

    /// From now on its commands run in such an environment.
    pub fn set_environment(&mut self, environment: Vec<(String, String)>) {
        self.environment = environment;
    }

    /// A path inside the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command with something on its standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Answer {
        self.run_on(&self.path("data"), arguments, input.as_bytes())
    }

    /// Runs a command on another data folder.
    pub fn run_on(&self, data: &Path, arguments: &[&str], input: &[u8]) -> Answer {
        let mut child = self
            .command(data, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("quay starts");
        let mut stdin = child.stdin.take().expect("standard input");
        // A command that refuses early may close its input; that is its right.
        let _ = stdin.write_all(input);
        drop(stdin);
        Answer::of(&ended(child, arguments))
    }

    /// A command as it would be run, for those who start and end it themselves.
    pub fn command(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(quay_binary());
        command
            .arg("--data")
            .arg(data)
            .arg("--passphrase-file")
            .arg(self.path("passphrase"))
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("QUAY_STATE_DIR", self.path("state"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }

    /// Runs a command that must succeed.
    pub fn done(&self, arguments: &[&str], input: &Value) -> Value {
        let text = if input.is_null() { String::new() } else { input.to_string() };
        let answer = self.run(arguments, &text);
        assert_eq!(answer.code, 0, "{arguments:?} {text}: {answer:?}");
        answer.out
    }
}

/// Waits for a command. One that does not end is ended, and the test with it, which then names what hung.
fn ended(child: Child, arguments: &[&str]) -> Output {
    let program = child.id().to_string();
    let (tell, told) = channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    told.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| {
            let _ = Command::new("kill").args(["-KILL", &program]).status();
            panic!("quay {arguments:?} had not ended after {PATIENCE:?}");
        })
        .expect("quay ends")
}

impl Default for Quay {
    fn default() -> Self {
        Self::new()
    }
}

impl Answer {
    fn of(output: &Output) -> Self {
        let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or(Value::Null);
        Self {
            code: output.status.code().unwrap_or(-1),
            out: json(&output.stdout),
            err: json(&output.stderr),
        }
    }
}

/// The `quay` that was built beside this test.
pub fn quay_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("QUAY_CLI_BIN") {
        return path.into();
    }
    let mut folder = std::env::current_exe().expect("this test's own path");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let quay = folder.join("quay");
    assert!(quay.exists(), "build it first: cargo build -p cli ({})", quay.display());
    quay
}

/// A person at the desk.
pub fn person(name: &str, number: &str) -> Value {
    json!({
        "kind": "person", "full_name": name, "id_kind": "can_cuoc", "id_number": number,
        "phone": "0912345678", "address": "Bản Bay, phường Yên Bái, tỉnh Lào Cai",
    })
}

/// A reception of a procedure without cases.
pub fn reception(procedure: &str, name: &str, number: &str) -> Value {
    json!({ "procedure": procedure, "applicant": person(name, number) })
}
