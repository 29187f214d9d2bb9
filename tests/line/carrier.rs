//! What becomes of each packet. Pure: packets and the time go in, packets and their moments come out.
//!
//! A packet takes the line for as long as its bytes need, behind those before it; what would wait too long is dropped, some
//! are lost by chance, and the rest arrive after the delay. When the line dies, everything on it is gone, and so are its
//! connections, as after a modem has dialled again: whoever goes on in an old one is told that it is no more.

use crate::cuts::{Cuts, Watch};
use crate::link::Link;
use crate::packet::{End, Segment};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// The end a packet comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The desk's host.
    Desk,
    /// The gateway's host.
    Province,
}

use Side::{Desk, Province};

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Desk, Province];

    /// The other end.
    pub fn other(self) -> Self {
        match self {
            Desk => Province,
            Province => Desk,
        }
    }
}

/// What one end put on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Packets.
    pub packets: u64,
    /// Bytes with their IP and TCP headers, sent again or not.
    pub bytes: u64,
    /// Bytes inside TCP, sent again or not.
    pub payload: u64,
    /// Of these, bytes that were not sent before in the same connection.
    pub payload_once: u64,
    /// Connections opened.
    pub connections: u64,
    /// Bytes that arrived at the other end.
    pub arrived: u64,
    /// Packets dropped before the line, lost on it, gone in a cut.
    pub gone: u64,
}

/// The line as its packets meet it.
#[derive(Debug)]
pub struct Carrier {
    link: Link,
    watch: Watch,
    dice: Dice,
    ways: [Way; 2],
    open: BTreeSet<(End, End)>,
    dead: BTreeSet<(End, End)>,
}

#[derive(Debug, Default)]
struct Way {
    free_at: Duration,
    under_way: VecDeque<(Duration, Vec<u8>)>,
    furthest: BTreeMap<(End, End), u32>,
    counted: Counted,
}

impl Carrier {
    /// A line whose losses follow from a seed.
    pub fn new(link: Link, cuts: Cuts, seed: u64) -> Self {
        Self {
            link,
            watch: Watch::new(cuts),
            dice: Dice(seed),
            ways: [Way::default(), Way::default()],
            open: BTreeSet::new(),
            dead: BTreeSet::new(),
        }
    }

    /// Becomes another line, counted anew. Connections stay; what is under way arrives.
    pub fn become_link(&mut self, link: Link, cuts: Cuts, seed: u64) {
        self.link = link;
        self.watch = Watch::new(cuts);
        self.dice = Dice(seed);
        for way in &mut self.ways {
            way.counted = Counted::default();
        }
    }

    /// A packet of `side`, put on the line at `now`. What is given back goes to the same side at once.
    pub fn take(&mut self, side: Side, packet: Vec<u8>, now: Duration) -> Option<Vec<u8>> {
        let segment = Segment::read(&packet);
        self.watch.packet(now);
        let dead = self.dies(now);
        let way = &mut self.ways[side as usize];
        way.counted.take(packet.len(), segment.as_ref(), &mut way.furthest);
        if let Some(segment) = &segment {
            let (there, back) = ((segment.from, segment.to), (segment.to, segment.from));
            if segment.opens {
                self.dead.remove(&there);
                self.dead.remove(&back);
            } else if self.dead.contains(&there) {
                way.counted.gone += 1;
                return (!dead && !segment.resets).then(|| segment.refused());
            }
            if !dead {
                self.open.extend([there, back]);
            }
        }
        let starts = way.free_at.max(now);
        let limited = self.link.bits_per_s > 0;
        if dead || (limited && starts - now > self.link.queue) {
            way.counted.gone += 1;
            return None;
        }
        let ends = starts + self.link.time_of(packet.len() as u64);
        way.free_at = ends;
        if self.dice.below(10_000) < self.link.lost_of_10_000 {
            way.counted.gone += 1;
            return None;
        }
        way.under_way.push_back((ends + self.link.delay, packet));
        None
    }

    /// The next packet that has arrived at the end opposite to `side` by `now`.
    pub fn arrived(&mut self, side: Side, now: Duration) -> Option<Vec<u8>> {
        self.dies(now);
        let way = &mut self.ways[side as usize];
        way.under_way.front().filter(|(at, _)| *at <= now)?;
        let (_, packet) = way.under_way.pop_front()?;
        way.counted.arrived += packet.len() as u64;
        Some(packet)
    }

    /// When the next packet arrives anywhere.
    pub fn next(&self) -> Option<Duration> {
        self.ways.iter().filter_map(|way| way.under_way.front()).map(|(at, _)| *at).min()
    }

    /// What one end has put on the line since the line became what it is.
    pub fn counted(&self, side: Side) -> Counted {
        self.ways[side as usize].counted
    }

    /// How long the line was dead.
    pub fn silence(&self) -> Duration {
        self.watch.silence()
    }

