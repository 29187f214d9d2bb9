//! What a power cut leaves.

use super::state::{DirState, FileChange, FileState, State};

const SECTOR_BYTES: usize = 512;

/// The disk as it may be found when the power is back: durable things, and any part of what was not.
pub(super) fn image(state: &State, seed: u64) -> State {
    let mut dice = Dice::new(seed);
    let files = state.files.iter().map(|file| file_image(file, &mut dice)).collect();
    let dirs =
        state.dirs.iter().map(|(path, dir)| (path.clone(), dir_image(dir, &mut dice))).collect();
    let mut image = State { files, dirs, ..State::default() };
    forget_unreachable(&mut image);
    image
}

fn file_image(file: &FileState, dice: &mut Dice) -> FileState {
    let mut left = file.durable.clone();
    for change in &file.pending {
        match change {
            FileChange::Emptied if dice.keeps() => left.clear(),
            FileChange::Emptied => {}
            FileChange::Written { at, bytes } => write_sectors(&mut left, *at, bytes, dice),
        }
    }
    FileState { seen: left.clone(), durable: left, pending: Vec::new() }
}

/// Each sector the write touches is kept or lost on its own; a lost one inside the file reads as what was there.
fn write_sectors(left: &mut Vec<u8>, at: usize, bytes: &[u8], dice: &mut Dice) {
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + SECTOR_BYTES - (at + from) % SECTOR_BYTES);
        if dice.keeps() {
            left.resize(left.len().max(at + to), 0);
            left[at + from..at + to].copy_from_slice(&bytes[from..to]);
        }
        from = to;
    }
}

fn dir_image(dir: &DirState, dice: &mut Dice) -> DirState {
    let mut left = dir.durable.clone();
    for change in dir.pending.iter().filter(|_| dice.keeps()) {
        change.apply(&mut left);
    }
    DirState { names: left.clone(), durable: left, pending: Vec::new() }
}

/// A folder whose own name was lost takes its contents with it.
fn forget_unreachable(image: &mut State) {
    let paths: Vec<_> = image.dirs.keys().cloned().collect();
    for path in paths {
        let reachable = path.ancestors().all(|above| image.node(above).is_some());
        if !reachable {
            image.dirs.remove(&path);
        }
    }
}

/// Seeded decisions (SplitMix64). The seed also draws how much is kept on the whole, so that "all", "nothing" and
/// "one thing" are common.
struct Dice {
    state: u64,
    kept_in_256: u64,
}

impl Dice {
    fn new(seed: u64) -> Self {
        let mut dice = Dice { state: seed, kept_in_256: 0 };
        dice.kept_in_256 = [0, 16, 128, 240, 256][(dice.next() % 5) as usize];
        dice
    }

    fn keeps(&mut self) -> bool {
        self.next() % 256 < self.kept_in_256
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
