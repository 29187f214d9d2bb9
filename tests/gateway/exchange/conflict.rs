//! Two desks write one dossier without knowing of each other: both are kept, a supervisor decides, all desks end alike.

use super::{desk, show, sync, verified};
use crate::place::Place;
use serde_json::{Value, json};
use tests::{Quay, reception};

#[tokio::test(flavor = "multi_thread")]
async fn what_two_desks_wrote_apart_is_kept_and_settled_by_a_supervisor() {
    let place = Place::embedded().await;
    let (first, second) =
        (desk(&place, &place.url(""), 1).await, desk(&place, &place.url(""), 2).await);
    let number = taken_in(&first);
    everywhere(&[&first, &second]);

    correct(&first, &number, json!({ "phone": "0911111111", "reason": "Công dân đọc lại" }));
    correct(&second, &number, json!({ "phone": "0922222222", "reason": "Công dân gọi điện" }));
    correct(&second, &number, json!({ "email": "a@example.vn", "reason": "Công dân gọi điện" }));
    everywhere(&[&first, &second]);

    let sides = conflict(&first, &number);
    assert_eq!(sides, conflict(&second, &number), "both desks show the same question");
    assert_eq!(show(&first, &number)["sync"]["code"], "conflict");
    let field = &sides["fields"][0];
    assert_eq!(sides["fields"].as_array().unwrap().len(), 1, "{sides}");
    let values: Vec<&str> = field["sides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side["value"].as_str().unwrap())
        .collect();
    assert!(values.contains(&"0911111111") && values.contains(&"0922222222"), "{values:?}");
    let officers: Vec<&str> = field["sides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side["done_by"].as_str().unwrap())
        .collect();
    assert!(
        officers.contains(&"Cán bộ bàn 1") && officers.contains(&"Cán bộ bàn 2"),
        "a desk forgot who sits there when the other's officers came: {officers:?}"
    );
    assert_eq!(show(&first, &number)["applicant"]["email"], "a@example.vn", "merged by itself");

    let stands =
        field["sides"][values.iter().position(|value| *value == "0922222222").unwrap()]["record"]
            .clone();
    let settled = json!({
        "fields": [{ "field": field["field"], "stands": stands }], "reason": "Đã gọi lại cho công dân",
    });
    second.done(&["conflicts", "resolve", &number], &settled);
    everywhere(&[&second, &first]);
    for quay in [&first, &second] {
        assert_eq!(quay.done(&["conflicts", "list"], &Value::Null), json!([]));
        assert_eq!(show(quay, &number)["applicant"]["phone"], "0922222222");
        verified(quay);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_step_over_a_conflict_does_not_close_it() {
    let place = Place::embedded().await;
    let (first, second) =
        (desk(&place, &place.url(""), 1).await, desk(&place, &place.url(""), 2).await);
    let number = taken_in(&first);
    everywhere(&[&first, &second]);
    first.done(&["act", &number, "forward"], &json!({ "to": "Tư pháp" }));
    second.done(&["act", &number, "withdraw"], &json!({ "reason": "Công dân rút hồ sơ" }));
    everywhere(&[&first, &second]);
    first.done(&["act", &number, "note"], &json!({ "text": "Đã gọi cho công dân" }));
    everywhere(&[&first, &second]);
    for quay in [&first, &second] {
        let open = quay.done(&["conflicts", "list"], &Value::Null);
        assert_eq!(open[0]["number"], json!(number), "still open");
        verified(quay);
    }
}

fn taken_in(quay: &Quay) -> String {
    let input = reception("1.004772", "Đặng Văn Lượng", "015095001234");
    quay.done(&["receive"], &input)["number"].as_str().unwrap().to_owned()
}

fn correct(quay: &Quay, number: &str, what: Value) {
    quay.done(&["act", number, "correct"], &what);
}

fn conflict(quay: &Quay, number: &str) -> Value {
    let mut shown = quay.done(&["conflicts", "show", number], &Value::Null);
    shown["row"] = Value::Null;
    shown
}

/// Everybody sends, then everybody has heard of it.
fn everywhere(desks: &[&Quay]) {
    desks.iter().chain(desks).for_each(|quay| sync(quay));
}
