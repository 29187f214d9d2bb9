//! What the gateway signs: that it holds a device's log up to a head, and what time it is.

use crate::record::{Hash, Name};
use serde::{Deserialize, Serialize};

const RECEIPT_DOMAIN: &[u8] = b"quay receipt v0\0";
const TIME_DOMAIN: &[u8] = b"quay time v0\0";

/// The gateway's word that a device's log up to `name` lies durably with it. One receipt covers all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The last record that arrived.
    pub name: Name,
    /// Hash of its header.
    pub hash: Hash,
    /// Server time, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Ed25519 signature by the gateway's key for the site.
    pub signature: [u8; 64],
}

impl Receipt {
    /// Whether `gateway_key` gave this receipt for `site`.
    pub fn is_signed(&self, gateway_key: &[u8; 32], site: &str) -> bool {
        signed_by(
            gateway_key,
            &signed_receipt(site, self.name, &self.hash, self.at_ms),
            &self.signature,
        )
    }
}

/// The bytes of a receipt that the gateway signs.
pub fn signed_receipt(site: &str, name: Name, hash: &Hash, at_ms: i64) -> Vec<u8> {
    let mut message = RECEIPT_DOMAIN.to_vec();
    message.extend((site.len() as u64).to_be_bytes());
    message.extend(site.as_bytes());
    message.extend(name.device);
    message.extend(name.seq.to_be_bytes());
    message.extend(hash);
    message.extend(at_ms.to_be_bytes());
    message
}

/// The bytes of a time reply that the gateway signs.
pub fn signed_time(nonce: &str, at_ms: i64) -> Vec<u8> {
    let mut message = TIME_DOMAIN.to_vec();
    message.extend((nonce.len() as u64).to_be_bytes());
    message.extend(nonce.as_bytes());
    message.extend(at_ms.to_be_bytes());
    message
}

/// Whether `signature` over `message` is by the Ed25519 key `key` (strict, RFC 8032).
pub fn signed_by(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| {
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    })
}

/// Bytes as lower-case hexadecimal in JSON.
pub mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes hexadecimal.
    ///
    /// # Errors
    /// Whatever the serializer reports.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(bytes))
    }

    /// Reads exactly `N` bytes.
    ///
    /// # Errors
    /// When the text is not `2 N` hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        read(&text).ok_or_else(|| D::Error::custom(format!("{} hexadecimal digits wanted", 2 * N)))
    }

    /// Lower-case hexadecimal.
    pub fn text(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Exactly `N` bytes; `None` for anything else.
    pub fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
        if text.len() != 2 * N || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(bytes)
    }
}

/// A receipt on the wire and in a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireReceipt {
    /// The device, hexadecimal.
    #[serde(with = "hex")]
    pub device: [u8; 16],
    /// Place of the last record that arrived; 0 when none has.
    pub seq: u64,
    /// Hash of its header.
    #[serde(with = "hex")]
    pub hash: Hash,
    /// Server time, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The gateway's signature.
    #[serde(with = "hex")]
    pub signature: [u8; 64],
}

impl From<WireReceipt> for Receipt {
    fn from(wire: WireReceipt) -> Self {
        let name = Name { device: wire.device, seq: wire.seq };
        Self { name, hash: wire.hash, at_ms: wire.at_ms, signature: wire.signature }
    }
}

impl From<Receipt> for WireReceipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            device: receipt.name.device,
            seq: receipt.name.seq,
            hash: receipt.hash,
            at_ms: receipt.at_ms,
            signature: receipt.signature,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Receipt, WireReceipt, signed_receipt};
    use crate::record::Name;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_receipt_holds_for_its_site_its_head_and_its_moment_only() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key().to_bytes();
        let name = Name { device: [1; 16], seq: 9 };
        let signature = key.sign(&signed_receipt("04252", name, &[2; 32], 17)).to_bytes();
        let receipt = Receipt { name, hash: [2; 32], at_ms: 17, signature };
        assert!(receipt.is_signed(&public, "04252"));
        assert!(!receipt.is_signed(&public, "04253"));
        assert!(!Receipt { at_ms: 18, ..receipt }.is_signed(&public, "04252"));
        assert!(!Receipt { hash: [3; 32], ..receipt }.is_signed(&public, "04252"));
        let json = serde_json::to_string(&WireReceipt::from(receipt)).unwrap();
        assert_eq!(Receipt::from(serde_json::from_str::<WireReceipt>(&json).unwrap()), receipt);
    }
}
