//! Requests of the engine, carried out: over the line by [`transport`], in the store and the vault beside the exchange's
//! own thread.

use super::Enrolled;
use super::cache::Cache;
use crate::documents::FILE_BYTES_MAX;
use crate::error::{ApiError, Result};
use crate::office::Office;
use protocol::series::{RUN_SERIES_MAX, SERIES_RECORDS_MAX};
use protocol::wire::{HeadOf, Problem, ProblemType};
use protocol::{Hash, Name, Series, signed_head};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::sync::Arc;
use store::exchange::HeadSigner;
use sync::engine::{Failure, Input, Reply, Request, Ticket};
use tokio::sync::mpsc::UnboundedSender;
use transport::http::{Created, Gateway};
use vault::OsRandom;

type Outcome = std::result::Result<Reply, Failure>;

/// What every errand needs.
pub(super) struct Errands {
    pub(super) office: Arc<Office>,
    pub(super) enrolled: Enrolled,
    pub(super) gateway: Gateway,
    pub(super) cache: Cache,
    /// Hears how far a batch of records has got.
    pub(super) under_way: UnboundedSender<Input>,
}

impl Errands {
    /// Carries a request out.
    pub(super) async fn run(self: Arc<Self>, ticket: Ticket, request: Request) -> Outcome {
        match request {
            Request::SendRecords { device, first, records_max, bytes_max } => {
                self.send_records(ticket, device, first, (records_max, bytes_max)).await
            }
            Request::FetchPage { after } => self.fetch_page(after).await,
            Request::FetchOpen { after } => self.fetch_open(after).await,
            Request::ReadHeads => self.read_heads().await,
            Request::CreateUpload { stream, sha256, length, whole, .. } => {
                let created = self.gateway.create_upload(stream, &sha256, length, whole).await?;
                Ok(match created {
                    Created::Upload(upload) => Reply::UploadCreated { upload },
                    Created::Known => Reply::FileKnown,
                    Created::WholeOnly => Reply::WholeOnly,
                })
            }
            Request::ReadOffset { stream, upload } => {
                let (offset, _) = self.gateway.upload_offset(stream, &upload).await?;
                Ok(Reply::Offset { offset })
            }
            Request::SendPart { stream, upload, sha256, from, offset, length } => {
                let part = self.part(sha256, from, length).await?;
                let offset = self.gateway.send_part(stream, &upload, offset, part).await?;
                Ok(Reply::Offset { offset })
            }
            Request::FinishUpload { stream, sha256, uploads } => {
                self.finish(stream, sha256, &uploads).await
            }
            Request::FetchFile { stream, sha256, from, length } => {
                let bytes = self.gateway.fetch_file(stream, &sha256, from, length).await?;
                self.keep_fetched(sha256, from, bytes).await
            }
        }
    }

    async fn send_records(
        self: Arc<Self>,
        ticket: Ticket,
        device: [u8; 16],
        first: u64,
        bounds: (u16, u32),
    ) -> Outcome {
        let run = self.here(move |office| office.run_to_send(&device, first, bounds)).await?;
        let Some(last) = run.last().map(Series::last) else { return Ok(Reply::NothingToSend) };
        // Loaded: the next batch may be begun. A driver that has ended needs no telling.
        let _ = self.under_way.send(Input::OnTheWay { ticket, last });
        let acked = self.here(move |office| office.read(|c| store::exchange::acked(c, &device)));
        let follows = first > acked.await? + 1;
        let arrived = || _ = self.under_way.send(Input::Arrived { ticket });
        let (reply, bytes) = self.gateway.send_records(&run, follows, arrived).await?;
        let receipt = transport::http::receipt(&reply);
        let seq = receipt.name.seq;
        let ours =
            self.here(move |office| office.read(|c| store::log::hash_at(c, &device, seq))).await?;
        Ok(Reply::RecordsSent { receipt, ours, held: reply.held, bytes })
    }

    async fn fetch_page(self: Arc<Self>, after: u64) -> Outcome {
        let (page, bytes) = self.gateway.fetch_page(after).await?;
        let (next, more, ledger_epoch) = (page.next, page.more, page.ledger_epoch);
        let enrolled = self.enrolled.clone();
        let records = self.here(move |office| office.take_page(&page, &enrolled)).await?;
        Ok(Reply::PageStored { next, more, ledger_epoch, records, bytes })
    }

    async fn fetch_open(self: Arc<Self>, after: [u8; 16]) -> Outcome {
        let (page, bytes) = self.gateway.fetch_open(&after).await?;
        if !page.is_signed(&self.enrolled.gateway_key, &self.office.site.code, &after) {
            return Err(Failure::Refused(Problem {
                kind: ProblemType::BadSignature,
                title: "The gateway did not sign this page".into(),
                status: 422,
                detail: None,
                expected: None,
            }));
        }
        let (joining, records) = self.here(move |office| office.take_open(&page)).await?;
        Ok(Reply::OpenStored { joining, records, bytes })
    }

