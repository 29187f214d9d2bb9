//! Histories rewritten with keys in hand: by somebody who holds the database key, and by somebody who holds the signing
//! key too. `verify` names them, or the marks outside the database do.

use crate::dice::Dice;
use crate::lab::{Keys, rounds, seed};
use crate::shift::Shift;
use protocol::{Draft, Header, Name, Record, Subject, signed_head};
use std::collections::BTreeSet;
use std::path::Path;
use store::Store;
use store::log::Shipped;
use tests::Desk;
use vault::DeviceId;
use vault::disk::RealDisk;
use vault::signing::DeviceSigner;

const STEPS: usize = 24;

/// A desk after some work, closed, and what a thief of its keys would hold.
struct Worked {
    desk: Desk,
    keys: Keys,
    device: DeviceId,
    history: Vec<Shipped>,
}

type Sign<'s> = &'s dyn Fn(&[u8]) -> [u8; 64];

impl Worked {
    fn new(seed: u64) -> Self {
        let desk = Desk::new();
        let office = desk.open();
        let mut shift = Shift::new(&office, seed, desk.folder().to_owned()).expect("a shift");
        (0..STEPS).for_each(|_| drop(shift.step().expect("a step")));
        drop(office);
        let keys = Keys::of(&desk.data());
        let store = keys.store(&desk.data()).expect("the store");
        let device = store.read(store::office::newest_device).expect("read").expect("a device");
        let history = store.read(|c| store::log::run(c, &device, 1, u32::MAX)).expect("read");
        drop(store);
        Self { desk, keys, device, history }
    }

    fn signer(&self) -> DeviceSigner {
        let found = DeviceSigner::load(
            &RealDisk,
            &self.desk.state(),
            self.device,
            &self.keys.master().device_key(),
        );
        found.expect("read").expect("a signing key")
    }

    /// Sets a new history in the place of the old one, projections and all.
    fn put(&self, history: &[Shipped]) {
        let database = self.desk.data().join("quay.db");
        ["", "-wal", "-shm"]
            .iter()
            .for_each(|end| remove(&self.desk.data().join(format!("quay.db{end}"))));
        let store = Store::create(&database, &self.keys.database()).expect("a new store");
        let put = store.write(None, |tx| history.iter().try_for_each(|record| tx.ship(record)));
        put.map_err(|fault: store::StoreFault| fault.to_string()).expect("shipped");
    }

    /// What the app says of it: whether it was taken for a restore, and what `verify` names.
    fn examine(&self, story: &str) -> (bool, Vec<String>) {
        let office = self.desk.open();
        let report = office.verify(&mut app::unfollowed).expect(story);
        let restored = office.boot_view().restored.is_some();
        (
            restored,
            report
                .faults
                .into_iter()
                .map(|fault| format!("{}: {}", fault.place, fault.message))
                .collect(),
        )
    }

    fn change(&self, sql: &str) {
        let store = self.keys.store(&self.desk.data()).expect("the store");
        let changed = store.writer().execute(sql, []).expect(sql);
        assert!(changed > 0, "{sql}: nothing there to change");
    }

    fn place(&self, seq: u64) -> String {
        let device: String = self.device.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{}-{}-{}-{}-{}/{seq}",
            &device[..8],
            &device[8..12],
            &device[12..16],
            &device[16..20],
            &device[20..]
        )
    }
}

/// The history with another name on one record, everything after it chained anew, and signed where it was signed.
fn rewritten(history: &[Shipped], victim: usize, sign: Option<Sign<'_>>) -> Vec<Shipped> {
    let mut prev = [0; 32];
    history
        .iter()
        .enumerate()
        .map(|(place, old)| {
            let header = Header::read(&old.header).expect("a header");
            let body = old.body.clone().expect("a body");
            let body = if place == victim { forged(&body) } else { body };
            let mut salt: [u8; 16] =
                old.salt.as_deref().and_then(|salt| salt.try_into().ok()).expect("a salt");
            salt[0] ^= u8::from(place == victim);
            let record =
                Record::seal(draft(&header, salt, body), old.name, prev).expect("a record");
            prev = record.hash;
            let fresh =
                |sign: Sign<'_>| sign(&signed_head(&header.site, old.name, &record.hash)).to_vec();
            let signature = match sign {
                Some(sign) if place >= victim => old.signature.as_ref().map(|_| fresh(sign)),
                _ => old.signature.clone(),
            };
            Shipped::read(record.header_bytes, Some(salt.to_vec()), Some(record.body), signature)
                .expect("read")
        })
        .collect()
}

