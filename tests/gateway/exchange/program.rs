//! Gateway and desks as processes, to be killed and put back.

use super::{dossiers, sync, verified};
use crate::operator::Serving;
use crate::place::SITE;
use data_encoding::HEXLOWER;
use gateway::settings::Tls;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use tempfile::TempDir;
use tests::{Quay, reception};

/// A gateway as a process of its own.
pub struct Gateway<'f> {
    folder: &'f TempDir,
    serving: Option<Serving>,
    address: String,
    setup: Setup,
}

/// How a gateway is set up.
#[derive(Default)]
pub struct Setup {
    /// Where its ledger lies; in a file when it is not said.
    pub ledger: Option<String>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Its certificate, and the authority that gave it.
    pub tls: Option<(String, Tls)>,
}

impl<'f> Gateway<'f> {
    /// A new gateway with one commune, on a ledger in a file.
    pub fn start(folder: &'f TempDir) -> Self {
        Self::set_up(folder, Setup::default())
    }

    /// A new gateway with one commune.
    pub fn set_up(folder: &'f TempDir, setup: Setup) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let ledger = setup.ledger.as_deref().unwrap_or("ledger.db");
        let mut settings = format!(
            "ledger = {ledger:?}\nfiles = \"files\"\nmaster_key_file = \"master.key\"\nlisten = {address:?}\n"
        );
        if let Some((authority, tls)) = &setup.tls {
            let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
            put("ca.pem", authority.as_bytes()).unwrap();
            put("own.pem", &tls.certificates).unwrap();
            put("own.key", &tls.key).unwrap();
            settings += "tls_certificates = \"own.pem\"\ntls_key = \"own.key\"\n";
        }
        crate::operator::run(folder.path(), &["new-key", "master.key"]);
        std::fs::write(folder.path().join("gateway.toml"), settings).unwrap();
        crate::operator::run(folder.path(), &["site", "add", SITE, "phường Yên Bái"]);
        let serving = Some(Serving::start_in(folder.path(), &setup.environment));
        Self { folder, serving, address, setup }
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.kill();
        }
    }

    /// Serves again.
    pub fn again(&mut self) {
        self.serving = Some(Serving::start_in(self.folder.path(), &self.setup.environment));
    }

    /// An operator's command.
    pub fn run(&self, arguments: &[&str]) -> Value {
        crate::operator::run(self.folder.path(), arguments)
    }

    /// A desk of the commune, enrolled.
    pub fn desk(&self, number: u8) -> Quay {
        let quay = Quay::desk(number, &format!("Cán bộ bàn {number}"));
        let code = self.run(&["enrol-code", SITE])["code"].as_str().unwrap().to_owned();
        let authority = self.folder.path().join("ca.pem");
        let (scheme, ca) = match &self.setup.tls {
            Some(_) => ("https", vec!["--ca", authority.to_str().unwrap()]),
            None => ("http", Vec::new()),
        };
        let url = format!("{scheme}://{}", self.address);
        let enrol = ["enrol", "--gateway", &url, "--code", &code];
        quay.done(&[enrol.as_slice(), &ca].concat(), &Value::Null);
        quay
    }
}

/// An exchange that goes on until it is killed.
pub fn exchanging(quay: &Quay) -> std::process::Child {
    let mut command = quay.command(&quay.path("data"), &["sync", "--watch"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What the test itself wrote down: every number with the hash of its scan.
pub type Oracle = BTreeMap<String, String>;

/// Everything is sent, and every dossier of the oracle is once at the gateway and at both desks, with its scan.
pub fn arrived_once(gateway: &Gateway<'_>, desks: &[Quay; 2], taken: &Oracle, story: &str) {
    for quay in desks.iter().chain(desks) {
        sync(quay);
    }
    for quay in desks {
        let seen: Vec<String> = dossiers(quay).into_keys().collect();
        assert_eq!(seen, taken.keys().cloned().collect::<Vec<_>>(), "{story}");
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
        assert_eq!(kinds, ["dossier.received", "dossier.file_attached"], "{number}, {story}");
    }
    let status = gateway.run(&["status"]);
    let scans: BTreeSet<&String> = taken.values().collect();
    assert_eq!(status["sites"][0]["files"], json!(scans.len()), "{story}");
    assert_eq!(status["sites"][0]["held"], json!(0), "{story}");
}

/// A number that the environment may set.
pub fn set_by(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect(name))
}

/// Takes a dossier with a scan in; gives its number and the scan's hash.
pub fn take_in(quay: &Quay, round: u64) -> (String, String) {
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
pub struct Dice(pub u64);

impl Dice {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}