    /// Whether the line is dead; when it dies, all that is on it goes.
    fn dies(&mut self, now: Duration) -> bool {
        let (dead, died) = self.watch.dead(now, self.ways[Desk as usize].counted.arrived);
        if died {
            for way in &mut self.ways {
                way.counted.gone += way.under_way.len() as u64;
                way.under_way.clear();
                way.free_at = now;
            }
            self.dead.append(&mut self.open);
        }
        dead
    }
}

impl Counted {
    fn take(
        &mut self,
        bytes: usize,
        segment: Option<&Segment>,
        furthest: &mut BTreeMap<(End, End), u32>,
    ) {
        self.packets += 1;
        self.bytes += bytes as u64;
        let Some(segment) = segment else { return };
        self.payload += u64::from(segment.payload);
        self.connections += u64::from(segment.opens);
        let end = segment.end();
        if segment.opens {
            furthest.insert((segment.from, segment.to), end);
            return;
        }
        let known = furthest.entry((segment.from, segment.to)).or_insert(segment.sequence);
        let further = end.wrapping_sub(*known);
        // Places in a connection wrap round: more than half the way ahead is behind.
        if further < u32::MAX / 2 {
            self.payload_once += u64::from(further);
            *known = end;
        }
    }
}

/// Chance from a seed (splitmix64).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::PacketBuilder;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// A packet of 1,000 bytes in the connection from one port.
    fn packet(port: u16, sequence: u32, opens: bool) -> Vec<u8> {
        let tcp = PacketBuilder::ipv4([198, 18, 1, 1], [198, 18, 1, 2], 64)
            .tcp(port, 443, sequence, 1_000);
        let tcp = if opens { tcp.syn() } else { tcp };
        let mut packet = Vec::new();
        tcp.write(&mut packet, &[0; 960]).unwrap();
        packet
    }

    fn carrier(cuts: Cuts) -> Carrier {
        Carrier::new(Link { lost_of_10_000: 0, ..Link::ONE_MEGABIT }, cuts, 1)
    }

    #[test]
    fn packets_follow_each_other_at_the_lines_rate_and_arrive_after_its_delay() {
        let mut carrier = carrier(Cuts::Never);
        for n in 0..3 {
            assert_eq!(carrier.take(Desk, packet(1, n * 960, false), MS(0)), None);
        }
        // A thousand bytes take eight milliseconds of a megabit a second.
        for (n, at) in [58, 66, 74].into_iter().enumerate() {
            assert_eq!(carrier.next(), Some(MS(at)), "{n}");
            assert!(carrier.arrived(Desk, MS(at - 1)).is_none(), "{n}");
            assert!(carrier.arrived(Desk, MS(at)).is_some(), "{n}");
        }
        assert_eq!(carrier.counted(Desk).arrived, 3_000);
        assert_eq!(carrier.counted(Province), Counted::default());
    }

    #[test]
    fn what_would_wait_longer_than_the_queue_is_dropped() {
        let mut carrier = carrier(Cuts::Never);
        for n in 0..200 {
            carrier.take(Desk, packet(1, n * 960, false), MS(0));
        }
        // One second is 125 such packets; one more is being sent.
        assert_eq!(carrier.counted(Desk).gone, 200 - 126);
    }

    #[test]
    fn losses_follow_from_the_seed() {
        let lost = |seed| {
            let link = Link { lost_of_10_000: 200, bits_per_s: 0, ..Link::ONE_MEGABIT };
            let mut carrier = Carrier::new(link, Cuts::Never, seed);
            (0..10_000).for_each(|n| drop(carrier.take(Desk, packet(1, n, false), MS(0))));
            carrier.counted(Desk).gone
        };
        assert_eq!(lost(7), lost(7));
        assert!((150..250).contains(&lost(7)) && lost(7) != lost(8), "{} {}", lost(7), lost(8));
    }

    #[test]
    fn a_cut_takes_what_is_under_way_and_the_connections_with_it() {
        let cuts = Cuts::AfterBytes { arrived: vec![1_000], last: vec![MS(500)] };
        let mut carrier = carrier(cuts);
        carrier.take(Desk, packet(1, 0, true), MS(0));
        carrier.take(Desk, packet(1, 961, false), MS(0));
        assert!(carrier.arrived(Desk, MS(58)).is_some());
        assert!(carrier.arrived(Desk, MS(100)).is_none(), "it was on the line when the line died");
        assert_eq!(carrier.take(Desk, packet(1, 961, false), MS(200)), None, "silence");
        let answer = carrier.take(Desk, packet(1, 961, false), MS(600)).expect("an answer");
        assert!(Segment::read(&answer).unwrap().resets);
        assert_eq!(carrier.take(Desk, packet(2, 0, true), MS(600)), None);
        assert!(carrier.arrived(Desk, MS(700)).is_some(), "a new connection is carried");
    }

    #[test]
    fn bytes_sent_again_are_told_from_new_ones() {
        let mut carrier = carrier(Cuts::Never);
        for sequence in [0, 960, 960, 0, 1_920] {
            carrier.take(Desk, packet(1, sequence, false), MS(0));
        }
        let counted = carrier.counted(Desk);
        assert_eq!((counted.payload, counted.payload_once), (5 * 960, 3 * 960));
    }
}
