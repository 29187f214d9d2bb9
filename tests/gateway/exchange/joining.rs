//! A desk that joins a site late: the dossiers that people ask for tomorrow come before those of all the years.

use super::proxy::{Line, Mode};
use super::{desk, dossiers, show, sync, verified};
use crate::place::Place;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use tests::Quay;

/// Two weeks of a commune, most of them closed.
const DOSSIERS: &str = "900";

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_joins_has_the_open_dossiers_first_and_acts_on_one_before_the_old_are_here() {
    let place = Place::with(|settings| settings.limits.requests_per_minute_max = u32::MAX).await;
    let first = desk(&place, &place.url(""), 1).await;
    first.done(&["demo", "--dossiers", DOSSIERS, "--document-every", "0"], &Value::Null);
    sync(&first);
    let all = dossiers(&first);
    let open: BTreeSet<&String> = all
        .iter()
        .filter(|(_, row)| row["status"] != json!(10))
        .map(|(number, _)| number)
        .collect();
    assert!(open.len() > 100 && open.len() * 2 < all.len(), "{} of {}", open.len(), all.len());

    let line = Line::to(place.serving.address).await;
    let late = desk(&place, &format!("http://{}", line.address), 2).await;
    // The line dies inside the second page.
    line.set(Mode::DeadAfter(60_000));
    assert_ne!(late.run(&["sync", "--once", "--patience", "1"], "").code, 0);
    let came = dossiers(&late);
    assert!(!came.is_empty() && came.len() < open.len(), "{} of {}", came.len(), open.len());
    assert!(came.keys().all(|number| open.contains(number)), "an old dossier came first");
    assert!(unproved(&late) > came.len() as u64, "a dossier has more than one record");

    // What came is there to be worked with, while the rest is on its way.
    let number = came.keys().next().unwrap();
    late.done(&["act", number, "note"], &json!({ "text": "Đã gọi cho công dân" }));
    line.set(Mode::Open);
    until(&late, "fetching_old");
    let here = dossiers(&late);
    assert!(open.iter().all(|number| here.contains_key(*number)), "an open dossier is missing");
    assert!(here.len() < all.len(), "the old ones came before anybody could look");
    verified(&late);

    sync(&late);
    sync(&first);
    for quay in [&first, &late] {
        assert_eq!(standing(&dossiers(quay)), standing(&all));
        assert_eq!(unproved(quay), 0, "every chain has come");
        let shown = show(quay, number).to_string();
        assert!(shown.contains("Đã gọi cho công dân"), "{shown}");
    }
}

/// Number and status of every dossier.
fn standing(dossiers: &BTreeMap<String, Value>) -> BTreeMap<&String, &Value> {
    dossiers.iter().map(|(number, row)| (number, &row["status"])).collect()
}

/// Exchanges until the screen says so, then ends without a word.
fn until(quay: &Quay, headline: &str) {
    let mut command = quay.command(&quay.path("data"), &["sync", "--watch", "--progress", "json"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).any(|line| {
        let view: Value = serde_json::from_str(&line).unwrap();
        view["headline"] == json!(headline)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said, "the screen never said {headline}");
}

/// Records shown whose chain has not come; everything holds together.
fn unproved(quay: &Quay) -> u64 {
    let report = quay.done(&["verify"], &Value::Null);
    assert_eq!((&report["ok"], &report["refuted"]), (&json!(true), &json!([])), "{report}");
    report["unproved"].as_u64().unwrap()
}
