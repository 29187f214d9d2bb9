//! Fixed-length bytes as lower-case hexadecimal in JSON.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&HEXLOWER.encode(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(de::Error::custom)?;
    bytes.try_into().map_err(|_| de::Error::custom(format!("{N} bytes expected")))
}
