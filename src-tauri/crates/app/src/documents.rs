//! Documents of a dossier: sealed into the vault first, named by a record after. An orphan blob is harmless; a dangling
//! reference would lose a citizen's paper.

pub(crate) mod away;
pub(crate) mod kinds;
pub(crate) mod opens;

use crate::changed::Topic;
use crate::dossiers::{dossier_in, find};
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::views::{DossierView, FileBytesView, FileView};
use data_encoding::BASE64;
use domain::dossier::event::{Document, FileAttached, FileReplaced};
use domain::dossier::{Dossier, Event};
use domain::ids::{DossierId, FileId};
use domain::officer::{Act, Officer};
use domain::refusal::Refusal;
use jiff::Timestamp;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use vault::blobs::{Blob, BlobFault};
use vault::{Digest, OsRandom};

pub use kinds::FILE_BYTES_MAX;

impl Office {
    /// Attaches files to a component (`None`: other papers), all or none.
    ///
    /// # Errors
    /// A refusal naming `files[i]` for a file that is missing, empty, too large or of a kind not taken.
    pub fn attach(
        &self,
        id_or_number: &str,
        component: Option<u16>,
        paths: &[&Path],
    ) -> Result<DossierView> {
        let id = self.store().read(|connection| find(connection, id_or_number))?.id;
        let opened = self.opened(&id.to_string())?;
        check_component(&opened.dossier, component)?;
        let documents = paths
            .iter()
            .enumerate()
            .map(|(i, path)| self.seal(path, component, &format!("files[{i}]")))
            .collect::<Result<Vec<_>>>()?;
        if documents.is_empty() {
            return Err(
                Refusal::of("files_missing", "files", "Không có tệp nào để đính kèm.").into()
            );
        }
        self.transact(&[Topic::Dossiers], |tx, context| {
            for file in documents {
                let act = act_of(context.actor, context.now);
                tx.append(id, Event::FileAttached(Box::new(FileAttached { act, file })))?;
            }
            Ok(())
        })?;
        self.dossier(&id.to_string())
    }

    /// Puts a new document in the place of an old one, which stays in the history.
    ///
    /// # Errors
    /// As [`Office::attach`]; [`ApiError::NotFound`] for an unknown document.
    pub fn replace_file(&self, id_or_number: &str, file: &str, path: &Path) -> Result<DossierView> {
        let (id, replaced) = self.document(id_or_number, file)?;
        let sealed = self.seal(path, replaced.component, "path")?;
        let replaces = replaced.id;
        self.transact(&[Topic::Dossiers], |tx, context| {
            let now = dossier_in(tx, id)?;
            if now.files.iter().any(|known| known.file.id == replaces && known.replaced) {
                return Err(ApiError::Stale {
                    message: "Tài liệu này đã được thay bằng bản khác.".into(),
                });
            }
            let act = act_of(context.actor, context.now);
            tx.append(
                id,
                Event::FileReplaced(Box::new(FileReplaced { act, replaces, file: sealed })),
            )?;
            Ok(())
        })?;
        self.dossier(&id.to_string())
    }

