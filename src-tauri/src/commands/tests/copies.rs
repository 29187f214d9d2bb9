//! Copies that are made, stopped, and waited for at closing.

use super::Window;
use crate::closing;
use crate::desk::Desk;
use crate::events::Told;
use serde_json::{Value, json};
use std::path::Path;
use std::thread;
use std::time::Duration;
use tauri::Manager;

#[test]
fn closing_makes_a_proven_copy_of_what_was_not_copied_and_then_lets_the_window_go() {
    let window = Window::open();
    window.first_run();
    let place = window.folder.path().join("second");
    window.ask("backup_place_set", json!({ "path": place })).unwrap();
    window.ask("backup_now", json!({})).unwrap();
    window.accept("Đặng Văn Lượng");
    closing::begin(window.app.state::<Desk>().inner());
    let told = window.told.lock().unwrap();
    let mut heard = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(60)).ok());
    let is_closing =
        |told: &Told| matches!(told, Told::Progress(progress) if progress.task == "closing");
    assert!(heard.any(|told| is_closing(&told)), "the officer would not know what is waited for");
    assert!(heard.any(|told| told == Told::Leave), "the window would never close");
    let copies = window.ask("backup_view", json!({})).unwrap();
    assert_eq!(copies["history"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_copy_that_is_stopped_is_told_from_one_that_failed_and_leaves_nothing() {
    let window = Window::open();
    window.first_run();
    let place = window.folder.path().join("second");
    window.ask("backup_place_set", json!({ "path": place })).unwrap();
    let desk = window.app.state::<Desk>().inner().clone();
    let mirror_at_work = desk.second_place();
    let copying = thread::spawn({
        let (desk, office) = (desk.clone(), desk.office().unwrap());
        move || desk.copy(&office, "backup")
    });
    window.hears_progress("backup");
    window.ask("cancel", json!({ "task": "backup" })).unwrap();
    drop(mirror_at_work);
    let stopped = copying.join().unwrap().unwrap_err();
    assert!(stopped.is_stopped(), "{stopped}");
    assert_eq!(archives(&place), 0);
    assert_eq!(window.ask("backup_view", json!({})).unwrap()["last_try"], Value::Null);
    window.ask("cancel", json!({ "task": "backup" })).unwrap();
    window.ask("backup_now", json!({})).unwrap();
    assert_eq!(archives(&place), 1, "an earlier stop must not stop the next copy");
}

#[test]
fn closing_at_once_stops_the_copy_and_leaves_no_half_of_it() {
    let window = Window::open();
    window.first_run();
    let place = window.folder.path().join("second");
    window.ask("backup_place_set", json!({ "path": place })).unwrap();
    let desk = window.app.state::<Desk>().inner().clone();
    let mirror_at_work = desk.second_place();
    closing::begin(&desk);
    window.hears_progress("closing");
    window.ask("cancel", json!({ "task": "closing" })).unwrap();
    drop(mirror_at_work);
    let told = window.told.lock().unwrap();
    let mut heard = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(10)).ok());
    assert!(heard.any(|told| told == Told::Leave), "the window would never close");
    assert_eq!(archives(&place), 0);
}

#[test]
fn closing_with_nothing_to_copy_lets_the_window_go_at_once() {
    let window = Window::open();
    closing::begin(window.app.state::<Desk>().inner());
    let told = window.told.lock().unwrap().recv_timeout(Duration::from_secs(10));
    assert_eq!(told, Ok(Told::Leave));
}

fn archives(place: &Path) -> usize {
    std::fs::read_dir(place).map_or(0, |entries| {
        let names = entries.flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().contains(".qbk")).count()
    })
}
