//! An old office computer, as near as this one can come: a slow disk arm, little memory, a cold
//! cache. Linux only.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program::Program;
use crate::workspace::Workspace;

const SLOW_DISK: &str = include_str!("slow_disk.c");
const MEMORY_BYTES: u64 = 2 << 30;

/// The old computer; dropping it takes the memory limit away.
pub struct OldMachine {
    /// A program that runs another one, named by its arguments, as the old computer would.
    pub runner: PathBuf,
    /// What of it could be had here, for the head of the table.
    pub words: String,
    cage: Option<PathBuf>,
}

impl OldMachine {
    /// Compiles the slow disk and sets up the memory limit, where this machine allows one.
    pub fn prepare(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.scratch("old-machine")?;
        let (source, library) = (folder.join("slow_disk.c"), folder.join("slow_disk.so"));
        std::fs::write(&source, SLOW_DISK)?;
        let compiler = Program::new("cc").args(["-O2", "-Wall", "-Wextra", "-shared", "-fPIC"]);
        compiler.args(["-o".as_ref(), library.as_os_str(), source.as_os_str()]).run()?;
        let cage = memory_cage();
        let limited =
            if cage.is_some() { "2 GB of memory" } else { "no memory limit (not allowed)" };
        let words = format!("6-20 ms for each sync and each read off the track, {limited}");
        let runner = folder.join("run");
        std::fs::write(&runner, script(&library, cage.as_deref()))?;
        Program::new("chmod").args(["+x".as_ref(), runner.as_os_str()]).run()?;
        Ok(Self { runner, words, cage })
    }

    /// The arguments that make Cargo run tests and benchmarks on the old computer.
    pub fn for_cargo(&self) -> [(String, PathBuf); 1] {
        let system = format!("{}_UNKNOWN_LINUX_GNU", std::env::consts::ARCH.to_uppercase());
        [(format!("CARGO_TARGET_{system}_RUNNER"), self.runner.clone())]
    }

    /// Empties the system's cache, so that the next read comes from the disk: all of it where this user may, else the
    /// database and what lies beside it.
    pub fn forget(&self, data: &Path) -> Result<()> {
        let everything = "sync && echo 1 > /proc/sys/vm/drop_caches";
        if Program::new("sh").args(["-c", everything]).succeeds() {
            return Ok(());
        }
        for entry in std::fs::read_dir(data).with_context(|| data.display().to_string())? {
            let file = format!("if={}", entry?.path().display());
            // Folders are passed over: sealed documents are not read at the start.
            Program::new("dd").args([&file, "iflag=nocache", "count=0", "status=none"]).succeeds();
        }
        Ok(())
    }
}

impl Drop for OldMachine {
    fn drop(&mut self) {
        // It cannot be removed while a process is in it; then the last one has outlived us.
        if let Some(cage) = &self.cage {
            let _ = std::fs::remove_dir(cage);
        }
    }
}

fn script(library: &Path, cage: Option<&Path>) -> String {
    let enter = cage
        .map_or_else(String::new, |cage| format!("echo $$ > '{}/cgroup.procs'\n", cage.display()));
    format!("#!/bin/sh\n{enter}LD_PRELOAD='{}' exec \"$@\"\n", library.display())
}

/// A control group below our own with the limit set; `None` where we may not have one.
fn memory_cage() -> Option<PathBuf> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let (parent, limit) = memory_group(&groups)?;
    let cage = parent.join(format!("old-machine-{}", std::process::id()));
    std::fs::create_dir(&cage).ok()?;
    if std::fs::write(cage.join(limit), MEMORY_BYTES.to_string()).is_err() {
        let _ = std::fs::remove_dir(&cage);
        return None;
    }
    Some(cage)
}

/// Our memory group's folder and the file that holds its limit, in either version of the kernel's
/// control groups.
fn memory_group(groups: &str) -> Option<(PathBuf, &'static str)> {
    let lines = || groups.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
    let below = |root: &str, path: &str| Path::new(root).join(path.trim_start_matches('/'));
    let first = lines().find(|(kinds, _)| kinds.split(',').any(|kind| kind == "memory"));
    if let Some((_, path)) = first {
        return Some((below("/sys/fs/cgroup/memory", path), "memory.limit_in_bytes"));
    }
    let (_, path) = lines().find(|(kinds, _)| kinds.is_empty())?;
    Some((below("/sys/fs/cgroup", path), "memory.max"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_group_is_found_in_both_versions() {
        let (first, limit) = memory_group("4:memory:/desk\n0::/\n").unwrap();
        assert_eq!(
            (first.as_path(), limit),
            ("/sys/fs/cgroup/memory/desk".as_ref(), "memory.limit_in_bytes")
        );
        let (second, limit) = memory_group("0::/user.slice\n").unwrap();
        assert_eq!((second.as_path(), limit), ("/sys/fs/cgroup/user.slice".as_ref(), "memory.max"));
        assert_eq!(memory_group(""), None);
    }

    #[test]
    fn without_a_memory_group_only_the_disk_is_slow() {
        let script = script("/old/slow_disk.so".as_ref(), None);
        assert_eq!(script, "#!/bin/sh\nLD_PRELOAD='/old/slow_disk.so' exec \"$@\"\n");
    }
}
