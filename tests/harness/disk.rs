//! A file system so small that it fills up.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of some MiB in memory; gone when dropped.
pub struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// `None` where only root may mount and we are not root.
    pub fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "none"])
            .arg(at)
            .output()
            .ok()?;
        done.status.success().then(|| Self { at: at.to_owned() })
    }

    /// The data folder on it.
    pub fn data(&self) -> PathBuf {
        self.at.join("data")
    }

    /// Gives it so much room in all.
    pub fn resize(&self, kib: u64) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,size={kib}k")])
            .arg(&self.at)
            .output()
            .expect("mount");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Room taken.
    pub fn used_kib(&self) -> u64 {
        let done =
            Command::new("df").args(["-k", "--output=used"]).arg(&self.at).output().expect("df");
        let words = String::from_utf8_lossy(&done.stdout).into_owned();
        words.split_whitespace().last().and_then(|word| word.parse().ok()).expect("a figure")
    }

    /// Removes the data folder.
    pub fn clear(&self) {
        if self.data().exists() {
            std::fs::remove_dir_all(self.data()).expect("cleared");
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).output();
    }
}
