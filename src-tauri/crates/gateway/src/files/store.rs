//! The object store: whole files, sealed under the key of their site.

use super::seal::{CHUNK_BYTES, HEAD_BYTES, Seal, SealFault, chunks_of, last_place};
use crate::entropy;
use crate::keys::{Keys, Use};
use crate::ledger::Fault;
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use hmac::{Hmac, KeyInit, Mac};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use protocol::receipt::hex;
use std::ops::Range;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// Chunks read at a time when a file goes out.
const CHUNKS_AT_ONCE: u64 = 8;

/// Where files lie.
#[derive(Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    keys: Keys,
}

/// A file about to be kept; dropped before its end it leaves nothing that is ever read.
pub struct Keeping {
    seal: Seal,
    writer: BufWriter,
    place: u32,
    waiting: Vec<u8>,
}

impl Files {
    /// Files in an object store.
    pub fn new(objects: Arc<dyn ObjectStore>, keys: Keys) -> Self {
        Self { objects, keys }
    }

    /// Begins to keep a file of a site.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn keep(&self, site: &str, sha256: &str) -> Result<Keeping, Fault> {
        let name = self.name(site, sha256)?;
        let seal = Seal::new(&self.keys.derive(Use::Files(site)), entropy::bytes()?, name.as_ref());
        let mut writer = BufWriter::new(Arc::clone(&self.objects), name);
        written(writer.write_all(&seal.head()).await)?;
        Ok(Keeping { seal, writer, place: 0, waiting: Vec::with_capacity(CHUNK_BYTES) })
    }

    /// The plaintext of `range` of a file of `size` bytes, piece by piece.
    pub fn open(
        &self,
        site: &str,
        sha256: &str,
        size: u64,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, Fault>> + Send + use<> {
        let reading = Reading {
            files: self.clone(),
            site: site.to_owned(),
            sha256: sha256.to_owned(),
            size,
            range,
            seal: None,
        };
        stream::try_unfold(reading, Reading::next)
    }

    /// A name that says nothing to whoever sees the object store.
    fn name(&self, site: &str, sha256: &str) -> Result<Path, Fault> {
        let key = self.keys.derive(Use::FileNames);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_slice())
            .map_err(|_| Fault::Broken("a key for names"))?;
        mac.update(site.as_bytes());
        mac.update(b"\0");
        mac.update(sha256.as_bytes());
        let name = hex::text(&mac.finalize().into_bytes());
        let (folder, _) = name.split_at(2);
        Ok(Path::from(format!("files/{folder}/{name}")))
    }
}

impl Keeping {
    /// Takes more of the file.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn add(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            // A full chunk waits until it is known not to be the last.
            if self.waiting.len() == CHUNK_BYTES {
                self.put(false).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// The file is whole: from now on it can be read.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn finish(mut self) -> Result<(), Fault> {
        self.put(true).await?;
        written(self.writer.shutdown().await)
    }

    /// The file is not what it was said to be.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn abort(mut self) -> Result<(), Fault> {
        Ok(self.writer.abort().await?)
    }

    async fn put(&mut self, last: bool) -> Result<(), Fault> {
        let sealed = self.seal.seal(self.place, last, &self.waiting).map_err(sealed_wrong)?;
        self.place += 1;
        self.waiting.clear();
        written(self.writer.write_all(&sealed).await)
    }
}

struct Reading {
    files: Files,
    site: String,
    sha256: String,
    size: u64,
    range: Range<u64>,
    seal: Option<Seal>,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Fault> {
        if self.range.is_empty() {
            return Ok(None);
        }
        let name = self.files.name(&self.site, &self.sha256)?;
        let seal = match self.seal.take() {
            Some(seal) => seal,
            None => self.seal(&name).await?,
        };
        let chunk = CHUNK_BYTES as u64;
        let end = self.range.end.min((self.range.start / chunk + CHUNKS_AT_ONCE) * chunk);
        let chunks = chunks_of(self.range.start, end, self.size);
        let sealed = self.files.objects.get_range(&name, chunks.start..chunks.end).await?;
        let mut plain = Vec::with_capacity(sealed.len());
        for (place, sealed) in (chunks.first..=chunks.last).zip(sealed.chunks(CHUNK_BYTES + 16)) {
            let last = place == last_place(self.size);
            plain.extend(seal.open(place, last, sealed).map_err(sealed_wrong)?);
        }
        let before = u64::from(chunks.first) * chunk;
        let cut = usize_of(self.range.start - before)..usize_of(end - before);
        let piece = Bytes::from(plain).slice(cut);
        self.range.start = end;
        self.seal = Some(seal);
        Ok(Some((piece, self)))
    }

    async fn seal(&self, name: &Path) -> Result<Seal, Fault> {
        let head = self.files.objects.get_range(name, 0..HEAD_BYTES as u64).await?;
        Seal::of(&self.files.keys.derive(Use::Files(&self.site)), &head, name.as_ref())
            .map_err(sealed_wrong)
    }
}

fn written(result: std::io::Result<()>) -> Result<(), Fault> {
    result.map_err(Fault::Disk)
}

fn sealed_wrong(_: SealFault) -> Fault {
    Fault::Broken("a sealed file does not open")
}

fn usize_of(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
