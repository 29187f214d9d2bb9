//! The least that a durable, encrypted commit costs on this machine: SQLCipher with nothing around it.

use std::path::Path;
use std::time::{Duration, Instant};
use store::Connection;

/// A database of one table without an index.
pub struct Anchor {
    connection: Connection,
    row: Vec<u8>,
}

impl Anchor {
    /// An anchor whose every commit carries `bytes`.
    pub fn new(path: &Path, bytes: usize) -> Self {
        let connection = Connection::open(path).expect("a database");
        connection.pragma_update(None, "key", format!("x'{}'", "5a".repeat(32))).expect("a key");
        connection.pragma_update(None, "journal_mode", "WAL").expect("WAL");
        connection.pragma_update(None, "synchronous", "FULL").expect("FULL");
        connection.execute_batch("CREATE TABLE t(b BLOB)").expect("a table");
        Self { connection, row: vec![0x5a; bytes] }
    }

    /// One commit.
    pub fn commit(&self) -> Duration {
        let start = Instant::now();
        let mut insert = self.connection.prepare_cached("INSERT INTO t(b) VALUES (?1)");
        insert.as_mut().expect("a statement").execute([&self.row]).expect("a row");
        start.elapsed()
    }
}
