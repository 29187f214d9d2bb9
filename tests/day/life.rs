//! A dossier's life, and what is refused on the way.

use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use tests::{Answer, Quay, person, reception};

fn take(quay: &Quay, procedure: &str, name: &str) -> String {
    let taken = quay.done(&["receive"], &reception(procedure, name, "015095001234"));
    taken["number"].as_str().expect("a number").to_owned()
}

fn refused(answer: &Answer) -> (i32, &str) {
    (answer.code, answer.err["refusal"].as_str().unwrap_or(""))
}

#[test]
fn a_full_procedure_needs_a_signature_and_a_number_before_its_result() {
    let quay = Quay::training();
    let number = take(&quay, "1.004772", "Đặng Văn Lượng");
    assert_eq!(refused(&quay.run(&["act", &number, "return_result"], "")), (3, "wrong_stage"));
    quay.done(&["act", &number, "forward"], &json!({ "to": "Công chức tư pháp – hộ tịch" }));
    assert_eq!(refused(&quay.run(&["act", &number, "finish"], "")), (3, "not_signed"));
    quay.done(
        &["act", &number, "sign"],
        &json!({ "done_by": "Nguyễn Văn Chủ tịch", "paper_number": "12/GXN" }),
    );
    quay.done(&["act", &number, "number_result"], &json!({ "number": "12/GXN" }));
    quay.done(&["act", &number, "finish"], &json!({ "shelf": "A3" }));
    let end = quay.done(&["act", &number, "return_result"], &Value::Null);
    assert_eq!(end["status"], 10);
    let shown = quay.done(&["show", &number], &Value::Null);
    let signed = shown["timeline"]
        .as_array()
        .and_then(|t| t.iter().find(|e| e["kind"] == "dossier.signed").cloned());
    let signed = signed.expect("the signature stands in the timeline");
    assert_eq!(
        (signed["done_by"].as_str(), signed["recorded_by"].as_str()),
        (Some("Nguyễn Văn Chủ tịch"), Some("Hoàng Thị Nết"))
    );
}

#[test]
fn a_supplement_starts_the_clock_again_and_a_second_one_is_a_supervisors_affair() {
    let quay = Quay::training();
    let input = reception("1.004772", "Đặng Văn Lượng", "015095001234");
    let taken = quay.done(&["receive", "--at", "2026-11-10T09:00:00+07:00"], &input);
    let number = taken["number"].as_str().expect("a number").to_owned();
    let ask = json!({ "components": ["Tờ khai"], "reason": "Thiếu chữ ký" });
    quay.done(&["act", &number, "request_supplement", "--at", "2026-11-11T09:00:00+07:00"], &ask);
    let after = quay.done(
        &["act", &number, "receive_supplement", "--at", "2026-11-16T10:00:00+07:00"],
        &Value::Null,
    );
    assert!(after["due_at"].as_str() > taken["due_at"].as_str(), "the clock restarted: {after}");
    let again = quay
        .done(&["act", &number, "request_supplement", "--at", "2026-11-16T14:00:00+07:00"], &ask);
    let words = again["timeline"]["lines"].to_string();
    assert!(words.contains("đồng ý"), "the second request names who agreed: {words}");
}

#[test]
fn kept_originals_must_go_back_before_the_result_does() {
    let quay = Quay::training();
    let procedure = quay.done(&["procedures", "sao y"], &Value::Null);
    assert_eq!(procedure[0]["code"], "2.000815");
    let mut input = reception("1.004772", "Đặng Văn Lượng", "015095001234");
    input["components"] =
        json!([{ "index": 0, "originals": 1, "state": "received", "keep_original": true }]);
    let number = quay.done(&["receive"], &input)["number"].as_str().expect("a number").to_owned();
    for (action, args) in [
        ("forward", json!({ "to": "Tư pháp" })),
        ("sign", Value::Null),
        ("number_result", json!({ "number": "1" })),
        ("finish", Value::Null),
    ] {
        quay.done(&["act", &number, action], &args);
    }
    assert_eq!(refused(&quay.run(&["act", &number, "return_result"], "")), (3, "originals_kept"));
    quay.done(&["act", &number, "return_result"], &json!({ "originals_returned": true }));
}

