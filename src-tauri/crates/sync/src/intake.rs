//! Whether a ledger takes a series of records, judged against what it knows of the device that wrote them.
//!
//! The rule is generous: a well-formed, signed record that continues its device's chain is **always stored**, of an
//! unknown kind or a later version too. What it says may be held back afterwards (see [`crate::number`]), never here.
//! A delivery is answered alike however often it comes.

use protocol::wire::{Problem, ProblemType};
use protocol::{Entry, Hash, Header, Name, Series, head_is_signed};

/// The end of a device's log: place and hash of the last record; place 0 with a zero hash when there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Place of the last record.
    pub seq: u64,
    /// Hash of its header.
    pub hash: Hash,
}

/// What a ledger knows of the device that wrote a series. Read it under the lock that guards the device's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Unit code of the site the device is enrolled at.
    pub site: String,
    /// The device.
    pub device: [u8; 16],
    /// Its Ed25519 public key, as enrolled.
    pub public_key: [u8; 32],
    /// The end of its log here, quarantined records included.
    pub head: Head,
    /// Set once the device was revoked: the last record that is accepted. What lies above is kept apart.
    pub revoked: Option<Head>,
}

/// What a ledger does with a series. Places are places in the device's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Store the records from `from` to the series' end, in one transaction, and give a receipt for the series' head.
    /// Records before `from` are here already, byte for byte the same.
    Store {
        /// The first record that is new.
        from: u64,
    },
    /// Nothing is new: answer with a receipt as if it had just been stored. Store nothing.
    AllKnown,
    /// The device was revoked. Store from `from` on, mark the records from `quarantine_from` on as quarantined (they
    /// reach neither feed nor province until a supervisor adopts them), and answer with [`Refused::Revoked`].
    /// `from` is past the series' end when all of it is here already.
    Quarantine {
        /// The first record that is new.
        from: u64,
        /// The first record above the accepted head.
        quarantine_from: u64,
    },
    /// Store nothing and answer with the problem.
    Refused(Refused),
}

/// Why nothing of a series is stored. [`Refused::problem`] words it for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The series is of another site or device than the one that is known.
    NotYourSite,
    /// A record is not where it says it is, does not belong to its body, or cannot be placed.
    Malformed {
        /// Its place.
        seq: u64,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// The device did not sign this head.
    BadSignature,
    /// Records in between have not arrived.
    Gap {
        /// The place that is waited for.
        expected: u64,
    },
    /// The ledger has another record in this place: a copied folder, a restored one that was not noticed, or an attack.
    Fork {
        /// The place.
        seq: u64,
        /// The hash that stands there.
        ours: Hash,
    },
    /// The device was revoked: records up to this place stand for ever.
    Revoked {
        /// The last place that is accepted.
        accepted: u64,
    },
}

/// Judges a series. `hash_at` gives the hash of the record in a place of the device's log here (1 to the head's place);
/// it is asked only for places the series touches.
pub fn judge(series: &Series, known: &Known, hash_at: impl Fn(u64) -> Option<Hash>) -> Verdict {
    match judge_new(series, known, hash_at) {
        Ok(verdict) => verdict,
        Err(refused) => Verdict::Refused(refused),
    }
}

fn judge_new(
    series: &Series,
    known: &Known,
    hash_at: impl Fn(u64) -> Option<Hash>,
) -> Result<Verdict, Refused> {
    if series.site != known.site || series.device != known.device {
        return Err(Refused::NotYourSite);
    }
    check_chain(series)?;
    check_signature(series, known)?;
    check_joint(series, known, hash_at)?;
    let from = series.first.max(known.head.seq + 1);
    Ok(match known.revoked {
        Some(accepted) if series.last() > accepted.seq => {
            check_accepted(series, accepted)?;
            Verdict::Quarantine { from, quarantine_from: series.first.max(accepted.seq + 1) }
        }
        _ if from > series.last() => Verdict::AllKnown,
        _ => Verdict::Store { from },
    })
}

