//! The open dossiers of a site for a desk that joins: a whole log of ten years takes a slow line more than ten minutes,
//! the dossiers that people ask for tomorrow take seconds. Pages of whole histories, each a signed checkpoint.

use crate::database::{Tx, Value};
use crate::feed;
use crate::keys::{Keys, Use};
use crate::ledger::records;
use crate::ledger::sites::Site;
use crate::ledger::{Answer, Fault};
use protocol::OpenPage;
use protocol::fact::{ACCOUNTS, PACKS, SITE};
use protocol::open::History;
use protocol::wire::PAGE_BYTES_MAX;

/// A site with fewer records than two pages of the feed is read from its beginning as quickly.
const WORTH_RECORDS: u64 = 800;
/// After so many records, or so many bytes before compression, a page is long enough: a page that is lost costs a slow
/// line about a second.
const PAGE_RECORDS_ENOUGH: usize = 400;
const PAGE_BYTES_ENOUGH: usize = PAGE_BYTES_MAX / 32;
/// Most subjects looked at for a page.
const PAGE_SUBJECTS_MAX: i64 = 200;
/// What officers may do and what the site has set of its own: without it a dossier is shown and cannot be acted upon.
const OFFICE: [[u8; 16]; 3] = [ACCOUNTS, SITE, PACKS];

/// Beginnings and ends, as the index `record_course` has them.
const COURSE: &str = "kind IN ('dossier.received', 'dossier.submitted', 'dossier.result_returned', 'dossier.stopped', 'dossier.refused', 'dossier.result_taken_back')";
const BEGINNINGS: &str = "'dossier.received', 'dossier.submitted'";
const ENDS: &str = "'dossier.result_returned', 'dossier.stopped', 'dossier.refused'";
const ENDS_NO_MORE: &str = "'dossier.result_taken_back'";

/// A page of the open dossiers after a subject.
///
/// # Errors
/// [`Fault`].
pub fn page(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    after: [u8; 16],
) -> Result<Answer<OpenPage>, Fault> {
    let heads = feed::heads(tx, site)?;
    let mut page = OpenPage {
        site: site.code.clone(),
        ledger_epoch: heads.ledger_epoch,
        feed: heads.cursor,
        after,
        next: after,
        more: false,
        total: None,
        heads: heads.heads,
        histories: Vec::new(),
        signature: [0; 64],
    };
    if page.feed >= WORTH_RECORDS {
        fill(tx, site, &mut page)?;
    }
    page.signature = keys.sign(Use::Words, &page.signed()?);
    Ok(Ok(page))
}

fn fill(tx: &mut dyn Tx, site: &Site, page: &mut OpenPage) -> Result<(), Fault> {
    if page.after == [0; 16] {
        page.total = Some(open_dossiers(tx, &site.code)? + OFFICE.len() as u64);
    }
    let office = OFFICE.into_iter().filter(|subject| *subject > page.after);
    let open = open_after(tx, &site.code, &page.after)?;
    page.more = i64::try_from(open.len()).unwrap_or(i64::MAX) == PAGE_SUBJECTS_MAX;
    let (mut records, mut bytes) = (0, 0);
    for subject in office.chain(open) {
        if records >= PAGE_RECORDS_ENOUGH || bytes >= PAGE_BYTES_ENOUGH {
            page.more = true;
            break;
        }
        let history = history(tx, site, subject)?;
        records += history.entries.len();
        bytes += history.entries.iter().map(size).sum::<usize>();
        page.next = subject;
        page.histories.push(history);
    }
    Ok(())
}

fn history(tx: &mut dyn Tx, site: &Site, subject: [u8; 16]) -> Result<History, Fault> {
    let records = records::history(tx, &site.code, &subject)?;
    Ok(History { subject, entries: records.into_iter().map(|record| record.entry).collect() })
}

fn size(entry: &protocol::Entry) -> usize {
    entry.header.len() + entry.content.as_ref().map_or(0, |content| content.body.len())
}

/// Dossiers that began and did not end, from `$2` on.
fn open() -> String {
    let ended = |kinds: &str| {
        format!(
            "EXISTS (SELECT 1 FROM record e WHERE e.site = $1 AND e.subject = r.subject AND e.{COURSE}
                AND e.kind IN ({kinds}) AND e.feed IS NOT NULL)"
        )
    };
    format!(
        "FROM record r WHERE r.site = $1 AND r.subject > $2 AND r.{COURSE} AND r.kind IN ({BEGINNINGS})
            AND (NOT {} OR {})",
        ended(ENDS),
        ended(ENDS_NO_MORE)
    )
}

fn open_after(tx: &mut dyn Tx, site: &str, after: &[u8; 16]) -> Result<Vec<[u8; 16]>, Fault> {
    // The office comes before every dossier, whatever somebody wrote about it.
    let after = after.max(&OFFICE[OFFICE.len() - 1]);
    let rows = tx.query(
        &format!("SELECT DISTINCT r.subject {} ORDER BY r.subject LIMIT $3", open()),
        &[site.into(), after.into(), PAGE_SUBJECTS_MAX.into()],
    )?;
    rows.iter().map(|row| Ok(row.array(0)?)).collect()
}

fn open_dossiers(tx: &mut dyn Tx, site: &str) -> Result<u64, Fault> {
    let rows = tx.query(
        &format!("SELECT count(DISTINCT r.subject) {}", open()),
        &[site.into(), Value::from(&OFFICE[OFFICE.len() - 1])],
    )?;
    Ok(rows.first().map(|row| row.place(0)).transpose()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{BEGINNINGS, COURSE, ENDS, ENDS_NO_MORE};
    use domain::dossier::EventKind;

    #[test]
    fn the_words_are_kinds_that_the_domain_knows_and_the_index_has_them() {
        let words = |text: &'static str| text.split('\'').skip(1).step_by(2);
        let all: Vec<&str> = [BEGINNINGS, ENDS, ENDS_NO_MORE].into_iter().flat_map(words).collect();
        assert!(all.iter().all(|word| EventKind::from_word(word).is_some()), "{all:?}");
        assert_eq!(words(COURSE).collect::<Vec<_>>(), all);
        for schema in [
            include_str!("../migrations/sqlite/0004_open.sql"),
            include_str!("../migrations/postgres/0004_open.sql"),
        ] {
            assert!(schema.contains(COURSE), "the index is of other kinds:\n{schema}");
        }
    }
}
