//! Brings the packets of both hosts to the [`Carrier`] and away from it, on a thread of its own.

use crate::carrier::{Carrier, Counted, Side};
use crate::cuts::Cuts;
use crate::hosts::Hosts;
use crate::link::Link;
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tun_rs::{DeviceBuilder, SyncDevice};

/// Packets taken from one side before the other has its turn.
const TURN: usize = 64;
/// Longest time between two looks at the clock: a cut begins at most so much late.
const LOOK: Duration = Duration::from_millis(20);
const PACKET_BYTES_MAX: usize = 65_536;

/// The line between two hosts. It ends when it is dropped.
pub struct Line {
    carrier: Arc<Mutex<Carrier>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Joins two hosts by a line without limits.
    ///
    /// # Errors
    /// What the system says: it wants root and `/dev/net/tun`.
    pub fn between(hosts: &Hosts, number: u8) -> Result<Self> {
        let device = |side: &str| {
            let name = format!("quayline{number}{side}");
            let device = DeviceBuilder::new().name(&name).build_sync().context("/dev/net/tun")?;
            device.set_nonblocking(true)?;
            anyhow::Ok((name, device))
        };
        let ((desk, desk_device), (province, province_device)) = (device("d")?, device("p")?);
        hosts.desk.plug(&desk)?;
        hosts.province.plug(&province)?;
        let carrier = Arc::new(Mutex::new(Carrier::new(Link::OPEN, Cuts::Never, 0)));
        let ends = Arc::new(AtomicBool::new(false));
        let (carries, ended) = (Arc::clone(&carrier), Arc::clone(&ends));
        let devices = [desk_device, province_device];
        let thread = std::thread::spawn(move || {
            // A line does not become slower because the programs at its ends are busy. Who may not ask for that does without.
            let _ = rustix::process::nice(-10);
            let begun = Instant::now();
            while !ended.load(Ordering::Relaxed) {
                turn(&devices, &mut locked(&carries), begun);
                wait(&devices, locked(&carries).next(), begun);
            }
        });
        Ok(Self { carrier, ends, thread: Some(thread) })
    }

    /// Becomes another line; what is counted begins anew.
    pub fn become_link(&self, link: Link, cuts: Cuts, seed: u64) {
        locked(&self.carrier).become_link(link, cuts, seed);
    }

    /// What each end put on it since then.
    pub fn counted(&self) -> [Counted; 2] {
        Side::BOTH.map(|side| locked(&self.carrier).counted(side))
    }

    /// How long it was dead since then.
    pub fn silence(&self) -> Duration {
        locked(&self.carrier).silence()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that died carried nothing any more; whoever measured has seen that.
            let _ = thread.join();
        }
    }
}

fn locked(carrier: &Mutex<Carrier>) -> MutexGuard<'_, Carrier> {
    carrier.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that arrived goes to its host, everything the hosts sent goes on the line.
fn turn(devices: &[SyncDevice; 2], carrier: &mut Carrier, begun: Instant) {
    for side in Side::BOTH {
        let (own, other) = (&devices[side as usize], &devices[side.other() as usize]);
        while let Some(packet) = carrier.arrived(side, begun.elapsed()) {
            // A host that cannot take a packet has lost it, as with any network card.
            let _ = other.send(&packet);
        }
        let mut buffer = vec![0; PACKET_BYTES_MAX];
        for _ in 0..TURN {
            match own.recv(&mut buffer) {
                Ok(length) => {
                    let packet = buffer.get(..length).unwrap_or_default().to_vec();
                    if let Some(answer) = carrier.take(side, packet, begun.elapsed()) {
                        let _ = own.send(&answer);
                    }
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    }
}

/// Until a host sends something or something arrives.
fn wait(devices: &[SyncDevice; 2], next: Option<Duration>, begun: Instant) {
    let until = next.map_or(LOOK, |at| at.saturating_sub(begun.elapsed()).min(LOOK));
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(until.subsec_nanos()) };
    let mut ready =
        devices.each_ref().map(|device| PollFd::from_borrowed_fd(device.as_fd(), PollFlags::IN));
    // An interrupted wait is a short one.
    let _ = poll(&mut ready, Some(&timeout));
}
