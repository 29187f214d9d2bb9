//! Desks of this version beside one that is two versions ahead: what they cannot read is kept, passed on and shown, and
//! holds up nothing but what may depend on it.

use super::{desk, show, sync, verified};
use crate::desk::{Desk, Says};
use crate::place::{Place, SITE};
use protocol::{Entry, Header, Subject};
use serde_json::json;
use tests::{Quay, reception};
use uuid::Uuid;

const LATER: &str = "Việc do phiên bản phần mềm mới hơn ghi nhận";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_two_versions_ahead_writes_is_kept_shown_and_holds_up_nothing_else() {
    let place = Place::embedded().await;
    let (first, second) =
        (desk(&place, &place.url(""), 1).await, desk(&place, &place.url(""), 2).await);
    let (number, id) = taken_in(&first, "015095001234");
    let (other, _) = taken_in(&first, "015095005678");
    sync(&first);
    sync(&second);

    let mut ahead = Desk::enrolled(&place, SITE, 3).await;
    write_over(&mut ahead, id, "dossier.teleported", r#"{"to":"2041"}"#);
    write_over(&mut ahead, id, "dossier.noted", r#"{"holograms":3}"#);
    two_versions_on(ahead.log.last_mut().unwrap());
    ahead.send(1, 2).await.unwrap();

    for quay in [&first, &second] {
        sync(quay);
        let lines = show(quay, &number)["timeline"].to_string();
        assert_eq!(lines.matches(LATER).count(), 2, "{lines}");
        let refused = quay.run(&["act", &number, "forward"], r#"{"to":"Tư pháp"}"#);
        assert_ne!(refused.code, 0, "an act that may depend on what nobody here can read");
        assert!(format!("{refused:?}").contains("needs_update"), "{refused:?}");
        verified(quay);
    }
    first.done(&["act", &number, "note"], &json!({ "text": "Đã báo cập nhật phần mềm" }));
    second.done(&["act", &other, "forward"], &json!({ "to": "Tư pháp" }));
    for quay in [&first, &second, &first] {
        sync(quay);
    }
    for quay in [&first, &second] {
        assert!(show(quay, &number)["timeline"].to_string().contains("Đã báo cập nhật phần mềm"));
        assert!(show(quay, &other)["timeline"].to_string().contains("Tư pháp"));
        verified(quay);
    }
    let page = ahead.feed(0).await.unwrap();
    let noted = |entry: &Entry| Header::placed(&entry.header).unwrap().kind == "dossier.noted";
    let told = page.series.iter().flat_map(|series| &series.entries).filter(|e| noted(e)).count();
    assert_eq!(told, 1, "the note over records of tomorrow went its way");
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_work_of_a_lost_machine_counts_on_the_other_desks_once_it_is_adopted() {
    let place = Place::embedded().await;
    let (kept, lost) =
        (desk(&place, &place.url(""), 1).await, desk(&place, &place.url(""), 2).await);
    sync(&lost);
    let devices = place.gateway().devices(SITE).await.unwrap().unwrap();
    let of_lost = devices.as_array().unwrap().iter().find(|device| device["desk"] == 2).unwrap();
    let device = protocol::receipt::hex::read(of_lost["device"].as_str().unwrap()).unwrap();
    let (number, _) = taken_in(&lost, "015095001234");
    let revoked = place.gateway().revoke(device, "Máy bị mất").await.unwrap().unwrap();
    let accepted = revoked["revoked_after"].as_u64().unwrap();
    lost.run(&["sync", "--once"], "");
    sync(&kept);
    assert_ne!(kept.run(&["show", &number], "").code, 0, "nobody has looked at it yet");

    let mut adopted = 0;
    while place.gateway().adopt(device, accepted + adopted + 1).await.unwrap().is_ok() {
        adopted += 1;
    }
    assert!(adopted > 0, "nothing of the lost machine's came as far as the gateway");
    sync(&kept);
    assert_eq!(show(&kept, &number)["row"]["number"], json!(number));
    kept.done(&["act", &number, "forward"], &json!({ "to": "Tư pháp" }));
    sync(&kept);
    verified(&kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_desk_that_has_nothing_to_send_is_told_so() {
    let place = Place::embedded().await;
    let lost = desk(&place, &place.url(""), 1).await;
    sync(&lost);
    let devices = place.gateway().devices(SITE).await.unwrap().unwrap();
    let of_lost = devices.as_array().unwrap().iter().find(|device| device["desk"] == 1).unwrap();
    let device = protocol::receipt::hex::read(of_lost["device"].as_str().unwrap()).unwrap();
    place.gateway().revoke(device, "Máy bị mất").await.unwrap().unwrap();
    let told = lost.run(&["sync", "--once"], "");
    assert_eq!(told.out["headline"], json!("needs_person"), "{told:?}");
    assert_eq!(told.out["needs"][0]["code"], json!("not_authorised"), "{told:?}");
}

fn taken_in(quay: &Quay, card: &str) -> (String, [u8; 16]) {
    let taken = quay.done(&["receive"], &reception("1.004772", "Đặng Văn Lượng", card));
    let text = |field: &str| taken[field].as_str().unwrap().to_owned();
    (text("number"), Uuid::parse_str(&text("id")).unwrap().into_bytes())
}

/// Writes a record that follows the dossier's reception, or the desk's own record before.
fn write_over(ahead: &mut Desk, dossier: [u8; 16], kind: &'static str, body: &str) {
    let subject = Subject { kind: "dossier", id: dossier };
    ahead.write(Says { subject, kind, body: body.as_bytes().to_vec() });
}

/// The same header as the version after the next would write it: a later number, and a field more at the end.
fn two_versions_on(entry: &mut Entry) {
    let mut header = entry.header.clone();
    let fields = header[0];
    header[0] = fields + 1;
    header[1] += 2;
    header.push(7);
    *entry = Entry::new(header, entry.content.clone());
}
