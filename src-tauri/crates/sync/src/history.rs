//! Records as histories: what a set of records of one subject amounts to, on every machine alike.

use domain::dossier::event::RecordName;
use domain::dossier::merge::{Merged, Past, merge};
use domain::ids::DeviceId;
use protocol::{Fact, Header, Name};
use std::collections::{BTreeMap, BTreeSet};

/// A record's name as the domain says it.
pub fn record_name(name: Name) -> RecordName {
    RecordName { device: DeviceId(uuid::Uuid::from_bytes(name.device)), seq: name.seq }
}

/// A record's name as the wire says it.
pub fn wire_name(name: RecordName) -> Name {
    Name { device: *name.device.bytes(), seq: name.seq }
}

/// A record of a dossier as its history takes it. `body` is `None` after a disposal; a kind or a version that this
/// application does not know gives a record without an event, which keeps its place.
pub fn past(header: &Header, body: Option<&[u8]>) -> Past {
    let body = body.filter(|_| !header.is_newer());
    let event = match body.map(|body| Fact::decode(&header.kind, body)) {
        Some(Ok(Fact::Dossier(event))) => Some(event),
        _ => None,
    };
    Past {
        name: record_name(header.name),
        depth: header.depth,
        parents: header.parents.iter().copied().map(record_name).collect(),
        event,
    }
}

/// The state of a dossier from its records, in any order.
pub fn dossier<'a>(records: impl IntoIterator<Item = (&'a Header, Option<&'a [u8]>)>) -> Merged {
    let records: Vec<Past> = records.into_iter().map(|(header, body)| past(header, body)).collect();
    merge(&records)
}

/// Where a new record of a subject goes: its parents, and the largest depth among them (0 without records).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The records no other names as a parent, sorted.
    pub parents: Vec<Name>,
    /// The largest depth among them.
    pub parents_depth: u64,
}

/// The heads of any subject's history, from the headers that lie here. Records whose parents have not arrived are left
/// out: what is written now was not written knowing of them.
pub fn place<'a>(headers: impl IntoIterator<Item = &'a Header>) -> Place {
    let mut waiting: BTreeMap<Name, &Header> =
        headers.into_iter().map(|header| (header.name, header)).collect();
    let mut placed: BTreeMap<Name, u64> = BTreeMap::new();
    let mut parents: BTreeSet<Name> = BTreeSet::new();
    loop {
        let ready: Vec<Name> = waiting
            .values()
            .filter(|header| header.parents.iter().all(|parent| placed.contains_key(parent)))
            .map(|header| header.name)
            .collect();
        if ready.is_empty() {
            break;
        }
        for header in ready.iter().filter_map(|name| waiting.remove(name)) {
            parents.extend(&header.parents);
            placed.insert(header.name, header.depth);
        }
    }
    let heads = placed.iter().filter(|(name, _)| !parents.contains(name));
    Place {
        parents_depth: heads.clone().map(|(_, depth)| *depth).max().unwrap_or(0),
        parents: heads.map(|(name, _)| *name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{dossier, place};
    use protocol::{Draft, Name, Record, Subject};

    fn note(device: u8, seq: u64, parents: &[(u8, u64)], depth: u64) -> Record {
        let draft = Draft {
            site: "04252".into(),
            subject: Subject { kind: "dossier", id: [5; 16] },
            kind: "dossier.teleported",
            actor: [3; 16],
            authority: Vec::new(),
            parents: parents.iter().map(|(n, seq)| Name { device: [*n; 16], seq: *seq }).collect(),
            parents_depth: depth,
            at_ms: 0,
            salt: [9; 16],
            body: b"{}".to_vec(),
        };
        Record::seal(draft, Name { device: [device; 16], seq }, [0; 32]).unwrap()
    }

    #[test]
    fn a_new_record_follows_all_heads_it_knows_and_none_that_waits() {
        let root = note(1, 1, &[], 0);
        let one = note(1, 2, &[(1, 1)], 1);
        let other = note(2, 1, &[(1, 1)], 1);
        let early = note(3, 7, &[(3, 6)], 9);
        let found = place([&early.header, &other.header, &root.header, &one.header]);
        assert_eq!(found.parents, [one.header.name, other.header.name]);
        assert_eq!(found.parents_depth, 2);
        assert_eq!(place([]), super::Place::default());
    }

    #[test]
    fn a_kind_of_tomorrow_keeps_its_place_and_is_named() {
        let record = note(1, 1, &[], 0);
        let merged = dossier([(&record.header, Some(&record.body[..]))]);
        assert_eq!(merged.not_understood.len(), 1);
        assert_eq!(merged.heads.len(), 1);
        assert_eq!(merged.dossier, None);
    }
}
