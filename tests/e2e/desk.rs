//! A desk of a story: who was here before, what is ready, which printer stands beside it.

use std::path::Path;

use app::inputs::{ActInput, read_value};
use app::views::AcceptedView;
use serde_json::{Value, json};
use tests::{Desk, PASSPHRASE};

use crate::driver::Driver;
use crate::window::Window;

/// The citizen of these stories.
pub const NAME: &str = "Đặng Văn Lượng";
/// His number: Yên Bái, a man born in 1995.
pub const ID_NUMBER: &str = "015095001234";
/// What a scanner types for his card.
pub const CARD: &str = "015095001234|060123456|Đặng Văn Lượng|01031995|Nam|Bản Bay, phường Yên Bái, tỉnh Lào Cai|25042021";

/// *Đăng ký kết hôn*: one case, free, the short way from reception to the result.
pub const MARRIAGE: &str = "1.000894";

/// A commissioned training desk whose recovery key was typed back: nothing is left to be reminded of.
pub fn commissioned() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.folder().join("passphrase"), PASSPHRASE).expect("a passphrase file");
    let office = desk.open();
    let key = office.recovery_key_new().expect("a recovery key");
    office.recovery_key_confirm(&key.groups.join("-")).expect("typed back");
    desk
}

/// Takes a dossier of the citizen in, before the story begins.
pub fn taken_in(desk: &Desk, procedure: &str) -> AcceptedView {
    let reception = json!({
        "procedure": procedure,
        "applicant": {
            "kind": "person", "full_name": NAME, "id_kind": "can_cuoc", "id_number": ID_NUMBER,
            "birth_date": "1995-03-01", "sex": "male", "phone": "0912345678",
            "address": "Bản Bay, phường Yên Bái, tỉnh Lào Cai",
        },
    });
    let reception = read_value(reception).expect("a reception");
    desk.open().accept(vec![reception]).expect("taken in").remove(0)
}

/// Records a step of a dossier, before the story begins.
pub fn done(desk: &Desk, dossier: &str, action: &str, args: Value) {
    let step =
        ActInput { action: action.into(), args, done_by: None, at: None, paper_number: None };
    desk.open().act(dossier, &[step]).expect("the step is recorded");
}

/// Opens the window of a desk and waits until it listens.
pub async fn opened(desk: &Desk) -> Window {
    opened_beside(desk, NO_CUPS).await
}

/// The same with a print system of its own, `host:port`.
pub async fn opened_beside(desk: &Desk, cups: &str) -> Window {
    let window = started_beside(desk, cups).await;
    window.listens_in("[data-testid=scan-field]").await;
    window
}

/// Opens the window of a desk on which an intake was interrupted, and waits until that is on screen again.
pub async fn opened_again(desk: &Desk) -> Window {
    let window = started(desk).await;
    window.shows("[data-testid=applicant-summary]").await;
    window
}

/// Nobody listens there.
const NO_CUPS: &str = "127.0.0.1:9";

/// Opens the window of a desk without waiting for anything on it.
pub async fn started(desk: &Desk) -> Window {
    started_beside(desk, NO_CUPS).await
}

async fn started_beside(desk: &Desk, cups: &str) -> Window {
    let passphrase = desk.folder().join("passphrase");
    let arguments = ["--data", &shown(&desk.data()), "--passphrase-file", &shown(&passphrase)];
    let arguments = arguments.map(str::to_owned);
    let driver = Driver::start(desk.folder(), &arguments, &variables(desk.folder(), cups));
    Window::open(driver).await
}

/// Opens the window on folders in which nothing was ever commissioned.
pub async fn opened_new(folder: &Path) -> Window {
    let arguments = ["--data".to_owned(), shown(&folder.join("data"))];
    Window::open(Driver::start(folder, &arguments, &variables(folder, NO_CUPS))).await
}

/// What the program needs around it: folders of its own, so that tests side by side share nothing.
fn variables(folder: &Path, cups: &str) -> Vec<(&'static str, String)> {
    let own = |name: &str| shown(&folder.join(name));
    vec![
        ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
        ("GDK_BACKEND", "x11".to_owned()),
        ("NO_AT_BRIDGE", "1".to_owned()),
        ("QUAY_STATE_DIR", own("state")),
        ("XDG_DATA_HOME", own("home/data")),
        ("XDG_CACHE_HOME", own("home/cache")),
        ("XDG_CONFIG_HOME", own("home/config")),
        ("CUPS_SERVER", cups.to_owned()),
    ]
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
