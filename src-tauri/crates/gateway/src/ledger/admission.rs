//! What lets a device in: one-time enrolment codes, and nonces that count once.

use super::Fault;
use crate::database::Tx;
use sha2::{Digest, Sha256};

/// A one-time code as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Unit code of the site it admits to.
    pub site: String,
    /// When it ends, milliseconds since 1970 UTC.
    pub expires_at_ms: i64,
    /// The device that used it.
    pub device: Option<[u8; 16]>,
}

/// Keeps a new code, by its hash only.
///
/// # Errors
/// [`Fault`].
pub fn add_code(tx: &mut dyn Tx, code: &str, site: &str, expires_at_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO enrolment_code(hash, site, expires_at) VALUES ($1, $2, $3)",
        &[(&hash(code)).into(), site.into(), expires_at_ms.into()],
    )?;
    Ok(())
}

/// Looks a code up and locks it.
///
/// # Errors
/// [`Fault`].
pub fn lock_code(tx: &mut dyn Tx, code: &str) -> Result<Option<Code>, Fault> {
    let rows = tx.query(
        "SELECT site, expires_at, device FROM enrolment_code WHERE hash = $1 FOR UPDATE",
        &[(&hash(code)).into()],
    )?;
    rows.first()
        .map(|row| {
            let device = row.bytes_or_null(2)?.map(|_| row.array(2)).transpose()?;
            Ok(Code { site: row.text(0)?.to_owned(), expires_at_ms: row.int(1)?, device })
        })
        .transpose()
}

/// The code is used up by this device.
///
/// # Errors
/// [`Fault`].
pub fn use_code(tx: &mut dyn Tx, code: &str, device: &[u8; 16]) -> Result<(), Fault> {
    let sql = "UPDATE enrolment_code SET device = $2 WHERE hash = $1";
    tx.execute(sql, &[(&hash(code)).into(), device.into()])?;
    Ok(())
}

/// Whether a nonce is used for the first time. It is kept until the assertion that carried it has ended.
///
/// # Errors
/// [`Fault`].
pub fn nonce_is_new(
    tx: &mut dyn Tx,
    nonce: &str,
    expires_at_ms: i64,
    now_ms: i64,
) -> Result<bool, Fault> {
    tx.execute("DELETE FROM nonce WHERE expires_at < $1", &[now_ms.into()])?;
    let added = tx.execute(
        "INSERT INTO nonce(text, expires_at) VALUES ($1, $2) ON CONFLICT (text) DO NOTHING",
        &[nonce.into(), expires_at_ms.into()],
    )?;
    Ok(added == 1)
}

fn hash(code: &str) -> [u8; 32] {
    // People read codes aloud and type them: case, spaces and hyphens say nothing.
    let code: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
    Sha256::digest(code.to_uppercase()).into()
}
