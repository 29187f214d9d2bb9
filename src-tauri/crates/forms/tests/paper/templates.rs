//! Templates are data: chosen by date, changed without code, refused with every fault named.

use forms::{Paper, acceptance_slip, in_force_on, parse_slip_template, shipped_slip_templates};
use jiff::civil::date;
use serde_json::{Value, json};

use super::reading::Printed;
use super::{birth, created};

const SHIPPED: &str = include_str!("../../../../data/forms/acceptance_slip@2025-09-15.json");

const SCHEMA: &str = include_str!("../../../../data/forms/acceptance_slip.schema.json");

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

#[test]
fn the_published_schema_and_the_shipped_template_know_the_same_keys() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("it is JSON");
    let mut unknown = Vec::new();
    same_keys(&shipped(), &schema, &schema, "$", &mut unknown);
    assert_eq!(unknown, Vec::<String>::new());
    // The schema is for whoever edits a template; the parser has the last word. What the schema
    // demands, the parser must demand too.
    for key in schema["required"].as_array().expect("a list") {
        let key = key.as_str().expect("a name").to_owned();
        let missing = faults(|value| {
            value.as_object_mut().expect("an object").remove(&key);
        });
        assert!(missing.iter().any(|path| path.starts_with(&key)), "{key} may be missing");
    }
}

/// Writes down every key that only one of the two has.
fn same_keys(value: &Value, schema: &Value, root: &Value, path: &str, into: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(&reference[1..]).expect("the reference leads somewhere");
        return same_keys(value, target, root, path, into);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let has_its_keys = |choice: &&Value| {
            choice["required"].as_array().is_some_and(|keys| {
                keys.iter().all(|key| !value[key.as_str().unwrap_or("")].is_null())
            })
        };
        match choices.iter().find(has_its_keys) {
            Some(choice) => same_keys(value, choice, root, path, into),
            None => into.push(format!("{path}: no choice fits")),
        }
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match schema["properties"].get(key) {
                    Some(schema) => same_keys(member, schema, root, &format!("{path}.{key}"), into),
                    None => into.push(format!("{path}.{key}: not in the schema")),
                }
            }
            for key in schema["required"].as_array().into_iter().flatten() {
                if members.get(key.as_str().unwrap_or("")).is_none() {
                    into.push(format!("{path}: {key} is missing"));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                same_keys(item, &schema["items"], root, &format!("{path}[{index}]"), into);
            }
        }
        _ => {}
    }
}
