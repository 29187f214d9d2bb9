//! The open dossiers of a site for a desk that joins.

use crate::desk::{Desk, Says, kind};
use crate::place::{OTHER_SITE, SITE, on_every_ledger};
use protocol::fact::ACCOUNTS;
use protocol::open::History;
use protocol::wire::ProblemType;
use protocol::{OpenPage, Subject};
use std::collections::{BTreeMap, BTreeSet};

const START: [u8; 16] = [0; 16];

/// What happened to the dossiers of a site, three of three hundred each way.
const COURSES: [&[&str]; 4] = [
    &["dossier.received", "dossier.forwarded", "dossier.noted"],
    &["dossier.received", "dossier.forwarded", "dossier.result_returned"],
    &["dossier.received", "dossier.refused"],
    &["dossier.received", "dossier.result_returned", "dossier.result_taken_back"],
];

fn dossier(number: u16) -> [u8; 16] {
    let mut id = [9; 16];
    id[1..3].copy_from_slice(&number.to_be_bytes());
    id
}

fn write(desk: &mut Desk, subject: [u8; 16], kind: &'static str) {
    let word = if subject == ACCOUNTS { "account" } else { "dossier" };
    desk.write(Says { subject: Subject { kind: word, id: subject }, kind, body: b"{}".to_vec() });
}

/// Writes and sends the dossiers `numbers`, each with its course.
async fn fill(desk: &mut Desk, numbers: std::ops::Range<u16>) {
    let sent = desk.log.len();
    for number in numbers {
        for kind in COURSES[usize::from(number % 4)] {
            write(desk, dossier(number), kind);
        }
    }
    for first in (sent + 1..=desk.log.len()).step_by(100) {
        desk.send(first, desk.log.len().min(first + 99)).await.unwrap();
    }
}

async fn pages(desk: &Desk) -> Vec<OpenPage> {
    let mut pages = vec![desk.open(START).await.unwrap()];
    while let Some(next) = pages.last().filter(|page| page.more).map(|page| page.next) {
        pages.push(desk.open(next).await.unwrap());
    }
    pages
}

fn of_dossiers(pages: &[OpenPage]) -> BTreeMap<[u8; 16], &History> {
    let histories = pages.iter().flat_map(|page| &page.histories);
    histories.filter(|h| h.subject[..15] != [0; 15]).map(|h| (h.subject, h)).collect()
}

#[tokio::test]
async fn a_desk_that_joins_gets_the_open_dossiers_whole_and_not_the_closed() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        let mut second = Desk::enrolled(&place, SITE, 2).await;
        write(&mut first, ACCOUNTS, "account.officer_set");
        first.send(1, 1).await.unwrap();
        fill(&mut first, 0..400).await;
        // Another desk went on with one of them.
        write(&mut second, dossier(4), "dossier.noted");
        second.send(1, 1).await.unwrap();
        let third = Desk::enrolled(&place, SITE, 3).await;
        let pages = pages(&third).await;
        assert!(pages.len() > 1, "one page held all");
        let found = of_dossiers(&pages);
        let open = (0..400).filter(|n| [0, 3].contains(&(n % 4))).map(dossier);
        assert_eq!(found.keys().copied().collect::<BTreeSet<_>>(), open.collect());
        let entries = |number| found[&dossier(number)].entries.clone();
        let wrote = |desk: &Desk, from: usize, count| desk.log[from..from + count].to_vec();
        assert_eq!(entries(0), wrote(&first, 1, 3), "byte for byte");
        assert_eq!(entries(4).len(), 4);
        assert!(entries(4).contains(&second.log[0]), "another desk's record is with it");
        let office = pages[0].histories.iter().find(|history| history.subject == ACCOUNTS);
        assert_eq!(office.unwrap().entries, wrote(&first, 0, 1), "who may do what comes first");
        let all: usize = pages.iter().map(|page| page.histories.len()).sum();
        assert_eq!(pages[0].total, Some(all as u64));
        assert_eq!(pages[0].heads.len(), 4, "the gateway's and three desks'");
        assert_eq!(pages[0].feed, third.heads().await.unwrap().cursor);
    })
    .await;
}

#[tokio::test]
async fn a_page_asked_for_again_is_the_same_and_what_was_written_since_comes_with_later_pages() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        fill(&mut first, 0..400).await;
        let third = Desk::enrolled(&place, SITE, 3).await;
        let one = third.open(START).await.unwrap();
        assert_eq!(third.open(START).await.unwrap(), one);
        let next = third.open(one.next).await.unwrap();
        assert!(next.histories.iter().all(|history| history.subject > one.next));
        assert_eq!(next.total, None, "counted once");
        write(&mut first, next.histories[0].subject, "dossier.result_returned");
        first.send(first.log.len(), first.log.len()).await.unwrap();
        let since = third.open(one.next).await.unwrap();
        assert!(since.feed > next.feed);
        assert_eq!(
            since.histories[0], next.histories[1],
            "a dossier that closed meanwhile is left out"
        );
    })
    .await;
}

#[tokio::test]
async fn a_small_site_is_read_from_its_beginning() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        fill(&mut first, 0..40).await;
        let page = first.open(START).await.unwrap();
        assert_eq!((page.histories.len(), page.more, page.total), (0, false, None));
    })
    .await;
}

#[tokio::test]
async fn what_a_revoked_device_wrote_above_its_end_is_not_given_unless_it_was_adopted() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        fill(&mut first, 0..400).await;
        let mut lost = Desk::enrolled(&place, SITE, 2).await;
        for _ in 0..3 {
            write(&mut lost, dossier(0), "dossier.noted");
        }
        lost.send(1, 1).await.unwrap();
        place.gateway().revoke(lost.device, "Máy bị mất").await.unwrap().unwrap();
        assert!(lost.send(2, 3).await.is_err());
        place.gateway().adopt(lost.device, 3).await.unwrap().unwrap();
        let page = first.open(START).await.unwrap();
        let found = of_dossiers(std::slice::from_ref(&page));
        let by_lost = found[&dossier(0)].entries.iter().filter_map(|entry| entry.read());
        let by_lost = by_lost.filter(|header| header.name.device == lost.device);
        assert_eq!(by_lost.map(|header| header.name.seq).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(kind(lost.open(START).await), ProblemType::Revoked);
    })
    .await;
}

#[tokio::test]
async fn only_a_device_of_the_site_gets_them() {
    on_every_ledger(async |place| {
        let desk = Desk::enrolled(&place, SITE, 1).await;
        let neighbour = Desk::enrolled(&place, OTHER_SITE, 2).await;
        let mut prying = Desk { token: neighbour.token.clone(), ..desk.clone() };
        assert_eq!(kind(prying.open(START).await), ProblemType::NotYourSite);
        prying.token = String::new();
        assert_eq!(kind(prying.open(START).await), ProblemType::Unauthorized);
        let asked = format!("{}/v1/sites/{SITE}/open?after=7", desk.base);
        let request = desk.client.get(asked).bearer_auth(&desk.token);
        let refused = crate::desk::answer::<()>(request.send().await.unwrap()).await;
        assert_eq!(kind(refused), ProblemType::Validation);
    })
    .await;
}
