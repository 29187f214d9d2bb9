//! The program under WebKit's own driver: one driver a test, on its own port.
//!
//! `tauri-driver` stands between the two elsewhere; here it only added connections that were closed under us.

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a process: the cores are wanted by what is waited for.
const GLANCE: Duration = Duration::from_millis(2);

/// A running driver. Dropping it ends the program it started, then the driver itself, by their own ids.
pub struct Driver {
    process: Child,
    port: u16,
    start_script: PathBuf,
    id_file: PathBuf,
    log: PathBuf,
}

impl Driver {
    /// Starts a driver whose program will run with these arguments and variables. Its files lie in `folder`.
    pub fn start(folder: &Path, arguments: &[String], variables: &[(&str, String)]) -> Self {
        assert!(
            std::env::var_os("DISPLAY").is_some(),
            "a screen is wanted: cargo xtask test --only e2e"
        );
        let files = folder.join("driver");
        std::fs::create_dir_all(&files).expect("a folder of its own");
        let (id_file, log) = (files.join("id"), files.join("log"));
        let start_script = write_start_script(&files, &id_file, &log, arguments);
        let driver_log = File::create(files.join("driver.log")).expect("a log");
        let port = free_port();
        let process = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(driver_log.try_clone().expect("a log"))
            .stderr(driver_log)
            .spawn()
            .expect("WebKitWebDriver starts (Debian: apt install webkit2gtk-driver)");
        let driver = Self { process, port, start_script, id_file, log };
        driver.wait_until_it_listens();
        driver
    }

    /// Where it is reached.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the driver has to start.
    pub fn start_script(&self) -> &Path {
        &self.start_script
    }

    /// Whether the program runs, and what it and its driver printed so far.
    pub fn said(&self) -> String {
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let id = read(&self.id_file);
        let state = if is_alive(id.trim()) { "runs" } else { "does not run" };
        let (program, driver) = (read(&self.log), read(&self.log.with_file_name("driver.log")));
        format!("--- the program {state} and said:\n{program}\n--- the driver said:\n{driver}")
    }

    /// Ends the program as a power cut would: it is told nothing.
    pub fn kill_program(&self) {
        let Ok(id) = std::fs::read_to_string(&self.id_file) else { return };
        // It may be gone already.
        let _ = Command::new("kill").args(["-9", id.trim()]).stderr(Stdio::null()).status();
        let _ = std::fs::remove_file(&self.id_file);
        let patience = Instant::now() + PATIENCE;
        while is_alive(id.trim()) {
            assert!(Instant::now() < patience, "process {} does not end", id.trim());
            std::thread::sleep(GLANCE);
        }
    }

    fn wait_until_it_listens(&self) {
        let patience = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < patience, "the driver does not listen on {}", self.port);
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.kill_program();
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Until a process is gone, or dead and only not yet asked after: before that it still holds the store's lock.
fn is_alive(id: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
}

/// The driver keeps a program's id and its output to itself; this script writes both down and becomes the program.
fn write_start_script(files: &Path, id: &Path, log: &Path, arguments: &[String]) -> PathBuf {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let shown = |path: &Path| quoted(&path.to_string_lossy());
    let arguments: Vec<_> = arguments.iter().map(|argument| quoted(argument)).collect();
    let (id, log, program) = (shown(id), shown(log), shown(&desk_binary()));
    let arguments = arguments.join(" ");
    let script = format!("#!/bin/sh\necho $$ > {id}\nexec {program} {arguments} >> {log} 2>&1\n");
    let path = files.join("start");
    let mut file = File::create(&path).expect("a script");
    file.write_all(script.as_bytes()).expect("the script is written");
    let may_run = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, may_run).expect("the script may run");
    path
}

/// The desktop program that was built beside this test.
fn desk_binary() -> PathBuf {
    let beside = || tests::quay_binary().with_file_name("quay-mot-cua");
    let path = std::env::var_os("QUAY_DESK_BIN").map_or_else(beside, PathBuf::from);
    let how = "cargo build -p quay-mot-cua --features custom-protocol";
    assert!(path.exists(), "build it first: {how} ({})", path.display());
    path
}

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("it is bound").port()
}
