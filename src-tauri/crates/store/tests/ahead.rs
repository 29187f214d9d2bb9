//! Open dossiers that come before the chains of the devices that wrote them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set itself up must stop")]

use domain::dossier::{Dossier, Event};
use domain::ids::{DeviceId, DossierId};
use domain::office::{DeviceRevoked, OfficeFact};
use ed25519_dalek::{Signer, SigningKey};
use protocol::open::History;
use protocol::{Content, Entry, Fact, Name, Series, signed_head};
use std::ops::ControlFlow;
use store::log::{self, StoredRecord};
use store::verify::{Outside, Report, verify};
use store::{DatabaseKey, Pen, Store, StoreFault, TakenIn, ahead, exchange, rows};
use tempfile::TempDir;
use uuid::Uuid;

const SITE: &str = "04252";
const OTHER: [u8; 16] = [2; 16];
const HERE: [u8; 16] = [1; 16];
const GATEWAY: [u8; 16] = [9; 16];
const BODIES: &str = include_str!("../../protocol/golden/bodies_v0.txt");

/// A desk's store, and the desk that writes into it.
struct Desk {
    store: Store,
    device: [u8; 16],
    _folder: TempDir,
}

fn key(device: [u8; 16]) -> SigningKey {
    SigningKey::from_bytes(&[device[0]; 32])
}

