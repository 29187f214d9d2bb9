//! The newest records in the second place: sealed segments, each a run of records with their exact bytes.

use super::documents_folder;
use crate::error::{ApiError, Result};
use crate::office::Office;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use store::local;
use store::log::Shipped;
use vault::OsRandom;
use vault::backup::{SegmentFolder, SegmentName};
use vault::disk::RealDisk;
use vault::keys::MasterKey;

/// Records in one segment at most: a bound on what one write holds in memory.
const RECORDS_MAX: u32 = 2_000;
const MARK: &str = "mirrored_seq";

/// A record as a segment carries it.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Carried {
    #[n(0)]
    header: ByteVec,
    #[n(1)]
    salt: Option<ByteVec>,
    #[n(2)]
    body: Option<ByteVec>,
    #[n(3)]
    signature: Option<ByteVec>,
}

impl Office {
    /// Mirrors what was committed since the last time: documents first, then the records that name them.
    ///
    /// # Errors
    /// When the second place cannot be written; nothing is lost, the next call goes on from the same place.
    pub fn mirror_pending(&self) -> Result<u64> {
        let Some(place) = self.backup_place()? else { return Ok(0) };
        if !place.is_dir() {
            return Err(ApiError::not_found(format!(
                "Không thấy nơi sao lưu {}: cắm lại ổ đĩa hoặc chọn nơi khác.",
                place.display()
            )));
        }
        let mut mirrored = 0;
        loop {
            let from = self.mirrored_seq()? + 1;
            let device = self.device.id;
            let run =
                self.read(|connection| store::log::run(connection, &device, from, RECORDS_MAX))?;
            let Some(last) = run.last() else { return Ok(mirrored) };
            let to = last.name.seq;
            self.mirror_new_documents(&place, &run)?;
            let folder = segment_folder(
                &place,
                self.keys.lock().unwrap_or_else(PoisonError::into_inner).locked().store(),
                &self.master,
            )?;
            let bytes = encode(&run)?;
            folder
                .write(SegmentName { device, from, to }, &bytes, &mut OsRandom)
                .map_err(|fault| ApiError::internal(&fault))?;
            self.write_local(&[], |connection| {
                local::set_setting(connection, MARK, Some(&to.to_string()))
            })?;
            mirrored += to - from + 1;
        }
    }

    fn mirrored_seq(&self) -> Result<u64> {
        let known = self.read(|connection| local::setting(connection, MARK))?;
        Ok(known.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    fn mirror_new_documents(&self, place: &Path, run: &[Shipped]) -> Result<()> {
        let named = run.iter().filter(|record| record.kind.starts_with("dossier.file_"));
        let mut other = None;
        for record in named {
            let Some(sha256) = record.body.as_deref().and_then(content_of) else { continue };
            let other = match &other {
                Some(other) => other,
                None => other.insert(self.documents_in(place)?),
            };
            if other.exists(&sha256)? {
                continue;
            }
            let bytes =
                self.documents().open(&sha256).map_err(|fault| ApiError::internal(&fault))?;
            other
                .put(&mut bytes.as_slice(), u64::MAX, &mut OsRandom)
                .map_err(|fault| ApiError::internal(&fault))?;
        }
        Ok(())
    }
}

/// The segments of a place.
pub fn segment_folder(place: &Path, store: [u8; 16], master: &MasterKey) -> Result<SegmentFolder> {
    let folder = documents_folder(place).with_file_name("quay-segments");
    SegmentFolder::open(Arc::new(RealDisk), folder, store, master.backup_key())
        .map_err(ApiError::from)
}

/// The records of a segment, in order.
pub fn decode(bytes: &[u8]) -> Result<Vec<Shipped>> {
    let carried: Vec<Carried> =
        minicbor::decode(bytes).map_err(|fault| ApiError::internal(&fault))?;
    carried
        .into_iter()
        .map(|record| {
            Shipped::read(
                record.header.into(),
                record.salt.map(Vec::from),
                record.body.map(Vec::from),
                record.signature.map(Vec::from),
            )
            .map_err(ApiError::from)
        })
        .collect()
}

fn encode(run: &[Shipped]) -> Result<Vec<u8>> {
    let carried: Vec<Carried> = run
        .iter()
        .map(|record| Carried {
            header: record.header.clone().into(),
            salt: record.salt.clone().map(ByteVec::from),
            body: record.body.clone().map(ByteVec::from),
            signature: record.signature.clone().map(ByteVec::from),
        })
        .collect();
    minicbor::to_vec(carried).map_err(|fault| ApiError::internal(&fault))
}

fn content_of(body: &[u8]) -> Option<[u8; 32]> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let hex = value.get("file")?.get("sha256")?.as_str()?;
    data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}
