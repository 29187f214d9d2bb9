//! Handing a result back.

use serde_json::json;

use crate::desk::{MARRIAGE, NAME, commissioned, done, opened, taken_in};
use crate::keys::{Key, Keys};

#[tokio::test]
async fn a_result_goes_out_from_a_scanned_slip_after_four_keys_at_most() {
    let desk = commissioned();
    let dossier = taken_in(&desk, MARRIAGE);
    done(&desk, &dossier.id, "finish", json!({ "shelf": "A3" }));
    let number = dossier.number.expect("a number");

    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.scan(&format!("QMC1|{number}|{}", dossier.check_code)).await;
    window.reads("[data-testid=return-person]", NAME).await;
    window.listens_in("[data-testid=return-confirm]").await;
    window.picture("return").await;
    keys.strike(Key::Enter).await;
    window.reads("[data-testid=returned]", &number).await;
    assert!(keys.struck() <= 4, "{} keys to a returned result", keys.struck());
    window.close().await;

    let row = desk.open().row(&number).expect("the dossier");
    assert_eq!(row.status, 10, "returned: {}", row.status_words);
}
