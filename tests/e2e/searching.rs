//! Finding a citizen by what a hurried hand types.

use crate::desk::{MARRIAGE, NAME, commissioned, opened, taken_in};
use crate::keys::Keys;

#[tokio::test]
async fn a_name_typed_without_tone_marks_finds_its_owner() {
    let desk = commissioned();
    taken_in(&desk, MARRIAGE);

    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.letters("dang van luong").await;
    window.reads("[data-testid=dossier-row]", NAME).await;
    assert_eq!(window.value("[data-testid=scan-input]").await, "dang van luong");
    window.close().await;
}
