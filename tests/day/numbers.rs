//! Numbers: never twice, whatever was copied or restored in the middle of the day.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tests::{Quay, reception};

fn number(answer: &Value) -> String {
    answer["number"].as_str().expect("a number").to_owned()
}

#[test]
fn the_desks_lane_counts_up_and_the_check_code_comes_with_it() {
    let quay = Quay::training();
    let first = quay.done(&["receive"], &reception("1.004772", "Đặng Văn Lượng", "015095001234"));
    let second = quay.done(&["receive"], &reception("1.004772", "Lò Thị Mai", "015195001235"));
    assert!(number(&first).ends_with("-1001"), "{first}");
    assert!(number(&second).ends_with("-1002"), "{second}");
    assert_eq!(first["provisional"], false);
    assert_eq!(first["check_code"].as_str().map(str::len), Some(6));
}

#[test]
fn a_folder_copied_back_at_noon_gives_no_number_twice() {
    let quay = Quay::training();
    let mut numbers = BTreeSet::new();
    let mut take = |data: &Path, name: &str| {
        let input = reception("1.004772", name, "015095001234").to_string();
        let answer = quay.run_on(data, &["receive"], input.as_bytes());
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(
            numbers.insert(number(&answer.out)),
            "number {} was given twice",
            number(&answer.out)
        );
        answer.out
    };
    let (data, noon) = (quay.path("data"), quay.path("noon"));
    take(&data, "Buổi Sáng");
    copy(&data, &noon);
    take(&data, "Buổi Chiều");
    fs::remove_dir_all(&data).expect("the morning's folder goes");
    copy(&noon, &data);
    let after = take(&data, "Sau Khôi Phục");
    assert_eq!(after["provisional"], true, "a restored device gives mã tạm only");
    take(&data, "Sau Khôi Phục Nữa");
    assert_eq!(quay.done(&["verify"], &Value::Null)["ok"], true);
}

#[test]
fn a_folder_copied_aside_and_used_beside_the_first_gives_no_number_twice() {
    let quay = Quay::training();
    let (data, twin) = (quay.path("data"), quay.path("twin"));
    let mut numbers = BTreeSet::new();
    let input = reception("1.004772", "Một Người", "015095001234").to_string();
    assert_eq!(quay.run_on(&data, &["receive"], input.as_bytes()).code, 0);
    copy(&data, &twin);
    for folder in [&data, &twin, &data, &twin, &twin, &data] {
        let answer = quay.run_on(folder, &["receive"], input.as_bytes());
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(
            numbers.insert(number(&answer.out)),
            "number {} was given twice",
            number(&answer.out)
        );
    }
}

#[test]
fn a_restore_by_command_proves_the_copy_and_becomes_a_new_device() {
    let quay = Quay::training();
    let copies = quay.path("copies");
    let before = quay.done(&["receive"], &reception("1.004772", "Trước Sao Lưu", "015095001234"));
    let scan = quay.path("to khai.pdf");
    fs::write(&scan, b"%PDF-1.4 to khai").expect("a scan");
    quay.done(&["attach", &number(&before), "-", scan.to_str().expect("path")], &Value::Null);
    let made = quay.done(&["backup", "--to", copies.to_str().expect("path")], &Value::Null);
    assert_eq!(made["proven"], true);
    let after = quay.done(&["receive"], &reception("1.004772", "Sau Sao Lưu", "015095001236"));

    let trial =
        quay.done(&["restore", "--from", copies.to_str().expect("path"), "--trial"], &Value::Null);
    assert_eq!((trial["ok"].as_bool(), trial["documents"].as_u64()), (Some(true), Some(1)));
    let restored = quay.path("restored");
    let answer =
        quay.run_on(&restored, &["restore", "--from", copies.to_str().expect("path")], b"");
    assert_eq!(answer.code, 0, "{answer:?}");
    let input = reception("1.004772", "Sau Khôi Phục", "015095001237").to_string();
    let fresh = quay.run_on(&restored, &["receive"], input.as_bytes());
    assert_eq!(fresh.code, 0, "{fresh:?}");
    assert_ne!(
        number(&fresh.out),
        number(&after),
        "the number given after the copy must not come again"
    );
    assert_eq!(fresh.out["provisional"], true);
    let files = quay.run_on(&restored, &["files", &number(&before)], b"");
    assert_eq!(files.out[0]["missing"], false);
    assert_eq!(quay.run_on(&restored, &["verify"], b"").out["ok"], true);
}

#[test]
fn an_occupied_folder_is_never_restored_over() {
    let quay = Quay::training();
    let copies = quay.path("copies");
    quay.done(&["backup", "--to", copies.to_str().expect("path")], &Value::Null);
    let answer = quay.run(&["restore", "--from", copies.to_str().expect("path")], "");
    assert_eq!((answer.code, answer.err["field"].as_str()), (3, Some("data")));
}

#[test]
fn a_provincial_number_replaces_the_provisional_one_and_both_stay_findable() {
    let quay = Quay::training();
    let child = json!({
        "procedure": "3.000722", "applicant": tests::person("Đặng Văn Lượng", "015095001234"),
        "registered": [{ "role": "child", "full_name": "Đặng Minh Khôi", "birth_date": "2026-11-02" }],
    });
    let mut child = child;
    let known = quay.done(&["procedures", "3.000722"], &Value::Null);
    if known[0]["case_count"].as_u64() != Some(1) {
        let refused = quay.run(&["receive"], &child.to_string());
        let message = refused.err["message"].as_str().expect("the cases").to_owned();
        let first = message
            .split(": ")
            .nth(1)
            .and_then(|list| list.split([',', '.']).next())
            .expect("a case")
            .to_owned();
        child["case"] = json!(first);
    }
    let taken = quay.done(&["receive"], &child);
    assert_eq!(taken["provisional"], true);
    let temporary = number(&taken);
    quay.done(&["act", &temporary, "give_number"], &json!({ "number": "H38.99-261123-0042" }));
    for text in [temporary.as_str(), "H38.99-261123-0042"] {
        assert_eq!(
            quay.done(&["show", text], &Value::Null)["row"]["id"],
            taken["id"],
            "found by {text}"
        );
    }
}

#[test]
fn a_pad_of_blank_slips_sets_numbers_aside_for_the_next_power_cut() {
    let quay = Quay::training();
    let pdf = quay.path("pad.pdf");
    let pad =
        quay.done(&["pad", "--count", "3", "--out", pdf.to_str().expect("path")], &Value::Null);
    let reserved = pad["numbers"][1].as_str().expect("a reserved number").to_owned();
    let next = quay.done(&["receive"], &reception("1.004772", "Người Thường", "015095001234"));
    assert!(number(&next).ends_with("-1004"), "the lane goes on behind the pad: {next}");
    let mut late = reception("1.004772", "Người Mất Điện", "015095001235");
    late["reserved_number"] = json!(reserved);
    late["received_at"] = json!("2026-01-05T09:00:00+07:00");
    late["late_reason"] = json!("Mất điện từ 8 giờ đến 10 giờ");
    let taken = quay.done(&["receive"], &late);
    assert_eq!(number(&taken), reserved);
    let again = quay.run(&["receive"], &late.to_string());
    assert_eq!((again.code, again.err["field"].as_str()), (3, Some("reserved_number")));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copy");
        }
    }
}
