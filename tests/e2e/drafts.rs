//! The power goes while a citizen stands at the desk.

use std::time::Duration;

use crate::desk::{CARD, commissioned, opened, opened_again, started};
use crate::keys::{Direction, Key, Keys};
use crate::window::{Window, quoted};

const PHONE: &str = "#applicant\\.phone";
/// What the clerk types, and the window's power is cut after each part.
const PARTS: [&str; 4] = ["0", "91", "2", "345"];
/// What was typed so long before a power cut is never lost.
const KEPT_AFTER: Duration = Duration::from_millis(50);

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

#[tokio::test]
async fn a_power_cut_at_any_keystroke_costs_nothing_typed_a_moment_before() {
    let desk = commissioned();
    let mut window = at_the_phone(opened(&desk).await).await;
    let mut typed = String::new();
    for part in PARTS {
        Keys::on(&window).letters(part).await;
        tokio::time::sleep(KEPT_AFTER).await;
        window.cut_the_power();
        typed.push_str(part);
        window = opened_again(&desk).await;
        to_the_phone(&window).await;
        assert_eq!(window.value(PHONE).await, typed);
    }
    window.close().await;
}

#[tokio::test]
async fn a_power_cut_in_the_middle_of_a_keystroke_costs_that_keystroke_at_most() {
    let desk = commissioned();
    let mut window = at_the_phone(opened(&desk).await).await;
    let mut on_paper = String::new();
    for part in PARTS {
        Keys::on(&window).letters(part).await;
        window.cut_the_power();
        let typed = on_paper + part;
        window = opened_again(&desk).await;
        to_the_phone(&window).await;
        on_paper = window.value(PHONE).await;
        assert!(typed.starts_with(&on_paper), "“{on_paper}” was never typed; “{typed}” was");
        assert!(on_paper.len() + 1 >= typed.len(), "of “{typed}” only “{on_paper}” was kept");
    }
    window.close().await;
}

#[tokio::test]
async fn a_telephone_number_typed_before_any_name_is_there_again_too() {
    let desk = commissioned();
    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.tab_to(PHONE, Direction::On).await;
    keys.letters("0912").await;
    tokio::time::sleep(KEPT_AFTER).await;
    window.cut_the_power();
    let window = started(&desk).await;
    window.until(&format!("document.querySelector({})?.value === '0912'", quoted(PHONE))).await;
    window.close().await;
}

/// A citizen's card is scanned, and the cursor goes to the phone number.
async fn at_the_phone(window: Window) -> Window {
    Keys::on(&window).scan(CARD).await;
    to_the_phone(&window).await;
    window
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
