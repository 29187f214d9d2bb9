//! Proven copies: a sealed archive of the store and the documents in a second place, trial-restored before it counts; and
//! the newest records mirrored there within a second of their commit.

mod restore;
mod segments;
mod work_folder;

pub use restore::{RestoreOutcome, restore};

use crate::changed::Topic;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::long_work::{Doing, Follow, LongWork};
use crate::office::Office;
use crate::places::sync_folder;
use crate::present;
use crate::views::{BackupHistoryRow, BackupTryView, BackupView};
use domain::refusal::Refusal;
use domain::time::office_time;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use store::local::{self, BackupTry};
use vault::OsRandom;
use vault::backup::{ArchiveHead, ArchiveSource, archives, write_archive};
use vault::blobs::BlobStore;
use vault::disk::RealDisk;
use work_folder::WorkFolder;

/// Archives kept in a place; older ones are removed after a newer one was proven.
const ARCHIVES_KEPT: usize = 14;
const HISTORY_SHOWN: u32 = 30;
/// Name of the database inside an archive.
pub(crate) const DATABASE_ENTRY: &str = "quay.db";

/// What a copy came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The archive.
    pub file: PathBuf,
    /// Records in it.
    pub records: u64,
    /// Documents beside it.
    pub documents: u64,
}

impl Office {
    /// Makes a sealed copy in `place`, restores it on trial and verifies it. Only then does it count.
    ///
    /// # Errors
    /// A refusal naming `to`; what the trial found; full or unwritable places. The try is kept either way, unless it was
    /// stopped as asked: then there is no copy and no try, only documents that the next one need not copy again.
    pub fn backup(&self, place: &Path, follow: &mut Follow<'_>) -> Result<Copied> {
        let done = self.copy_and_prove(place, follow);
        if done.as_ref().is_err_and(ApiError::is_stopped) {
            return done;
        }
        let attempt = BackupTry {
            at: self.now().as_second(),
            file: done.as_ref().map_or_else(
                |_| place.display().to_string(),
                |copied| copied.file.display().to_string(),
            ),
            records: done
                .as_ref()
                .map_or(0, |copied| u32::try_from(copied.records).unwrap_or(u32::MAX)),
            ok: done.is_ok(),
            words: match &done {
                Ok(copied) => format!(
                    "Đã sao lưu và khôi phục thử: {} bản ghi, {} tài liệu.",
                    copied.records, copied.documents
                ),
                Err(error) => format!("Sao lưu không thành công: {error}"),
            },
        };
        self.write_local(&[Topic::Backup], |connection| {
            local::save_backup_try(connection, &attempt)
        })?;
        done
    }

