//! Restoring: on trial, to prove a copy; and for real, into an empty folder. Restored stores become a new device.

use super::segments::{decode, segment_folder};
use super::work_folder::WorkFolder;
use super::{DATABASE_ENTRY, documents_folder};
use crate::error::{ApiError, Result};
use crate::long_work::{Doing, Follow, LongWork};
use crate::office::{Office, database_key};
use crate::opening::{self, OpenFault, Secret};
use crate::places::{Places, sync_folder};
use domain::refusal::Refusal;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::verify::{Anchor, Outside, verify};
use store::{Store, log};
use vault::backup::{ArchiveHead, archives, read_archive, read_head};
use vault::blobs::BlobStore;
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace, MasterKey, Unlock};

/// What a restore, or a trial of one, found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreOutcome {
    /// Whether everything holds.
    pub ok: bool,
    /// Whether it was only a trial.
    pub trial: bool,
    /// The archive.
    pub file: String,
    /// Records after the restore.
    pub records: u64,
    /// Of them, records newer than the archive, from the mirrored segments.
    pub from_segments: u64,
    /// Documents that records name.
    pub documents: u64,
    /// Documents that records name and the copy does not have.
    pub documents_missing: u64,
    /// What does not hold.
    pub faults: Vec<String>,
}

/// Restores the newest archive of `from` into the data folder of `places`, or only tries it.
///
/// # Errors
/// A refusal naming `from` or `data`; wrong secrets; damaged copies; work that was stopped. The data folder is untouched
/// unless all went well.
pub fn restore(
    places: &Places,
    from: &Path,
    secret: &Secret,
    trial: bool,
    follow: &mut Follow<'_>,
) -> std::result::Result<RestoreOutcome, OpenFault> {
    let (file, head) = newest(from)?;
    let master = unlock(&head, secret)?;
    let mirrored = BlobStore::new(documents_folder(from), master.blob_keys(), Arc::new(RealDisk))?;
    let documents = mirrored.list()?.len() as u64;
    let mut way = LongWork::planned(&plan(&file, documents, trial), follow);
    let copy = Copy { file, head, from, master, mirrored };
    if trial {
        let work = WorkFolder::new(&std::env::temp_dir())?;
        return Ok(rebuild(copy, work.path(), true, &mut way)?);
    }
    refuse_occupied(places)?;
    let parent = places.data.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    fs::create_dir_all(&parent)?;
    let work = WorkFolder::new(&parent)?;
    let key = copy.head.key.clone();
    let outcome = rebuild(copy, work.path(), false, &mut way)?;
    if !outcome.ok {
        return Ok(outcome);
    }
    KeyFile::adopt(&KeyPlace::new(work.path().join("keys")), key)?;
    if places.data.exists() {
        fs::remove_dir(&places.data)?;
    }
    fs::rename(work.path(), &places.data)?;
    sync_folder(&parent)?;
    fs::create_dir_all(work.path())?;
    Ok(outcome)
}

/// Restores an archive just written into a work folder and checks it against the living store.
pub fn prove(
    office: &Office,
    file: &Path,
    place: &Path,
    folder: &Path,
    work: &mut LongWork<'_>,
) -> Result<RestoreOutcome> {
    let trial = folder.join("trial");
    fs::create_dir_all(&trial).map_err(|fault| ApiError::internal(&fault))?;
    unsealed(file, &office.master, &trial, work)?;
    let outside = Outside { anchors: Vec::new(), public_keys: office.outside()?.public_keys };
    let documents = office.documents_in(place)?;
    let outcome = check(&trial, &office.master, &documents, &outside, file, true, work)?;
    if outcome.ok {
        return Ok(outcome);
    }
    let words = outcome.faults.first().cloned().unwrap_or_default();
    Err(Refusal::act("copy_not_proven", format!("Khôi phục thử không đạt: {words}")).into())
}

fn newest(from: &Path) -> std::result::Result<(PathBuf, ArchiveHead), OpenFault> {
    let mut found: Vec<(String, PathBuf, ArchiveHead)> = Vec::new();
    let entries = fs::read_dir(from).map_err(|fault| {
        refusal("from_unreadable", "from", format!("Không đọc được {}: {fault}.", from.display()))
    })?;
    for path in entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "qbk"))
    {
        if let Ok(head) = read_head(&RealDisk, &path) {
            found.push((head.stamp.clone(), path, head));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let (_, path, head) = found.pop().ok_or_else(|| {
        refusal(
            "no_archive",
            "from",
            format!("Không có bản sao lưu nào (.qbk) trong {}.", from.display()),
        )
    })?;
    let known = archives(&RealDisk, from, head.store)?;
    Ok((known.last().cloned().unwrap_or(path), head))
}

fn unlock(head: &ArchiveHead, secret: &Secret) -> std::result::Result<MasterKey, OpenFault> {
    match secret {
        Secret::Passphrase(text) => Ok(head.key.unlock(Unlock::Passphrase(text))?),
        Secret::Recovery(text) => Ok(head.key.unlock(Unlock::Recovery(text))?),
        Secret::Keyring => {
            let secret = crate::keyring::secret(head.key.store()).ok_or(OpenFault::Locked)?;
            Ok(head.key.unlock(Unlock::KeyringSecret(&secret))?)
        }
    }
}

fn refuse_occupied(places: &Places) -> std::result::Result<(), OpenFault> {
    let occupied = places.data.exists() && fs::read_dir(&places.data)?.next().is_some();
    if occupied || opening::is_commissioned(places) {
        return Err(refusal(
            "data_occupied",
            "data",
            "Thư mục dữ liệu đã có tệp; hãy chọn thư mục trống để khỏi ghi đè dữ liệu đang có."
                .into(),
        ));
    }
    Ok(())
}

/// A copy that was found and whose key is known.
struct Copy<'p> {
    file: PathBuf,
    head: ArchiveHead,
    from: &'p Path,
    master: MasterKey,
    mirrored: BlobStore,
}

