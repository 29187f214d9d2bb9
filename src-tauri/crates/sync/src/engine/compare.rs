//! Both sides' heads side by side: who has more of which device's log.

use protocol::wire::HeadOf;
use std::collections::BTreeMap;

/// What a comparison of heads shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    /// This device's own log.
    pub own: Own,
    /// Logs of other devices of which more lies here: device, last place there, last place here.
    pub theirs_behind: Vec<([u8; 16], u64, u64)>,
    /// Logs of other devices of which more lies there: device, last place there.
    pub ours_behind: Vec<([u8; 16], u64)>,
    /// Logs of other devices that say something else in the same place.
    pub forked: Vec<([u8; 16], u64)>,
}

/// This device's own log, as the gateway has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// All of it.
    Whole,
    /// Up to this place.
    Until(u64),
    /// More than lies here, or something else: what lies here is not the newest. Up to this place both may agree.
    NotTheNewest(u64),
}

impl Comparison {
    pub(super) fn of(device: [u8; 16], ours: &[HeadOf], theirs: &[HeadOf]) -> Self {
        let here: BTreeMap<[u8; 16], &HeadOf> =
            ours.iter().map(|head| (head.device, head)).collect();
        let there: BTreeMap<[u8; 16], &HeadOf> =
            theirs.iter().map(|head| (head.device, head)).collect();
        let mut comparison = Self {
            own: own(here.get(&device).copied(), there.get(&device).copied()),
            theirs_behind: Vec::new(),
            ours_behind: Vec::new(),
            forked: Vec::new(),
        };
        for (other, head) in here.iter().filter(|(other, _)| **other != device) {
            let seq_there = there.get(other).map_or(0, |head| head.seq);
            if seq_there < head.seq {
                comparison.theirs_behind.push((*other, seq_there, head.seq));
            }
        }
        for (other, head) in there.iter().filter(|(other, _)| **other != device) {
            match here.get(other) {
                Some(known) if known.seq == head.seq && known.hash != head.hash => {
                    comparison.forked.push((*other, head.seq));
                }
                known if known.map_or(0, |known| known.seq) < head.seq => {
                    comparison.ours_behind.push((*other, head.seq));
                }
                _ => {}
            }
        }
        comparison
    }

    /// Whether both sides have the same.
    pub(super) fn is_same(&self) -> bool {
        self.own == Own::Whole
            && self.theirs_behind.is_empty()
            && self.ours_behind.is_empty()
            && self.forked.is_empty()
    }
}

fn own(ours: Option<&HeadOf>, theirs: Option<&HeadOf>) -> Own {
    let here = ours.map_or(0, |head| head.seq);
    match theirs {
        Some(there) if there.seq > here => Own::NotTheNewest(here),
        Some(there) if there.seq == here => match ours {
            Some(ours) if ours.hash != there.hash => Own::NotTheNewest(here - 1),
            _ => Own::Whole,
        },
        Some(there) => Own::Until(there.seq),
        None if here == 0 => Own::Whole,
        None => Own::Until(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Own};
    use protocol::wire::HeadOf;

    const ME: [u8; 16] = [1; 16];
    const OTHER: [u8; 16] = [2; 16];

    fn head(device: [u8; 16], seq: u64) -> HeadOf {
        HeadOf { device, seq, hash: [u8::try_from(seq).unwrap_or(0); 32] }
    }

    #[test]
    fn the_same_heads_agree_whatever_their_order() {
        let ours = [head(ME, 4), head(OTHER, 9)];
        let theirs = [head(OTHER, 9), head(ME, 4)];
        assert!(Comparison::of(ME, &ours, &theirs).is_same());
        assert!(Comparison::of(ME, &[], &[]).is_same());
    }

    #[test]
    fn what_each_side_lacks_is_named() {
        let ours = [head(ME, 7), head(OTHER, 9), head([3; 16], 2)];
        let theirs = [head(ME, 4), head(OTHER, 5), head([3; 16], 3), head([4; 16], 1)];
        let found = Comparison::of(ME, &ours, &theirs);
        assert_eq!(found.own, Own::Until(4));
        assert_eq!(found.theirs_behind, [(OTHER, 5, 9)]);
        assert_eq!(found.ours_behind, [([3; 16], 3), ([4; 16], 1)]);
    }

    #[test]
    fn a_gateway_that_knows_more_of_this_device_betrays_a_restored_store() {
        let own = |ours: &[HeadOf], theirs: HeadOf| Comparison::of(ME, ours, &[theirs]).own;
        assert_eq!(own(&[head(ME, 4)], head(ME, 6)), Own::NotTheNewest(4));
        assert_eq!(own(&[], head(ME, 6)), Own::NotTheNewest(0));
        let another = HeadOf { hash: [9; 32], ..head(ME, 4) };
        assert_eq!(own(&[head(ME, 4)], another), Own::NotTheNewest(3));
    }

    #[test]
    fn another_devices_fork_is_seen() {
        let theirs = HeadOf { hash: [9; 32], ..head(OTHER, 4) };
        assert_eq!(Comparison::of(ME, &[head(OTHER, 4)], &[theirs]).forked, [(OTHER, 4)]);
    }
}
