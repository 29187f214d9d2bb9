//! The boundary as the web view sees it: JSON in, JSON out, on a real store, without a display.

mod copies;
mod exchange;

use super::all;
use crate::desk::Desk;
use crate::events::{Told, Topic};
use app::Places;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{
    INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets,
};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager, WebviewWindow, WebviewWindowBuilder};
use tempfile::TempDir;

/// Everything that the screens were promised.
const CONTRACT: &str = "
    boot_state units_search first_run recovery_key_confirm recovery_sheet_pdf recovery_key_new unlock restore_from passphrase_set store_reopen
    session officer_switch officer_add status_bar
    procedure_search procedure_view
    card_read person_known id_number_check person_search date_read
    reception_preview reception_accept draft_save draft_load draft_discard drafts
    slip_pdf slip_print slip_reprint sheet_print printers printer_choose print_jobs print_retry pad_print
    dossier_open dossier_act
    files_attach file_bytes file_replace file_export watch_folder watch_folder_set
    portal_queue portal_open portal_accept portal_enter
    return_lookup return_results signature_sheet_pdf shelf_set called_set
    search list counts scan_resolve
    review_list procedure_reviewed backup_place_set backup_now backup_view verify_now calendar_year pack_import
    fees_view fee_set cancel
    exchange_view exchange_lines enrol send_now pause_sending proof_pdf file_fetch sync_states unsent_list held_list conflict_list conflict_show";

