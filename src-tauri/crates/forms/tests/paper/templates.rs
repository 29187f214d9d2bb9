//! Templates are data: chosen by date, changed without code, refused with every fault named.

use forms::{Paper, acceptance_slip, in_force_on, parse_slip_template, shipped_slip_templates};
use jiff::civil::date;
use serde_json::{Value, json};

use super::reading::Printed;
use super::{birth, created};

const SHIPPED: &str = include_str!("../../../../data/forms/acceptance_slip@2025-09-15.json");

fn shipped() -> Value {
    serde_json::from_str(SHIPPED).expect("it is JSON")
}

/// The paths of all faults found after `change`.
fn faults(change: impl Fn(&mut Value)) -> Vec<String> {
    let mut value = shipped();
    change(&mut value);
    match parse_slip_template(&value.to_string()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.into_iter().map(|fault| fault.path).collect(),
    }
}

#[test]
fn the_template_in_force_is_the_latest_that_took_effect() {
    let mut later = shipped();
    later["pack"]["version"] = json!("2027-03-01.1");
    later["pack"]["effective_from"] = json!("2027-03-01");
    let mut all = shipped_slip_templates().expect("the shipped ones are free of faults");
    all.push(parse_slip_template(&later.to_string()).expect("it is free of faults"));
    let version = |day| in_force_on(&all, day).map(|template| template.version());
    assert_eq!(version(date(2025, 9, 14)), None);
    assert_eq!(version(date(2025, 9, 15)), Some("2025-09-15.1"));
    assert_eq!(version(date(2027, 2, 28)), Some("2025-09-15.1"));
    assert_eq!(version(date(2027, 3, 1)), Some("2027-03-01.1"));
}

#[test]
fn a_label_and_the_order_change_without_code() {
    let mut changed = shipped();
    changed["body"][1]["line"]["label"] = json!("Họ và tên chủ hồ sơ");
    let body = changed["body"].as_array_mut().expect("a list");
    body.swap(1, 3);
    let template = parse_slip_template(&changed.to_string()).expect("it is free of faults");
    let pdf = acceptance_slip(&birth(), &template, Paper::A5, created()).expect("it prints");
    let text = Printed::new(&pdf).flowing();
    let name = text.find("Họ và tên chủ hồ sơ: Đặng Văn Lượng").expect("the new label");
    let address = text.find("Địa chỉ: Số nhà 12").expect("the address");
    assert!(address < name, "the new order");
    assert!(!text.contains("Tiếp nhận hồ sơ của"));
}

#[test]
fn every_fault_is_named_at_once_by_its_path() {
    let found = faults(|value| {
        value["title"] = json!("  ");
        value["copies"] = json!(["Liên 1"]);
        value["notes"][1] = json!("dài ".repeat(100));
        value["head"]["place_date"] = json!("{place}, {dya}");
        value["head"]["colour"] = json!("red");
        value["body"][2]["line"]["field"] = json!("shoe_size");
        value["sheet"]["densities"][0]["text_pt"] = json!("big");
        value["pack"]["effective_from"] = json!("15/09/2025");
    });
    let expected = [
        "pack.effective_from",
        "title",
        "copies",
        "head.colour",
        "head.place_date",
        "body[2].line.field",
        "notes[1]",
        "sheet.densities[0].text_pt",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_template_that_leaves_out_what_a_slip_must_say_is_refused() {
    let without = |kind: &'static str, field: &'static str| {
        faults(move |value| {
            let body = value["body"].as_array_mut().expect("a list");
            body.retain(|block| {
                block[kind].is_null() || (!field.is_empty() && block[kind]["field"] != field)
            });
        })
    };
    assert_eq!(without("line", "due_at"), ["body"]);
    assert_eq!(without("table", ""), ["body"]);
    assert_eq!(without("list", ""), ["body"]);
}

#[test]
fn a_missing_or_mistyped_part_anywhere_is_a_fault_and_never_a_panic() {
    let value = shipped();
    let mut pointers = Vec::new();
    collect("", &value, &mut pointers);
    assert!(pointers.len() > 150);
    for pointer in pointers {
        for wrong in [json!(null), json!([]), json!({}), json!(-7)] {
            let mut spoiled = value.clone();
            let place = spoiled.pointer_mut(&pointer).expect("it is there");
            *place = wrong.clone();
            let faults = parse_slip_template(&spoiled.to_string());
            let allowed = pointer == "/notes" && wrong == json!([]);
            assert!(faults.is_err() || allowed, "{pointer} = {wrong} was taken");
        }
    }
    assert_eq!(parse_slip_template("{").expect_err("no JSON").0[0].path, "$");
}

fn collect(path: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            let path = format!("{path}/{key}");
            into.push(path.clone());
            collect(&path, member, into);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            let path = format!("{path}/{index}");
            into.push(path.clone());
            collect(&path, item, into);
        }),
        _ => {}
    }
}
