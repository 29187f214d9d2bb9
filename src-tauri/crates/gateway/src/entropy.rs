//! The only place of the gateway that asks the system for randomness.

/// The system gives no randomness: nothing can be made that must not be guessed.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no randomness")]
pub struct EntropyFault(#[source] getrandom::Error);

/// Random bytes.
///
/// # Errors
/// [`EntropyFault`].
pub fn bytes<const N: usize>() -> Result<[u8; N], EntropyFault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(EntropyFault)?;
    Ok(bytes)
}

/// An id in the order of time (`UUIDv7`, RFC 9562).
///
/// # Errors
/// [`EntropyFault`].
pub fn id(now_ms: i64) -> Result<[u8; 16], EntropyFault> {
    let random = bytes::<10>()?;
    let since_1970_ms = u64::try_from(now_ms).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(since_1970_ms, &random).into_uuid().into_bytes())
}