    /// Where copies go, and how the last ones went.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn backup_view(&self) -> Result<BackupView> {
        let place = self.read(|connection| local::setting(connection, "backup_place"))?;
        let tries = self.read(|connection| local::backup_tries(connection, HISTORY_SHOWN))?;
        Ok(BackupView {
            mirror: place.clone(),
            place,
            last_proven_at: tries
                .iter()
                .find(|attempt| attempt.ok)
                .map(|attempt| present::at_second(attempt.at)),
            last_try: tries.first().map(|attempt| BackupTryView {
                at: present::at_second(attempt.at),
                ok: attempt.ok,
                words: attempt.words.clone(),
            }),
            history: tries
                .into_iter()
                .map(|attempt| BackupHistoryRow {
                    at: present::at_second(attempt.at),
                    file: attempt.file,
                    records: attempt.records,
                    ok: attempt.ok,
                    words: attempt.words,
                })
                .collect(),
        })
    }

    /// Chooses the second place: copies daily and at closing, records within a second.
    ///
    /// # Errors
    /// A refusal naming `path` when it cannot be written or lies inside the data folder.
    pub fn backup_place_set(&self, path: &Path) -> Result<BackupView> {
        self.writable(path, "path")?;
        let path = path.display().to_string();
        self.write_local(&[Topic::Backup], |connection| {
            local::set_setting(connection, "backup_place", Some(&path))
        })?;
        self.mirror_pending()?;
        self.backup_view()
    }

    /// The second place, when one was chosen.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn backup_place(&self) -> Result<Option<PathBuf>> {
        Ok(self.read(|connection| local::setting(connection, "backup_place"))?.map(PathBuf::from))
    }

    /// Whether the daily copy is due: a place is chosen and no copy was proven today.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn backup_is_due(&self) -> Result<bool> {
        if self.backup_place()?.is_none() {
            return Ok(false);
        }
        let today = office_time(self.now()).date();
        let tries = self.read(|connection| local::backup_tries(connection, HISTORY_SHOWN))?;
        Ok(!tries.iter().filter(|attempt| attempt.ok).any(|attempt| {
            jiff::Timestamp::from_second(attempt.at).is_ok_and(|at| office_time(at).date() == today)
        }))
    }

    /// The archive is made in a work folder and gets its place among the copies only when it was proven: whatever stops
    /// the work, a pulled plug too, nothing stands there that was not tried.
    fn copy_and_prove(&self, place: &Path, follow: &mut Follow<'_>) -> Result<Copied> {
        self.writable(place, "to")?;
        let folder = WorkFolder::of_copy(place, &self.device.id)?;
        let mut work = LongWork::planned(&self.plan_of_copy(place)?, follow);
        let snapshot = folder.path().join(DATABASE_ENTRY);
        self.store()
            .copy_to(&snapshot, &mut |done, total| work.tell(Doing::CopyRecords, done, total))?;
        let documents = self.mirror_documents(place, &mut work)?;
        let archive = self.write_snapshot(folder.path(), &snapshot, &mut work)?;
        let proof = restore::prove(self, &archive, place, folder.path(), &mut work)?;
        let file = published(&archive, place)?;
        self.remove_old(place)?;
        Ok(Copied { file, records: proof.records, documents })
    }

    /// What a copy will take, as far as can be known before.
    fn plan_of_copy(&self, place: &Path) -> Result<Vec<(Doing, u64)>> {
        let bytes = fs::metadata(self.places.database()).map_or(0, |file| file.len());
        let records = self.read(store::verify::records)?;
        let here = self.documents().list()?.len();
        let there = self.documents_in(place)?.list()?.len();
        Ok(vec![
            (Doing::CopyRecords, bytes),
            (Doing::CopyDocuments, here.saturating_sub(there) as u64),
            (Doing::Seal, bytes),
            (Doing::Unseal, bytes),
            (Doing::CheckChain, records),
            (Doing::Replay, records),
            (Doing::FindDocuments, here as u64),
        ])
    }

    fn write_snapshot(
        &self,
        folder: &Path,
        snapshot: &Path,
        work: &mut LongWork<'_>,
    ) -> Result<PathBuf> {
        let file = File::open(snapshot).map_err(|fault| ApiError::internal(&fault))?;
        let bytes = file.metadata().map_or(0, |file| file.len());
        let mut reader = work.reading(Doing::Seal, file, bytes);
        let mut sources = [ArchiveSource { name: DATABASE_ENTRY, reader: &mut reader }];
        let now = office_time(self.now());
        let key = self.keys.lock().unwrap_or_else(PoisonError::into_inner).locked().clone();
        let suffix = entropy::bytes::<3>()?.map(|byte| format!("{byte:02x}")).concat();
        let head = ArchiveHead {
            store: key.store(),
            stamp: format!("{}-{suffix}", now.strftime("%Y%m%d-%H%M%S")),
            key,
        };
        let written = write_archive(
            &RealDisk,
            folder,
            &head,
            &self.master.backup_key(),
            &mut sources,
            &mut OsRandom,
        );
        written.map(|(file, _)| file).map_err(|fault| work.error(&fault))
    }

    fn mirror_documents(&self, place: &Path, work: &mut LongWork<'_>) -> Result<u64> {
        let other = self.documents_in(place)?;
        let report = self
            .documents()
            .mirror_to(&other, &mut |done, total| work.tell(Doing::CopyDocuments, done, total));
        let report = report.map_err(|fault| work.error(&fault))?;
        if !report.damaged.is_empty() {
            return Err(Refusal::act(
                "documents_damaged",
                format!(
                    "{} tài liệu trên máy này bị hỏng nên không sao lưu được; hãy kiểm tra ổ đĩa.",
                    report.damaged.len()
                ),
            )
            .into());
        }
        Ok(report.copied + report.already_there)
    }

    pub(crate) fn documents_in(&self, place: &Path) -> Result<BlobStore> {
        BlobStore::new(documents_folder(place), self.master.blob_keys(), Arc::new(RealDisk))
            .map_err(ApiError::from)
    }

    fn remove_old(&self, place: &Path) -> Result<()> {
        let store = self.keys.lock().unwrap_or_else(PoisonError::into_inner).locked().store();
        let all = archives(&RealDisk, place, store).map_err(ApiError::from)?;
        let old = all.len().saturating_sub(ARCHIVES_KEPT);
        for file in all.into_iter().take(old) {
            fs::remove_file(file).map_err(|fault| ApiError::internal(&fault))?;
        }
        Ok(())
    }

    fn writable(&self, place: &Path, field: &str) -> Result<()> {
        let place = std::path::absolute(place).unwrap_or_else(|_| place.to_owned());
        if place.starts_with(&self.places.data) {
            return Err(Refusal::of(
                "inside_data",
                field,
                "Nơi sao lưu phải ở ngoài thư mục dữ liệu, tốt nhất là ổ đĩa khác.",
            )
            .into());
        }
        let written = fs::create_dir_all(&place).and_then(|()| {
            let probe = place.join(".quay-write-test");
            fs::write(&probe, b"quay").and_then(|()| fs::remove_file(&probe))
        });
        written.map_err(|fault| {
            Refusal::of(
                "place_unwritable",
                field,
                format!("Không ghi được vào {}: {fault}.", place.display()),
            )
            .into()
        })
    }
}

/// Where the documents of a place lie.
pub(crate) fn documents_folder(place: &Path) -> PathBuf {
    place.join("quay-documents")
}

/// Gives a proven archive its place among the copies, durably.
fn published(archive: &Path, place: &Path) -> Result<PathBuf> {
    let file = place.join(archive.file_name().unwrap_or_default());
    fs::rename(archive, &file)
        .and_then(|()| sync_folder(place))
        .map_err(|fault| ApiError::internal(&fault))?;
    Ok(file)
}
