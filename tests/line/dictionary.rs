//! The dictionary that records are packed with: trained on made-up work, never on anybody's data.

use crate::place;
use anyhow::{Context, Result, anyhow};
use tests::Quay;

/// Its size: half as much costs a twentieth more bytes on the wire, twice as much saves next to nothing.
const BYTES: usize = 110 * 1024;
/// Dossiers of the made-up work, and its seed.
const WORK: (u32, u64) = (3_000, 11);
/// One dossier in so many has a document.
const DOCUMENT_EVERY: u32 = 6;
/// Samples are as long as what a record adds to a batch, not as long as a batch.
const SAMPLE_BYTES: usize = 4_096;
/// Records and bytes of a series.
const SERIES: (u16, u32) = (100, 64 * 1024);

/// Trains it anew. Another version of the record formats, or other shipped texts, give another one; desks and gateways
/// name it by its hash, and what was shipped once stays known.
///
/// # Errors
/// What the desk or the training says.
pub fn trained() -> Result<Vec<u8>> {
    let samples = batches()?.concat();
    let sizes: Vec<usize> = samples.chunks(SAMPLE_BYTES).map(<[u8]>::len).collect();
    zstd::dict::from_continuous(&samples, &sizes, BYTES).context("training")
}

/// The log of a training desk as it would be sent.
fn batches() -> Result<Vec<Vec<u8>>> {
    let quay = Quay::training();
    let office = place::open(&quay.path("data"), &quay.path("state"))?;
    let (dossiers, seed) = WORK;
    office.demo(dossiers, seed, DOCUMENT_EVERY, &mut |_, _| {}).map_err(|no| anyhow!("{no:?}"))?;
    let heads = office.read(store::exchange::heads).map_err(|fault| anyhow!("{fault:?}"))?;
    let (head, _) = heads.first().context("a log")?;
    let (mut batches, mut first) = (Vec::new(), 1);
    while first <= head.seq {
        // The signature is noise to the training, whoever made it.
        let sign = |_, _: &protocol::Hash| [0; 64];
        let batch = office.read(|connection| {
            let (site, device) = (tests::SITE, &head.device);
            store::exchange::series(connection, site, device, first, SERIES, Some(&sign))
        });
        let batch = batch.map_err(|fault| anyhow!("{fault:?}"))?.context("records")?;
        first = batch.last() + 1;
        batches.push(batch.encode()?);
    }
    Ok(batches)
}