#[test]
fn bad_input_is_refused_by_the_path_of_its_field() {
    let quay = Quay::training();
    let good = reception("1.004772", "Đặng Văn Lượng", "015095001234");
    let with = |pointer: &str, value: Value| {
        let mut input = good.clone();
        *input.pointer_mut(pointer).expect("pointer") = value;
        input
    };
    let cases = [
        (with("/procedure", json!("9.999999")), "procedure"),
        (with("/applicant/full_name", json!("  ")), "applicant.full_name"),
        (with("/applicant/id_number", json!("123")), "applicant.id_number"),
        (with("/applicant/phone", json!("không có")), "applicant.phone"),
        (with("/applicant/kind", json!("robot")), "applicant.kind"),
        (
            json!({ "procedure": "1.004772", "applicant": person("A", "015095001234"), "colour": 1 }),
            "colour",
        ),
        (json!({ "procedure": "1.004772" }), "applicant"),
    ];
    for (input, field) in cases {
        let answer = quay.run(&["receive"], &input.to_string());
        assert_eq!(
            (answer.code, answer.err["field"].as_str()),
            (3, Some(field)),
            "{input}: {answer:?}"
        );
    }
    let basket = json!([good, with("/applicant/full_name", json!(""))]);
    let answer = quay.run(&["receive"], &basket.to_string());
    assert_eq!((answer.code, answer.err["field"].as_str()), (3, Some("[1].applicant.full_name")));
    assert_eq!(quay.done(&["search", "dang van luong"], &Value::Null)["total"], 0, "all or none");
}

#[test]
fn names_are_found_without_tone_marks_and_exact_accents_come_first() {
    let quay = Quay::training();
    take(&quay, "1.004772", "Đặng Văn Lượng");
    take(&quay, "1.004772", "Dàng Văn Lương");
    let found = quay.done(&["search", "dang van luong"], &Value::Null);
    assert_eq!(found["total"], 2);
    let found = quay.done(&["search", "Đặng Văn Lượng"], &Value::Null);
    assert_eq!(found["hits"][0]["applicant"], "Đặng Văn Lượng");
    assert_eq!(quay.done(&["search", "0912345678"], &Value::Null)["total"], 2, "by telephone");
    assert_eq!(
        quay.done(&["search", "khai sinh người lớn"], &Value::Null)["total"],
        2,
        "by an alias of the procedure"
    );
}

#[test]
fn documents_come_back_byte_for_byte_and_strange_files_are_refused() {
    let quay = Quay::training();
    let number = take(&quay, "1.004772", "Đặng Văn Lượng");
    let scan = quay.path("to khai.pdf");
    let bytes: Vec<u8> = b"%PDF-1.4\n"
        .iter()
        .copied()
        .chain((0..200_000u32).map(|i| (i * 31 % 251) as u8))
        .collect();
    fs::write(&scan, &bytes).expect("a scan");
    let attached = quay.done(&["attach", &number, "0", scan.to_str().expect("path")], &Value::Null);
    let id = attached[0]["id"].as_str().expect("an id").to_owned();
    let out = quay.path("out.pdf");
    quay.done(&["export", &number, &id, "--out", out.to_str().expect("path")], &Value::Null);
    assert_eq!(fs::read(&out).expect("exported"), bytes);
    let program = quay.path("virus.exe");
    fs::write(&program, b"MZ\x90\0").expect("a program");
    let answer = quay.run(&["attach", &number, "0", program.to_str().expect("path")], "");
    assert_eq!((answer.code, answer.err["field"].as_str()), (3, Some("files[0]")));
    let stranger = quay.run(&["attach", &number, "77", scan.to_str().expect("path")], "");
    assert_eq!((stranger.code, stranger.err["field"].as_str()), (3, Some("component")));
}

#[test]
fn the_printed_slip_says_number_name_procedure_and_date() {
    let quay = Quay::training();
    let taken = quay.done(&["receive"], &reception("1.004772", "Đặng Văn Lượng", "015095001234"));
    let number = taken["number"].as_str().expect("a number").to_owned();
    let pdf = quay.path("slip.pdf");
    quay.done(&["print", "slip", &number, "--out", pdf.to_str().expect("path")], &Value::Null);
    let text = text_of(&pdf);
    for expected in
        [number.as_str(), "Đặng Văn Lượng", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "khai sinh"]
    {
        assert!(text.contains(expected), "the slip says {expected}:\n{text}");
    }
    quay.done(&["print", "slip", &number, "--out", pdf.to_str().expect("path")], &Value::Null);
    assert!(text_of(&pdf).contains("BẢN IN LẠI"), "a second print says so");
}

fn text_of(pdf: &std::path::Path) -> String {
    let output = Command::new("pdftotext")
        .arg("-layout")
        .arg(pdf)
        .arg("-")
        .output()
        .expect("pdftotext (poppler-utils)");
    String::from_utf8(output.stdout).expect("UTF-8")
}
