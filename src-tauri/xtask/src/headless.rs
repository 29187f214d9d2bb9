//! A screen that nobody sees: Xvfb with a message bus of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::home::Home;
use crate::program::{Program, Service};

/// The size of the commonest office screen, and its depth.
pub const SCREEN: &str = "1366x768x24";

/// The bus starts no service by itself: a keyring or a portal of the machine would answer with a
/// dialog that nobody can click away.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A private session; dropping it ends the screen and the bus.
pub struct Session {
    display: String,
    bus: String,
    framebuffer: PathBuf,
    _screen: Service,
    _bus: Service,
}

impl Session {
    /// Starts the screen and the bus; what they print goes to `log`.
    pub fn open(home: &Home, log: &Path) -> Result<Self> {
        let screen = Program::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0", SCREEN])
            .args(["-fbdir".as_ref(), home.folder().as_os_str()]);
        let (screen, number) = screen.serve(log)?;
        let config = write_bus_config(home)?;
        let bus = Program::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"])
            .args([&config]);
        let (bus, address) = bus.serve(log)?;
        Ok(Self {
            display: format!(":{number}"),
            bus: address,
            framebuffer: home.folder().join("Xvfb_screen0"),
            _screen: screen,
            _bus: bus,
        })
    }

    /// The screen's memory as a file in the format XWD: what is drawn stands there at once.
    pub fn framebuffer(&self) -> &Path {
        &self.framebuffer
    }

    /// What a program needs in its environment to appear there.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let say = |text: &str| text.to_owned();
        vec![
            ("DISPLAY", self.display.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus.clone()),
            ("GDK_BACKEND", say("x11")),
            // No screen reader is there to ask; asking for one costs seconds.
            ("NO_AT_BRIDGE", say("1")),
        ]
    }
}

fn write_bus_config(home: &Home) -> Result<PathBuf> {
    let path = home.folder().join("bus.conf");
    let folder = home.folder().join("runtime");
    std::fs::write(&path, BUS.replace("FOLDER", &folder.to_string_lossy()))?;
    Ok(path)
}
