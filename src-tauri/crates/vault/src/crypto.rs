//! The few primitives everything here is built from. Nothing is invented: HMAC and HKDF with SHA-256,
//! XChaCha20-Poly1305 with 24 random bytes of nonce.

use std::io;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Random;

/// 32 secret bytes, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// Bytes in an XChaCha20-Poly1305 nonce: enough to be drawn at random for every message.
pub(crate) const NONCE_BYTES: usize = 24;

/// HMAC-SHA256 over the concatenation of `parts`.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the block is padded with zeros (RFC 2104); done here because the padded form cannot fail.
    let mut block = Zeroizing::new([0u8; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA256 (RFC 5869) for one block of output: `secret` becomes a key for the purpose named by `label`.
pub(crate) fn derive(secret: &[u8], salt: &[u8; 32], label: &str) -> Secret {
    let extracted = Zeroizing::new(hmac(salt, &[secret]));
    Zeroizing::new(hmac(&extracted, &[label.as_bytes(), &[1]]))
}

/// Draws 32 secret bytes.
pub(crate) fn fresh_secret(random: &mut dyn Random) -> io::Result<Secret> {
    let mut secret = Zeroizing::new([0u8; 32]);
    random.fill(&mut secret[..])?;
    Ok(secret)
}

/// Draws `N` public bytes: a nonce or a salt.
pub(crate) fn fresh<const N: usize>(random: &mut dyn Random) -> io::Result<[u8; N]> {
    let mut bytes = [0u8; N];
    random.fill(&mut bytes)?;
    Ok(bytes)
}

/// Seals a short secret. `about` is authenticated, not stored: the opener must know it.
pub(crate) fn seal_secret(
    key: &Secret,
    nonce: &[u8; NONCE_BYTES],
    about: &[u8],
    secret: &[u8],
) -> io::Result<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher
        .encrypt(&XNonce::from(*nonce), Payload { msg: secret, aad: about })
        .map_err(|_| io::Error::other("sealing failed"))
}

/// Opens what [`seal_secret`] made; `None` when the key, the nonce, `about` or any byte differs, or when the secret
/// is not 32 bytes long.
pub(crate) fn open_secret(
    key: &Secret,
    nonce: &[u8; NONCE_BYTES],
    about: &[u8],
    sealed: &[u8],
) -> Option<Secret> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about }).ok()?;
    let plain = Zeroizing::new(plain);
    Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivation_is_hkdf_of_rfc_5869() {
        let (secret, salt) = ([7u8; 32], [9u8; 32]);
        let mut expected = [0u8; 32];
        hkdf::Hkdf::<Sha256>::new(Some(&salt), &secret)
            .expand(b"quay/v1/example", &mut expected)
            .expect("one block");
        assert_eq!(*derive(&secret, &salt, "quay/v1/example"), expected);
    }

    #[test]
    fn keys_for_two_purposes_differ() {
        assert_ne!(derive(&[7; 32], &[0; 32], "a"), derive(&[7; 32], &[0; 32], "b"));
    }

    #[test]
    fn a_secret_opens_only_with_what_it_was_sealed_about() {
        let key = Zeroizing::new([1u8; 32]);
        let sealed = seal_secret(&key, &[2; 24], b"passphrase", &[3; 32]).expect("sealed");
        assert_eq!(
            open_secret(&key, &[2; 24], b"passphrase", &sealed),
            Some(Zeroizing::new([3; 32]))
        );
        assert_eq!(open_secret(&key, &[2; 24], b"recovery", &sealed), None);
    }
}
