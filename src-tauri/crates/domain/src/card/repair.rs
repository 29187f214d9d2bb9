//! Text that went through a wrong code page on its way from the scanner.

use super::CardWarning;
use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1258};
use std::borrow::Cow;

/// The text, put right where UTF-8 had been read as Windows-1252, Latin-1 or CP1258 (*Äáº·ng* for *Đặng*),
/// and whether it had to be.
///
/// It is certain: bytes of another code page that happen to form valid multi-byte UTF-8 throughout do not
/// occur in names. Anything less certain is left alone, for the officer to see.
pub(super) fn repaired(text: &str) -> (Cow<'_, str>, bool) {
    let text = text.trim_start_matches('\u{feff}');
    if text.is_ascii() {
        return (Cow::Borrowed(text), false);
    }
    match [WINDOWS_1252, WINDOWS_1258].iter().find_map(|page| reread(text, page)) {
        Some(right) => (Cow::Owned(right), true),
        None => (Cow::Borrowed(text), false),
    }
}

/// Bytes of the Vietnamese Windows code page; every byte has a meaning there, so this cannot fail.
pub(super) fn from_cp1258(bytes: &[u8]) -> String {
    WINDOWS_1258.decode_without_bom_handling(bytes).0.into_owned()
}

pub(super) fn warning() -> CardWarning {
    let message =
        "Máy quét dùng sai bảng mã, chữ đã được sửa lại: đối chiếu họ tên và địa chỉ với thẻ";
    CardWarning { field: "card", message: message.to_owned() }
}

/// The text that was there before its UTF-8 was read as `page`.
fn reread(text: &str, page: &'static Encoding) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        bytes.push(byte_of(c, page)?);
    }
    String::from_utf8(bytes).ok()
}

fn byte_of(c: char, page: &'static Encoding) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = page.encode(c.encode_utf8(&mut buffer));
    match (bytes.as_ref(), unmappable) {
        ([byte], false) => Some(*byte),
        // Latin-1 readers keep the control codes that Windows-1252 gives other characters.
        _ => u8::try_from(u32::from(c)).ok(),
    }
}
