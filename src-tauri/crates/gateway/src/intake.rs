//! A batch of records comes in: judged, stored with its feed positions, its consequences noted, receipted. All of it in
//! one transaction.

use crate::database::{Tx, Value};
use crate::keys::{Keys, Use};
use crate::ledger::devices::{self, Device};
use crate::ledger::own::{self, OwnFact};
use crate::ledger::records::{self, NewRecord};
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault};
use crate::numbers;
use crate::outbound::jobs;
use crate::put_back;
use domain::dossier::Event;
use domain::ids::DeviceId;
use domain::office::{DeviceEnrolled, OfficeFact, RecordAdopted};
use protocol::receipt::{hex, signed_receipt};
use protocol::wire::{HeldRecord, Problem, ProblemType, RecordsReply};
use protocol::{Entry, Fact, Name, Receipt, Series};
use std::collections::BTreeSet;
use sync::intake::{Head, Refused, Verdict, judge};

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is here.
    Stored(RecordsReply),
    /// It is here, apart from the rest, because its device was revoked.
    Quarantined(Problem),
}

/// Takes a batch for `site`, brought by the device `bearer`: its own, or another's that the gateway has lost.
///
/// # Errors
/// [`Fault`]; a batch that is not taken is a [`Problem`].
pub fn take(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    bearer: &[u8; 16],
    series: &Series,
    now_ms: i64,
) -> Result<Answer<Taken>, Fault> {
    let Some(device) = devices::lock(tx, &series.device)? else {
        return Ok(Err(Refused::NotYourSite.problem()));
    };
    if device.site != site.code {
        return Ok(Err(Refused::NotYourSite.problem()));
    }
    if device.id != *bearer
        && let Some(problem) = bearer_is_revoked(tx, bearer)?
    {
        return Ok(Err(problem));
    }
    let first = series.first.saturating_sub(1);
    let here = records::hashes(tx, &site.code, &device.id, first, series.last())?;
    match judge(series, &device.known(), |seq| here.get(&seq).copied()) {
        Verdict::Refused(refused) => Ok(Err(refused.problem())),
        Verdict::AllKnown => Ok(Ok(Taken::Stored(RecordsReply {
            receipt: receipt(keys, site, series, now_ms).into(),
            held: Vec::new(),
        }))),
        Verdict::Store { from } => {
            store(tx, &site.code, series, from, Way::Feed, now_ms)?;
            let new = series.named().filter(|(name, _)| name.seq >= from);
            let held = consequences(tx, keys, site, device.own, new, now_ms)?;
            Ok(Ok(Taken::Stored(RecordsReply {
                receipt: receipt(keys, site, series, now_ms).into(),
                held,
            })))
        }
        Verdict::Quarantine { from, quarantine_from } => {
            // The one signature stands behind the last record. Where some that stand for ever came with others, which only
            // a ledger sees that lost them, all are passed on: readers know what counts.
            let way = if from < quarantine_from { Way::Feed } else { Way::Apart };
            store(tx, &site.code, series, from, way, now_ms)?;
            let stands =
                series.named().filter(|(name, _)| (from..quarantine_from).contains(&name.seq));
            consequences(tx, keys, site, device.own, stands, now_ms)?;
            let accepted = device.revoked.map_or(0, |head| head.seq);
            Ok(Ok(Taken::Quarantined(Refused::Revoked { accepted }.problem())))
        }
    }
}

fn bearer_is_revoked(tx: &mut dyn Tx, bearer: &[u8; 16]) -> Result<Option<Problem>, Fault> {
    let revoked = devices::find(tx, bearer)?.and_then(|device| device.revoked);
    Ok(revoked.map(|head| Refused::Revoked { accepted: head.seq }.problem()))
}

/// Where new records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Feed,
    Apart,
}

fn store(
    tx: &mut dyn Tx,
    site: &str,
    series: &Series,
    from: u64,
    way: Way,
    now_ms: i64,
) -> Result<(), Fault> {
    let new = (series.last() + 1).saturating_sub(from);
    if new == 0 {
        return Ok(());
    }
    let position = match way {
        Way::Feed => Some(sites::take_positions(tx, site, new)?),
        Way::Apart => None,
    };
    let rows: Vec<NewRecord<'_>> = series
        .named()
        .filter(|(name, _)| name.seq >= from)
        .map(|(name, entry)| NewRecord {
            name,
            entry,
            feed: position.map(|position| position + (name.seq - from)),
            signature: (name.seq == series.last()).then_some(&series.signature),
        })
        .collect();
    records::insert(tx, site, &rows)?;
    devices::set_head(tx, &series.device, series.last(), &series.head(), now_ms)
}

