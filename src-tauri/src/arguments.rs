//! What the program is told at its start.

use app::{ApiError, Places};
use clap::Parser;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Quầy Một Cửa: the desk of a commune's one-stop office.
#[derive(Debug, Parser)]
#[command(name = "quay-mot-cua", version)]
pub struct Arguments {
    /// The data folder; without it, the usual one of this user.
    #[arg(long, env = "QUAY_DATA_DIR", value_name = "DIR")]
    data: Option<PathBuf>,
    /// A file whose first line opens the store, for kiosks and tests.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Arguments {
    /// Where things lie.
    pub fn places(&self) -> Result<Places, ApiError> {
        let usual = || Places::usual_data().ok_or_else(|| ApiError::not_found(NO_FOLDER));
        Places::of(&self.data.clone().map_or_else(usual, Ok)?)
    }

    /// The passphrase of the file, when there is one; an unreadable file leads to the question.
    pub fn passphrase(&self) -> Option<String> {
        let path = self.passphrase_file.as_ref()?;
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => text.lines().next().map(str::to_owned),
            Err(fault) => {
                tracing::warn!(%fault, "the passphrase file was not read");
                None
            }
        }
    }

    /// A second start shows the first window, except where folders were named: a training store may
    /// be open beside the real one, and tests open many. The store's own lock holds in any case.
    pub fn one_window_only(&self) -> bool {
        self.data.is_none() && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_none()
    }
}

const NO_FOLDER: &str =
    "Hệ thống không cho biết thư mục của người dùng; hãy chạy với --data THƯ_MỤC.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_may_be_open_beside_the_usual_one() {
        let named = Arguments::parse_from(["quay-mot-cua", "--data", "training"]);
        assert!(!named.one_window_only());
        assert!(named.places().unwrap().data.ends_with("training"));
    }

    #[test]
    fn the_passphrase_is_the_first_line_without_its_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "mot cua  lien thong \r\nsecond\n").unwrap();
        let path = file.path().to_str().unwrap();
        let told = Arguments::parse_from(["quay-mot-cua", "--passphrase-file", path]);
        assert_eq!(told.passphrase().as_deref(), Some("mot cua  lien thong "));
    }

    #[test]
    fn a_missing_passphrase_file_leads_to_the_question() {
        let told = Arguments::parse_from(["quay-mot-cua", "--passphrase-file", "no/such/file"]);
        assert_eq!(told.passphrase(), None);
    }
}
