//! What runs at the two ends: `quay-gateway` with TLS on PostgreSQL, and a training desk enrolled there.

use crate::carrier::Counted;
use crate::cuts::Cuts;
use crate::hosts::Hosts;
use crate::line::Line;
use crate::link::Link;
use anyhow::{Context, Result, ensure};
use app::opening::Secret;
use app::{Clock, Office, Places, opening};
use load::place::Place as Province;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::{PASSPHRASE, Quay, SITE};

/// A desk and a gateway with a line between them.
pub struct Place {
    /// The desk.
    pub quay: Quay,
    line: Line,
    // Programs end before the hosts they run on.
    province: Province,
    hosts: Hosts,
}

/// What a course cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From the start of the desk's program to its end.
    pub took: Duration,
    /// What the desk put on the line.
    pub up: Counted,
    /// What the gateway put on it.
    pub down: Counted,
    /// How long the line was dead.
    pub silence: Duration,
    /// What had to be sent: packed records and documents, without anything around them, bytes.
    pub payload: u64,
}

impl Cost {
    /// Bytes of all packets, both ways.
    pub fn bytes(&self) -> u64 {
        self.up.bytes + self.down.bytes
    }
}

impl Place {
    /// A gateway with one commune and a desk that is enrolled and has nothing to send.
    ///
    /// # Errors
    /// What the system or the programs say.
    pub async fn new(number: u8, gateway: &Path) -> Result<Self> {
        let hosts = Hosts::new(number)?;
        let line = Line::between(&hosts, number)?;
        let mut province =
            Province::on(gateway, hosts.province.address, Some(hosts.province.name()))?;
        let code = province.code(SITE).await?;
        province.serve()?;
        let place = Self { quay: Quay::training(), line, province, hosts };
        place.enrol(&place.quay, &code)?;
        place.online(&place.quay, &["sync", "--once"])?;
        Ok(place)
    }

    /// Another desk of the commune, from its enrolment until it has the open dossiers, over the line as it is.
    ///
    /// # Errors
    /// What the system or the programs say.
    pub async fn joined(&self) -> Result<(Quay, Cost)> {
        let (late, code) = (Quay::desk(2, "Giàng A Páo"), self.province.code(SITE).await?);
        let begun = Instant::now();
        self.enrol(&late, &code)?;
        let mut child = self
            .program(&late, &["sync", "--watch", "--progress", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = BufReader::new(child.stdout.take().context("what it says")?).lines();
        let here = said.map_while(Result::ok).find_map(|line| {
            let view: Value = serde_json::from_str(&line).ok()?;
            (view["headline"] == "fetching_old").then(|| begun.elapsed())
        });
        let [up, down] = self.line.counted();
        child.kill()?;
        child.wait()?;
        let took = here.context("it never had the open dossiers")?;
        Ok((late, Cost { took, up, down, silence: self.line.silence(), payload: 0 }))
    }

    fn enrol(&self, quay: &Quay, code: &str) -> Result<()> {
        let authority = quay.path("ca.pem");
        std::fs::write(&authority, &self.province.authority)?;
        let url = format!("https://{}", self.province.address);
        let told = ["enrol", "--gateway", &url, "--code", code, "--ca", text(&authority)?];
        self.online(quay, &told)?;
        Ok(())
    }

    /// Fills the desk with so many made-up dossiers of the last ten years, without papers.
    ///
    /// # Errors
    /// What the desk says.
    pub fn fill(&self, dossiers: u32) -> Result<()> {
        let dossiers = dossiers.to_string();
        self.online(&self.quay, &["demo", "--dossiers", &dossiers, "--document-every", "0"])?;
        Ok(())
    }

    /// The desk, opened in this process, with the line not needed.
    ///
    /// # Errors
    /// What opening says.
    pub fn office(&self) -> Result<Office> {
        open(&self.quay.path("data"), &self.quay.path("state"))
    }

    /// A line of such a kind from now on.
    pub fn over(&self, link: Link, cuts: Cuts, seed: u64) {
        self.line.become_link(link, cuts, seed);
    }

    /// What was put on the line since then, by programs that began at `since_ms` and took so long.
    ///
    /// # Errors
    /// What opening says.
    pub fn cost(&self, since_ms: i64, took: Duration) -> Result<Cost> {
        let [up, down] = self.line.counted();
        let payload = sent(&self.office()?, since_ms, &[SENT_RECORDS, SENT_DOCUMENT])?;
        Ok(Cost { took, up, down, silence: self.line.silence(), payload })
    }

    /// Exchanges until both sides have the same, over the line as it is.
    ///
    /// # Errors
    /// When that does not come about.
    pub fn sync(&self) -> Result<Cost> {
        let (since_ms, begun) = (now_ms(), Instant::now());
        let done = self.online(&self.quay, &["sync", "--once", "--patience", "600"])?;
        let took = begun.elapsed();
        ensure!(done["agreed"] == Value::Bool(true), "{done}");
        self.cost(since_ms, took)
    }

    /// `quay` on the desk's host.
    pub fn on_the_desk(&self, arguments: &[&str]) -> Command {
        self.program(&self.quay, arguments)
    }

    /// A program of this laboratory on the desk's host, with the desk's folders.
    ///
    /// # Errors
    /// When the system does not tell where this program lies.
    pub fn worker(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("desk")
            .arg(self.quay.path("data"))
            .arg(self.quay.path("state"))
            .args(arguments);
        Ok(self.moved(&command))
    }

    /// Every dossier and document is once at the gateway, and the desk's own log holds together.
    ///
    /// # Errors
    /// What is not so.
    pub fn arrived(&self, records: u64, documents: u64) -> Result<()> {
        let report = self.quay.done(&["verify"], &Value::Null);
        ensure!(report["ok"] == Value::Bool(true), "{report}");
        let unsent = self.quay.done(&["unsent"], &Value::Null);
        ensure!(unsent.as_array().is_some_and(Vec::is_empty), "{unsent}");
        let status = self.province.operator(&["status"])?;
        let site = &status["sites"][0];
        ensure!(site["held"] == 0 && site["files"] == documents, "{site}");
        let there = site["records"].as_u64().context("records")?;
        ensure!(there >= records, "{there} of {records} records: {site}");
        Ok(())
    }

    fn moved(&self, command: &Command) -> Command {
        let mut moved = self.hosts.desk.command(command.get_program());
        moved.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => moved.env(name, value),
                None => moved.env_remove(name),
            };
        }
        moved
    }

