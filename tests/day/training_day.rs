//! A training day: many dossiers over many real procedures, with cases, a basket, late entries and files.

use app::packs::Packs;
use domain::procedure::Reception;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use tests::{Quay, person};

#[test]
fn a_training_day_leaves_a_clean_log_and_every_date_explained() {
    let quay = Quay::training();
    let packs = Packs::shipped(None).expect("shipped packs");
    let usual: Vec<_> = packs
        .procedures
        .procedures
        .iter()
        .filter(|p| p.reception == Reception::Desk && p.superseded_by.is_none())
        .take(40)
        .collect();
    let mut items: Vec<Value> = Vec::new();
    for i in 0..60 {
        let procedure = usual[i % usual.len()];
        let mut item = json!({
            "procedure": procedure.code,
            "applicant": person(&format!("Người Thứ {}", char::from(b'A' + (i % 26) as u8)), &format!("0150950{:05}", i)),
        });
        if procedure.cases.len() > 1 {
            item["case"] = json!(procedure.cases[i % procedure.cases.len()].id);
        }
        items.push(item);
    }
    let (singles, basket) = items.split_at(20);
    let mut taken: Vec<Value> = singles
        .iter()
        .map(|item| quay.done(&["receive", "--at", "2026-11-16T09:00:00+07:00"], item))
        .collect();
    let together = quay.done(&["receive", "--at", "2026-11-16T10:00:00+07:00"], &json!(basket));
    taken.extend(together.as_array().expect("an array").iter().cloned());
    let mut late = items[0].clone();
    late["received_at"] = json!("2026-11-16T07:40:00+07:00");
    late["late_reason"] = json!("Mất điện đầu giờ");
    taken.push(quay.done(&["receive", "--at", "2026-11-16T11:00:00+07:00"], &late));

    let scan = quay.path("scan.jpg");
    fs::write(&scan, b"\xff\xd8\xff\xe0 mot trang quet").expect("a scan");
    for one in taken.iter().take(5) {
        let number = one["number"].as_str().expect("a number");
        quay.done(&["attach", number, "-", scan.to_str().expect("path")], &Value::Null);
    }
    let numbers: BTreeSet<&str> = taken.iter().filter_map(|one| one["number"].as_str()).collect();
    assert_eq!(numbers.len(), 61, "every dossier has a number of its own");
    let mut procedures = BTreeSet::new();
    for number in &numbers {
        let shown = quay.done(&["show", number], &Value::Null);
        procedures.insert(shown["row"]["procedure_code"].as_str().unwrap_or_default().to_owned());
        assert!(
            shown["due"]["steps"].as_array().is_some_and(|steps| !steps.is_empty()),
            "{number} explains its date"
        );
    }
    assert!(procedures.len() >= 30, "{} procedures", procedures.len());
    let verified = quay.done(&["verify"], &Value::Null);
    assert_eq!(
        (verified["ok"].as_bool(), verified["faults"].as_array().map(Vec::len)),
        (Some(true), Some(0))
    );
}
