//! The exchange with a real gateway, from the window's side.

use super::{PASSPHRASE, Window};
use crate::events::{Told, Topic};
use gateway::{Serving, Settings, serve};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use tauri::async_runtime::block_on;
use tempfile::TempDir;

#[test]
fn a_desk_that_is_not_enrolled_works_and_says_so() {
    let window = Window::open();
    window.first_run();
    let view = window.ask("exchange_view", json!({})).unwrap();
    assert_eq!((&view["headline"], &view["tasks"]), (&json!("not_enrolled"), &json!(0)));
    assert_eq!(window.ask("send_now", json!({})).unwrap_err()["kind"], "not_found");
    for list in ["unsent_list", "held_list", "conflict_list"] {
        assert_eq!(window.ask(list, json!({})).unwrap(), json!([]), "{list}");
    }
}

#[test]
fn a_refused_enrolment_names_its_field_and_changes_nothing() {
    let window = Window::open();
    window.first_run();
    let refused = |address: &str, certificates: Value| {
        let asked =
            json!({ "address": address, "certificates": certificates, "code": "7KQ2-M4XD" });
        window.ask("enrol", asked).unwrap_err()["refusal"]["field"].clone()
    };
    assert_eq!(refused("http://motcua.example.vn", Value::Null), "gateway");
    assert_eq!(refused("http://127.0.0.1:9", Value::Null), "gateway", "nobody answers there");
    assert_eq!(refused("https://127.0.0.1:9", json!("/nowhere/ca.pem")), "ca");
    assert_eq!(window.ask("exchange_view", json!({})).unwrap()["enrolled"], json!(false));
}

#[test]
fn an_enrolled_desk_exchanges_from_its_opening_to_its_closing() {
    let province = Province::open();
    let window = Window::open();
    window.first_run();
    window.accept("Đặng Văn Lượng");
    let enrolled = window.ask("enrol", province.enrolment()).unwrap();
    assert_eq!(enrolled["enrolled"], json!(true));
    assert!(window.waits_until(|| window.has_sent_all()), "{}", window.exchange());

    // The store is given back although the exchange held the office, and the next start sends by itself.
    let window = window.again();
    let secret = json!({ "kind": "passphrase", "text": PASSPHRASE });
    window.ask("unlock", json!({ "secret": secret })).unwrap();
    let id = window.accept("Giàng A Sử")[0]["id"].clone();
    let state = || window.ask("sync_states", json!({ "ids": [id] })).unwrap()[0]["code"].clone();
    assert!(window.waits_until(|| state() == "received"), "{} {}", state(), window.exchange());
}

#[test]
fn a_pause_holds_work_back_until_somebody_sends_on() {
    let province = Province::open();
    let window = Window::open();
    window.first_run();
    window.ask("enrol", province.enrolment()).unwrap();
    assert!(window.waits_until(|| window.has_sent_all()), "{}", window.exchange());
    window.ask("pause_sending", json!({ "paused": true })).unwrap();
    assert!(window.waits_until(|| window.exchange()["headline"] == "paused"));
    window.accept("Đặng Văn Lượng");
    assert!(window.waits_until(|| window.exchange()["records_unsent"] != json!(0)));
    let unsent = window.ask("unsent_list", json!({})).unwrap();
    assert_eq!(unsent[0]["applicant"], "Đặng Văn Lượng");
    window.ask("pause_sending", json!({ "paused": false })).unwrap();
    assert!(window.waits_until(|| window.has_sent_all()), "{}", window.exchange());
    assert_eq!(window.ask("unsent_list", json!({})).unwrap(), json!([]));
}

#[test]
fn the_screens_are_told_of_the_exchange_a_few_times_a_second_at_most() {
    let province = Province::open();
    let window = Window::open();
    window.first_run();
    (0..12).for_each(|_| drop(window.accept("Đặng Văn Lượng")));
    window.told_so_far();
    let began = Instant::now();
    window.ask("enrol", province.enrolment()).unwrap();
    while !window.has_sent_all() {
        std::thread::yield_now();
        assert!(began.elapsed() < Duration::from_secs(30), "{}", window.exchange());
    }
    let told = window.told_so_far();
    let of_exchange = |told: &&Told| matches!(told, Told::Changed(changed) if changed.topics.contains(&Topic::Sync));
    let times = told.iter().filter(of_exchange).count();
    let quarters = usize::try_from(began.elapsed().as_millis() / 250).unwrap();
    assert!(times >= 1, "the status bar would stay old");
    assert!(times <= quarters + 1, "told {times} times in {quarters} quarters of a second");
}

/// A gateway with its ledger in a folder that goes with it.
struct Province {
    serving: Serving,
    _folder: TempDir,
}

impl Province {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::embedded(folder.path(), [9; 32]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let serving = block_on(serve(&settings, listener)).unwrap();
        block_on(serving.gateway.add_site("04252", "phường Yên Bái")).unwrap().unwrap();
        Self { serving, _folder: folder }
    }

    fn enrolment(&self) -> Value {
        let life = Duration::from_secs(3_600);
        let code = block_on(self.serving.gateway.enrolment_code("04252", life)).unwrap().unwrap();
        let address = format!("http://{}", self.serving.address);
        json!({ "address": address, "certificates": null, "code": code })
    }
}

impl Window {
    fn exchange(&self) -> Value {
        self.ask("exchange_view", json!({})).unwrap()
    }

    fn has_sent_all(&self) -> bool {
        let view = self.exchange();
        view["headline"] == "sent_all" && !view["receipt_at"].is_null()
    }

    fn told_so_far(&self) -> Vec<Told> {
        self.told.lock().unwrap().try_iter().collect()
    }
}
