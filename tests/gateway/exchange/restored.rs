//! The gateway comes back from a backup and has forgotten what it had acknowledged: the desks bring it back.

use super::program::{Gateway, take_in};
use super::{dossiers, sync, verified};
use crate::place::SITE;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

#[test]
fn what_a_restored_gateway_forgot_comes_back_from_the_desks_and_old_proofs_hold() {
    let folder = TempDir::new().unwrap();
    let mut gateway = Gateway::start(&folder);
    let desks = [gateway.desk(1), gateway.desk(2)];
    let mut numbers = Vec::new();
    let mut some_more = |from: u64| {
        for round in from..from + 6 {
            numbers.push(take_in(&desks[usize::try_from(round % 2).unwrap()], round).0);
        }
        desks.iter().chain(&desks).for_each(sync);
        numbers.clone()
    };
    some_more(0);
    gateway.kill();
    let backup = TempDir::new().unwrap();
    copy(folder.path(), backup.path());

    gateway.again();
    let forgotten = some_more(6).pop().unwrap();
    let proof = proof_of(&desks[1], &forgotten);
    gateway.kill();
    std::fs::remove_dir_all(folder.path().join("files")).unwrap();
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        // Not every one of them need be there.
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    copy(backup.path(), folder.path());
    assert!(gateway.run(&["restored"]).is_object());
    gateway.again();

    let mut all = some_more(12);
    desks.iter().chain(&desks).for_each(sync);
    all.sort();
    for quay in &desks {
        assert_eq!(dossiers(quay).into_keys().collect::<Vec<_>>(), all);
        verified(quay);
    }
    for number in &all {
        let shown = gateway.run(&["dossier", "show", SITE, number]);
        assert_eq!(shown["records"].as_array().unwrap().len(), 2, "{shown}");
    }
    let status = gateway.run(&["status"]);
    assert_eq!(status["sites"][0]["held"], json!(0));
    assert_eq!(status["sites"][0]["files"], json!(all.len()));
    for proof in [proof, proof_of(&desks[1], &forgotten)] {
        assert_eq!(checked(&desks[0], &proof)["ok"], json!(true));
    }
}

fn proof_of(quay: &tests::Quay, number: &str) -> Value {
    quay.done(&["proof", number], &Value::Null)
}

fn checked(quay: &tests::Quay, proof: &Value) -> Value {
    let path = quay.path("proof.json");
    std::fs::write(&path, proof.to_string()).unwrap();
    quay.done(&["proof", "--check", path.to_str().unwrap()], &Value::Null)
}

/// Copies what lies in a folder.
fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").arg(from.join(".")).arg(to).status().unwrap();
    assert!(done.success());
}