/// What follows from what records say that count from now on: numbers are bound, files become fetchable, a business "no"
/// becomes a record of the gateway. `own` says that the gateway itself wrote them.
pub(crate) fn consequences<'e>(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    own: bool,
    records: impl IntoIterator<Item = (Name, &'e Entry)>,
    now_ms: i64,
) -> Result<Vec<HeldRecord>, Fault> {
    let mut held = Vec::new();
    let mut dossiers = BTreeSet::new();
    let mut facts = Vec::new();
    for (name, entry) in records {
        let (Some(header), Some(content)) = (records::read_header(&entry.header), &entry.content)
        else {
            continue;
        };
        if header.subject_kind == "dossier" {
            dossiers.insert(*header.subject);
        }
        let fact = Fact::decode(&header.kind, &content.body).ok();
        if let Some(Fact::Dossier(event)) = &fact {
            name_file(tx, &site.code, header.subject.as_slice(), event)?;
        }
        if let (true, Some(Fact::Office(fact))) = (own, &fact) {
            repeat(tx, keys, site, fact, now_ms)?;
        }
        if let Some(Fact::Office(OfficeFact::RecordPutBack(asked))) = &fact {
            let answered = put_back::answer(tx, site, asked, now_ms)?;
            facts.extend(answered.facts);
            dossiers.extend(answered.dossier);
        }
        let waits = numbers::bind(tx, site, name, &header.kind, &header.subject, &content.body)?;
        if waits.is_none()
            && let Some(Fact::Dossier(Event::NumberGiven(given))) = &fact
        {
            let by = &given.act.recorded_by_name;
            let released = numbers::release(tx, site, &header.subject)?;
            facts.extend(released.into_iter().map(|name| {
                OwnFact::office(site, numbers::released_fact(name, *header.subject, by))
            }));
        }
        if let Some(waits) = waits {
            numbers::hold(tx, site, name, &header.subject, waits.problem, now_ms)?;
            held.push(HeldRecord { seq: name.seq, problem: waits.problem });
            facts.push(OwnFact::office(site, numbers::held_fact(name, *header.subject, &waits)));
        }
    }
    for dossier in dossiers {
        jobs::wake(tx, &site.code, &dossier, now_ms)?;
    }
    if !facts.is_empty() {
        own::append(tx, keys, site, facts, now_ms)?;
    }
    Ok(held)
}

fn name_file(tx: &mut dyn Tx, site: &str, dossier: &[u8], event: &Event) -> Result<(), Fault> {
    let file = match event {
        Event::FileAttached(attached) => &attached.file,
        Event::FileReplaced(replaced) => &replaced.file,
        _ => return Ok(()),
    };
    tx.execute(
        "INSERT INTO file_named(site, sha256, dossier) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[site.into(), Value::Text(&file.sha256), dossier.into()],
    )?;
    Ok(())
}

/// A record that the gateway itself wrote and lost comes back from a desk: what it said holds again.
fn repeat(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    fact: &OfficeFact,
    now_ms: i64,
) -> Result<(), Fault> {
    match fact {
        OfficeFact::DeviceEnrolled(enrolled) => repeat_enrolment(tx, &site.code, enrolled, now_ms),
        OfficeFact::DeviceRevoked(revoked) => {
            let device = revoked.device.bytes();
            let hash = hex::read(&revoked.hash).unwrap_or_default();
            let accepted = Head { seq: revoked.seq, hash };
            devices::set_revoked(tx, device, accepted, now_ms)?;
            let stands = records::pass_on(tx, &site.code, device, revoked.seq)?;
            let stands = stands.iter().map(|(name, entry)| (*name, entry));
            consequences(tx, keys, site, false, stands, now_ms).map(|_| ())
        }
        OfficeFact::RecordAdopted(adopted) => repeat_adoption(tx, &site.code, adopted),
        _ => Ok(()),
    }
}

fn repeat_adoption(tx: &mut dyn Tx, site: &str, adopted: &RecordAdopted) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO adopted(site, device, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[site.into(), adopted.device.bytes().into(), Value::place(adopted.seq)],
    )?;
    Ok(())
}

fn repeat_enrolment(
    tx: &mut dyn Tx,
    site: &str,
    enrolled: &DeviceEnrolled,
    now_ms: i64,
) -> Result<(), Fault> {
    let Some(public_key) = hex::read(&enrolled.public_key) else { return Ok(()) };
    let DeviceId(id) = enrolled.device;
    if devices::find(tx, id.as_bytes())?.is_some() {
        return Ok(());
    }
    let device = Device {
        id: id.into_bytes(),
        site: site.to_owned(),
        public_key,
        own: false,
        desk: enrolled.desk,
        lane: enrolled.lane,
        reads: 0,
        application: String::new(),
        seq: 0,
        hash: Default::default(),
        revoked: None,
    };
    devices::insert(tx, &device, now_ms)?;
    devices::seat(tx, site, enrolled.desk, &device.id)
}

fn receipt(keys: &Keys, site: &Site, series: &Series, now_ms: i64) -> Receipt {
    let name = Name { device: series.device, seq: series.last() };
    let hash = series.head();
    let signature = keys.sign(Use::Words, &signed_receipt(&site.code, name, &hash, now_ms));
    Receipt { name, hash, at_ms: now_ms, signature }
}

/// The problem of a site that is not here.
pub fn no_such_site() -> Problem {
    Problem {
        kind: ProblemType::NotFound,
        title: "No such site".into(),
        status: 404,
        detail: None,
        expected: None,
    }
}
