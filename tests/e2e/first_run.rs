//! A desk is set up on an empty machine.

use tempfile::TempDir;

use crate::desk::opened_new;
use crate::keys::{Direction, Key, Keys};

const PASSPHRASE: &str = "bon mua mot cua 2026";

#[tokio::test]
async fn an_empty_machine_becomes_a_desk_that_listens() {
    let folder = TempDir::new().expect("a temporary folder");
    let window = opened_new(folder.path()).await;
    window.listens_in("#site").await;
    let mut keys = Keys::on(&window);

    keys.letters("nguyen thai hoc").await;
    window.reads("[data-testid=site-option]", "Yên Bái").await;
    window.picture("first_run_commune").await;
    keys.strike(Key::Enter).await;
    keys.tab_to("#officer", Direction::On).await;
    keys.letters("Hoàng Thị Nết").await;
    keys.tab_to("#passphrase", Direction::On).await;
    keys.letters(PASSPHRASE).await;
    keys.strike(Key::Tab).await;
    keys.letters(PASSPHRASE).await;
    window.picture("first_run").await;
    keys.strike(Key::Enter).await;

    window.shows("[data-testid=recovery-groups]").await;
    window.picture("first_run_key").await;
    let key =
        window.asked("document.querySelector('[data-testid=recovery-groups]').dataset.key").await;
    keys.tab_to("[data-testid=recovery-written]", Direction::On).await;
    keys.strike(Key::Enter).await;
    keys.tab_to("#typed", Direction::On).await;
    keys.letters(&key.to_lowercase()).await;
    keys.strike(Key::Enter).await;

    window.listens_in("[data-testid=scan-field]").await;
    window.shows("[data-testid=reception]").await;
    window.reads("body", "Hoàng Thị Nết").await;
    window.close().await;
}
