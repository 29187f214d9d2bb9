//! Documents as the dossier page lists them: here, damaged, or with the province. What another desk attached comes here when
//! somebody wants to see it.

use super::digest;
use crate::dossiers::Opened;
use crate::error::Result;
use crate::office::Office;
use crate::present;
use crate::views::FileView;
use domain::dossier::{AttachedDocument, Event};
use domain::ids::FileId;
use protocol::Fact;
use std::collections::BTreeSet;
use store::StoredRecord;

impl Office {
    /// What a document is fetched by: its SHA-256, and its size in bytes.
    ///
    /// # Errors
    /// [`crate::ApiError::NotFound`].
    pub fn document_name(&self, id_or_number: &str, file: &str) -> Result<([u8; 32], u64)> {
        let (_, document) = self.document(id_or_number, file)?;
        Ok((digest(&document.sha256)?, document.size_bytes))
    }

    pub(crate) fn file_views(&self, opened: &Opened) -> Vec<FileView> {
        let own = attached_by(&self.device.id, &opened.records);
        let view = |attached: &AttachedDocument| self.file_view(attached, &own);
        opened.dossier.files.iter().map(view).collect()
    }

    fn file_view(&self, attached: &AttachedDocument, own: &BTreeSet<FileId>) -> FileView {
        let file = &attached.file;
        let here = self.holds(&file.sha256);
        let is_own = own.contains(&file.id);
        FileView {
            id: file.id.to_string(),
            component: file.component,
            name: file.name.clone(),
            mime: file.mime.clone(),
            size_bytes: u32::try_from(file.size_bytes).unwrap_or(u32::MAX),
            added_at: present::at(attached.at),
            added_by: attached.by.clone(),
            replaced: attached.replaced,
            missing: !here,
            away: !here && !is_own,
        }
    }
}

/// The documents that records of `device` brought in. What it brought in once, it must hold; after a restore this is another
/// device, and what is not in the copy is fetched like anybody's.
fn attached_by(device: &[u8; 16], records: &[StoredRecord]) -> BTreeSet<FileId> {
    let own = records.iter().filter(|record| record.name.device == *device);
    own.filter_map(|record| match Fact::decode(&record.kind, record.body.as_deref()?) {
        Ok(Fact::Dossier(event)) => match event {
            Event::FileAttached(attached) => Some(attached.file.id),
            Event::FileReplaced(replaced) => Some(replaced.file.id),
            _ => None,
        },
        _ => None,
    })
    .collect()
}
