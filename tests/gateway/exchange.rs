//! Real desks against a real gateway: `quay` as a process on its own encrypted store, entered through the use cases.

mod busy;
mod bytes;
mod clocks;
mod conflict;
mod copied;
mod database;
mod day;
mod full;
mod held;
mod joining;
mod killed;
mod line;
mod portal;
mod program;
mod proxy;
mod restored;
mod secure;
mod versions;

use crate::place::{Place, SITE};
pub use program::{Dice, exchanging, take_in};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::Quay;

/// A desk of the site, enrolled at the gateway that listens at `address`.
async fn desk(place: &Place, address: &str, number: u8) -> Quay {
    let quay = Quay::desk(number, &format!("Cán bộ bàn {number}"));
    let code = place.code(SITE).await;
    let enrolled = quay.done(&["enrol", "--gateway", address, "--code", &code], &Value::Null);
    assert_eq!(enrolled["lane"], json!(true));
    quay
}

/// Exchanges until both sides have the same.
fn sync(quay: &Quay) {
    let done = quay.done(&["sync", "--once"], &Value::Null);
    assert_eq!(done["agreed"], json!(true));
}

/// Every dossier of a desk by its number: what lists show of it.
fn dossiers(quay: &Quay) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut after = String::new();
    loop {
        let mut arguments = vec!["list", "--limit", "200"];
        if !after.is_empty() {
            arguments.extend(["--after", &after]);
        }
        let page = quay.done(&arguments, &Value::Null);
        for row in page["hits"].as_array().unwrap() {
            all.insert(row["number"].as_str().unwrap().to_owned(), row.clone());
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return all,
        }
    }
}

/// A dossier as its page shows it.
fn show(quay: &Quay, number: &str) -> Value {
    quay.done(&["show", number], &Value::Null)
}

/// The log, its signatures and everything shown from it hold together.
fn verified(quay: &Quay) {
    let report = quay.done(&["verify"], &Value::Null);
    assert_eq!(report["ok"], json!(true), "{report}");
}
