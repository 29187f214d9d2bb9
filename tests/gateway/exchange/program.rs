//! Gateway and desks as processes, to be killed and put back.

use crate::operator::Serving;
use crate::place::SITE;
use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::Stdio;
use tempfile::TempDir;
use tests::{Quay, reception};

/// A gateway as a process of its own, on a ledger in a file.
pub struct Gateway<'f> {
    folder: &'f TempDir,
    serving: Option<Serving>,
    address: String,
}

impl<'f> Gateway<'f> {
    /// A new gateway with one commune.
    pub fn start(folder: &'f TempDir) -> Self {
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

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.kill();
        }
    }

    /// Serves again.
    pub fn again(&mut self) {
        self.serving = Some(Serving::start(self.folder.path()));
    }

    /// An operator's command.
    pub fn run(&self, arguments: &[&str]) -> Value {
        crate::operator::run(self.folder.path(), arguments)
    }

    /// A desk of the commune, enrolled.
    pub fn desk(&self, number: u8) -> Quay {
        let quay = Quay::desk(number, &format!("Cán bộ bàn {number}"));
        let code = self.run(&["enrol-code", SITE])["code"].as_str().unwrap().to_owned();
        let url = format!("http://{}", self.address);
        quay.done(&["enrol", "--gateway", &url, "--code", &code], &Value::Null);
        quay
    }
}

/// An exchange that goes on until it is killed.
pub fn exchanging(quay: &Quay) -> std::process::Child {
    let mut command = quay.command(&quay.path("data"), &["sync", "--watch"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
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
