//! A home of its own for a program under test: nothing of the developer's is read or written.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where desktop programs keep things, and the folder of ours that stands in for it.
const PLACES: &[(&str, &str)] = &[
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_RUNTIME_DIR", "runtime"),
    ("XDG_STATE_HOME", "state"),
];

/// A folder with the places of a home in it.
pub struct Home {
    folder: PathBuf,
    // Kept for its drop, which removes the folder.
    _temporary: Option<tempfile::TempDir>,
}

impl Home {
    /// A home that is gone when this value is.
    pub fn temporary() -> Result<Self> {
        let temporary = tempfile::Builder::new().prefix("quay-").tempdir()?;
        let folder = temporary.path().to_path_buf();
        make_places(&folder)?;
        Ok(Self { folder, _temporary: Some(temporary) })
    }

    /// A home that stays.
    pub fn at(folder: &Path) -> Result<Self> {
        make_places(folder)?;
        Ok(Self { folder: folder.to_path_buf(), _temporary: None })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What to put into the environment.
    pub fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        PLACES.iter().map(|(name, place)| (*name, self.folder.join(place))).collect()
    }

    /// The same without one of them.
    pub fn variables_but(&self, left_out: &str) -> Vec<(&'static str, PathBuf)> {
        self.variables().into_iter().filter(|(name, _)| *name != left_out).collect()
    }
}

fn make_places(folder: &Path) -> Result<()> {
    for (_, place) in PLACES {
        let path = folder.join(place);
        std::fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        for_the_owner_alone(&path)?;
    }
    Ok(())
}

// The runtime folder is refused by D-Bus and the keyring when others can enter it.
#[cfg(unix)]
fn for_the_owner_alone(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?)
}

#[cfg(not(unix))]
fn for_the_owner_alone(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_there_while_the_home_is() {
        let home = Home::temporary().unwrap();
        assert!(home.variables().iter().all(|(_, path)| path.is_dir()));
        let folder = home.folder().to_path_buf();
        drop(home);
        assert!(!folder.exists());
    }
}