fn draft(header: &Header, salt: [u8; 16], body: Vec<u8>) -> Draft {
    Draft {
        site: header.site.clone(),
        subject: Subject { kind: leak(&header.subject_kind), id: *header.subject },
        kind: leak(&header.kind),
        actor: *header.actor,
        authority: header.authority.clone(),
        parents: header.parents.clone(),
        parents_depth: header.depth - 1,
        at_ms: header.at_ms,
        salt,
        body,
    }
}

/// Drafts take the application's own words; the test's come out of a database.
fn leak(word: &str) -> &'static str {
    Box::leak(word.to_owned().into_boxed_str())
}

/// Another officer did it.
fn forged(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(body.to_vec()).expect("text");
    let forged = text.replace("Hoàng Thị Nết", "Hoàng Thị Nở");
    assert_ne!(text, forged, "the officer's name stands in every record of a dossier");
    forged.into_bytes()
}

/// Records of dossiers, which are what somebody would want to change.
fn victims(history: &[Shipped], dice: &mut Dice, count: usize) -> Vec<usize> {
    let all: Vec<usize> =
        (0..history.len()).filter(|i| history[*i].kind.starts_with("dossier.")).collect();
    let mut chosen = BTreeSet::from([all[0], all[all.len() - 1]]);
    while chosen.len() < count.min(all.len()) {
        chosen.insert(*dice.pick(&all));
    }
    chosen.into_iter().collect()
}

fn count() -> usize {
    (rounds() / 8).clamp(2, 40)
}

#[test]
fn an_untouched_history_put_back_is_no_fault() {
    let worked = Worked::new(seed());
    worked.put(&worked.history);
    assert_eq!(
        worked.examine("verify"),
        (false, Vec::new()),
        "the forger's own tools leave no trace"
    );
}

#[test]
fn a_record_changed_without_the_signing_key_is_named() {
    let worked = Worked::new(seed());
    let victims = victims(&worked.history, &mut Dice::new(seed()), count());
    for victim in &victims {
        worked.put(&rewritten(&worked.history, *victim, None));
        let (_, faults) = worked.examine("verify");
        let signed = worked
            .history
            .iter()
            .skip(*victim)
            .find(|record| record.signature.is_some())
            .expect("a signature");
        let named = faults.iter().any(|fault| fault.contains(&worked.place(signed.name.seq)));
        assert!(named, "seed {}, record {}: {faults:?}", seed(), victim + 1);
    }
    println!(
        "database key only: {} records changed, {} named; seed {}",
        victims.len(),
        victims.len(),
        seed()
    );
}

#[test]
fn a_history_signed_by_a_strangers_key_is_named() {
    let worked = Worked::new(seed());
    let stranger_state = worked.desk.folder().join("stranger");
    let key = worked.keys.master().device_key();
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let stranger =
        DeviceSigner::create(&RealDisk, &stranger_state, worked.device, &key, &mut random)
            .expect("a key");
    let old = hex(&worked.signer().public_key());
    let new = hex(&stranger.public_key());
    let mut history = worked.history.clone();
    for record in &mut history {
        let body = String::from_utf8(record.body.clone().expect("a body")).expect("text");
        record.body = Some(body.replace(&old, &new).into_bytes());
    }
    let first =
        history.iter().position(|record| record.kind.starts_with("dossier.")).expect("a dossier");
    let mut forged = rewritten(&history, first, Some(&|message| stranger.sign(message)));
    resign(&mut forged, &stranger);
    worked.put(&forged);
    let (_, faults) = worked.examine("verify");
    assert!(faults.iter().any(|fault| fault.starts_with("record ")), "{faults:?}");
}

#[test]
fn a_record_changed_with_both_keys_is_named_up_to_the_last_anchored_head() {
    let victims_of =
        |worked: &Worked| victims(&worked.history, &mut Dice::new(seed() + 1), count());
    let worked = Worked::new(seed());
    let victims = victims_of(&worked);
    drop(worked);
    for victim in &victims {
        let worked = Worked::new(seed());
        let victim = (*victim).min(worked.history.len() - 1);
        let signer = worked.signer();
        worked.put(&rewritten(&worked.history, victim, Some(&|message| signer.sign(message))));
        let (_, faults) = worked.examine("verify");
        let named =
            faults.iter().any(|fault| fault.starts_with("record ") && fault.contains("dấu mốc"));
        assert!(named, "seed {}, record {}: {faults:?}", seed(), victim + 1);
    }
    println!(
        "both keys: {} records changed and signed anew, {} named by the marks; seed {}",
        victims.len(),
        victims.len(),
        seed()
    );
}

