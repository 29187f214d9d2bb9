//! Documents on their way, in memory: those being sent are opened once for all their parts, those being fetched grow until
//! they are whole and can be checked.

use protocol::Hash;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Documents held open for sending: one for each connection.
const OPEN_MAX: usize = 4;

/// What is held in memory.
#[derive(Default)]
pub(super) struct Cache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    open: VecDeque<(Hash, Arc<Vec<u8>>)>,
    growing: BTreeMap<Hash, Vec<u8>>,
}

impl Cache {
    /// A document's plain bytes, opened by `open` unless they are here.
    pub(super) fn open<E>(
        &self,
        sha256: &Hash,
        open: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Arc<Vec<u8>>, E> {
        if let Some((_, bytes)) = self.inner().open.iter().find(|(known, _)| known == sha256) {
            return Ok(Arc::clone(bytes));
        }
        let bytes = Arc::new(open()?);
        let mut inner = self.inner();
        inner.open.push_back((*sha256, Arc::clone(&bytes)));
        if inner.open.len() > OPEN_MAX {
            inner.open.pop_front();
        }
        Ok(bytes)
    }

    /// A document is no longer needed for sending.
    pub(super) fn close(&self, sha256: &Hash) {
        self.inner().open.retain(|(known, _)| known != sha256);
    }

    /// Bytes of a document came for the place `from`; gives how many are here now.
    pub(super) fn grow(&self, sha256: &Hash, from: u64, bytes: &[u8]) -> u64 {
        let mut inner = self.inner();
        let growing = inner.growing.entry(*sha256).or_default();
        if growing.len() as u64 == from {
            growing.extend_from_slice(bytes);
        }
        growing.len() as u64
    }

    /// Takes a document that has grown whole.
    pub(super) fn take(&self, sha256: &Hash) -> Vec<u8> {
        self.inner().growing.remove(sha256).unwrap_or_default()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