#[test]
fn every_command_of_the_contract_is_there() {
    let window = Window::open();
    let missing: Vec<&str> = CONTRACT
        .split_whitespace()
        .filter(|command| {
            let answer = window.ask(command, json!({}));
            answer.is_err_and(|error| error.to_string().contains("not found"))
        })
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_command_that_nobody_registered_is_noticed() {
    let answer = Window::open().ask("dossier_shred", json!({}));
    assert!(answer.is_err_and(|error| error.to_string().contains("not found")));
}

#[test]
fn an_empty_folder_asks_for_a_first_run() {
    let boot = Window::open().ask("boot_state", json!({})).unwrap();
    assert_eq!(boot["state"], "first_run");
    assert_eq!(boot["fault"], Value::Null);
}

#[test]
fn before_the_first_run_a_commune_is_found_by_its_former_name_and_the_office_is_closed() {
    let window = Window::open();
    let units = window.ask("units_search", json!({ "text": "yen bai" })).unwrap();
    assert_eq!(units[0]["code"], "04252");
    let error = window.ask("session", json!({})).unwrap_err();
    assert_eq!(error["kind"], "locked");
}

#[test]
fn a_first_run_opens_the_desk_and_gives_a_recovery_key_that_is_typed_back() {
    let window = Window::open();
    let key = window.first_run();
    let groups: Vec<&str> =
        key["groups"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(groups.len(), 9);
    assert!(!window.ask("recovery_sheet_pdf", json!({})).unwrap().as_str().unwrap().is_empty());
    window.ask("recovery_key_confirm", json!({ "typed": groups.join(" ") })).unwrap();
    let boot = window.ask("boot_state", json!({})).unwrap();
    assert_eq!((&boot["state"], &boot["recovery_confirmed"]), (&json!("ready"), &json!(true)));
    let error = window.ask("recovery_sheet_pdf", json!({})).unwrap_err();
    assert_eq!(error["kind"], "not_found", "a confirmed key must be known to its sheet alone");
}

#[test]
fn a_refused_first_run_names_the_field_and_the_folder_stays_empty() {
    let window = Window::open();
    let error = window.ask("first_run", json!({ "input": first_run("short") })).unwrap_err();
    assert_eq!(
        (&error["kind"], &error["refusal"]["field"]),
        (&json!("refused"), &json!("passphrase"))
    );
    assert_eq!(window.ask("boot_state", json!({})).unwrap()["state"], "first_run");
}

#[test]
fn a_dossier_taken_in_is_told_to_the_screens_and_found_again() {
    let window = Window::open();
    window.first_run();
    let accepted = window.accept("Đặng Văn Lượng");
    let number = accepted[0]["number"].as_str().unwrap();
    assert!(window.hears(Topic::Dossiers), "lists on the screen would stay old");
    let found = window.search("dang van luong");
    assert_eq!(found["hits"][0]["number"], number);
    let dossier = window.ask("dossier_open", json!({ "idOrNumber": number })).unwrap();
    assert_eq!(dossier["applicant"]["full_name"], "Đặng Văn Lượng");
}

#[test]
fn accepting_discards_the_draft_that_it_came_from() {
    let window = Window::open();
    window.first_run();
    let draft = json!({ "slot": "reception-1", "json": "{\"title\":\"Lượng\"}" });
    window.ask("draft_save", draft).unwrap();
    let items = json!([window.item("Đặng Văn Lượng")]);
    let input = json!({ "items": items, "draftSlot": "reception-1" });
    window.ask("reception_accept", input).unwrap();
    assert_eq!(window.ask("drafts", json!({})).unwrap(), json!([]));
}

#[test]
fn a_wrong_field_is_refused_with_its_path_and_nothing_is_taken_in() {
    let window = Window::open();
    window.first_run();
    let mut item = window.item("Đặng Văn Lượng");
    item["applicant"]["birth_date"] = json!("31/02/1990");
    let error = window.ask("reception_accept", json!({ "items": [item] })).unwrap_err();
    assert_eq!(error["kind"], "refused");
    let field = error["refusal"]["field"].as_str().unwrap();
    assert!(field.ends_with("applicant.birth_date"), "{field}");
    assert_eq!(window.search("luong")["hits"], json!([]));
}

#[test]
fn a_desk_given_back_is_locked_and_opens_again_with_its_passphrase() {
    let window = Window::open();
    window.first_run();
    window.accept("Đặng Văn Lượng");
    let window = window.again();
    assert_eq!(window.ask("boot_state", json!({})).unwrap()["state"], "locked");
    let wrong = json!({ "secret": { "kind": "passphrase", "text": "quên mất rồi" } });
    assert_eq!(window.ask("unlock", wrong).unwrap_err()["refusal"]["field"], "text");
    let right = json!({ "secret": { "kind": "passphrase", "text": PASSPHRASE } });
    // A task of the closed window may hold the store's lock a moment longer.
    let unlocked =
        || window.ask("unlock", right.clone()).is_ok_and(|boot| boot["state"] == "ready");
    assert!(window.waits_until(unlocked));
    assert_eq!(window.search("luong")["hits"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_committed_reaches_the_second_place_by_itself() {
    let window = Window::open();
    window.first_run();
    let place = window.folder.path().join("second");
    window.ask("backup_place_set", json!({ "path": place })).unwrap();
    let before = segments(&place);
    window.accept("Đặng Văn Lượng");
    assert!(window.waits_until(|| segments(&place) > before), "no segment within ten seconds");
}

#[test]
fn a_second_place_that_went_away_is_told_in_the_status_bar() {
    let window = Window::open();
    window.first_run();
    let place = window.folder.path().join("second");
    window.ask("backup_place_set", json!({ "path": place })).unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    window.accept("Đặng Văn Lượng");
    let told = || {
        let bar = window.ask("status_bar", json!({})).unwrap();
        bar["backup"]["words"].as_str().is_some_and(|words| words.contains("nơi sao lưu từ"))
    };
    assert!(window.waits_until(told), "nobody would know that the mirror stands still");
}

#[test]
fn a_scan_that_appears_in_the_watched_folder_is_told() {
    let window = Window::open();
    window.first_run();
    let folder = window.folder.path().join("scans");
    std::fs::create_dir(&folder).unwrap();
    window.ask("watch_folder_set", json!({ "path": folder })).unwrap();
    std::fs::write(folder.join("scan.pdf"), b"%PDF-1.7").unwrap();
    assert!(window.hears(Topic::Watch));
    let seen = window.ask("watch_folder", json!({})).unwrap();
    assert_eq!(
        (&seen["files"][0]["name"], &seen["files"][0]["refused"]),
        (&json!("scan.pdf"), &Value::Null)
    );
}

#[test]
fn a_copy_is_tried_and_then_restored_on_an_empty_machine() {
    let old = Window::open();
    old.first_run();
    old.accept("Đặng Văn Lượng");
    let place = tempfile::tempdir().unwrap();
    old.ask("backup_place_set", json!({ "path": place.path() })).unwrap();
    old.ask("backup_now", json!({})).unwrap();

    let new = Window::open();
    let restore = |text: &str, trial: bool| {
        let secret = json!({ "kind": "passphrase", "text": text });
        new.ask("restore_from", json!({ "path": place.path(), "secret": secret, "trial": trial }))
    };
    let wrong = restore("không phải mật khẩu này", false).unwrap_err();
    assert_eq!(wrong["refusal"]["field"], "text");
    assert_eq!(restore(PASSPHRASE, true).unwrap()["ok"], true);
    assert_eq!(new.ask("boot_state", json!({})).unwrap()["state"], "first_run", "only tried");
    assert_eq!(restore(PASSPHRASE, false).unwrap()["ok"], true);
    let boot = new.ask("boot_state", json!({})).unwrap();
    assert_eq!((&boot["state"], boot["restored"].is_null()), (&json!("ready"), false));
    assert_eq!(new.search("dang van luong")["total"], 1);
    let again = restore(PASSPHRASE, false).unwrap_err();
    assert_eq!(again["refusal"]["code"], "data_occupied", "a store at work is never replaced");
}

#[test]
fn a_store_that_cannot_be_opened_is_put_aside_when_its_copy_comes_back() {
    let window = Window::open();
    window.first_run();
    window.accept("Đặng Văn Lượng");
    let place = tempfile::tempdir().unwrap();
    window.ask("backup_place_set", json!({ "path": place.path() })).unwrap();
    window.ask("backup_now", json!({})).unwrap();
    let folder = window.folder.clone();
    drop(window);
    std::fs::remove_dir_all(folder.path().join("data/keys")).unwrap();

    let window = Window::on(folder.clone());
    let boot = window.ask("boot_state", json!({})).unwrap();
    assert_eq!(boot["fault"]["code"], "key_missing");
    let secret = json!({ "kind": "passphrase", "text": PASSPHRASE });
    let input = json!({ "path": place.path(), "secret": secret, "trial": false });
    assert_eq!(window.ask("restore_from", input).unwrap()["ok"], true);
    assert_eq!(window.search("dang van luong")["total"], 1);
    let entries = std::fs::read_dir(folder.path()).unwrap().flatten();
    let aside = entries.filter(|entry| entry.file_name().to_string_lossy().contains("-hong-"));
    assert_eq!(aside.count(), 1, "what could not be opened is kept beside");
}

#[test]
fn a_new_passphrase_opens_the_desk_from_then_on() {
    let window = Window::open();
    window.first_run();
    let short = window.ask("passphrase_set", json!({ "passphrase": "ngắn" })).unwrap_err();
    assert_eq!(short["refusal"]["field"], "passphrase");
    window.ask("passphrase_set", json!({ "passphrase": "một mật khẩu khác hẳn" })).unwrap();
    let window = window.again();
    let secret = json!({ "kind": "passphrase", "text": "một mật khẩu khác hẳn" });
    assert_eq!(window.ask("unlock", json!({ "secret": secret })).unwrap()["state"], "ready");
}

const PASSPHRASE: &str = "một cửa liên thông";

/// A window on a folder of its own, and what it was told.
struct Window {
    app: App<MockRuntime>,
    webview: WebviewWindow<MockRuntime>,
    told: Mutex<Receiver<Told>>,
    folder: Arc<TempDir>,
}

impl Window {
    fn open() -> Self {
        Self::on(Arc::new(tempfile::tempdir().unwrap()))
    }

    fn on(folder: Arc<TempDir>) -> Self {
        let (say, told) = channel();
        let say = Mutex::new(say);
        let voice = Arc::new(move |what| {
            // A window that was closed hears nothing more.
            let _ = say.lock().unwrap().send(what);
        });
        let places =
            Places { data: folder.path().join("data"), state: folder.path().join("state") };
        let desk = Desk::new(places, voice);
        let app = mock_builder()
            .invoke_handler(all().invoke_handler())
            .manage(desk.clone())
            .build(mock_context(noop_assets()))
            .unwrap();
        desk.open(None);
        let webview = WebviewWindowBuilder::new(&app, "main", Default::default()).build().unwrap();
        Self { app, webview, told: Mutex::new(told), folder }
    }

    /// The same folder after the program was closed and started again.
    fn again(self) -> Self {
        let folder = self.folder.clone();
        drop(self);
        let window = Self::on(folder);
        // A task that was just at work gives the store back a moment later.
        let opened = || window.ask("store_reopen", json!({})).unwrap()["state"] != "fault";
        assert!(window.waits_until(opened), "the store was not given back");
        window
    }

    fn ask(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.into(),
        };
        get_ipc_response(&self.webview, request).map(|body| body.deserialize().unwrap())
    }

    fn first_run(&self) -> Value {
        self.ask("first_run", json!({ "input": first_run(PASSPHRASE) })).unwrap()
    }

    fn accept(&self, applicant: &str) -> Value {
        let items = json!([self.item(applicant)]);
        self.ask("reception_accept", json!({ "items": items })).unwrap()
    }

    /// A dossier with every paper the first case of the procedure asks for.
    fn item(&self, applicant: &str) -> Value {
        let view = self.ask("procedure_view", json!({ "code": PROCEDURE })).unwrap();
        let case = &view["cases"][0];
        let components: Vec<Value> =
            case["components"].as_array().unwrap().iter().map(received).collect();
        json!({
            "procedure": PROCEDURE, "case": case["id"],
            "applicant": {
                "kind": "person", "full_name": applicant, "id_kind": "can_cuoc", "id_number": "015090000017",
                "id_note": null, "birth_date": "1990-03-02", "sex": "male", "phone": "0912345678", "email": null,
                "address": "Tổ 5, phường Yên Bái",
            },
            "submitter": null, "registered": [], "components": components, "sets": 1,
            "channel": "direct", "return_method": "desk", "return_address": null,
            "received_at": null, "late_reason": null, "approved_by": null, "reserved_number": null,
            "queue_ticket": null, "fee_amount_vnd": null, "fee_basis": null, "note": null,
        })
    }

    fn search(&self, text: &str) -> Value {
        let filter = json!({
            "status": null, "lateness": null, "procedure": null, "received_from": null, "received_to": null,
            "due_before": null, "officer": null,
        });
        self.ask("search", json!({ "text": text, "filter": filter, "limit": 20 })).unwrap()
    }

    /// Whether the window is told of `topic`, waiting ten seconds at most.
    fn hears(&self, topic: Topic) -> bool {
        let told = self.told.lock().unwrap();
        std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(10)).ok())
            .any(|told| matches!(told, Told::Changed(changed) if changed.topics.contains(&topic)))
    }

    /// Waits until a task is told of.
    fn hears_progress(&self, task: &str) {
        let told = self.told.lock().unwrap();
        let mut heard = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(10)).ok());
        let heard =
            heard.any(|told| matches!(told, Told::Progress(progress) if progress.task == task));
        assert!(heard, "nobody is told of {task}");
    }

    /// Asks again at every event until it holds; false after ten seconds of silence.
    fn waits_until(&self, holds: impl Fn() -> bool) -> bool {
        let told = self.told.lock().unwrap();
        for _ in 0..200 {
            if holds() {
                return true;
            }
            let _ = told.recv_timeout(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.app.state::<Desk>().leave();
    }
}

/// Xác nhận tình trạng hôn nhân.
const PROCEDURE: &str = "1.004873";

fn received(component: &Value) -> Value {
    json!({
        "index": component["index"], "label": null,
        "originals": component["originals"], "certified": component["certified"], "copies": component["copies"],
        "state": "received", "scan": "not_scanned", "keep_original": false,
    })
}

fn first_run(passphrase: &str) -> Value {
    json!({
        "site": "04252", "desk": 1, "officer": "Hoàng Thị Nết", "agency_code": null,
        "passphrase": passphrase, "training": false,
    })
}

fn segments(place: &Path) -> usize {
    std::fs::read_dir(place.join("quay-segments")).map_or(0, |entries| {
        entries
            .flatten()
            .map(|entry| {
                if entry.path().is_dir() {
                    std::fs::read_dir(entry.path()).map_or(0, Iterator::count)
                } else {
                    1
                }
            })
            .sum()
    })
}