    fn program(&self, quay: &Quay, arguments: &[&str]) -> Command {
        self.moved(&quay.command(&quay.path("data"), arguments))
    }

    fn online(&self, quay: &Quay, arguments: &[&str]) -> Result<Value> {
        let done = self.program(quay, arguments).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "quay {}: {said}", arguments.join(" "));
        serde_json::from_slice(&done.stdout).context("its answer")
    }
}

/// Opens a desk of this laboratory.
///
/// # Errors
/// What opening says.
pub fn open(data: &Path, state: &Path) -> Result<Office> {
    let places = Places { data: data.to_owned(), state: state.to_owned() };
    let opened = opening::open(places, &Secret::Passphrase(PASSPHRASE.into()), Clock::system());
    opened.map_err(|fault| anyhow::anyhow!("{fault:?}"))
}

/// What the exchange log calls records that arrived.
pub const SENT_RECORDS: &str = "sent";
/// What it calls a document that arrived.
pub const SENT_DOCUMENT: &str = "file_sent";

/// Bytes of such things, packed, that the exchange log of a desk says arrived since a moment.
///
/// # Errors
/// Broken stores only.
pub fn sent(office: &Office, since_ms: i64, things: &[&str]) -> Result<u64> {
    let lines = office.read(|connection| store::exchange::lines(connection, u32::MAX));
    let lines = lines.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let sent = lines.iter().filter(|(at_ms, _)| *at_ms >= since_ms).filter_map(|(_, line)| {
        let line: Value = serde_json::from_str(line).ok()?;
        things.contains(&line["what"].as_str()?).then(|| line["bytes"].as_u64())?
    });
    Ok(sent.sum())
}

/// Now, in milliseconds, by the clock that the exchange log is written with.
pub fn now_ms() -> i64 {
    Clock::system().now().as_millisecond()
}

/// The gateway beside this program.
///
/// # Errors
/// When it was not built.
pub fn gateway_program() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("quay-gateway");
    std::fs::canonicalize(&program).with_context(|| program.display().to_string())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path in UTF-8")
}
