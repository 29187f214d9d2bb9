//! Compact signed tokens (RFC 7515) with Ed25519 only: one algorithm, so that nobody can choose a weaker one.
//!
//! `jsonwebtoken` was looked at: it brings RSA, the NIST curves and a second Ed25519 for the one signature that desk and
//! gateway already share.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use protocol::receipt::signed_by;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const TOKEN_BYTES_MAX: usize = 4096;
const HEADER: &str = r#"{"alg":"EdDSA","typ":"JWT"}"#;

/// Why a token says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// Not a token of this form.
    #[error("not a compact EdDSA token")]
    Form,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
}

/// Signs claims (RFC 8037).
///
/// # Errors
/// [`JwsFault::Form`] when the claims cannot be written as JSON.
pub fn sign(claims: &impl Serialize, key: &SigningKey) -> Result<String, JwsFault> {
    let claims = serde_json::to_vec(claims).map_err(|_| JwsFault::Form)?;
    let mut token = BASE64URL_NOPAD.encode(HEADER.as_bytes());
    token.push('.');
    BASE64URL_NOPAD.encode_append(&claims, &mut token);
    let signature = key.sign(token.as_bytes()).to_bytes();
    token.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut token);
    Ok(token)
}

/// The claims of a token that `key` signed.
///
/// # Errors
/// [`JwsFault`].
pub fn verified<T: DeserializeOwned>(token: &str, key: &[u8; 32]) -> Result<T, JwsFault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsFault::Form)?;
    let claims = unverified(token)?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| JwsFault::Form)?;
    let signature = signature.try_into().map_err(|_| JwsFault::Form)?;
    if signed_by(key, signed.as_bytes(), &signature) {
        Ok(claims)
    } else {
        Err(JwsFault::Signature)
    }
}

/// What a token claims, before anybody knows who signed it: only to find the key.
///
/// # Errors
/// [`JwsFault::Form`].
pub fn unverified<T: DeserializeOwned>(token: &str) -> Result<T, JwsFault> {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
        #[serde(default)]
        crit: Option<serde_json::Value>,
    }
    if token.len() > TOKEN_BYTES_MAX {
        return Err(JwsFault::Form);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(JwsFault::Form);
    };
    let header: Header = part(header)?;
    // RFC 9864 renames the same algorithm.
    if !matches!(header.alg.as_str(), "EdDSA" | "Ed25519") || header.crit.is_some() {
        return Err(JwsFault::Form);
    }
    part(claims)
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, JwsFault> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| JwsFault::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| JwsFault::Form)
}

#[cfg(test)]
mod tests {
    use super::{JwsFault, sign, verified};
    use data_encoding::BASE64URL_NOPAD;
    use ed25519_dalek::SigningKey;
    use serde_json::{Value, json};

    #[test]
    fn a_token_holds_for_its_key_and_its_claims_only() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key().to_bytes();
        let token = sign(&json!({"sub": "a"}), &key).unwrap();
        assert_eq!(verified::<Value>(&token, &public).unwrap()["sub"], "a");
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        assert_eq!(verified::<Value>(&token, &other), Err(JwsFault::Signature));
        let mut parts: Vec<&str> = token.split('.').collect();
        let forged = BASE64URL_NOPAD.encode(br#"{"sub":"b"}"#);
        parts[1] = &forged;
        assert_eq!(verified::<Value>(&parts.join("."), &public), Err(JwsFault::Signature));
    }

    #[test]
    fn a_token_without_a_signature_or_of_another_algorithm_is_none() {
        let public = SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"EdDSA","crit":["x"]}"#]
        {
            let token = format!(
                "{}.{}.{}",
                BASE64URL_NOPAD.encode(header.as_bytes()),
                BASE64URL_NOPAD.encode(b"{}"),
                BASE64URL_NOPAD.encode(&[0; 64])
            );
            assert_eq!(verified::<Value>(&token, &public), Err(JwsFault::Form), "{header}");
        }
    }
}
