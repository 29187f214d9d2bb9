//! The judge: what is in a store against what was promised.

use crate::promises::{Promise, paper};
use domain::dossier::Dossier;
use std::collections::{BTreeMap, BTreeSet};
use store::Connection;
use store::rows::{Order, RowFilter};
use vault::Digest;
use vault::blobs::BlobStore;

/// What was found wrong, by kind. Everything is empty when the store kept its word.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Promises looked up.
    pub promises: usize,
    /// Dossiers in the store.
    pub dossiers: usize,
    /// Promised and not there, or not as promised.
    pub lost: Vec<String>,
    /// Baskets of which only a part is there.
    pub half: Vec<String>,
    /// Numbers held by two dossiers.
    pub doubled: Vec<String>,
    /// Documents that a record names and that do not open.
    pub dangling: Vec<String>,
}

struct Found {
    dossier: Dossier,
    status: u8,
    records: usize,
}

impl Verdict {
    /// Stops the test unless nothing is wrong.
    pub fn must_be_clean(&self, story: &str) {
        let wrong = [&self.lost, &self.half, &self.doubled, &self.dangling];
        assert!(wrong.iter().all(|list| list.is_empty()), "{story}: {self:?}");
    }
}

/// Judges a store by the promises made from it.
pub fn judge(
    connection: &Connection,
    documents: &BlobStore,
    promises: &[Promise],
) -> store::Result<Verdict> {
    let found = read(connection)?;
    let mut verdict =
        Verdict { promises: promises.len(), dossiers: found.len(), ..Verdict::default() };
    for promise in promises {
        if let Some(words) = broken(promise, &found, documents) {
            verdict.lost.push(format!("{promise:?}: {words}"));
        }
    }
    verdict.half = half_baskets(&found);
    verdict.doubled = doubled(&found, promises);
    verdict.dangling = dangling(&found, documents);
    Ok(verdict)
}

fn read(connection: &Connection) -> store::Result<BTreeMap<String, Found>> {
    let mut found = BTreeMap::new();
    for row in store::rows::list(connection, &RowFilter::default(), Order::Newest(None), u32::MAX)?
    {
        let records = store::log::records_of(connection, row.id.bytes())?;
        if let Some(dossier) = Dossier::fold(&store::log::events(&records)?) {
            found.insert(
                row.id.to_string(),
                Found { dossier, status: row.status, records: records.len() },
            );
        }
    }
    Ok(found)
}

fn broken(
    promise: &Promise,
    found: &BTreeMap<String, Found>,
    documents: &BlobStore,
) -> Option<String> {
    let Some(there) = found.get(promise.dossier()) else { return Some("no such dossier".into()) };
    match promise {
        Promise::Received { number, .. } => {
            let kept = number
                .as_ref()
                .is_none_or(|number| there.dossier.numbers().any(|n| n.text == *number));
            (!kept).then(|| "another number".into())
        }
        Promise::Acted { status, records, .. } if there.records == *records => {
            (there.status != *status).then(|| format!("status {}", there.status))
        }
        Promise::Acted { records, .. } => {
            (there.records < *records).then(|| format!("only {} records", there.records))
        }
        Promise::Filed { file, seed, bytes, .. } => {
            let Some(known) =
                there.dossier.files.iter().find(|known| known.file.id.to_string() == *file)
            else {
                return Some("no such document".into());
            };
            match digest(&known.file.sha256).map(|digest| documents.open(&digest)) {
                Some(Ok(read)) if read == paper(*seed, *bytes) => None,
                Some(Ok(_)) => Some("another document's bytes".into()),
                Some(Err(fault)) => Some(fault.to_string()),
                None => Some("no hash".into()),
            }
        }
    }
}

/// The note of every dossier names its basket and how many are in it.
fn half_baskets(found: &BTreeMap<String, Found>) -> Vec<String> {
    let mut baskets: BTreeMap<&str, usize> = BTreeMap::new();
    for there in found.values() {
        if let Some(note) = there.dossier.note.as_deref().filter(|note| note.starts_with("giỏ "))
        {
            *baskets.entry(note).or_default() += 1;
        }
    }
    let size = |note: &str| note.rsplit(' ').next().and_then(|word| word.parse::<usize>().ok());
    baskets
        .into_iter()
        .filter(|(note, there)| size(note) != Some(*there))
        .map(|(note, there)| format!("{note}: {there}"))
        .collect()
}

/// Numbers that stand on two dossiers, in the store or on slips already printed.
fn doubled(found: &BTreeMap<String, Found>, promises: &[Promise]) -> Vec<String> {
    let stored = found
        .iter()
        .flat_map(|(id, there)| there.dossier.numbers().map(|n| (n.text.clone(), id.as_str())));
    twice(stored.chain(promises.iter().filter_map(number_of)))
}

/// The number a promise gives, and to which dossier.
pub fn number_of(promise: &Promise) -> Option<(String, &str)> {
    match promise {
        Promise::Received { id, number: Some(number), .. } => Some((number.clone(), id)),
        _ => None,
    }
}

/// Numbers with more than one holder.
pub fn twice<'d>(numbers: impl Iterator<Item = (String, &'d str)>) -> Vec<String> {
    let mut holders: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (number, dossier) in numbers {
        holders.entry(number).or_default().insert(dossier);
    }
    holders
        .into_iter()
        .filter(|(_, ids)| ids.len() > 1)
        .map(|(number, ids)| format!("{number}: {ids:?}"))
        .collect()
}

fn dangling(found: &BTreeMap<String, Found>, documents: &BlobStore) -> Vec<String> {
    let named: BTreeSet<&str> = found
        .values()
        .flat_map(|there| &there.dossier.files)
        .map(|known| known.file.sha256.as_str())
        .collect();
    named
        .into_iter()
        .filter(|sha256| digest(sha256).is_none_or(|digest| documents.check(&digest).is_err()))
        .map(str::to_owned)
        .collect()
}

/// A digest from its hexadecimal spelling.
pub fn digest(hex: &str) -> Option<Digest> {
    let bytes: Option<Vec<u8>> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}
