//! What tus 1.0.0 says in its headers: read strictly, written as the specification does.
//!
//! Looked at: `tus-protocol` 0.1 and `fileloft-core` 0.2 (both young, both keep unfinished uploads in their own stores),
//! `rustus` and `salvo-tus` (servers of other frameworks). Unfinished parts belong under a row lock of the ledger here,
//! so that any instance goes on with them, and what is left of the protocol is these headers.

use axum::http::HeaderMap;
use data_encoding::BASE64;
use protocol::wire::Problem;
use sha2::{Digest, Sha256};

use crate::problems::validation;

/// The version that is spoken.
pub const VERSION: &str = "1.0.0";
/// What is understood beyond the core.
pub const EXTENSIONS: &str =
    "creation,creation-with-upload,checksum,concatenation,termination,expiration";
/// Algorithms for the checksum of a part.
pub const CHECKSUMS: &str = "sha256,sha1";

/// What an upload is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A file of its own.
    Whole,
    /// A part that is joined with others later.
    Partial,
    /// Parts, joined in this order: the last segments of their addresses.
    Final(Vec<String>),
}

/// A checksum of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256.
    Sha256(Vec<u8>),
    /// SHA-1, which the specification asks every server to know.
    Sha1(Vec<u8>),
}

impl Checksum {
    /// Whether bytes have this checksum.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Sha256(wanted) => Sha256::digest(bytes).as_slice() == wanted,
            Self::Sha1(wanted) => sha1::Sha1::digest(bytes).as_slice() == wanted,
        }
    }
}

/// A header as text.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A header as a number of bytes.
///
/// # Errors
/// A [`Problem`] naming the header.
pub fn bytes(headers: &HeaderMap, name: &str) -> Result<u64, Problem> {
    text(headers, name)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| validation(format!("{name}: a number of bytes")))
}

/// `Upload-Concat`.
///
/// # Errors
/// A [`Problem`] for anything that the specification does not say.
pub fn purpose(headers: &HeaderMap) -> Result<Purpose, Problem> {
    match text(headers, "upload-concat") {
        None => Ok(Purpose::Whole),
        Some("partial") => Ok(Purpose::Partial),
        Some(text) => {
            let parts = text
                .strip_prefix("final;")
                .ok_or_else(|| validation("Upload-Concat: partial, or final;<parts>"))?;
            let name = |address: &str| address.rsplit('/').next().unwrap_or_default().to_owned();
            Ok(Purpose::Final(parts.split_whitespace().map(name).collect()))
        }
    }
}

/// A key of `Upload-Metadata`; nothing else in it is read, a file name least of all.
///
/// # Errors
/// A [`Problem`] for a value that is not Base64 of UTF-8.
pub fn metadata(headers: &HeaderMap, key: &str) -> Result<Option<String>, Problem> {
    let Some(all) = text(headers, "upload-metadata") else { return Ok(None) };
    let pairs = all.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let Some((_, value)) = pairs.into_iter().find(|(name, _)| *name == key) else {
        return Ok(None);
    };
    let value = BASE64.decode(value.trim().as_bytes()).ok().and_then(|v| String::from_utf8(v).ok());
    value.map(Some).ok_or_else(|| validation("Upload-Metadata: values are Base64"))
}

/// `Upload-Checksum`.
///
/// # Errors
/// A [`Problem`] for another algorithm or a value that is not Base64.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let Some(text) = text(headers, "upload-checksum") else { return Ok(None) };
    let wrong = || validation("Upload-Checksum: sha256 or sha1, and Base64");
    let (algorithm, value) = text.split_once(' ').ok_or_else(wrong)?;
    let value = BASE64.decode(value.trim().as_bytes()).map_err(|_| wrong())?;
    match algorithm {
        "sha256" => Ok(Some(Checksum::Sha256(value))),
        "sha1" => Ok(Some(Checksum::Sha1(value))),
        _ => Err(wrong()),
    }
}

/// A SHA-256 as the wire and the records write it: 64 lower-case hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{Purpose, checksum, metadata, purpose};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn metadata_is_found_by_its_key_among_keys_without_a_value() {
        let headers = headers("upload-metadata", "is_confidential,filename d29ybGQ=,sha256 YWI=");
        assert_eq!(metadata(&headers, "sha256").unwrap().unwrap(), "ab");
        assert_eq!(metadata(&headers, "is_confidential").unwrap(), None);
        assert_eq!(metadata(&HeaderMap::new(), "sha256").unwrap(), None);
    }

    #[test]
    fn parts_are_known_by_the_end_of_their_address_only() {
        let said = headers("upload-concat", "final;/v1/files/a https://h/v1/files/../b");
        assert_eq!(purpose(&said).unwrap(), Purpose::Final(vec!["a".into(), "b".into()]));
        assert!(purpose(&headers("upload-concat", "first")).is_err());
    }

    #[test]
    fn a_checksum_of_an_unknown_algorithm_is_refused() {
        let sum =
            checksum(&headers("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).unwrap();
        assert!(sum.unwrap().fits(b"hello world"));
        assert!(checksum(&headers("upload-checksum", "md5 AAAA")).is_err());
    }
}