    async fn read_heads(self: Arc<Self>) -> Outcome {
        let theirs = self.gateway.read_heads().await?;
        let ours = self.here(|office| office.read(store::exchange::heads)).await?;
        let ours = ours
            .into_iter()
            .map(|(Name { device, seq }, hash)| HeadOf { device, seq, hash })
            .collect();
        Ok(Reply::HeadsRead { theirs, ours })
    }

    async fn part(
        self: &Arc<Self>,
        sha256: Hash,
        from: u64,
        length: u32,
    ) -> std::result::Result<Vec<u8>, Failure> {
        let errands = Arc::clone(self);
        let bytes = self
            .here(move |office| {
                errands.cache.open(&sha256, || {
                    office.documents().open(&sha256).map_err(crate::documents::blob_error)
                })
            })
            .await?;
        let from = usize::try_from(from).map_err(|_| Failure::Here)?;
        let part = bytes.get(from..from + length as usize);
        part.map(<[u8]>::to_vec).ok_or(Failure::Here)
    }

    async fn finish(&self, stream: u8, sha256: Hash, uploads: &[String]) -> Outcome {
        if let [upload] = uploads {
            let (offset, length) = self.gateway.upload_offset(stream, upload).await?;
            return if offset == length { Ok(Reply::UploadFinished) } else { Err(unfinished()) };
        }
        self.gateway.join_uploads(stream, &sha256, uploads).await?;
        Ok(Reply::UploadFinished)
    }

    async fn keep_fetched(self: &Arc<Self>, sha256: Hash, from: u64, bytes: Vec<u8>) -> Outcome {
        let errands = Arc::clone(self);
        self.here(move |office| {
            let have_bytes = errands.cache.grow(&sha256, from, &bytes);
            let size = office.read(|c| store::exchange::document_size(c, &sha256))?;
            if size.is_some_and(|size| have_bytes >= size) {
                office.seal_fetched(&sha256, errands.cache.take(&sha256))?;
            }
            Ok(Reply::FileFetched { have_bytes })
        })
        .await
    }

    /// Does blocking work beside the exchange's thread. What fails here is this machine's failure.
    async fn here<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Office) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Failure> {
        let office = Arc::clone(&self.office);
        let done = tokio::task::spawn_blocking(move || work(&office)).await;
        match done {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                tracing::error!(%error, "the exchange failed on this machine");
                Err(Failure::Here)
            }
            Err(fault) => {
                tracing::error!(%fault, "the exchange failed on this machine");
                Err(Failure::Here)
            }
        }
    }
}

impl Office {
    /// The records of a device from `first` on as they travel: series after series, until the bounds of a batch are reached.
    fn run_to_send(
        &self,
        device: &[u8; 16],
        first: u64,
        (mut records_max, mut bytes_max): (u16, u32),
    ) -> Result<Vec<Series>> {
        let (mut run, mut next): (Vec<Series>, _) = (Vec::new(), first);
        while records_max > 0 && bytes_max > 0 && run.len() < RUN_SERIES_MAX {
            let bounds = (records_max.min(SERIES_RECORDS_MAX as u16), bytes_max);
            let Some(series) = self.series_to_send(device, next, bounds)? else { break };
            let bytes = series.entries.iter().map(|entry| {
                entry.header.len() + entry.content.as_ref().map_or(0, |content| content.body.len())
            });
            bytes_max =
                bytes_max.saturating_sub(u32::try_from(bytes.sum::<usize>()).unwrap_or(u32::MAX));
            records_max = records_max.saturating_sub(series.entries.len() as u16);
            next = series.last() + 1;
            run.push(series);
        }
        Ok(run)
    }

    /// One series of them. This device's own may end anywhere: it signs the head.
    fn series_to_send(
        &self,
        device: &[u8; 16],
        first: u64,
        bounds: (u16, u32),
    ) -> Result<Option<Series>> {
        let site = &self.site.code;
        let sign =
            |name: Name, head: &Hash| self.device.signer.sign(&signed_head(site, name, head));
        let own = *device == self.device.id;
        self.read(|connection| {
            let sign: Option<HeadSigner<'_>> = own.then_some(&sign);
            store::exchange::series(connection, site, device, first, bounds, sign)
        })
    }

    /// Seals a document that came whole. One whose bytes are not what its name says is thrown away.
    fn seal_fetched(&self, sha256: &Hash, bytes: Vec<u8>) -> Result<()> {
        if Sha256::digest(&bytes)[..] != sha256[..] {
            return Err(ApiError::not_found("Tài liệu tải về không đúng nội dung."));
        }
        let sealed = self.documents().put(&mut Cursor::new(bytes), FILE_BYTES_MAX, &mut OsRandom);
        sealed.map(|_| ()).map_err(crate::documents::blob_error)
    }
}

fn unfinished() -> Failure {
    Failure::Refused(Problem {
        kind: ProblemType::Stale,
        title: "The upload is not whole".into(),
        status: 409,
        detail: None,
        expected: None,
    })
}