fn check_chain(series: &Series) -> Result<(), Refused> {
    let malformed = |seq, rule| Err(Refused::Malformed { seq, rule });
    if series.first == 0 || series.entries.is_empty() {
        return malformed(series.first, "a series has at least one record, counted from 1");
    }
    if (series.first == 1) != (series.prev == [0; 32]) {
        return malformed(series.first, "the first record and no other follows nothing");
    }
    let mut prev = series.prev;
    for (name, entry) in series.named() {
        if let Err(rule) = check_place(&series.site, name, &prev, entry) {
            return malformed(name.seq, rule);
        }
        prev = entry.hash;
    }
    Ok(())
}

/// The signature covers the last header only; that it covers all before it rests on every header naming the one before.
fn check_place(site: &str, name: Name, prev: &Hash, entry: &Entry) -> Result<(), &'static str> {
    let header =
        Header::placed(&entry.header).map_err(|_| "its place in the chain cannot be read")?;
    if header.site != site {
        return Err("of another site");
    }
    if header.name != name {
        return Err("not the name its place gives it");
    }
    if *header.prev != *prev {
        return Err("does not chain to the record before it");
    }
    let belongs = entry.content.as_ref().is_none_or(|content| {
        protocol::record::body_hash(&content.salt, &content.body) == *header.body_hash
    });
    if belongs { Ok(()) } else { Err("another body than the header names") }
}

fn check_signature(series: &Series, known: &Known) -> Result<(), Refused> {
    let name = Name { device: series.device, seq: series.last() };
    let head = series.head();
    if head_is_signed(&known.public_key, &series.site, name, &head, &series.signature) {
        return Ok(());
    }
    Err(Refused::BadSignature)
}

/// Where the series and the log here overlap, or touch, they must be the same.
fn check_joint(
    series: &Series,
    known: &Known,
    hash_at: impl Fn(u64) -> Option<Hash>,
) -> Result<(), Refused> {
    if series.first > known.head.seq + 1 {
        return Err(Refused::Gap { expected: known.head.seq + 1 });
    }
    let before = std::iter::once((series.first - 1, series.prev));
    let theirs = before.chain(series.named().map(|(name, entry)| (name.seq, entry.hash)));
    for (seq, hash) in theirs.filter(|(seq, _)| (1..=known.head.seq).contains(seq)) {
        let ours = if seq == known.head.seq { Some(known.head.hash) } else { hash_at(seq) };
        match ours {
            Some(ours) if ours != hash => return Err(Refused::Fork { seq, ours }),
            _ => {}
        }
    }
    Ok(())
}

/// A revoked device's chain must run through the head that was accepted: a branch beside it is a fork.
fn check_accepted(series: &Series, accepted: Head) -> Result<(), Refused> {
    let theirs = match accepted.seq.checked_sub(series.first) {
        None if accepted.seq + 1 == series.first => Some(series.prev),
        None => None,
        Some(index) => usize::try_from(index)
            .ok()
            .and_then(|index| series.entries.get(index))
            .map(|entry| entry.hash),
    };
    match theirs {
        Some(hash) if hash != accepted.hash => {
            Err(Refused::Fork { seq: accepted.seq, ours: accepted.hash })
        }
        _ => Ok(()),
    }
}

impl Refused {
    /// The problem that is sent back. It names places and rules, never what a record says.
    pub fn problem(&self) -> Problem {
        let (kind, title, status) = match self {
            Refused::NotYourSite => (ProblemType::NotYourSite, "Not this device's log", 403),
            Refused::Malformed { .. } => (ProblemType::Validation, "Not a record", 422),
            Refused::BadSignature => (ProblemType::BadSignature, "Not signed by this device", 422),
            Refused::Gap { .. } => (ProblemType::Gap, "Records before these are missing", 409),
            Refused::Fork { .. } => (ProblemType::Fork, "Another record is in this place", 409),
            Refused::Revoked { .. } => (ProblemType::Revoked, "This device was revoked", 403),
        };
        let detail = match self {
            Refused::Malformed { seq, rule } => Some(format!("record {seq}: {rule}")),
            Refused::Revoked { accepted } => Some(format!("accepted up to record {accepted}")),
            _ => None,
        };
        let expected = match self {
            Refused::Gap { expected } => Some(*expected),
            Refused::Fork { seq, .. } => Some(*seq),
            _ => None,
        };
        Problem { kind, title: title.into(), status, detail, expected }
    }
}

#[cfg(test)]
mod tests;