fn rebuild(
    copy: Copy<'_>,
    folder: &Path,
    trial: bool,
    work: &mut LongWork<'_>,
) -> Result<RestoreOutcome> {
    let Copy { file, head, from, master, mirrored } = copy;
    unsealed(&file, &master, folder, work)?;
    let from_segments = replay_segments(&head, from, &master, &folder.join(DATABASE_ENTRY))?;
    let documents = if trial {
        mirrored
    } else {
        let own = BlobStore::new(folder.join("documents"), master.blob_keys(), Arc::new(RealDisk))?;
        mirrored
            .mirror_to(&own, &mut |done, total| work.tell(Doing::CopyDocuments, done, total))
            .map_err(|fault| work.error(&fault))?;
        own
    };
    let outcome = check(folder, &master, &documents, &Outside::default(), &file, trial, work)?;
    Ok(RestoreOutcome { from_segments, ..outcome })
}

/// The archive's files in `folder`, every byte verified.
fn unsealed(file: &Path, master: &MasterKey, folder: &Path, work: &mut LongWork<'_>) -> Result<()> {
    let bytes = bytes_of(file);
    let read = read_archive(&RealDisk, file, &master.backup_key(), folder, &mut |done| {
        work.tell(Doing::Unseal, done, bytes)
    });
    read.map(drop).map_err(|fault| work.error(&fault))
}

/// What a restore will take, as far as can be known before the archive was opened.
fn plan(file: &Path, documents: u64, trial: bool) -> Vec<(Doing, u64)> {
    let bytes = bytes_of(file);
    vec![
        (Doing::Unseal, bytes),
        (Doing::CopyDocuments, if trial { 0 } else { documents }),
        (Doing::CheckChain, bytes / RECORD_BYTES),
        (Doing::Replay, bytes / RECORD_BYTES),
        (Doing::FindDocuments, documents),
    ]
}

/// What a record and its projections take in a database, about.
const RECORD_BYTES: u64 = 2_000;

fn bytes_of(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

/// Records mirrored after the archive was made.
fn replay_segments(
    head: &ArchiveHead,
    from: &Path,
    master: &MasterKey,
    database: &Path,
) -> Result<u64> {
    let folder = segment_folder(from, head.store, master)?;
    let store = Store::open(database, &database_key(master))?;
    let mut replayed = 0;
    for name in folder.list()? {
        let known = store.read(|connection| log::head_of_device(connection, &name.device))?;
        if known.seq >= name.to {
            continue;
        }
        let records = decode(&folder.read(name).map_err(|fault| ApiError::internal(&fault))?)?;
        replayed += store.write(None, |tx| -> Result<u64> {
            let mut written = 0;
            for record in records.iter().filter(|record| record.name.seq > known.seq) {
                tx.ship(record)?;
                written += 1;
            }
            Ok(written)
        })?;
    }
    store.checkpoint()?;
    Ok(replayed)
}

fn check(
    folder: &Path,
    master: &MasterKey,
    documents: &BlobStore,
    outside: &Outside,
    file: &Path,
    trial: bool,
    work: &mut LongWork<'_>,
) -> Result<RestoreOutcome> {
    let store = Store::open(&folder.join(DATABASE_ENTRY), &database_key(master))?;
    let anchors: Vec<Anchor> = outside.anchors.clone();
    let outside = Outside { anchors, public_keys: outside.public_keys.clone() };
    let report = store.read(|connection| {
        verify(connection, &outside, &mut |pass, done, total| work.tell(pass.into(), done, total))
    })?;
    let in_all = documents.list()?.len() as u64;
    let mut named = 0;
    let mut missing = 0;
    let mut after = String::new();
    loop {
        let page = store.read(|connection| store::files::contents(connection, &after, 500))?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        if work.tell(Doing::FindDocuments, named, in_all).is_break() {
            return Err(ApiError::stopped());
        }
        for sha256 in page {
            named += 1;
            let digest: Option<[u8; 32]> = data_encoding::HEXLOWER
                .decode(sha256.as_bytes())
                .ok()
                .and_then(|b| b.try_into().ok());
            if !digest.is_some_and(|digest| documents.exists(&digest).unwrap_or(false)) {
                missing += 1;
            }
        }
    }
    let mut faults: Vec<String> =
        report.faults.iter().map(|fault| format!("{}: {}", fault.place, fault.message)).collect();
    if missing > 0 {
        faults.push(format!("Thiếu {missing} tài liệu trong bản sao lưu."));
    }
    Ok(RestoreOutcome {
        ok: faults.is_empty(),
        trial,
        file: file.display().to_string(),
        records: report.records,
        from_segments: 0,
        documents: named,
        documents_missing: missing,
        faults,
    })
}

fn refusal(code: &'static str, field: &str, message: String) -> OpenFault {
    OpenFault::Api(ApiError::from(Refusal::of(code, field, message)))
}
