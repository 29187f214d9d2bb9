//! The folder that the scanner fills: what lies there, and why a file would not be taken.

use crate::changed::Topic;
use crate::documents::{FILE_BYTES_MAX, kinds};
use crate::error::Result;
use crate::office::Office;
use crate::present;
use crate::views::{WatchFolderView, WatchedFile};
use domain::refusal::Refusal;
use std::cmp::Reverse;
use std::fs::{self, DirEntry, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use store::local;

/// Newest files shown; a folder that was never emptied does not slow the desk down.
const FILES_SHOWN: usize = 200;
const SETTING: &str = "watch_folder";
/// How programs name a file that they have not finished.
const UNFINISHED: [&str; 4] = ["part", "partial", "tmp", "crdownload"];

impl Office {
    /// The watched folder with its files, newest first.
    ///
    /// # Errors
    /// Broken stores only; a folder that is away shows no files.
    pub fn watch_folder(&self) -> Result<WatchFolderView> {
        let path = self.watched()?;
        let files = path.as_deref().map(seen_in).unwrap_or_default();
        Ok(WatchFolderView {
            path: path.map(|path| path.display().to_string()),
            files: files.into_iter().map(Seen::view).collect(),
        })
    }

    /// Chooses the folder, or none.
    ///
    /// # Errors
    /// A refusal naming `path` when it is no folder that can be read.
    pub fn watch_folder_set(&self, path: Option<&Path>) -> Result<WatchFolderView> {
        if let Some(path) = path {
            fs::read_dir(path).map_err(|fault| {
                let words = format!("Không đọc được thư mục {}: {fault}.", path.display());
                Refusal::of("folder_unreadable", "path", words)
            })?;
        }
        let chosen = path.map(|path| path.display().to_string());
        self.write_local(&[Topic::Session], |connection| {
            local::set_setting(connection, SETTING, chosen.as_deref())
        })?;
        self.watch_folder()
    }

    /// What lies in the watched folder, without opening a file: two equal answers mean that nothing
    /// changed. Asked every second.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn watch_sight(&self) -> Result<Sight> {
        let path = self.watched()?;
        let files = path.as_deref().map(seen_in).unwrap_or_default();
        let files = files.into_iter().map(|seen| (seen.path, seen.size_bytes, seen.changed_s));
        Ok(Sight(files.collect()))
    }

    fn watched(&self) -> Result<Option<PathBuf>> {
        let chosen = self.read(|connection| local::setting(connection, SETTING))?;
        Ok(chosen.map(PathBuf::from))
    }
}

/// Names, sizes and times of the files in the watched folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight(Vec<(PathBuf, u64, i64)>);

struct Seen {
    path: PathBuf,
    name: String,
    size_bytes: u64,
    /// Seconds since 1970.
    changed_s: i64,
}

impl Seen {
    fn of(entry: &DirEntry) -> Option<Self> {
        // The file behind a link counts: scanners' folders are often linked ones.
        let about = fs::metadata(entry.path()).ok().filter(Metadata::is_file)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_unfinished(&name) {
            return None;
        }
        let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            path: entry.path(),
            name,
            size_bytes: about.len(),
            changed_s: i64::try_from(changed.as_secs()).ok()?,
        })
    }

    fn view(self) -> WatchedFile {
        WatchedFile {
            refused: self.refused(),
            path: self.path.display().to_string(),
            at: present::at_second(self.changed_s),
            size_bytes: u32::try_from(self.size_bytes).unwrap_or(u32::MAX),
            name: self.name,
        }
    }

    fn refused(&self) -> Option<String> {
        if self.size_bytes > FILE_BYTES_MAX {
            return Some(kinds::too_large_words(&self.name));
        }
        match first_bytes(&self.path) {
            Ok(head) => kinds::accepted(&self.name, &head).err().map(|refusal| refusal.message),
            Err(fault) => Some(format!("Không đọc được tệp {}: {fault}.", self.name)),
        }
    }
}

fn seen_in(folder: &Path) -> Vec<Seen> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<Seen> = entries.flatten().filter_map(|entry| Seen::of(&entry)).collect();
    files.sort_by_key(|seen| (Reverse(seen.changed_s), seen.name.clone()));
    files.truncate(FILES_SHOWN);
    files
}

fn is_unfinished(name: &str) -> bool {
    let extension = Path::new(name).extension().map(|part| part.to_string_lossy().to_lowercase());
    name.starts_with('.')
        || name.starts_with('~')
        || extension.is_some_and(|part| UNFINISHED.contains(&part.as_str()))
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(512);
    File::open(path)?.take(512).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_shown_and_what_is_not_taken_says_why() {
        let folder = tempfile::tempdir().unwrap();
        put(&folder, "scan0001.pdf", b"%PDF-1.7 ...");
        put(&folder, "macro.exe", b"MZ\x90\0");
        put(&folder, "empty.pdf", b"");
        let mut files: Vec<WatchedFile> =
            seen_in(folder.path()).into_iter().map(Seen::view).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let told: Vec<(&str, bool)> =
            files.iter().map(|file| (file.name.as_str(), file.refused.is_some())).collect();
        assert_eq!(told, [("empty.pdf", true), ("macro.exe", true), ("scan0001.pdf", false)]);
        assert!(files[1].refused.as_deref().is_some_and(|words| words.contains("chỉ nhận PDF")));
    }

    #[test]
    fn a_file_still_on_its_way_is_not_offered() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["scan.pdf.part", ".scan.pdf", "~$scan.docx", "scan.TMP"] {
            put(&folder, name, b"%PDF-1.7");
        }
        std::fs::create_dir(folder.path().join("old")).unwrap();
        assert!(seen_in(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_is_away_shows_nothing() {
        assert!(seen_in(Path::new("no/such/folder")).is_empty());
    }

    #[test]
    fn a_page_added_to_a_scan_changes_the_sight() {
        let folder = tempfile::tempdir().unwrap();
        let sight =
            || seen_in(folder.path()).iter().map(|seen| seen.size_bytes).collect::<Vec<_>>();
        put(&folder, "scan.pdf", b"%PDF-1.7");
        let before = sight();
        put(&folder, "scan.pdf", b"%PDF-1.7 and another page");
        assert_ne!(before, sight());
    }

    fn put(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
}
