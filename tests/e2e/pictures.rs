//! Every main screen at the commonest office size: drawn, kept for looking at, and nothing runs over its edge.

use serde_json::json;

use crate::desk::{CARD, MARRIAGE, NAME, commissioned, done, opened, taken_in};
use crate::keys::{Key, Keys};
use crate::window::Window;

#[tokio::test]
async fn every_main_screen_fits_the_commonest_office_screen() {
    let desk = commissioned();
    desk.open().demo(90, 7, 0, &mut |_, _| {}).expect("made-up work");
    let dossier = taken_in(&desk, MARRIAGE);
    done(&desk, &dossier.id, "finish", json!({ "shelf": "A3" }));
    taken_in(&desk, MARRIAGE);

    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    kept(&window, "reception_empty").await;
    for (key, shows, name) in [
        ('2', "[data-testid=waiting-table]", "return_waiting"),
        ('3', "[data-testid=result-count]", "list_due_today"),
        ('4', "[data-testid=result-count]", "list_overdue"),
        ('6', "[data-testid=dossier-row]", "list"),
        ('9', "[data-testid=settings]", "settings"),
    ] {
        keys.chord(Key::Alt, key).await;
        window.shows(shows).await;
        kept(&window, name).await;
    }
    keys.chord(Key::Alt, '6').await;
    window.shows("[data-testid=dossier-row]").await;
    keys.letters("dang van luong").await;
    window.reads("[data-testid=dossier-row]", NAME).await;
    kept(&window, "search").await;
    keys.strike(Key::Enter).await;
    keys.strike(Key::Enter).await;
    window.shows("[data-testid=timeline-entry]").await;
    kept(&window, "dossier").await;

    keys.chord(Key::Alt, '1').await;
    keys.scan(CARD).await;
    window.reads("[data-testid=applicant-summary]", NAME).await;
    window.listens_in("#procedure").await;
    keys.letters("khai sinh").await;
    window.shows("[data-testid=procedure-option]").await;
    kept(&window, "reception_procedure").await;
    keys.strike(Key::Enter).await;
    window.shows("[data-testid=case]").await;
    kept(&window, "reception_case").await;
    keys.strike(Key::Space).await;
    window.shows("[data-testid='components[0].state']").await;
    keys.strike(Key::F8).await;
    kept(&window, "reception_filled").await;
    window.close().await;
}

/// Keeps a picture of a screen that has nothing beyond its right edge.
async fn kept(window: &Window, name: &str) {
    window.picture(name).await;
    let beyond = window.asked("document.documentElement.scrollWidth - innerWidth").await;
    let beyond: i64 = beyond.parse().expect("a width");
    assert!(beyond <= 0, "{name}: {beyond} px lie beyond the right edge");
}
