//! Several series in one request.

use super::{Packed, RUN_SERIES_MAX, SERIES_BYTES_MAX, Series, SeriesFault, bounded};

impl Series {
    /// Several series, each going on where the one before it ends, as one request carries them (RFC 8742).
    ///
    /// # Errors
    /// As [`Series::encode`].
    pub fn encode_run(run: &[Self]) -> Result<Vec<u8>, SeriesFault> {
        bounded("series", run.len(), RUN_SERIES_MAX)?;
        let bytes = run.iter().map(Self::encode).collect::<Result<Vec<_>, _>>()?.concat();
        bounded("bytes", bytes.len(), SERIES_BYTES_MAX)?;
        Ok(bytes)
    }

    /// Reads what [`Series::encode_run`] wrote: at least one series.
    ///
    /// # Errors
    /// As [`Series::decode`].
    pub fn decode_run(bytes: &[u8]) -> Result<Vec<Self>, SeriesFault> {
        bounded("bytes", bytes.len(), SERIES_BYTES_MAX)?;
        let mut decoder = minicbor::Decoder::new(bytes);
        let mut run: Vec<Self> = Vec::new();
        while run.is_empty() || decoder.position() < bytes.len() {
            bounded("series", run.len() + 1, RUN_SERIES_MAX)?;
            let packed: Packed =
                decoder.decode().map_err(|fault| SeriesFault::Unreadable(fault.to_string()))?;
            let series = packed.unpack()?;
            let follows = |before: &Self| {
                before.device == series.device
                    && before.site == series.site
                    && before.last() + 1 == series.first
            };
            if !run.last().is_none_or(follows) {
                return Err(SeriesFault::Unreadable("series that do not follow each other".into()));
            }
            run.push(series);
        }
        Ok(run)
    }
}
