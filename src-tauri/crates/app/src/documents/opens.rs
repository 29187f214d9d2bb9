//! Whether a document that came over the line can be opened: its kind is what it says, and its end is there. What breaks on
//! a bad line is the end; a picture or page is judged by the eye that opens it.

use super::kinds::kind_of;

/// What a look at the bytes gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// Its kind is what it says, from beginning to end.
    Yes,
    /// Cut off, or of another kind than it says.
    No,
    /// It asks for a password.
    Locked,
}

/// Bytes from the end within which a format keeps its closing mark.
const TAIL_BYTES: usize = 2048;

/// Looks at a document of media type `mime`.
pub(crate) fn opens(mime: &str, bytes: &[u8]) -> Opens {
    let Some(kind) = kind_of(bytes) else { return Opens::No };
    if !is_kind(kind, mime) {
        return Opens::No;
    }
    let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
    let ends = match kind {
        "application/pdf" => has(tail, b"startxref") && has(tail, b"%%EOF"),
        "image/jpeg" => has(tail, b"\xff\xd9"),
        "image/png" => has(tail, b"IEND"),
        "application/zip" => has(tail, b"PK\x05\x06"),
        _ => true,
    };
    match ends {
        false => Opens::No,
        true if kind == "application/pdf" && has(bytes, b"/Encrypt") => Opens::Locked,
        true => Opens::Yes,
    }
}

/// Word and Excel files are zip or OLE inside; every other kind is its own media type.
fn is_kind(kind: &str, mime: &str) -> bool {
    match kind {
        "application/zip" => mime.starts_with("application/vnd.openxmlformats"),
        "application/x-ole" => mime.starts_with("application/"),
        kind => kind == mime,
    }
}

fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::{Opens, opens};

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";

    #[test]
    fn a_whole_document_opens_and_one_cut_off_on_the_way_does_not() {
        assert_eq!(opens("application/pdf", PDF), Opens::Yes);
        for cut in 0..PDF.len() - 6 {
            assert_eq!(opens("application/pdf", &PDF[..cut]), Opens::No, "cut after {cut} bytes");
        }
        assert_eq!(opens("image/jpeg", b"\xff\xd8\xff\xe0 picture \xff\xd9"), Opens::Yes);
        assert_eq!(opens("image/jpeg", b"\xff\xd8\xff\xe0 pict"), Opens::No);
    }

    #[test]
    fn a_document_of_another_kind_than_it_says_does_not_open() {
        assert_eq!(opens("image/png", PDF), Opens::No);
        assert_eq!(opens("application/pdf", b"<html>Access denied</html>"), Opens::No);
        assert_eq!(opens("application/pdf", b""), Opens::No);
    }

    #[test]
    fn a_document_with_a_password_says_so() {
        let locked = [PDF, b"trailer <</Encrypt 3 0 R>> startxref 1 %%EOF"].concat();
        assert_eq!(opens("application/pdf", &locked), Opens::Locked);
    }
}
