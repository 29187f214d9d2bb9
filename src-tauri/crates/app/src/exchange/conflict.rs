//! What a supervisor decides: the fields that differ, side by side.

use crate::dossiers::find;
use crate::error::Result;
use crate::office::Office;
use crate::present;
use crate::views::{ConflictFieldView, ConflictSideView, ConflictView, RecordNameView};
use domain::dossier::event::RecordName;
use domain::dossier::merge::{Row, Side, compare};
use protocol::Header;
use sync::history::past;

impl Office {
    /// Both sides of a dossier that was written by desks which did not know of each other.
    ///
    /// # Errors
    /// [`crate::ApiError::NotFound`].
    pub fn conflict(&self, id_or_number: &str) -> Result<ConflictView> {
        let row = self.store().read(|connection| find(connection, id_or_number))?;
        let records = self.read(|c| store::log::records_of(c, row.id.bytes()))?;
        let history: Vec<_> = records
            .iter()
            .filter_map(|record| {
                let header = Header::placed(&record.header).ok()?;
                Some(past(&header, record.body.as_deref()))
            })
            .collect();
        let compared = compare(&history);
        Ok(ConflictView {
            row: present::row(&row, self.now()),
            fields: compared.disputed.iter().map(field).collect(),
            safe: compared
                .safe
                .iter()
                .map(|safe| ConflictFieldView {
                    field: safe.field.clone(),
                    before: None,
                    before_value: String::new(),
                    sides: vec![side(&safe.side)],
                })
                .collect(),
        })
    }
}

fn field(row: &Row) -> ConflictFieldView {
    ConflictFieldView {
        field: row.field.clone(),
        before: row.before.0.as_ref().map(name),
        before_value: row.before.1.clone(),
        sides: row.sides.iter().map(side).collect(),
    }
}

fn side(side: &Side) -> ConflictSideView {
    ConflictSideView {
        record: name(&side.record),
        value: side.value.clone(),
        done_by: side.done_by.clone(),
        recorded_by: side.recorded_by.clone(),
        at: present::at(side.at),
    }
}

fn name(name: &RecordName) -> RecordNameView {
    RecordNameView {
        device: name.device.to_string(),
        seq: u32::try_from(name.seq).unwrap_or(u32::MAX),
    }
}
