//! Debian packages that the machine must have: which ones, which are missing, how to get them.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::program::{Program, tail};
use crate::workspace::Workspace;

const INSTALL_LIMIT: Duration = Duration::from_secs(20 * 60);

/// What the packages are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To compile the app.
    Build,
    /// To draw it where there is no display, and to take a picture.
    Screen,
    /// To drive it, read its paper and print to a queue.
    Test,
}

impl Purpose {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Build => &[
                "build-essential",
                "libayatana-appindicator3-dev",
                "librsvg2-dev",
                "libssl-dev",
                "libwebkit2gtk-4.1-dev",
                "libxdo-dev",
                "pkg-config",
            ],
            Self::Screen => &["dbus", "imagemagick", "xauth", "xdotool", "xvfb"],
            Self::Test => &[
                "cups",
                "cups-client",
                "dbus-x11",
                "gnome-keyring",
                // Programs whose clock is years wrong.
                "libfaketime",
                "libsecret-tools",
                "poppler-utils",
                // The gateway's ledger for several instances: a cluster of its own in a temporary folder.
                "postgresql",
                "webkit2gtk-driver",
                "zbar-tools",
            ],
        }
    }
}

/// Sees to it that the packages for these purposes are there.
///
/// On a machine without apt nothing can be installed: their names are printed, for the person knows
/// what they are called there. On Windows and macOS nothing is needed.
pub fn provide(workspace: &Workspace, purposes: &[Purpose]) -> Result<()> {
    let wanted = purposes.iter().flat_map(|purpose| purpose.packages()).copied();
    install(workspace, &wanted.collect::<Vec<_>>())
}

/// Installs those of the Debian packages named that are missing.
pub fn install(workspace: &Workspace, wanted: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing = missing(wanted);
    match plan(&missing, Machine::look()) {
        Plan::Nothing => Ok(()),
        Plan::Name(names) => {
            println!(
                "no apt on this machine; should something be missing, Debian calls it: {names}"
            );
            Ok(())
        }
        Plan::AskFor(line) => bail!("system packages are missing; please run: {line}"),
        Plan::Install(commands) => {
            println!("installing {} system packages: {}", missing.len(), missing.join(" "));
            let log = workspace.scratch("logs")?.join("system.log");
            commands.iter().try_for_each(|command| carry_out(command, &log))
        }
    }
}

fn carry_out(command: &[String], log: &Path) -> Result<()> {
    let mut words = command.iter();
    let name = words.next().map_or("apt-get", String::as_str);
    let program = Program::new(name).args(words).envs([("DEBIAN_FRONTEND", "noninteractive")]);
    let recorded = program.record(log, INSTALL_LIMIT)?;
    if !recorded.success {
        bail!("`{}` failed:\n{}", command.join(" "), tail(&recorded.text, 30));
    }
    Ok(())
}

/// Who runs on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    NoApt,
    Root,
    Sudo,
    Plain,
}

impl Machine {
    fn look() -> Self {
        if !Program::new("apt-get").args(["--version"]).succeeds() {
            Self::NoApt
        } else if Program::new("id").args(["-u"]).read().is_ok_and(|id| id.trim() == "0") {
            Self::Root
        } else if Program::new("sudo").args(["-V"]).succeeds() {
            Self::Sudo
        } else {
            Self::Plain
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Nothing,
    Install(Vec<Vec<String>>),
    AskFor(String),
    Name(String),
}

fn plan(missing: &[&str], machine: Machine) -> Plan {
    let names = missing.join(" ");
    if missing.is_empty() {
        return Plan::Nothing;
    }
    let install = format!("apt-get install -y --no-install-recommends {names}");
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    match machine {
        Machine::NoApt => Plan::Name(names),
        Machine::Plain => Plan::AskFor(install),
        Machine::Root => Plan::Install(vec![words("apt-get update"), words(&install)]),
        // `env` carries the setting through sudo, which clears the environment.
        Machine::Sudo => Plan::Install(vec![
            words("sudo apt-get update"),
            words(&format!("sudo env DEBIAN_FRONTEND=noninteractive {install}")),
        ]),
    }
}

fn missing<'a>(wanted: &[&'a str]) -> Vec<&'a str> {
    // dpkg-query ends with status 1 as soon as one name is unknown, and still lists the others.
    let query = Program::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Abbrev}\\n"])
        .args(wanted);
    let answer = query.output().map(|recorded| recorded.text).unwrap_or_default();
    let there = installed(&answer);
    wanted.iter().filter(|name| !there.contains(**name)).copied().collect()
}

/// The packages that `dpkg-query` shows as installed (`ii`); removed ones are listed there too.
fn installed(answer: &str) -> BTreeSet<&str> {
    answer
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| status.starts_with("ii"))
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_or_unknown_package_does_not_count_as_installed() {
        let answer = "xvfb ii \nnpm un \nold rc \n";
        assert_eq!(installed(answer), BTreeSet::from(["xvfb"]));
    }

    #[test]
    fn nothing_missing_touches_nothing() {
        assert_eq!(plan(&[], Machine::Plain), Plan::Nothing);
    }

    #[test]
    fn the_list_of_packages_is_refreshed_once_before_they_are_installed() {
        let Plan::Install(commands) = plan(&["xvfb", "xauth"], Machine::Root) else {
            panic!("root installs");
        };
        assert_eq!(commands.len(), 2);
        assert_eq!(commands[0], ["apt-get", "update"]);
        assert_eq!(commands[1].last().map(String::as_str), Some("xauth"));
    }

    #[test]
    fn a_user_with_sudo_installs_through_it() {
        let Plan::Install(commands) = plan(&["xvfb"], Machine::Sudo) else {
            panic!("sudo installs");
        };
        assert!(commands.iter().all(|command| command[0] == "sudo"));
    }

    #[test]
    fn a_user_without_rights_is_told_the_command() {
        let asked = plan(&["xvfb"], Machine::Plain);
        let line = "apt-get install -y --no-install-recommends xvfb";
        assert_eq!(asked, Plan::AskFor(line.to_owned()));
    }

    #[test]
    fn without_apt_the_names_are_given() {
        assert_eq!(plan(&["xvfb", "xauth"], Machine::NoApt), Plan::Name("xvfb xauth".to_owned()));
    }
}