#[test]
fn a_tail_cut_off_is_found_by_the_marks() {
    for cut in 1..=count().min(16) {
        let worked = Worked::new(seed() + cut as u64);
        let mut history = worked.history.clone();
        let keep = history.len() - cut;
        let keep =
            (1..=keep).rev().find(|n| history[n - 1].signature.is_some()).expect("a signed record");
        history.truncate(keep);
        worked.put(&history);
        let (restored, _) = worked.examine("verify");
        assert!(
            restored,
            "{cut} records cut off: the desk must not go on as if nothing had happened"
        );
    }
}

#[test]
fn a_record_taken_out_or_altered_in_place_is_named() {
    for victim in 0..count() {
        let worked = Worked::new(seed());
        let seq = 9 + victim % (worked.history.len() - 10);
        let sql = match victim % 4 {
            0 => format!("DELETE FROM record WHERE seq = {seq}"),
            1 => format!(
                "UPDATE record SET body = replace(CAST(body AS TEXT), '2', '3') WHERE seq = {seq}"
            ),
            2 => format!("UPDATE record SET salt = zeroblob(16) WHERE seq = {seq}"),
            _ => format!(
                "UPDATE record SET signature = zeroblob(64) WHERE seq = {}",
                worked.history.len()
            ),
        };
        worked.change(&sql);
        let (_, faults) = worked.examine(&sql);
        assert!(faults.iter().any(|fault| fault.starts_with("record ")), "{sql}: {faults:?}");
    }
}

#[test]
fn a_row_changed_by_hand_is_named_with_its_table_or_dossier() {
    const CHANGES: [(&str, &str); 16] = [
        ("dossier ", "UPDATE dossier SET applicant = 'Người Khác' WHERE n = 1"),
        ("dossier ", "UPDATE dossier SET due_at = due_at + 86400 WHERE n = 2"),
        ("dossier ", "UPDATE dossier SET status = 10, returned_at = 1 WHERE n = 2"),
        ("dossier ", "UPDATE dossier SET search_folded = 'khac' WHERE n = 1"),
        ("dossier ", "UPDATE dossier SET number = NULL WHERE n = 1"),
        ("dossier ", "UPDATE number SET dossier_n = 2 WHERE dossier_n = 1"),
        ("dossier ", "UPDATE party_link SET key = 'i:000000000000' WHERE dossier_n = 1"),
        ("dossier ", "UPDATE file SET sha256 = 'ab' WHERE id = (SELECT min(id) FROM file)"),
        ("number", "INSERT INTO number(text, dossier_n, provisional) VALUES ('H38.1', 1, 0)"),
        ("tally", "UPDATE tally SET dossiers = dossiers + 1 WHERE dossiers > 0"),
        ("procedure_use", "UPDATE procedure_use SET dossiers = dossiers + 1"),
        ("series", "UPDATE series SET last = last - 1"),
        ("officer", "UPDATE officer SET roles = 'administrator'"),
        ("site", "UPDATE site SET json = replace(json, 'true', 'false')"),
        ("fee", "INSERT INTO fee(procedure, amount_vnd, basis) VALUES ('1.004873', 1, 'x')"),
        ("pack", "UPDATE pack SET version = 'x' WHERE kind = (SELECT min(kind) FROM pack)"),
    ];
    let worked = Worked::new(seed());
    for (place, sql) in CHANGES {
        worked.put(&worked.history);
        worked.change(sql);
        let report = worked.keys.verify(&worked.desk.data()).expect(sql);
        assert!(
            report.faults.iter().any(|fault| fault.place.starts_with(place)),
            "{sql}: {:?}",
            report.faults
        );
    }
    println!("projections: {} rows changed by hand, {} named", CHANGES.len(), CHANGES.len());
}

fn resign(history: &mut [Shipped], signer: &DeviceSigner) {
    for record in history.iter_mut().filter(|record| record.signature.is_some()) {
        let header = Header::read(&record.header).expect("a header");
        let name: Name = record.name;
        let hash = protocol::header_hash(&record.header);
        record.signature = Some(signer.sign(&signed_head(&header.site, name, &hash)).to_vec());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn remove(path: &Path) {
    if path.exists() {
        std::fs::remove_file(path).expect("removed");
    }
}
