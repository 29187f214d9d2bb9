//! Programs of others: a tus client against our gateway, our desk against a tus server, a fuzzer of OpenAPI documents.
//!
//! They are fetched, so these stories are told by `cargo xtask peers`, which says in `QUAY_PEERS` where they lie.

use crate::desk::Desk;
use crate::exchange::{exchanging, take_in};
use crate::files::attached;
use crate::place::{Place, SITE};
use crate::province::Province;
use data_encoding::HEXLOWER;
use gateway::clock::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tests::Quay;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants programs of others: cargo xtask peers"]
async fn tus_js_client_sends_a_file_whole_cut_in_parts_and_by_post_alone() {
    let place = Place::on_postgresql().await;
    let mut desk = Desk::enrolled(&place, SITE, 1).await;
    let folder = TempDir::new().unwrap();
    for (n, way) in ["whole", "cut", "parts", "post"].into_iter().enumerate() {
        let scan: Vec<u8> = (0..700_001_usize).map(|at| (at * 31 / (n + 7)) as u8).collect();
        let path = folder.path().join(way);
        std::fs::write(&path, &scan).unwrap();
        let sha256 = HEXLOWER.encode(&Sha256::digest(&scan));
        let done = node("client.mjs")
            .arg(place.url("/v1/files"))
            .args([&desk.token, path.to_str().unwrap(), &sha256, way])
            .output()
            .unwrap();
        assert!(done.status.success(), "{way}: {}", String::from_utf8_lossy(&done.stderr));
        desk.write(attached(&sha256, scan.len()));
        desk.send(n + 1, n + 1).await.unwrap();
        let blob = place.url(&format!("/v1/sites/{SITE}/blobs/{sha256}"));
        let got = desk.client.get(blob).bearer_auth(&desk.token).send().await.unwrap();
        assert_eq!(got.bytes().await.unwrap(), scan, "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants programs of others: cargo xtask peers"]
async fn our_desk_sends_its_scans_to_the_tus_server_of_others_over_cuts() {
    let place = Place::with(|settings| settings.clock = Clock::system()).await;
    let folder = TempDir::new().unwrap();
    let mut server = node("server.mjs")
        .arg(place.url(""))
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let quay = Quay::desk(1, "Cán bộ bàn 1");
    let code = place.code(SITE).await;
    let url = format!("http://127.0.0.1:{}", port.trim());
    quay.done(&["enrol", "--gateway", &url, "--code", &code], &Value::Null);
    let scans: BTreeSet<String> = (0..6).map(|round| take_in(&quay, round).1).collect();
    for life_ms in [150, 300, 450] {
        let mut exchange = exchanging(&quay);
        std::thread::sleep(Duration::from_millis(life_ms));
        exchange.kill().unwrap();
        exchange.wait().unwrap();
    }
    let done = quay.done(&["sync", "--once"], &Value::Null);
    assert_eq!(done["files_unsent"], json!(0));
    server.kill().unwrap();
    server.wait().unwrap();
    let whole = std::fs::read_dir(folder.path()).unwrap();
    let paths = whole.map(|entry| entry.unwrap().path());
    let there: BTreeSet<String> = paths
        .filter(|path| path.extension().is_none())
        .map(|path| HEXLOWER.encode(&Sha256::digest(std::fs::read(path).unwrap())))
        .collect();
    assert!(scans.is_subset(&there), "a scan is not there as it was taken");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants programs of others: cargo xtask peers"]
async fn schemathesis_finds_no_fault_of_the_gateway_and_nothing_that_its_document_does_not_say() {
    let place = Place::with(|settings| {
        settings.clock = Clock::system();
        settings.limits.requests_per_minute_max = u32::MAX;
    })
    .await;
    let mut desk = Desk::stranger(&place, SITE, 1);
    desk.now_s = None;
    let code = place.code(SITE).await;
    desk.enrol(&code, 1).await.unwrap();
    desk.log_in().await.unwrap();
    let province = Province::admitted(&place).await;
    beside("hooks.py");
    let examples = std::env::var("QUAY_PEERS_EXAMPLES").unwrap_or_else(|_| "60".into());
    for (who, token) in [("desk", &desk.token), ("province", &province.desk.token)] {
        let done = Command::new(peers().join("venv/bin/schemathesis"))
            .envs([("SCHEMATHESIS_HOOKS", "hooks"), ("PYTHONPATH", peers().to_str().unwrap())])
            .arg("run")
            .arg(place.url("/openapi.json"))
            .args(["--header", &format!("Authorization:Bearer {token}")])
            .args(["--checks", CHECKS, "--max-examples", &examples, "--seed", "1"])
            .args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure"])
            .current_dir(std::env::temp_dir())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(
            done.status.success(),
            "as {who}:\n{said}{}",
            String::from_utf8_lossy(&done.stderr)
        );
        println!("as {who}: {}", said.lines().rev().take(12).collect::<Vec<_>>().join("\n"));
    }
}

/// No 5xx, and every answer as the document says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

fn peers() -> PathBuf {
    std::env::var_os("QUAY_PEERS").expect("QUAY_PEERS: see cargo xtask peers").into()
}

fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(beside(script));
    command
}

/// A script of ours beside the packages that it uses.
fn beside(script: &str) -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway/peers").join(script);
    let beside = peers().join(script);
    std::fs::copy(ours, &beside).unwrap();
    beside
}
