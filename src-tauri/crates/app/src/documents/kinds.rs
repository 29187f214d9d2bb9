//! Which files are taken: kinds told by their first bytes, a limit of size, clear refusals.

use domain::refusal::Refusal;
use std::path::Path;

/// Largest document, bytes: 50 MiB, some 250 scanned pages.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
const NAME_CHARS_MAX: usize = 200;

/// Media type by first bytes; `None` for kinds the desk does not take.
pub fn kind_of(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 8] = [
        (b"%PDF-", "application/pdf"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"BM", "image/bmp"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xd0\xcf\x11\xe0", "application/x-ole"),
    ];
    MAGIC.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, mime)| mime)
}

/// The media type under which a file is taken.
pub fn accepted(name: &str, head: &[u8]) -> Result<&'static str, Refusal> {
    if head.is_empty() {
        return Err(Refusal::act("file_empty", format!("Tệp {name} rỗng.")));
    }
    let extension =
        Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match (kind_of(head), extension.as_str()) {
        (Some("application/zip"), "docx") => {
            Ok("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
        (Some("application/zip"), "xlsx") => {
            Ok("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        (Some("application/x-ole"), "doc") => Ok("application/msword"),
        (Some("application/x-ole"), "xls") => Ok("application/vnd.ms-excel"),
        (Some("application/zip" | "application/x-ole") | None, _) => Err(Refusal::act(
            "file_kind",
            format!(
                "Không nhận loại tệp của {name}: chỉ nhận PDF, ảnh (JPEG, PNG, TIFF, BMP), Word, Excel."
            ),
        )),
        (Some(mime), _) => Ok(mime),
    }
}

/// The name kept for a file: its last part, never a path.
pub fn file_name(path: &Path) -> Result<String, Refusal> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = domain::text::normalise(&name).chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() {
        return Err(Refusal::act("file_name", "Tệp không có tên."));
    }
    Ok(name.chars().take(NAME_CHARS_MAX).collect())
}

/// Words for a file over the limit.
pub fn too_large_words(name: &str) -> String {
    format!(
        "Tệp {name} lớn hơn {} MB: hãy quét lại ở 200 dpi hoặc chia nhỏ.",
        FILE_BYTES_MAX / (1024 * 1024)
    )
}
