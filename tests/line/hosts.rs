//! The two ends: hosts with a TCP stack, addresses and connections of their own, on this machine alone. Nothing leads from
//! them anywhere else.

use anyhow::{Result, ensure};
use std::net::Ipv4Addr;
use std::process::Command;

/// The desk's host and the gateway's. They go when this is dropped.
pub struct Hosts {
    /// The desk's.
    pub desk: Host,
    /// The gateway's.
    pub province: Host,
}

/// One of them.
pub struct Host {
    name: String,
    /// Its address on the line.
    pub address: Ipv4Addr,
}

/// Name of the device that a host sees the line by.
pub const DEVICE: &str = "line0";

impl Hosts {
    /// Two new ones; laboratories with other numbers (1 to 250) stand beside these.
    ///
    /// # Errors
    /// What the system says: it wants root.
    pub fn new(number: u8) -> Result<Self> {
        Ok(Self {
            desk: Host::new(number, "desk", 1)?,
            province: Host::new(number, "province", 2)?,
        })
    }
}

impl Host {
    fn new(number: u8, role: &str, last: u8) -> Result<Self> {
        let name = format!("quay-line-{number}-{role}");
        // What a laboratory that was killed left behind.
        let _ = Command::new("ip").args(["netns", "delete", &name]).output();
        ip(&["netns", "add", &name])?;
        // 198.18.0.0/15 is set aside for measuring (RFC 2544); no machine anywhere has it.
        let host = Self { name, address: Ipv4Addr::new(198, 18, number, last) };
        ip(&["-n", &host.name, "link", "set", "lo", "up"])?;
        // What Windows and Linux send with, whatever this machine prefers; it must be allowed to the new hosts first.
        let _ =
            std::fs::write("/proc/sys/net/ipv4/tcp_allowed_congestion_control", "reno cubic bbr");
        host.set("net/ipv4/tcp_congestion_control", "cubic")?;
        host.set("net/ipv6/conf/all/disable_ipv6", "1")?;
        Ok(host)
    }

    /// A program on this host.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// The host's name, for those who start programs by themselves.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes a device of the machine as its end of the line.
    ///
    /// # Errors
    /// What the system says.
    pub fn plug(&self, device: &str) -> Result<()> {
        let address = format!("{}/30", self.address);
        ip(&["link", "set", device, "netns", &self.name, "name", DEVICE])?;
        ip(&["-n", &self.name, "address", "add", &address, "dev", DEVICE])?;
        ip(&["-n", &self.name, "link", "set", DEVICE, "mtu", "1500", "txqueuelen", "1000", "up"])
    }

    fn set(&self, what: &str, value: &str) -> Result<()> {
        let write = format!("echo {value} > /proc/sys/{what}");
        let done = self.command("sh").args(["-c", &write]).output()?;
        ensure!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).output();
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    let done = Command::new("ip").args(arguments).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "ip {}: {said}", arguments.join(" "));
    Ok(())
}
