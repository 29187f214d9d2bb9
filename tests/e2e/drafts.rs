//! The power goes while a citizen stands at the desk.

use crate::desk::{CARD, commissioned, opened, opened_again};
use crate::keys::{Direction, Key, Keys};
use crate::window::{Window, quoted};

const PHONE: &str = "#applicant\\.phone";
/// What the clerk types, and the window's power is cut after each part.
const PARTS: [&str; 4] = ["0", "91", "2", "345"];

#[tokio::test]
async fn what_was_typed_is_on_the_screen_again_after_every_power_cut() {
    let desk = commissioned();
    let mut window = opened(&desk).await;
    Keys::on(&window).scan(CARD).await;
    let mut typed = String::new();
    for part in PARTS {
        to_the_phone(&window).await;
        Keys::on(&window).letters(part).await;
        typed.push_str(part);
        kept(&window, &typed).await;
        window.cut_the_power();
        window = opened_again(&desk).await;
        window.reads("[data-testid=applicant-summary]", &typed).await;
    }
    window.close().await;
}

/// From wherever the cursor is into the field of the phone number, behind what it holds.
async fn to_the_phone(window: &Window) {
    window.listens_in("#procedure").await;
    let mut keys = Keys::on(window);
    keys.tab_to("[data-testid=applicant-edit]", Direction::Back).await;
    keys.strike(Key::Enter).await;
    window.listens_in("#applicant\\.full_name").await;
    keys.tab_to(PHONE, Direction::On).await;
    keys.strike(Key::End).await;
}

/// The store says that it holds the draft with this phone number.
async fn kept(window: &Window, phone: &str) {
    window
        .until_answered(
            "drafts",
            &format!("answer[0]?.json.includes({})", quoted(&format!("\"phone\":\"{phone}\""))),
        )
        .await;
}