    /// The documents of a dossier.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn files(&self, id_or_number: &str) -> Result<Vec<FileView>> {
        let opened = self.opened(id_or_number)?;
        Ok(self.file_views(&opened))
    }

    /// The bytes of a document, checked against their seal and their hash.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; a damaged document is an error, never wrong bytes.
    pub fn file_bytes(&self, id_or_number: &str, file: &str) -> Result<FileBytesView> {
        let (_, document) = self.document(id_or_number, file)?;
        let bytes = self.documents().open(&digest(&document.sha256)?).map_err(blob_error)?;
        Ok(FileBytesView {
            mime: document.mime,
            name: document.name,
            base64: BASE64.encode(&bytes),
        })
    }

    /// Writes a document out as an ordinary file.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], or when `to` cannot be written.
    pub fn export_file(&self, id_or_number: &str, file: &str, to: &Path) -> Result<u64> {
        let (_, document) = self.document(id_or_number, file)?;
        self.documents().export(&digest(&document.sha256)?, to).map_err(blob_error)
    }

    /// Checks a page of documents against their hashes; for the background, a little at a time.
    ///
    /// # Errors
    /// Broken stores only; damaged documents are in the answer.
    pub fn check_documents(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<String>, Option<String>)> {
        let page = self.read(|connection| store::files::contents(connection, after, limit))?;
        let mut damaged = Vec::new();
        for sha256 in &page {
            if self.documents().check(&digest(sha256)?).is_err() {
                damaged.push(sha256.clone());
            }
        }
        Ok((damaged, page.last().cloned()))
    }

    pub(crate) fn holds(&self, sha256: &str) -> bool {
        digest(sha256).is_ok_and(|digest| self.documents().exists(&digest).unwrap_or(false))
    }

    pub(crate) fn document(&self, id_or_number: &str, file: &str) -> Result<(DossierId, Document)> {
        let opened = self.opened(id_or_number)?;
        let unknown = || ApiError::not_found("Không tìm thấy tài liệu này trong hồ sơ.");
        let id: FileId = file.parse().map_err(|_| unknown())?;
        let found =
            opened.dossier.files.iter().find(|known| known.file.id == id).ok_or_else(unknown)?;
        Ok((opened.dossier.id, found.file.clone()))
    }

    fn seal(&self, path: &Path, component: Option<u16>, place: &str) -> Result<Document> {
        let name = kinds::file_name(path).map_err(|refusal| refusal.inside(place))?;
        let mut file = File::open(path).map_err(|fault| {
            Refusal::of("file_unreadable", place, format!("Không mở được tệp {name}: {fault}."))
        })?;
        let mut head = Vec::with_capacity(512);
        (&mut file)
            .take(512)
            .read_to_end(&mut head)
            .map_err(|fault| unreadable(place, &name, &fault))?;
        let mime = kinds::accepted(&name, &head).map_err(|refusal| refusal.inside(place))?;
        file.rewind().map_err(|fault| unreadable(place, &name, &fault))?;
        let sealed = self.documents().put(&mut file, FILE_BYTES_MAX, &mut OsRandom);
        let blob = sealed.map_err(|fault| self.not_sealed(fault, &name, place))?;
        document_of(self.now(), component, name, mime, &blob)
    }

    /// After a refused sync nobody knows what the disk holds: intake stops, as it does for the database.
    fn not_sealed(&self, fault: BlobFault, name: &str, place: &str) -> ApiError {
        if let BlobFault::TooLarge { .. } = fault {
            return Refusal::of("file_too_large", place, kinds::too_large_words(name)).into();
        }
        let error = blob_error(fault);
        if let ApiError::IntakeStopped { message } = &error {
            self.stop_intake(message);
        }
        error
    }
}

fn check_component(dossier: &Dossier, component: Option<u16>) -> Result<()> {
    let Some(index) = component else { return Ok(()) };
    if dossier.components.iter().any(|known| known.index == Some(index)) {
        return Ok(());
    }
    let known: Vec<String> =
        dossier.components.iter().filter_map(|c| Some(c.index?.to_string())).collect();
    Err(Refusal::of(
        "component_unknown",
        "component",
        format!("Hồ sơ không có thành phần số {index}; có: {}.", known.join(", ")),
    )
    .into())
}

/// A sealed document as its record names it.
pub(crate) fn document_of(
    now: Timestamp,
    component: Option<u16>,
    name: String,
    mime: &str,
    blob: &Blob,
) -> Result<Document> {
    Ok(Document {
        id: FileId(entropy::id(now)?),
        component,
        name,
        mime: mime.to_owned(),
        size_bytes: blob.size,
        sha256: blob.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

pub(crate) fn act_of(officer: &Officer, now: Timestamp) -> Act {
    Act {
        at: now,
        done_by: officer.name.clone(),
        recorded_by: officer.id,
        recorded_by_name: officer.name.clone(),
        paper_number: None,
        note: None,
    }
}

fn unreadable(place: &str, name: &str, fault: &std::io::Error) -> ApiError {
    Refusal::of("file_unreadable", place, format!("Không đọc được tệp {name}: {fault}.")).into()
}

pub(crate) fn digest(hex: &str) -> Result<Digest> {
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok();
    bytes
        .and_then(|bytes| Digest::try_from(bytes.as_slice()).ok())
        .ok_or_else(|| ApiError::not_found("Tài liệu không có mã băm hợp lệ."))
}

pub(crate) fn blob_error(fault: BlobFault) -> ApiError {
    match fault {
        BlobFault::Missing => {
            ApiError::not_found("Tài liệu không còn trên máy này; lấy lại từ bản sao lưu.")
        }
        BlobFault::Damaged(_) => ApiError::NotFound {
            message: "Tài liệu trên máy này bị hỏng nên không mở; lấy lại từ bản sao lưu.".into(),
        },
        BlobFault::File(fault) => fault.into(),
        BlobFault::Stopped => ApiError::IntakeStopped {
            message: "Ổ đĩa đã báo lỗi khi ghi tệp: tệp chưa được lưu. Hãy mở lại kho dữ liệu để kiểm tra trước khi làm tiếp.".into(),
        },
        fault => ApiError::internal(&fault),
    }
}
