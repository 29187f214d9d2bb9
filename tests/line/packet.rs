//! What the line must know of a packet: which connection it belongs to, and how to say that a connection is no more.

use etherparse::{PacketBuilder, SlicedPacket, TransportSlice};
use std::net::Ipv4Addr;

/// One end of a connection.
pub type End = (Ipv4Addr, u16);

/// A TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Who sent it.
    pub from: End,
    /// To whom.
    pub to: End,
    /// Place of its first byte.
    pub sequence: u32,
    /// What it acknowledges.
    pub acknowledges: u32,
    /// It opens a connection.
    pub opens: bool,
    /// It says that a connection is no more.
    pub resets: bool,
    /// Bytes it carries.
    pub payload: u32,
}

impl Segment {
    /// The segment in an IP packet; `None` for what is no TCP over IPv4.
    pub fn read(packet: &[u8]) -> Option<Self> {
        let sliced = SlicedPacket::from_ip(packet).ok()?;
        let ip = sliced.net.as_ref()?.ipv4_ref()?.header();
        let TransportSlice::Tcp(tcp) = sliced.transport? else { return None };
        Some(Self {
            from: (ip.source_addr(), tcp.source_port()),
            to: (ip.destination_addr(), tcp.destination_port()),
            sequence: tcp.sequence_number(),
            acknowledges: tcp.acknowledgment_number(),
            opens: tcp.syn(),
            resets: tcp.rst(),
            payload: u32::try_from(tcp.payload().len()).ok()?,
        })
    }

    /// Place of the first byte after it.
    pub fn end(&self) -> u32 {
        self.sequence.wrapping_add(self.payload).wrapping_add(u32::from(self.opens))
    }

    /// What its receiver would answer had it never heard of the connection.
    pub fn refused(&self) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(self.to.0.octets(), self.from.0.octets(), 64)
            .tcp(self.to.1, self.from.1, self.acknowledges, 0)
            .rst();
        let mut packet = Vec::with_capacity(builder.size(0));
        // Writing into memory does not fail; a packet without bytes would be dropped by whoever reads it.
        let _ = builder.write(&mut packet, &[]);
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(payload: &[u8]) -> Vec<u8> {
        let builder =
            PacketBuilder::ipv4([198, 18, 1, 1], [198, 18, 1, 2], 64).tcp(4_000, 443, 7, 1_000);
        let mut packet = Vec::new();
        builder.ack(99).write(&mut packet, payload).unwrap();
        packet
    }

    #[test]
    fn a_segment_is_read_and_refused_as_its_receiver_would() {
        let segment = Segment::read(&packet(b"abc")).unwrap();
        assert_eq!((segment.payload, segment.end(), segment.acknowledges), (3, 10, 99));
        let refused = Segment::read(&segment.refused()).unwrap();
        assert!(refused.resets);
        assert_eq!((refused.from, refused.to, refused.sequence), (segment.to, segment.from, 99));
    }

    #[test]
    fn what_is_no_tcp_is_nothing() {
        assert_eq!(Segment::read(&[]), None);
        assert_eq!(Segment::read(&[0x60; 60]), None);
    }
}
