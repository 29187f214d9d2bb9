//! A desk that was put back from an old copy, and a folder that was copied whole: nobody uses a place in a log or a number
//! twice, and what the copy lacks comes back from the gateway.

use super::{desk, dossiers, show, sync, verified};
use crate::place::{Place, SITE};
use protocol::receipt::hex;
use serde_json::{Value, json};
use std::process::Command;
use tests::{Quay, reception};

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_put_back_from_an_old_copy_gets_what_it_lacks_and_gives_numbers_of_its_own() {
    let place = Place::embedded().await;
    let lost = desk(&place, &place.url(""), 1).await;
    let in_the_copy = take_in(&lost, 1);
    let copies = lost.path("copies");
    std::fs::create_dir(&copies).unwrap();
    lost.done(&["backup", "--to", copies.to_str().unwrap()], &Value::Null);
    let after_the_copy = take_in(&lost, 2);
    sync(&lost);

    let again = Quay::new();
    again.done(&["restore", "--from", copies.to_str().unwrap()], &Value::Null);
    let refused = again.run(&["sync", "--once"], "");
    assert_eq!((refused.code, refused.err["refusal"].as_str()), (3, Some("not_enrolled")));
    let code = place.code(SITE).await;
    let enrolled =
        again.done(&["enrol", "--gateway", &place.url(""), "--code", &code], &Value::Null);
    assert_eq!(
        enrolled["lane"],
        json!(false),
        "the lane stays the lost machine's until the province says so"
    );
    let before_it_heard = take_in(&again, 3);
    assert!(
        before_it_heard.contains("TẠM")
            || show(&again, &before_it_heard)["row"]["provisional"] == json!(true)
    );
    sync(&again);
    sync(&again);
    let mut all = vec![in_the_copy, after_the_copy, before_it_heard];
    all.sort();
    assert_eq!(dossiers(&again).into_keys().collect::<Vec<_>>(), all);
    let other = desk(&place, &place.url(""), 2).await;
    sync(&other);
    assert_eq!(dossiers(&other).into_keys().collect::<Vec<_>>(), all);
    verified(&again);
    verified(&other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_machine_that_was_found_again_goes_on_as_another_one_and_its_work_waits_for_a_supervisor()
 {
    let place = Place::embedded().await;
    let found = desk(&place, &place.url(""), 1).await;
    let before = take_in(&found, 1);
    sync(&found);
    let devices = place.gateway().devices(SITE).await.unwrap().unwrap();
    let device = devices.as_array().unwrap().iter().find(|device| device["desk"] == 1).unwrap();
    let device = hex::read(device["device"].as_str().unwrap()).unwrap();
    let revoked = place.gateway().revoke(device, "Máy bị mất").await.unwrap().unwrap();
    let accepted = revoked["revoked_after"].as_u64().unwrap();
    let unaware = take_in(&found, 2);

    let code = place.code(SITE).await;
    let url = place.url("");
    let enrol = ["enrol", "--gateway", &url, "--code", &code];
    let refused = found.run(&enrol, "");
    assert_eq!((refused.code, refused.err["refusal"].as_str()), (3, Some("device_revoked")));
    let enrolled = found.done(&enrol, &Value::Null);
    assert_eq!(enrolled["lane"], json!(false), "another machine may sit at that desk by now");
    let after = take_in(&found, 3);
    assert_eq!(show(&found, &after)["row"]["provisional"], json!(true));
    sync(&found);
    sync(&found);
    verified(&found);

    let mut seq = accepted;
    while place.gateway().adopt(device, seq + 1).await.unwrap().is_ok() {
        seq += 1;
    }
    assert!(seq > accepted, "what the machine wrote after it was lost never came to the gateway");
    let other = desk(&place, &url, 2).await;
    let mut all = vec![before, unaware, after];
    all.sort();
    for quay in [&found, &other] {
        sync(quay);
        assert_eq!(dossiers(quay).into_keys().collect::<Vec<_>>(), all);
        verified(quay);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_copied_whole_is_told_that_it_is_not_the_newest_and_changes_nothing_at_the_gateway()
 {
    let place = Place::embedded().await;
    let living = desk(&place, &place.url(""), 1).await;
    take_in(&living, 1);
    sync(&living);
    let twin = Quay::new();
    for folder in ["data", "state"] {
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(living.path(folder)).arg(twin.path(folder));
        assert!(copy.status().unwrap().success());
    }
    take_in(&living, 2);
    sync(&living);
    let kept = dossiers(&living);
    take_in(&twin, 3);
    let told = twin.run(&["sync", "--once"], "");
    assert_eq!(told.code, 4, "{told:?}");
    assert_eq!(told.out["headline"], "needs_person", "{told:?}");
    let codes: Vec<&str> = told.out["needs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|need| need["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"not_the_newest") || codes.contains(&"stopped"), "{codes:?}");

    let other = desk(&place, &place.url(""), 2).await;
    sync(&living);
    sync(&other);
    assert_eq!(dossiers(&other).keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    verified(&living);
}

fn take_in(quay: &Quay, n: u32) -> String {
    let input = reception("1.004772", "Đặng Văn Lượng", &format!("01509500{n:04}"));
    quay.done(&["receive"], &input)["number"].as_str().unwrap().to_owned()
}
