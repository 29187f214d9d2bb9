//! Desk and gateway killed at any moment. What arrived is compared with a list that the test wrote itself.

use super::{dossiers, sync, verified};
use crate::operator::Serving;
use crate::place::SITE;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tests::{Quay, reception};

/// Kills in a run; more with `QUAY_KILLS`.
const KILLS: u64 = 24;
/// Longest life between two kills, milliseconds.
const LIFE_MS: u64 = 700;

#[test]
fn kills_of_desk_and_gateway_lose_nothing_and_double_nothing() {
    let seed = number("QUAY_KILL_SEED", 1);
    let kills = number("QUAY_KILLS", KILLS);
    let mut dice = Dice(seed);
    let folder = TempDir::new().unwrap();
    let mut gateway = Gateway::start(&folder);
    let desks = [gateway.desk(1), gateway.desk(2)];
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..kills {
        let quay = &desks[usize::from(dice.below(2) == 1)];
        let (number, sha256) = take_in(quay, round);
        taken.insert(number, sha256);
        let life = Duration::from_millis(dice.below(LIFE_MS));
        if dice.below(3) == 0 {
            let mut exchange = exchanging(quay);
            std::thread::sleep(life);
            gateway.kill();
            gateway.again();
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        } else {
            let mut exchange = exchanging(quay);
            std::thread::sleep(life);
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        }
    }
    for quay in desks.iter().chain(&desks) {
        sync(quay);
    }
    for quay in &desks {
        let seen: Vec<String> = dossiers(quay).into_keys().collect();
        assert_eq!(seen, taken.keys().cloned().collect::<Vec<_>>(), "seed {seed}");
        verified(quay);
    }
    for number in taken.keys() {
        let shown = gateway.run(&["dossier", "show", SITE, number]);
        let kinds: Vec<&str> = shown["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["dossier.received", "dossier.file_attached"], "{number}, seed {seed}");
    }
    let status = gateway.run(&["status"]);
    let scans: BTreeSet<&String> = taken.values().collect();
    assert_eq!(status["sites"][0]["files"], json!(scans.len()), "seed {seed}");
}

/// A gateway as a process of its own, on a ledger in a file.
struct Gateway<'f> {
    folder: &'f TempDir,
    serving: Option<Serving>,
    address: String,
}

impl<'f> Gateway<'f> {
    fn start(folder: &'f TempDir) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let settings = format!(
            "ledger = \"ledger.db\"\nfiles = \"files\"\nmaster_key_file = \"master.key\"\nlisten = {address:?}\n"
        );
        crate::operator::run(folder.path(), &["new-key", "master.key"]);
        std::fs::write(folder.path().join("gateway.toml"), settings).unwrap();
        crate::operator::run(folder.path(), &["site", "add", SITE, "phường Yên Bái"]);
        let serving = Some(Serving::start(folder.path()));
        Self { folder, serving, address }
    }

    fn kill(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.kill();
        }
    }

    fn again(&mut self) {
        self.serving = Some(Serving::start(self.folder.path()));
    }

    fn run(&self, arguments: &[&str]) -> Value {
        crate::operator::run(self.folder.path(), arguments)
    }

    fn desk(&self, number: u8) -> Quay {
        let quay = Quay::desk(number, &format!("Cán bộ bàn {number}"));
        let code = self.run(&["enrol-code", SITE])["code"].as_str().unwrap().to_owned();
        let url = format!("http://{}", self.address);
        quay.done(&["enrol", "--gateway", &url, "--code", &code], &Value::Null);
        quay
    }
}

fn exchanging(quay: &Quay) -> std::process::Child {
    let mut command = quay.command(&quay.path("data"), &["sync", "--watch"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Takes a dossier with a scan in; gives its number and the scan's hash.
fn take_in(quay: &Quay, round: u64) -> (String, String) {
    let input = reception("1.004772", "Đặng Văn Lượng", &format!("01509500{round:04}"));
    let number = quay.done(&["receive"], &input)["number"].as_str().unwrap().to_owned();
    let mut page = vec![0xff, 0xd8, 0xff, 0xe0];
    let mut dice = Dice(round + 1_000);
    page.extend((0..200_000).map(|_| dice.below(256) as u8));
    let path = quay.path("scan.jpg");
    std::fs::write(&path, &page).unwrap();
    quay.done(&["attach", &number, "-", path.to_str().unwrap()], &Value::Null);
    (number, HEXLOWER.encode(&Sha256::digest(&page)))
}

/// Chance from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect(name))
}