/// An event of a kind as the golden bodies have it.
fn event(kind: &str) -> Event {
    let of_kind = BODIES.lines().find_map(|line| line.split_once(' ').filter(|(k, _)| *k == kind));
    match Fact::decode(kind, of_kind.unwrap().1.as_bytes()) {
        Ok(Fact::Dossier(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn id() -> DossierId {
    match event("dossier.received") {
        Event::Received(received) => received.dossier,
        other => panic!("{other:?}"),
    }
}

impl Desk {
    fn new(device: [u8; 16]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
        let store = Store::create(&folder.path().join("quay.db"), &database).unwrap();
        Self { store, device, _folder: folder }
    }

    fn writes(&self, kind: &str) {
        self.says(event(kind), 3);
    }

    fn says(&self, event: Event, salt: u8) {
        let done: Result<Name, StoreFault> =
            self.store.write(Some(self.pen(salt)), |tx| tx.append(id(), event));
        done.unwrap();
    }

    /// As a gateway: the word of [`OTHER`] counts up to here.
    fn revokes_beyond(&self, seq: u64) {
        let fact = OfficeFact::DeviceRevoked(Box::new(DeviceRevoked {
            device: DeviceId(Uuid::from_bytes(OTHER)),
            seq,
            hash: "00".repeat(32),
            reason: String::new(),
        }));
        let done: Result<Name, StoreFault> =
            self.store.write(Some(self.pen(0)), |tx| tx.append_office(fact));
        done.unwrap();
    }

    fn pen(&self, salt: u8) -> Pen<'static> {
        let key = key(self.device);
        Pen {
            site: SITE.into(),
            device: self.device,
            actor: [3; 16],
            at_ms: 0,
            salt: Box::new(move || Ok([salt; 16])),
            sign: Box::new(move |message| key.sign(message).to_bytes()),
        }
    }

    /// The dossier's history as a gateway gives it ahead of its chain.
    fn history(&self) -> History {
        let entry = |record: StoredRecord| {
            let salt = record.salt.unwrap().try_into().unwrap();
            Entry::new(record.header, Some(Content { salt, body: record.body.unwrap() }))
        };
        let records = self.store.read(|c| log::records_of(c, id().bytes())).unwrap();
        History { subject: *id().bytes(), entries: records.into_iter().map(entry).collect() }
    }

    /// This desk's own log as it travels.
    fn series(&self) -> Series {
        let sign = |name: Name, hash: &protocol::Hash| {
            key(self.device).sign(&signed_head(SITE, name, hash)).to_bytes()
        };
        let bounds = (100, 1_000_000);
        let read =
            |c: &store::Connection| exchange::series(c, SITE, &self.device, 1, bounds, Some(&sign));
        self.store.read(read).unwrap().unwrap()
    }

    fn takes_ahead(&self, history: &History) -> u64 {
        let done = self.store.write(None, |tx| -> store::Result<TakenIn> {
            let mut taken = TakenIn::default();
            tx.take_ahead(history, &self.device, &mut taken)?;
            tx.fold(&taken)?;
            Ok(taken)
        });
        done.unwrap().records
    }

    fn takes_chain(&self, series: &Series) -> TakenIn {
        let gateway = key(GATEWAY).verifying_key().to_bytes();
        let by_gateway = (series.device == GATEWAY).then_some(&gateway);
        let done = self.store.write(None, |tx| -> store::Result<TakenIn> {
            let known = log::head_of_device(tx.connection(), &series.device)?.seq;
            let mut taken = TakenIn::default();
            tx.take_in(series, known + 1, by_gateway, &mut taken)?;
            tx.fold(&taken)?;
            Ok(taken)
        });
        done.unwrap()
    }

    fn shows(&self) -> Option<Dossier> {
        self.store.read(|c| log::dossier(c, id())).unwrap()
    }

    fn in_lists(&self) -> usize {
        usize::from(self.store.read(|c| rows::by_id(c, id())).unwrap().is_some())
    }

    fn unproved(&self) -> u64 {
        self.store.read(ahead::unproved).unwrap()
    }

    /// Everything holds together; gives what verify says besides.
    #[track_caller]
    fn holds(&self) -> Report {
        let public_keys =
            [HERE, OTHER, GATEWAY].map(|d| (d, key(d).verifying_key().to_bytes())).into();
        let outside = Outside { anchors: Vec::new(), public_keys };
        let goes_on = &mut |_, _, _| ControlFlow::Continue(());
        let report = self.store.read(|c| verify(c, &outside, goes_on)).unwrap();
        assert_eq!(report.faults, [], "{report:?}");
        report
    }
}

/// A desk that wrote a dossier with a step and a document.
fn other() -> Desk {
    let other = Desk::new(OTHER);
    for kind in ["dossier.received", "dossier.forwarded", "dossier.file_attached"] {
        other.writes(kind);
    }
    other
}

#[test]
fn a_dossier_that_came_ahead_is_shown_whole_and_its_chain_proves_it_without_a_second_fold() {
    let (other, here) = (other(), Desk::new(HERE));
    assert_eq!(here.takes_ahead(&other.history()), 3);
    assert_eq!(here.shows(), other.shows());
    assert_eq!(here.in_lists(), 1);
    assert_eq!(here.holds().unproved, 3);
    assert_eq!(here.store.read(exchange::heads).unwrap(), [], "no log has grown");
    let taken = here.takes_chain(&other.series());
    assert_eq!((taken.records, taken.dossiers().count()), (3, 0), "shown already");
    assert_eq!(here.unproved(), 0);
    assert_eq!(here.shows(), other.shows());
    assert_eq!(here.holds().records, 3);
}

#[test]
fn a_page_that_comes_again_changes_nothing_before_and_after_its_chain() {
    let (other, here) = (other(), Desk::new(HERE));
    here.takes_ahead(&other.history());
    assert_eq!(here.takes_ahead(&other.history()), 0);
    here.takes_chain(&other.series());
    assert_eq!(here.takes_ahead(&other.history()), 0);
    assert_eq!(here.unproved(), 0);
    here.holds();
}

#[test]
fn half_a_page_before_a_crash_is_made_whole_by_the_next() {
    let (other, here) = (other(), Desk::new(HERE));
    let whole = other.history();
    let half = History { entries: whole.entries[..1].to_vec(), ..whole.clone() };
    here.takes_ahead(&half);
    here.holds();
    assert_eq!(here.takes_ahead(&whole), 2);
    assert_eq!(here.shows(), other.shows());
    here.holds();
}

#[test]
fn an_act_on_a_dossier_that_came_ahead_stands_on_it_and_stays_where_it_is_when_the_chain_comes() {
    let (other, here) = (other(), Desk::new(HERE));
    here.takes_ahead(&other.history());
    here.writes("dossier.result_ready");
    let before = here.shows();
    let own = here.series();
    let header = own.entries[0].read().unwrap();
    assert_eq!(header.depth, 4);
    assert_eq!(header.parents, [Name { device: OTHER, seq: 3 }]);
    here.holds();
    here.takes_chain(&other.series());
    assert_eq!(here.shows(), before);
    here.holds();
    other.takes_chain(&own);
    assert_eq!(other.shows().map(plain), before.map(plain), "every machine shows the same");
}

#[test]
fn what_the_chain_has_otherwise_counts_and_what_came_ahead_is_named_and_counts_no_more() {
    let (truth, here) = (other(), Desk::new(HERE));
    let forged = Desk::new(OTHER);
    forged.writes("dossier.received");
    forged.writes("dossier.forwarded");
    // The same place, another number and another document's name.
    let Event::NumberGiven(given) = number_given() else { panic!() };
    forged.says(Event::NumberGiven(given), 9);
    here.takes_ahead(&forged.history());
    assert_eq!(here.shows(), forged.shows());
    let taken = here.takes_chain(&truth.series());
    assert_eq!(taken.refuted, [Name { device: OTHER, seq: 3 }]);
    assert_eq!(here.shows(), truth.shows());
    let report = here.holds();
    assert_eq!((report.unproved, report.refuted.len()), (0, 1), "{report:?}");
    assert!(report.refuted[0].ends_with("/3"), "{report:?}");
}

#[test]
fn what_a_chain_has_brought_is_not_put_in_doubt_by_what_comes_ahead() {
    let (truth, here) = (other(), Desk::new(HERE));
    here.takes_chain(&truth.series());
    let forged = Desk::new(OTHER);
    forged.writes("dossier.received");
    forged.writes("dossier.result_ready");
    here.takes_ahead(&forged.history());
    assert_eq!(here.shows(), truth.shows());
    assert_eq!(here.holds().unproved, 0);
}

#[test]
fn what_a_revocation_took_away_comes_back_with_one_that_accepts_more() {
    let (other, gateway) = (other(), Desk::new(GATEWAY));
    let [chained, ahead] = [Desk::new(HERE), Desk::new(HERE)];
    chained.takes_chain(&other.series());
    ahead.takes_ahead(&other.history());
    // A gateway that was put back from a copy revokes again, and knows more of the log than the first time, or less.
    for (accepted, shown) in [(0, false), (3, true), (1, true)] {
        gateway.revokes_beyond(accepted);
        for here in [&chained, &ahead] {
            here.takes_chain(&gateway.series());
            assert_eq!(here.in_lists(), usize::from(shown), "accepted up to {accepted}");
            here.holds();
        }
    }
    assert_eq!(chained.shows(), ahead.shows());
}

#[test]
fn nothing_of_this_desks_own_comes_ahead() {
    let here = Desk::new(HERE);
    let copy = Desk::new(HERE);
    copy.writes("dossier.received");
    assert_eq!(here.takes_ahead(&copy.history()), 0);
    here.holds();
}

fn number_given() -> Event {
    let act = r#"{"at":"2026-11-16T02:01:10Z","done_by":"Hoàng Thị Nết","recorded_by":"00000000-0000-0000-0000-000000000000","recorded_by_name":"Hoàng Thị Nết"}"#;
    let body = format!(
        r#"{{"act":{act},"number":{{"text":"H38.04252-261116-1777","provisional":false,"drawn":{{"series":"lane/261116/1","place":777}}}}}}"#
    );
    match Fact::decode("dossier.number_given", body.as_bytes()) {
        Ok(Fact::Dossier(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// A history that never branched is folded straight on, without asking for its heads.
fn plain(dossier: Dossier) -> Dossier {
    Dossier { heads: Vec::new(), ..dossier }
}
