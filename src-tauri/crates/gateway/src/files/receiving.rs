//! An upload from its first byte to the file that counts.

use super::store::Files;
use super::tus::{Checksum, Purpose, is_sha256};
use crate::entropy;
use crate::gateway::{Gateway, admitted};
use crate::ledger::uploads::{self, Upload};
use crate::ledger::{Answer, Fault, Ledger};
use crate::problems::{detailed, not_found, problem, too_large, validation};
use crate::tokens::Bearer;
use bytes::Bytes;
use futures_util::Stream;
use protocol::receipt::hex;
use protocol::wire::{Problem, ProblemType};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// How long an unfinished upload is kept: a desk may have no line for months.
const UPLOAD_LIFE_MS: i64 = 190 * 24 * 3600 * 1000;
/// Most parts of a joined file.
const PARTS_MAX: usize = 64;
/// Uploads that have ended, taken away at a time.
const ENDED_AT_ONCE: i64 = 100;

/// What an upload is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// A file, a part, or parts joined.
    pub purpose: Purpose,
    /// Bytes in all; for joined parts their sum.
    pub length: u64,
    /// What the SHA-256 has to be; a part has none.
    pub sha256: Option<String>,
}

impl Gateway {
    /// Begins an upload for the caller's site.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn begin_upload(
        &self,
        bearer: Bearer,
        beginning: Beginning,
    ) -> Result<Answer<Upload>, Fault> {
        if let Some(problem) = malformed(&beginning, self.limits.file_bytes_max) {
            return Ok(Err(problem));
        }
        let now_ms = self.clock.now_ms();
        let id = hex::text(&entropy::bytes::<16>()?);
        let begun = self
            .ledger
            .write(move |tx| {
                if let Err(problem) = admitted(tx, &bearer)? {
                    return Ok(Err(problem));
                }
                uploads::remove_ended(tx, now_ms, ENDED_AT_ONCE)?;
                let mut upload = Upload {
                    id: id.clone(),
                    site: bearer.site.clone(),
                    partial: beginning.purpose == Purpose::Partial,
                    parts: Vec::new(),
                    length: beginning.length,
                    received: 0,
                    sha256: beginning.sha256.clone().unwrap_or_default(),
                    expires_at_ms: now_ms + UPLOAD_LIFE_MS,
                    done: false,
                };
                if let Purpose::Final(parts) = &beginning.purpose {
                    // Joined already, and the answer was lost: the parts are no longer needed, nor here.
                    if let Some(size) = uploads::file_of(tx, &bearer.site, &upload.sha256)? {
                        (upload.length, upload.received, upload.done) = (size, size, true);
                        uploads::insert(tx, &upload)?;
                        return Ok(Ok(upload));
                    }
                    match joined_length(tx, &bearer.site, parts)? {
                        Ok(length) => (upload.length, upload.received) = (length, length),
                        Err(problem) => return Ok(Err(problem)),
                    }
                    upload.parts.clone_from(parts);
                }
                uploads::insert(tx, &upload)?;
                Ok(Ok(upload))
            })
            .await?;
        match begun {
            Ok(upload) => self.completed(upload).await,
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// How far an upload is. One that has all its bytes and was cut off before it counted, is finished first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn upload(&self, bearer: Bearer, id: String) -> Result<Answer<Upload>, Fault> {
        let now_ms = self.clock.now_ms();
        let found = self
            .ledger
            .read(move |tx| match admitted(tx, &bearer)? {
                Ok(_) => Ok(running(uploads::find(tx, &bearer.site, &id)?, now_ms)),
                Err(problem) => Ok(Err(problem)),
            })
            .await?;
        match found {
            Ok(upload) => self.completed(upload).await,
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// Adds bytes to an upload, durably; `offset` is where the caller believes to be.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn add_to_upload(
        &self,
        bearer: Bearer,
        id: String,
        offset: u64,
        bytes: Bytes,
        checksum: Option<Checksum>,
    ) -> Result<Answer<Upload>, Fault> {
        if checksum.is_some_and(|checksum| !checksum.fits(&bytes)) {
            return Ok(Err(problem(ProblemType::HashMismatch, 460, "Checksum Mismatch")));
        }
        let now_ms = self.clock.now_ms();
        self.ledger
            .write(move |tx| {
                if let Err(problem) = admitted(tx, &bearer)? {
                    return Ok(Err(problem));
                }
                let mut upload = match running(uploads::lock(tx, &bearer.site, &id)?, now_ms) {
                    Ok(upload) => upload,
                    Err(problem) => return Ok(Err(problem)),
                };
                if let Some(problem) = misplaced(&upload, offset, bytes.len()) {
                    return Ok(Err(problem));
                }
                if !bytes.is_empty() {
                    upload.received = uploads::append(tx, &upload, &bytes)?;
                }
                Ok(Ok(upload))
            })
            .await
    }

    /// Makes a file of an upload that has all its bytes; any other is given back as it is.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn completed(&self, upload: Upload) -> Result<Answer<Upload>, Fault> {
        if upload.done || upload.partial || upload.received < upload.length {
            return Ok(Ok(upload));
        }
        let right = join(&self.ledger, &self.files, &upload).await?;
        let now_ms = self.clock.now_ms();
        self.ledger
            .write(move |tx| {
                // A desk that was cut off asks again while its first request still joins: whoever ends second finds the
                // file made and its parts gone, which says nothing against the file.
                match uploads::lock(tx, &upload.site, &upload.id)? {
                    Some(now) if now.done => return Ok(Ok(now)),
                    None => return Ok(Err(not_found())),
                    Some(_) => {}
                }
                if right || uploads::file_of(tx, &upload.site, &upload.sha256)?.is_some() {
                    uploads::finish(tx, &upload, now_ms)?;
                    return Ok(Ok(Upload { done: true, ..upload.clone() }));
                }
                uploads::remove(tx, &upload.id)?;
                Ok(Ok(Upload { done: false, ..upload.clone() }))
            })
            .await
            .map(|answer| match answer {
                Ok(upload) if !upload.done => Err(detailed(
                    ProblemType::HashMismatch,
                    460,
                    "Checksum Mismatch",
                    "the whole file has another SHA-256; begin again",
                )),
                answer => answer,
            })
    }

    /// Takes an upload away.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn end_upload(&self, bearer: Bearer, id: String) -> Result<Answer<()>, Fault> {
        self.ledger
            .write(move |tx| {
                if let Err(problem) = admitted(tx, &bearer)? {
                    return Ok(Err(problem));
                }
                if uploads::lock(tx, &bearer.site, &id)?.is_none() {
                    return Ok(Err(not_found()));
                }
                uploads::remove(tx, &id)?;
                Ok(Ok(()))
            })
            .await
    }

    /// Size of a file that a record of the caller's site names.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn file_size(&self, bearer: Bearer, sha256: String) -> Result<Answer<u64>, Fault> {
        self.ledger
            .read(move |tx| match admitted(tx, &bearer)? {
                Ok(site) => Ok(uploads::named_file(tx, &site.code, &sha256)?.ok_or_else(not_found)),
                Err(problem) => Ok(Err(problem)),
            })
            .await
    }

    /// The bytes of a file, piece by piece; the caller has asked for its size.
    pub fn file_bytes(
        &self,
        site: &str,
        sha256: &str,
        size: u64,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, Fault>> + Send + use<> {
        self.files.open(site, sha256, size, range)
    }
}

