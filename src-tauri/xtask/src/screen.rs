//! Pictures of a screen, and how to tell that something has been drawn on it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::headless::Session;
use crate::program::{Program, Running};

/// Text on a page has many shades at its edges; an empty window has one or two colours.
const SHADES_OF_A_DRAWN_PAGE: usize = 48;
const DRAW_LIMIT: Duration = Duration::from_secs(60);
/// How long to wait for a drawn page to stop moving: it may never, if something blinks.
const SETTLE_LIMIT: Duration = Duration::from_secs(6);
/// Longer than a frame and shorter than a blinking cursor's half.
const PAUSE: Duration = Duration::from_millis(300);

/// Waits until the app has drawn its page and the picture has come to rest.
pub fn wait_until_drawn(session: &Session, app: &mut Running) -> Result<()> {
    let mut last = wait_until_first_drawn(session, app)?;
    let drawn = Instant::now();
    while drawn.elapsed() < SETTLE_LIMIT {
        std::thread::sleep(PAUSE);
        let picture = pixels(session)?;
        if picture == last {
            break;
        }
        last = picture;
    }
    Ok(())
}

/// Waits until the first picture with a page on it, and gives that picture.
pub fn wait_until_first_drawn(session: &Session, app: &mut Running) -> Result<Vec<u8>> {
    let start = Instant::now();
    while start.elapsed() < DRAW_LIMIT {
        if let Some(status) = app.ended()? {
            bail!("the app ended with {status} before it had drawn anything");
        }
        let picture = pixels(session)?;
        if is_drawn(&picture) {
            return Ok(picture);
        }
    }
    bail!("nothing was drawn in {} s", DRAW_LIMIT.as_secs())
}

/// Writes the whole screen to a PNG file.
pub fn save_picture(session: &Session, path: &Path) -> Result<()> {
    import(session).args([path]).run()
}

fn pixels(session: &Session) -> Result<Vec<u8>> {
    import(session).args(["-depth", "8", "rgb:-"]).read_bytes()
}

fn import(session: &Session) -> Program {
    Program::new("import").args(["-silent", "-window", "root"]).envs(session.variables())
}

/// `pixels` are three bytes each: red, green, blue.
fn is_drawn(pixels: &[u8]) -> bool {
    let mut shades = BTreeSet::new();
    pixels.chunks_exact(3).any(|pixel| {
        shades.insert(pixel);
        shades.len() >= SHADES_OF_A_DRAWN_PAGE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_window_is_not_drawn() {
        let mut white_on_black = vec![0; 3000];
        white_on_black.extend([255; 3000]);
        assert!(!is_drawn(&white_on_black));
        assert!(!is_drawn(&[]));
    }

    #[test]
    fn a_page_with_text_is_drawn() {
        let shades: Vec<u8> = (0..64).flat_map(|grey| [grey, grey, grey]).collect();
        assert!(is_drawn(&shades));
    }
}
