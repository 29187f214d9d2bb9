//! The only place where ids and salts come from.

use crate::error::{ApiError, Result};
use jiff::Timestamp;
use uuid::{Builder, Uuid};
use vault::{OsRandom, Random};

/// A fresh `UUIDv7`: ordered by `now`, otherwise random.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn id(now: Timestamp) -> Result<Uuid> {
    let random: [u8; 10] = bytes()?;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// Random bytes.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRandom.fill(&mut bytes).map_err(|fault| ApiError::internal(&fault))?;
    Ok(bytes)
}
