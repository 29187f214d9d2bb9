//! Handing a result back.

use serde_json::json;

use crate::desk::{MARRIAGE, NAME, commissioned, done, opened, opened_beside, taken_in};
use crate::keys::{Key, Keys};
use crate::paper::text_of;
use crate::private_cups::{Listener, PrivateCups};
use crate::window::Window;

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

#[tokio::test]
async fn several_results_are_signed_for_on_one_sheet_that_the_printer_gets_even_after_it_refused() {
    let Some(cups) = PrivateCups::start() else { return };
    let printer = Listener::start();
    cups.add_queue("quay1", &printer.uri());
    cups.admin("lpadmin", &["-d", "quay1"]);
    cups.admin("cupsreject", &["quay1"]);
    let desk = commissioned();
    let numbers = [MARRIAGE, MARRIAGE].map(|procedure| {
        let dossier = taken_in(&desk, procedure);
        done(&desk, &dossier.id, "finish", json!({ "shelf": "A3" }));
        dossier.number.expect("a number")
    });

    let window = opened_beside(&desk, cups.server()).await;
    let mut keys = Keys::on(&window);
    keys.scan(&numbers[0]).await;
    window.listens_in("[data-testid=return-confirm]").await;
    keys.strike(Key::Enter).await;
    window.shows("[data-testid=returned]").await;
    keys.strike(Key::F9).await;
    window.reads("[data-testid=sheet-failed]", "không nhận lệnh in").await;
    window.picture("return_sheet_failed").await;
    for number in &numbers {
        let row = desk_row(&window, number).await;
        assert_eq!(row, "10", "the hand-over of {number} was committed before it was printed");
    }

    cups.admin("cupsaccept", &["quay1"]);
    keys.strike(Key::F9).await;
    window.shows("[data-testid=sheet-state][data-state=sent], [data-testid=sheet-state][data-state=done]").await;
    let sheet = text_of(&printer.next_document());
    for said in ["PHIẾU KÝ NHẬN KẾT QUẢ", NAME, &numbers[0], &numbers[1]] {
        assert!(sheet.contains(said), "the sheet does not say “{said}”:\n{sheet}");
    }
    window.picture("return_sheet").await;
    window.close().await;
    let jobs = desk.open().print_jobs().expect("the jobs");
    assert_eq!(jobs.len(), 1, "the failed job was tried again, not doubled: {jobs:?}");
    assert_eq!(jobs[0].kind, "signature_sheet");
}

/// The status of a dossier, as the window's office tells it.
async fn desk_row(window: &Window, number: &str) -> String {
    window.answered("dossier_open", json!({ "idOrNumber": number }), "answer.row.status").await
}
