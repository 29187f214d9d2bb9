//! The tools that read a PDF back. A missing tool is a failure that names its package.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A PDF in a folder of its own.
pub struct Printed {
    folder: TempDir,
    pdf: PathBuf,
}

impl Printed {
    pub fn new(bytes: &[u8]) -> Printed {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pdf = folder.path().join("paper.pdf");
        std::fs::write(&pdf, bytes).expect("the paper is written");
        Printed { folder, pdf }
    }

    /// The text of all pages, laid out as on paper.
    pub fn text(&self) -> String {
        self.run("pdftotext", "poppler-utils", &["-layout", "-enc", "UTF-8"], &["-"])
    }

    /// The text of all pages as one flowing line, the way a person reads over line ends.
    pub fn flowing(&self) -> String {
        let raw = self.run("pdftotext", "poppler-utils", &["-raw", "-enc", "UTF-8"], &["-"]);
        raw.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn page_count(&self) -> usize {
        let facts = self.run("pdfinfo", "poppler-utils", &[], &[]);
        let pages = facts.lines().find_map(|line| line.strip_prefix("Pages:"));
        pages.expect("pdfinfo counts pages").trim().parse().expect("a number")
    }

    /// What `pdffonts` says: one line a font.
    pub fn fonts(&self) -> String {
        self.run("pdffonts", "poppler-utils", &[], &[])
    }

    /// A page as a grey picture.
    pub fn picture(&self, page: usize, dots_per_inch: usize) -> PathBuf {
        let (page, dots) = (page.to_string(), dots_per_inch.to_string());
        let stem = self.folder.path().join(format!("page-{page}-{dots}"));
        let out = stem.to_string_lossy().into_owned();
        let options = ["-gray", "-png", "-singlefile", "-r", &dots, "-f", &page, "-l", &page];
        self.run("pdftoppm", "poppler-utils", &options, &[&out]);
        stem.with_extension("png")
    }

    /// What a scanner reads on a page.
    pub fn scanned(&self, page: usize) -> Vec<String> {
        let picture = self.picture(page, 300);
        let output = Command::new("zbarimg")
            .args(["--quiet", "--raw"])
            .arg(&picture)
            .output()
            .expect("zbarimg starts (Debian: apt install zbar-tools)");
        let text = String::from_utf8(output.stdout).expect("codes hold ASCII");
        let mut codes: Vec<String> = text.lines().map(str::to_owned).collect();
        codes.sort();
        codes
    }

    fn run(&self, tool: &str, package: &str, before: &[&str], after: &[&str]) -> String {
        let output = Command::new(tool).args(before).arg(&self.pdf).args(after).output();
        let missing = |source| format!("{tool}: {source} (Debian: apt install {package})");
        let output = output.map_err(missing).expect("the tool starts");
        assert!(output.status.success(), "{tool}: {output:?}");
        String::from_utf8(output.stdout).expect("the tool writes UTF-8")
    }
}
