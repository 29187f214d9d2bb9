//! What the gateway holds back: the tasks of it, and putting a record back once its cause was settled.

use crate::changed::Topic;
use crate::dossiers::find;
use crate::error::Result;
use crate::office::Office;
use crate::present;
use crate::views::HeldView;
use domain::ids::{DeviceId, DossierId};
use domain::office::{OfficeFact, RecordPutBack};
use domain::refusal::Refusal;
use domain::text::normalise;
use jiff::Timestamp;
use store::exchange::HeldRow;
use uuid::Uuid;

const NOTE_CHARS_MAX: usize = 500;

impl Office {
    /// Records the gateway keeps back until somebody has settled something.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn held(&self) -> Result<Vec<HeldView>> {
        Ok(self.read(store::exchange::held)?.into_iter().map(view).collect())
    }

    /// Asks the gateway to look again at every record of a dossier that it holds back: a record of the desk's own log, sent
    /// with the next exchange. `note` says what was settled. The dossier's held records as they stand now.
    ///
    /// # Errors
    /// [`crate::ApiError::NotFound`]; a refusal `not_held` when nothing of it is held back, `already_asked` while the request
    /// before is still on its way, `too_long` for the note.
    pub fn held_put_back(&self, id_or_number: &str, note: Option<&str>) -> Result<Vec<HeldView>> {
        let note = note.map(normalise).filter(|note| !note.is_empty());
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
            return Err(Refusal::of("too_long", "note", "Ghi chú dài tối đa 500 ký tự.").into());
        }
        let dossier = self.store().read(|connection| find(connection, id_or_number))?.id;
        let device = self.device.id;
        self.transact(&[Topic::Dossiers, Topic::Sync], |tx, context| {
            let rows = held_of(store::exchange::held(tx.connection())?, dossier);
            let on_its_way = store::exchange::asks_unsent(tx.connection(), &device)?;
            for row in may_put_back(rows, on_its_way)? {
                tx.append_office(request(row, context.now, &context.actor.name, note.clone()))?;
            }
            Ok(())
        })?;
        let rows = self.read(store::exchange::held)?;
        Ok(held_of(rows, dossier).into_iter().map(view).collect())
    }
}

/// The records to ask for. An answer to the request before may still come, but a second one in the same envelope asks
/// nothing new.
fn may_put_back(
    rows: Vec<HeldRow>,
    on_its_way: bool,
) -> std::result::Result<Vec<HeldRow>, Refusal> {
    if rows.is_empty() {
        return Err(Refusal::of(
            "not_held",
            "number",
            "Hồ sơ này không có bản ghi nào bị tỉnh giữ lại.",
        ));
    }
    if on_its_way && rows.iter().all(|row| row.asked.is_some()) {
        return Err(Refusal::of(
            "already_asked",
            "number",
            "Đã đề nghị tỉnh xem lại hồ sơ này; đề nghị sẽ tự gửi khi có mạng.",
        ));
    }
    Ok(rows)
}

fn held_of(rows: Vec<HeldRow>, dossier: DossierId) -> Vec<HeldRow> {
    rows.into_iter().filter(|row| row.dossier == dossier).collect()
}

fn request(row: HeldRow, at: Timestamp, by: &str, note: Option<String>) -> OfficeFact {
    OfficeFact::RecordPutBack(Box::new(RecordPutBack {
        dossier: row.dossier,
        device: DeviceId(Uuid::from_bytes(row.name.device)),
        seq: row.name.seq,
        at,
        by: by.to_owned(),
        note,
    }))
}

fn view(row: HeldRow) -> HeldView {
    let (asked_at_ms, asked_by) = row.asked.unzip();
    HeldView {
        id: row.dossier.to_string(),
        number: row.number,
        problem: row.problem,
        reason: row.reason,
        owner: row.owner,
        next_step: row.next_step,
        asked_at: asked_at_ms.and_then(|at| Timestamp::from_millisecond(at).ok()).map(present::at),
        asked_by,
    }
}

#[cfg(test)]
mod tests {
    use super::{HeldRow, may_put_back};
    use domain::ids::DossierId;
    use protocol::Name;

    fn row(asked: bool) -> HeldRow {
        HeldRow {
            name: Name { device: [1; 16], seq: 7 },
            dossier: DossierId(uuid::Uuid::nil()),
            number: None,
            problem: "number-taken".into(),
            reason: "Số đã thuộc về hồ sơ khác.".into(),
            owner: "Lãnh đạo Trung tâm".into(),
            next_step: "Cấp số mới.".into(),
            asked: asked.then(|| (0, "Hoàng Thị Nết".into())),
        }
    }

    #[test]
    fn a_record_is_put_back_once_while_the_request_waits_for_the_line_and_again_after_it_went() {
        assert_eq!(may_put_back(vec![row(false)], true).unwrap().len(), 1);
        assert_eq!(may_put_back(vec![row(true)], true).unwrap_err().code, "already_asked");
        assert_eq!(may_put_back(vec![row(true)], false).unwrap().len(), 1);
        assert_eq!(may_put_back(vec![row(true), row(false)], true).unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_held_cannot_be_put_back() {
        assert_eq!(may_put_back(Vec::new(), false).unwrap_err().code, "not_held");
    }
}
