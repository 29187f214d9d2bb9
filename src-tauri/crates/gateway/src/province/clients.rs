//! Systems of the province that may read and write here: each has a key of its own, as devices have.

use crate::database::Tx;
use crate::ledger::Fault;

/// What the token of a province's system names instead of a site.
pub const SCOPE: &str = "province";

/// A system of the province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: [u8; 16],
    /// Its name, written into records as the one who recorded them.
    pub name: String,
    /// Its Ed25519 public key.
    pub public_key: [u8; 32],
}

/// Admits a system.
///
/// # Errors
/// [`Fault`].
pub fn insert(tx: &mut dyn Tx, client: &Client, now_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO province_client(id, name, public_key, at) VALUES ($1, $2, $3, $4)",
        &[(&client.id).into(), (&client.name).into(), (&client.public_key).into(), now_ms.into()],
    )?;
    Ok(())
}

/// A system by its id.
///
/// # Errors
/// [`Fault`].
pub fn find(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<Option<Client>, Fault> {
    let sql = "SELECT id, name, public_key FROM province_client WHERE id = $1";
    let rows = tx.query(sql, &[id.into()])?;
    rows.first()
        .map(|row| {
            let name = row.text(1)?.to_owned();
            Ok(Client { id: row.array(0)?, name, public_key: row.array(2)? })
        })
        .transpose()
}
