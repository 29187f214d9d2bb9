//! What a day's records cost on the wire.

use super::line::Online;
use crate::place::Place;
use app::inputs::ActInput;
use serde_json::{Value, json};

/// Dossiers that are sent; the bar is for 1,000, with `QUAY_LINE_DOSSIERS=1000`.
const DOSSIERS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_dossiers_with_five_steps_each_cost_at_most_650_kilobytes() {
    let dossiers =
        std::env::var("QUAY_LINE_DOSSIERS").map_or(DOSSIERS, |text| text.parse().unwrap());
    let place = Place::embedded().await;
    let desk = Online::new(&place).await;
    desk.until("a quiet line", |state| state.agreed_at_ms.is_some());
    desk.exchange.pause(true);
    let before = desk.line.bytes_up() + desk.line.bytes_down();
    let mut last = String::new();
    for n in 0..dossiers {
        let number = desk.take_in_person(n);
        let steps = [
            ("forward", json!({ "to": "Tư pháp - Hộ tịch" })),
            ("examine", json!({})),
            ("sign", json!({})),
            ("number_result", json!({ "number": format!("{}/TLKS", n + 1) })),
            ("finish", json!({ "shelf": format!("A{}", n % 12) })),
        ];
        let steps = steps.map(|(action, args): (&str, Value)| ActInput {
            action: action.into(),
            args,
            done_by: None,
            at: None,
            paper_number: None,
        });
        for step in steps {
            desk.office.act(&number, &[step]).unwrap();
        }
        last = number;
    }
    desk.exchange.pause(false);
    desk.has_sent(&last);
    let bytes = desk.line.bytes_up() + desk.line.bytes_down() - before;
    println!("{} records: {bytes} bytes, {} up", dossiers * 6, desk.line.bytes_up());
    assert!(bytes <= 650 * dossiers as u64, "{bytes} bytes for {dossiers} dossiers");
}
