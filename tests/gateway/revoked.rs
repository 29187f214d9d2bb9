//! A lost PC: its word ends, what it wrote before stands, honest work above is adopted record by record.

use crate::desk::{Desk, kind};
use crate::place::{SITE, on_every_ledger};
use crate::records::facts;
use domain::office::OfficeFact;
use protocol::Fact;
use protocol::receipt::hex;
use protocol::wire::ProblemType;

#[tokio::test]
async fn a_revoked_device_reads_nothing_and_its_records_reach_nobody() {
    on_every_ledger(async |place| {
        let mut lost = Desk::enrolled(&place, SITE, 1).await;
        let other = Desk::enrolled(&place, SITE, 2).await;
        lost.write_notes(8);
        lost.send(1, 5).await.unwrap();
        let revoked = place.gateway().revoke(lost.device, "Máy bị mất").await.unwrap().unwrap();
        assert_eq!(revoked["revoked_after"], 5);
        assert!(place.gateway().revoke(lost.device, "Máy bị mất").await.unwrap().is_err());

        assert_eq!(kind(lost.feed(0).await), ProblemType::Revoked);
        assert_eq!(kind(lost.heads().await), ProblemType::Revoked);
        assert_eq!(kind(lost.send(6, 8).await), ProblemType::Revoked);
        assert_eq!(lost.send(1, 5).await.unwrap().receipt.seq, 5, "what it wrote before stands");

        let page = other.feed(0).await.unwrap();
        let read: usize = page
            .series
            .iter()
            .filter(|run| run.device == lost.device)
            .map(|r| r.entries.len())
            .sum();
        assert_eq!(read, 5, "a record in quarantine was passed on");
        let told = facts(&page.series).into_iter().find_map(|fact| match fact {
            Fact::Office(OfficeFact::DeviceRevoked(revoked)) => Some(revoked),
            _ => None,
        });
        assert_eq!(told.unwrap().hash, hex::text(&lost.log[4].hash));
    })
    .await;
}

#[tokio::test]
async fn honest_work_of_a_lost_pc_is_adopted_byte_for_byte_and_once() {
    on_every_ledger(async |place| {
        let mut lost = Desk::enrolled(&place, SITE, 1).await;
        let other = Desk::enrolled(&place, SITE, 2).await;
        lost.write_notes(3);
        lost.send(1, 1).await.unwrap();
        place.gateway().revoke(lost.device, "Máy bị mất").await.unwrap().unwrap();
        assert!(lost.send(2, 3).await.is_err());
        let adopt = async |seq| place.gateway().adopt(lost.device, seq).await.unwrap();
        assert!(adopt(1).await.is_err(), "it stands already");
        adopt(3).await.unwrap();
        assert!(adopt(3).await.is_err(), "once");
        let page = other.feed(0).await.unwrap();
        let adopted = facts(&page.series).into_iter().find_map(|fact| match fact {
            Fact::Office(OfficeFact::RecordAdopted(adopted)) => Some(adopted),
            _ => None,
        });
        let header = data_encoding::BASE64.decode(adopted.unwrap().header.as_bytes()).unwrap();
        assert_eq!(header, lost.log[2].header);
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_the_epoch_is_new_and_desks_give_back_what_was_lost() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let before = desk.heads().await.unwrap();
        desk.write_notes(4);
        desk.send(1, 4).await.unwrap();
        place.gateway().restored().await.unwrap().unwrap();
        let after = desk.heads().await.unwrap();
        assert_eq!(after.ledger_epoch, before.ledger_epoch + 1);
        assert_eq!(
            after.heads.len(),
            before.heads.len() + 1,
            "the gateway goes on as a new device"
        );
        // Another desk of the site brings what the first had written and the gateway had lost.
        let bearer = Desk::enrolled(&place, SITE, 2).await;
        let mut forgotten = Desk::enrolled(&place, SITE, 3).await;
        forgotten.write_notes(2);
        let series = forgotten.series(1, 2);
        assert_eq!(bearer.deliver(&series).await.unwrap().receipt.device, forgotten.device);
        assert_eq!(forgotten.read_up_to().await.seq, 2);
    })
    .await;
}
