//! What a paper that reached the printer says.

use std::process::{Command, Stdio};

/// The text of a PDF, its lines joined.
pub fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).expect("the paper is kept");
    let output = Command::new("pdftotext")
        .arg(&file)
        .arg("-")
        .stderr(Stdio::inherit())
        .output()
        .expect("pdftotext starts (Debian: apt install poppler-utils)");
    assert!(output.status.success(), "what reached the printer is no PDF");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