fn malformed(beginning: &Beginning, file_bytes_max: u64) -> Option<Problem> {
    if beginning.length > file_bytes_max {
        return Some(too_large(format!("Upload-Length: at most {file_bytes_max}")));
    }
    match (&beginning.purpose, &beginning.sha256) {
        (Purpose::Partial, _) => None,
        (Purpose::Final(parts), _) if parts.is_empty() || parts.len() > PARTS_MAX => {
            Some(validation(format!("Upload-Concat: 1 to {PARTS_MAX} parts")))
        }
        (_, Some(sha256)) if is_sha256(sha256) => None,
        _ => Some(validation("Upload-Metadata: sha256, 64 lower-case hexadecimal digits")),
    }
}

fn running(upload: Option<Upload>, now_ms: i64) -> Answer<Upload> {
    match upload {
        None => Err(not_found()),
        Some(upload) if upload.expires_at_ms < now_ms => {
            Err(problem(ProblemType::NotFound, 410, "The upload has ended"))
        }
        Some(upload) => Ok(upload),
    }
}

fn misplaced(upload: &Upload, offset: u64, bytes: usize) -> Option<Problem> {
    if !upload.parts.is_empty() {
        return Some(problem(ProblemType::Validation, 403, "Joined parts take no bytes"));
    }
    if offset != upload.received {
        let title = "Upload-Offset is not where the upload is";
        let expected = Some(upload.received);
        return Some(Problem { expected, ..problem(ProblemType::Stale, 409, title) });
    }
    let over = offset + bytes as u64 > upload.length;
    over.then(|| too_large("more bytes than Upload-Length"))
}

fn joined_length(
    tx: &mut dyn crate::database::Tx,
    site: &str,
    parts: &[String],
) -> Result<Answer<u64>, Fault> {
    let mut length = 0;
    for id in parts {
        match uploads::lock(tx, site, id)? {
            Some(part) if part.partial && part.received == part.length => length += part.length,
            Some(_) => return Ok(Err(validation("Upload-Concat: a part is not finished"))),
            None => return Ok(Err(not_found())),
        }
    }
    Ok(Ok(length))
}

/// Writes the sealed object; whether the bytes have the SHA-256 that was said.
async fn join(ledger: &Ledger, files: &Files, upload: &Upload) -> Result<bool, Fault> {
    let mut keeping = files.keep(&upload.site, &upload.sha256).await?;
    let mut digest = Sha256::new();
    let own = [upload.id.clone()];
    let ids: &[String] = if upload.parts.is_empty() { &own } else { &upload.parts };
    let mut length = 0;
    for id in ids {
        let mut start = 0;
        while let Some(piece) = next_piece(ledger, id, start).await? {
            start += piece.len() as u64;
            digest.update(&piece);
            keeping.add(&piece).await?;
        }
        length += start;
    }
    let right = length == upload.length && hex::text(&digest.finalize()) == upload.sha256;
    // Bytes that are not what they were said to be never come under the name of the right ones.
    if right {
        keeping.finish().await?
    } else {
        keeping.abort().await?
    }
    Ok(right)
}

async fn next_piece(ledger: &Ledger, id: &str, start: u64) -> Result<Option<Vec<u8>>, Fault> {
    let id = id.to_owned();
    let answer = ledger.read(move |tx| uploads::piece(tx, &id, start).map(Ok)).await?;
    Ok(answer.unwrap_or_default())
}
