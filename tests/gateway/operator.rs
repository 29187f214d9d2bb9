//! `quay-gateway` as its operator uses it: a real process, its answers, its log.

use crate::desk::Desk;
use crate::place::{Place, SITE};
use load::cluster;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use tempfile::TempDir;

#[tokio::test]
async fn an_operator_sets_a_gateway_up_looks_after_it_and_stops_it() {
    let folder = TempDir::new().unwrap();
    run(folder.path(), &["new-key", "master.key"]);
    assert!(refused(folder.path(), &["new-key", "master.key"]).contains("master.key"));
    let settings = format!(
        "ledger = {:?}\nfiles = \"files\"\nmaster_key_file = \"master.key\"\nlisten = \"127.0.0.1:0\"\n",
        cluster::new_database()
    );
    std::fs::write(folder.path().join("gateway.toml"), settings).unwrap();
    assert_eq!(run(folder.path(), &["site", "add", SITE, "phường Yên Bái"])["site"], SITE);
    assert!(refused(folder.path(), &["site", "add", "4252", "short"]).contains("five digits"));
    assert!(refused(folder.path(), &["enrol-code", "99999"]).contains("Nothing there"));

    let mut serving = Serving::start(folder.path());
    let place = Place::embedded().await;
    let mut desk = Desk::stranger(&place, SITE, 1);
    desk.base = format!("http://{}", serving.address);
    desk.now_s = None;
    let code = run(folder.path(), &["enrol-code", SITE]);
    desk.enrol(code["code"].as_str().unwrap(), 1).await.unwrap();
    desk.log_in().await.unwrap();
    desk.write(crate::records::number_given([5; 16], "H38.04252-261123-1001"));
    desk.send(1, 1).await.unwrap();

    let devices = run(folder.path(), &["device", "list", SITE]);
    assert_eq!(devices.as_array().unwrap().len(), 2);
    let shown = run(folder.path(), &["dossier", "show", SITE, "H38.04252-261123-1001"]);
    assert_eq!(shown["records"][0]["kind"], "dossier.number_given");
    let device = "01".repeat(16);
    run(folder.path(), &["device", "revoke", &device, "--reason", "Máy bị mất"]);
    let status = run(folder.path(), &["status"]);
    assert_eq!(status["sites"][0]["records"], 3);
    let metrics = desk.client.get(format!("{}/metrics", desk.base)).send().await.unwrap();
    assert!(metrics.text().await.unwrap().contains("quay_gateway_records_total 1"));

    let log = serving.stop();
    assert!(log.lines().count() > 5);
    for line in log.lines() {
        serde_json::from_str::<Value>(line).expect("the log is JSON lines");
    }
    for private in ["Hoàng Thị Nết", "H38.04252-261123-1001", "BEGIN", &desk.token] {
        assert!(!log.contains(private), "the log says {private}");
    }
}

#[test]
fn every_setting_is_explained() {
    let folder = TempDir::new().unwrap();
    let said = quay_gateway(folder.path()).arg("--help").output().unwrap();
    let help = String::from_utf8(said.stdout).unwrap();
    for setting in
        ["--ledger", "--files", "--master-key-file", "--listen", "--tls-key", "QUAY_GATEWAY_LEDGER"]
    {
        assert!(help.contains(setting), "{setting} is not explained:\n{help}");
    }
}

/// A gateway as a process.
pub struct Serving {
    child: Child,
    address: String,
    log: Option<JoinHandle<String>>,
}

impl Serving {
    /// Starts it with the settings of a folder.
    pub fn start(folder: &Path) -> Self {
        Self::start_in(folder, &[])
    }

    /// Starts it so in an environment of its own.
    pub fn start_in(folder: &Path, environment: &[(String, String)]) -> Self {
        let mut child = quay_gateway(folder)
            .args(["--config", "gateway.toml", "serve"])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("it says where it serves");
        let mut stderr = child.stderr.take().unwrap();
        // Read as it comes: a full pipe would hold the gateway up.
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log).unwrap_or_default()
        });
        Self { child, address: said["serving"].as_str().unwrap().to_owned(), log: Some(log) }
    }

    /// Asks it to stop, as the system does, and gives its log.
    fn stop(&mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let log = self.log.take().unwrap().join().unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }

    /// Ends it without a word, as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already unless the story failed.
        let _ = self.child.kill();
    }
}

/// Runs an operator's command that must succeed.
pub fn run(folder: &Path, arguments: &[&str]) -> Value {
    let done = quay_gateway(folder).args(configured(arguments)).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = quay_gateway(folder).args(configured(arguments)).output().unwrap();
    assert!(!done.status.success(), "{arguments:?} was done");
    String::from_utf8_lossy(&done.stderr).into_owned()
}

fn configured<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let config: &[&str] =
        if arguments[0] == "new-key" { &[] } else { &["--config", "gateway.toml"] };
    config.iter().chain(arguments).copied().collect()
}

/// The `quay-gateway` that was built beside this test.
fn quay_gateway(folder: &Path) -> Command {
    let mut beside: PathBuf = std::env::current_exe().unwrap();
    beside.pop();
    if beside.ends_with("deps") {
        beside.pop();
    }
    let program = beside.join("quay-gateway");
    assert!(program.exists(), "build it first: cargo build -p gateway ({})", program.display());
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}
