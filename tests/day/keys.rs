//! Keys and faults: each has its own words and loses nothing.

use serde_json::Value;
use std::fs;
use tests::{Quay, reception};

#[test]
fn a_wrong_passphrase_is_refused_and_changes_nothing() {
    let quay = Quay::training();
    fs::write(quay.path("passphrase"), "khong phai mat khau nay\n").expect("passphrase file");
    let answer = quay.run(&["verify"], "");
    assert_eq!((answer.code, answer.err["refusal"].as_str()), (3, Some("wrong_key")));
}

#[test]
fn a_missing_key_file_never_leads_to_a_new_key() {
    let quay = Quay::training();
    quay.done(&["receive"], &reception("1.004772", "Đặng Văn Lượng", "015095001234"));
    fs::rename(quay.path("data/keys"), quay.path("keys-aside")).expect("keys taken away");
    let answer = quay.run(&["verify"], "");
    assert_eq!((answer.code, answer.err["failure"].as_str()), (4, Some("key_missing")));
    let again =
        quay.run(&["init", "--site", "04252", "--desk", "1", "--officer", "Người Khác"], "");
    assert_eq!((again.code, again.err["refusal"].as_str()), (3, Some("already_commissioned")));
    fs::rename(quay.path("keys-aside"), quay.path("data/keys")).expect("keys put back");
    assert_eq!(quay.done(&["verify"], &Value::Null)["ok"], true);
}

#[test]
fn one_damaged_copy_of_the_key_file_is_repaired_from_the_other() {
    let quay = Quay::training();
    let copies: Vec<_> = fs::read_dir(quay.path("data/keys"))
        .expect("keys")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert_eq!(copies.len(), 2, "two copies");
    fs::write(&copies[0], b"{ torn").expect("a torn copy");
    assert_eq!(quay.done(&["verify"], &Value::Null)["ok"], true);
}

#[test]
fn the_printed_recovery_key_opens_the_desk_when_the_passphrase_is_forgotten() {
    let quay = Quay::training();
    let key = quay.done(&["recovery-key"], &Value::Null);
    let groups: Vec<&str> =
        key["groups"].as_array().expect("groups").iter().filter_map(Value::as_str).collect();
    let typed = groups.join(" ").to_lowercase();
    quay.done(&["recovery-key", "--confirm", &typed], &Value::Null);
    let mut wrong = groups.clone();
    wrong[0] = "ZZZZ";
    let refused = quay.run(&["recovery-key", "--confirm", &wrong.join("-")], "");
    assert_eq!(refused.code, 3, "{refused:?}");
}

#[test]
fn a_database_of_tomorrow_and_a_damaged_one_have_words_of_their_own() {
    let quay = Quay::training();
    let database = quay.path("data/quay.db");
    let mut bytes = fs::read(&database).expect("database");
    let middle = bytes.len() / 2;
    bytes[100] ^= 1;
    bytes[middle] ^= 1;
    fs::write(&database, &bytes).expect("damage");
    let answer = quay.run(&["verify"], "");
    assert_eq!((answer.code, answer.err["failure"].as_str()), (4, Some("corrupt")));
}

#[test]
fn only_a_training_store_may_move_its_clock() {
    let quay = Quay::new();
    let made =
        quay.run(&["init", "--site", "04252", "--desk", "2", "--officer", "Hoàng Thị Nết"], "");
    assert_eq!(made.code, 0, "{made:?}");
    let input = reception("1.004772", "Đặng Văn Lượng", "015095001234").to_string();
    let answer = quay.run(&["receive", "--at", "2026-11-20T09:00:00+07:00"], &input);
    assert_eq!((answer.code, answer.err["refusal"].as_str()), (3, Some("not_allowed")));
}
