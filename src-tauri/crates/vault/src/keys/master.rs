use std::fmt::Write as _;
use std::io;

use zeroize::Zeroizing;

use crate::Random;
use crate::crypto::{Secret, derive, fresh_secret};
use crate::seal::SealKey;

/// The one secret of a store. Never printed, never written unwrapped, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(pub(super) Secret);

impl MasterKey {
    pub(super) fn fresh(random: &mut dyn Random) -> io::Result<Self> {
        fresh_secret(random).map(MasterKey)
    }

    /// The labels are fixed for ever: they are what makes one key many.
    fn derive(&self, label: &str) -> Secret {
        derive(&self.0[..], &[0; 32], label)
    }

    /// Sixteen public bytes that tell this key from another.
    pub(super) fn check(&self) -> [u8; 16] {
        let derived = self.derive("quay/v1/check");
        std::array::from_fn(|place| derived[place])
    }

    /// The raw key of the database.
    #[must_use]
    pub fn database_key(&self) -> DatabaseKey {
        DatabaseKey(self.derive("quay/v1/database"))
    }

    /// The keys of the document folder.
    #[must_use]
    pub fn blob_keys(&self) -> BlobKeys {
        BlobKeys {
            name: self.derive("quay/v1/blob-name"),
            contents: SealKey(self.derive("quay/v1/blob-contents")),
        }
    }

    /// The key that seals backups and mirrored log segments.
    #[must_use]
    pub fn backup_key(&self) -> SealKey {
        SealKey(self.derive("quay/v1/backup"))
    }

    /// The key that seals this installation's signing key in its own state folder.
    #[must_use]
    pub fn device_key(&self) -> SealKey {
        SealKey(self.derive("quay/v1/device"))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// The raw 256-bit key of the SQLCipher database.
#[derive(Clone)]
pub struct DatabaseKey(Secret);

impl DatabaseKey {
    /// The value for `PRAGMA key`: `x'<64 hex digits>'`, which SQLCipher takes as the key itself, with no further
    /// derivation.
    #[must_use]
    pub fn pragma_value(&self) -> Zeroizing<String> {
        // Room for all of it at once: growing would leave an unwiped piece of the key behind.
        let mut value = Zeroizing::new(String::with_capacity(67));
        value.push_str("x'");
        for byte in self.0.iter() {
            // Writing to a String cannot fail.
            let _ = write!(value, "{byte:02x}");
        }
        value.push('\'');
        value
    }
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseKey(..)")
    }
}

/// The keys of the document folder: one hides what a file is called, one what it holds.
#[derive(Clone)]
pub struct BlobKeys {
    pub(crate) name: Secret,
    pub(crate) contents: SealKey,
}

impl std::fmt::Debug for BlobKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlobKeys(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> MasterKey {
        MasterKey(Zeroizing::new([7; 32]))
    }

    /// These bytes may never change: existing stores could not be opened any more.
    #[test]
    fn derived_keys_are_the_released_ones() {
        let hex = |secret: &Secret| data_encoding::HEXLOWER.encode(&secret[..8]);
        let master = example();
        let keys = [
            &master.database_key().0,
            &master.blob_keys().name,
            &master.blob_keys().contents.0,
            &master.backup_key().0,
            &master.device_key().0,
        ];
        assert_eq!(
            keys.map(hex),
            [
                "e2fafd6a42a33ffa",
                "f381d274df28944d",
                "d7bed16ccadbede9",
                "3a745e2a166cfc53",
                "ac7dfb4b024c45ce"
            ]
        );
    }

    #[test]
    fn the_database_key_is_spelled_as_sqlcipher_takes_a_raw_key() {
        let value = example().database_key().pragma_value();
        assert_eq!(value.len(), 67);
        assert!(value.starts_with("x'") && value.ends_with('\''));
        assert!(value[2..66].chars().all(|digit| digit.is_ascii_hexdigit()));
    }

    #[test]
    fn no_key_shows_itself_in_a_log() {
        let shown =
            format!("{:?} {:?} {:?}", example(), example().database_key(), example().blob_keys());
        assert_eq!(shown, "MasterKey(..) DatabaseKey(..) BlobKeys(..)");
    }
}
