//! Pictures of a screen, and how to tell that something has been drawn on it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::headless::Session;
use crate::program::{Program, Running};

/// Text on a page has many shades at its edges; an empty window has one or two colours.
const SHADES_OF_A_DRAWN_PAGE: usize = 48;
const DRAW_LIMIT: Duration = Duration::from_secs(60);
/// How long to wait for a drawn page to stop moving: it may never, if something blinks.
const SETTLE_LIMIT: Duration = Duration::from_secs(6);
/// Longer than a frame and shorter than a blinking cursor's half.
const PAUSE: Duration = Duration::from_millis(300);
/// Between two looks at a screen on which nothing was drawn yet: less than a frame.
const GLANCE: Duration = Duration::from_millis(8);
/// Words in the head of an XWD file, big-endian: its own length, and how many colours of 12 bytes follow it.
const HEAD_LENGTH: usize = 0;
const COLOURS: usize = 19;
const COLOUR_BYTES: usize = 12;

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
        std::thread::sleep(GLANCE);
    }
    bail!("nothing was drawn in {} s", DRAW_LIMIT.as_secs())
}

/// Writes the whole screen to a PNG file.
pub fn save_picture(session: &Session, path: &Path) -> Result<()> {
    let import = Program::new("import").args(["-silent", "-window", "root"]);
    import.envs(session.variables()).args([path]).run()
}

/// Read from the screen's own memory: a program that takes a picture would slow down what is being timed.
fn pixels(session: &Session) -> Result<Vec<u8>> {
    let path = session.framebuffer();
    let picture = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(pixels_of(&picture).to_vec())
}

/// What follows the head and the colours; nothing while the screen is still being set up.
fn pixels_of(picture: &[u8]) -> &[u8] {
    let word = |at: usize| {
        let bytes = picture.get(4 * at..4 * at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, |bytes| u32::from_be_bytes(bytes) as usize)
    };
    picture.get(word(HEAD_LENGTH) + COLOUR_BYTES * word(COLOURS)..).unwrap_or_default()
}

/// `pixels` are four bytes each: blue, green, red, nothing.
fn is_drawn(pixels: &[u8]) -> bool {
    let mut shades = BTreeSet::new();
    pixels.chunks_exact(4).any(|pixel| {
        shades.insert(pixel);
        shades.len() >= SHADES_OF_A_DRAWN_PAGE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_window_is_not_drawn() {
        let mut white_on_black = vec![0; 4000];
        white_on_black.extend([255; 4000]);
        assert!(!is_drawn(&white_on_black));
        assert!(!is_drawn(&[]));
    }

    #[test]
    fn a_page_with_text_is_drawn() {
        let shades: Vec<u8> = (0..64).flat_map(|grey| [grey, grey, grey, 0]).collect();
        assert!(is_drawn(&shades));
    }

    #[test]
    fn the_pixels_follow_the_head_and_the_colours() {
        let mut picture = vec![0; 100 + 2 * COLOUR_BYTES];
        picture[..4].copy_from_slice(&100u32.to_be_bytes());
        picture[4 * COLOURS..4 * COLOURS + 4].copy_from_slice(&2u32.to_be_bytes());
        picture.extend([1, 2, 3, 4]);
        assert_eq!(pixels_of(&picture), [1, 2, 3, 4]);
        assert!(pixels_of(&picture[..50]).is_empty());
    }
}
