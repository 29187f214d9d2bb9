//! Pictures of the screen, taken from the X server itself.
//!
//! Not through WebKit's driver: drawn without OpenGL, a page on which nothing moves (no cursor blinks) makes no further
//! frame, and the driver waits for one before it takes its picture, without an end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A picture takes a fraction of a second; a display that gives none for so long is gone.
const TAKEN_WITHIN: &str = "20";
/// How often the screen is looked at again while it still changes.
const LOOKS_MAX: usize = 20;
/// Longer than a frame: what the page has drawn by then is on the screen.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Keeps a picture of the whole screen, once it stands still, beside those of `cargo xtask run`.
///
/// # Errors
/// What the program said that takes it.
pub fn kept(name: &str) -> Result<PathBuf, String> {
    let mut picture = taken()?;
    for _ in 0..LOOKS_MAX {
        std::thread::sleep(BETWEEN_LOOKS);
        let next = taken()?;
        if next == picture {
            break;
        }
        picture = next;
    }
    let path = folder().join(format!("{name}.png"));
    let saved = std::fs::create_dir_all(folder()).and_then(|()| std::fs::write(&path, picture));
    saved.map(|()| path).map_err(|fault| fault.to_string())
}

/// The screen as it is now, as PNG.
fn taken() -> Result<Vec<u8>, String> {
    let taken = Command::new("timeout")
        .args([TAKEN_WITHIN, "import", "-silent", "-window", "root"])
        // Without the time of day two pictures of the same screen are the same.
        .args(["-define", "png:exclude-chunks=date,time", "png:-"])
        .stdin(Stdio::null())
        .output()
        .map_err(|fault| fault.to_string())?;
    if taken.status.success() {
        return Ok(taken.stdout);
    }
    let said = String::from_utf8_lossy(&taken.stderr);
    Err(format!("no picture (Debian: apt install imagemagick): {} {said}", taken.status))
}

/// Where pictures are kept.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    target.unwrap_or_else(beside).join("xtask/pictures")
}
