//! Documents onto the papers of a dossier: dragged from a file manager, and chosen in the system's own dialog.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tests::Desk;

use crate::desk::{MARRIAGE, commissioned, opened, taken_in};
use crate::drag::Drag;
use crate::keys::{Key, Keys};
use crate::window::{Window, quoted};

/// The system's dialog says nothing of when it is ready; a busy machine takes a moment.
const SETTLED: Duration = Duration::from_secs(1);
const FIRST_PAPER: &str = "[data-testid=paper-0]";

#[tokio::test]
async fn a_file_dragged_onto_a_paper_is_sealed_there_and_one_dropped_beside_is_nobodys() {
    let desk = commissioned();
    let number = taken_in(&desk, MARRIAGE).number.expect("a number");
    let scan = scanned(&desk, "to khai kết hôn.pdf");
    let window = papers_of(&desk, &number).await;

    let drag = Drag::of(&[&scan]);
    let (x, y) = middle_of(&window, FIRST_PAPER).await;
    drag.over(x, y);
    window.shows(&format!("{FIRST_PAPER}.over")).await;
    window.picture("attach_dragging").await;
    drag.drop_here();
    window.reads(&format!("{FIRST_PAPER} [data-testid=file]"), "to khai kết hôn.pdf").await;

    let drag = Drag::of(&[&scan]);
    let (x, y) = middle_of(&window, "[data-testid=nav-settings]").await;
    drag.over(x, y);
    drag.drop_here();
    window.reads("[data-testid=papers-error]", "đúng dòng giấy tờ").await;
    window.close().await;
    is_sealed(&desk, &number, &scan);
}

#[tokio::test]
async fn a_file_chosen_in_the_systems_dialog_is_sealed_onto_its_paper() {
    let desk = commissioned();
    let number = taken_in(&desk, MARRIAGE).number.expect("a number");
    let scan = scanned(&desk, "giay-chung-nhan.pdf");
    let window = papers_of(&desk, &number).await;
    window
        .page(&format!("document.querySelector({}).click()", quoted("[data-testid=attach-0]")))
        .await;
    choose(&scan).await;
    window.reads(&format!("{FIRST_PAPER} [data-testid=file]"), "giay-chung-nhan.pdf").await;
    window.picture("attach_picked").await;
    window.close().await;
    is_sealed(&desk, &number, &scan);
}

/// The dossier's papers on the screen, the first of them in sight.
async fn papers_of(desk: &Desk, number: &str) -> Window {
    let window = opened(desk).await;
    let mut keys = Keys::on(&window);
    keys.letters(number).await;
    window.reads("[data-testid=dossier-row]", "Đăng ký kết hôn").await;
    keys.strike(Key::Enter).await;
    keys.strike(Key::Enter).await;
    window.shows(FIRST_PAPER).await;
    let paper = quoted(FIRST_PAPER);
    window
        .page(&format!("document.querySelector({paper}).scrollIntoView({{ block: 'center' }})"))
        .await;
    window
}

fn scanned(desk: &Desk, name: &str) -> PathBuf {
    let path = desk.folder().join(name);
    let page: Vec<u8> = (0..50_000_u32).map(|place| (place * 7 % 251) as u8).collect();
    std::fs::write(&path, [&b"%PDF-1.7\n"[..], &page].concat()).expect("a scan");
    path
}

async fn middle_of(window: &Window, css: &str) -> (i16, i16) {
    let rect = format!("document.querySelector({}).getBoundingClientRect()", quoted(css));
    let place = window
        .page(&format!("const r = {rect}; return [r.x + r.width / 2, r.y + r.height / 2]"))
        .await;
    let [x, y]: [f64; 2] = serde_json::from_value(place).expect("a place");
    (x as i16, y as i16)
}

/// Names the file in the dialog as a hand does: its path, and Enter. No window manager stands behind these stories, so
/// the dialog is given the keyboard here.
async fn choose(file: &Path) {
    let dialog = dialog().await;
    let said = |arguments: &[&str]| {
        let status = Command::new("xdotool").args(arguments).status().expect("xdotool starts");
        assert!(status.success(), "xdotool {arguments:?}");
    };
    said(&["windowfocus", "--sync", &dialog]);
    // The first stroke opens the field for the path; what is struck before it is there would be lost.
    let path = file.to_string_lossy();
    let (first, rest) = path.split_at(1);
    said(&["type", first]);
    tokio::time::sleep(SETTLED).await;
    said(&["type", "--delay", "20", rest]);
    tokio::time::sleep(SETTLED).await;
    said(&["key", "Return"]);
}

/// The window that opened last.
async fn dialog() -> String {
    for _ in 0..200 {
        let found = Command::new("xdotool")
            .args(["search", "--onlyvisible", "--class", "quay-mot-cua"])
            .output()
            .expect("xdotool starts (Debian: apt install xdotool)");
        let ids = String::from_utf8_lossy(&found.stdout).into_owned();
        let ids: Vec<&str> = ids.split_whitespace().collect();
        if ids.len() > 1 {
            return ids
                .iter()
                .max_by_key(|id| id.parse::<u64>().unwrap_or(0))
                .unwrap_or(&"")
                .to_string();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no dialog opened");
}

/// One document, and its bytes are the scan's.
fn is_sealed(desk: &Desk, number: &str, scan: &Path) {
    let office = desk.open();
    let files = office.files(number).expect("files");
    let [file] = files.as_slice() else { panic!("one document is expected: {files:?}") };
    assert_eq!(file.component, Some(0));
    let out = desk.folder().join("out.pdf");
    office.export_file(number, &file.id, &out).expect("exported");
    let read = |path: &Path| std::fs::read(path).expect("readable");
    assert!(read(&out) == read(scan), "other bytes than were scanned");
}
