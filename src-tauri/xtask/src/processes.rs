//! The processes of this machine as `/proc` tells them: whose children, and how much memory.

use std::fs;

/// `root` and all that it started, children after their parents. Where there is no `/proc`, `root`
/// alone.
pub fn tree(root: u32) -> Vec<u32> {
    descendants(root, &parents())
}

/// Sends a signal (`TERM`, `KILL`) to each; one that is gone already is no fault.
pub fn signal(name: &str, ids: &[u32]) {
    let words = ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    // The shell's own `kill`: a small machine may lack the program of that name.
    let line = format!("kill -{name} {words} 2>/dev/null");
    crate::program::Program::new("sh").args(["-c", &line]).succeeds();
}

/// Memory of these processes in KiB, what they share counted once (PSS).
pub fn memory_kib(ids: &[u32]) -> u64 {
    let rollup = |id: &u32| fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok();
    ids.iter().filter_map(rollup).filter_map(|text| pss_kib(&text)).sum()
}

/// Every process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let stats = names.filter_map(|name| fs::read_to_string(format!("/proc/{name}/stat")).ok());
    stats.filter_map(|text| parent_of(&text)).collect()
}

/// `1234 (name with) spaces) S 1 …` → (1234, 1). The name may hold anything, so the last `)` counts.
fn parent_of(stat: &str) -> Option<(u32, u32)> {
    let (id, rest) = stat.split_once(" (")?;
    let (_, after_name) = rest.rsplit_once(") ")?;
    let parent = after_name.split_whitespace().nth(1)?;
    Some((id.parse().ok()?, parent.parse().ok()?))
}

fn descendants(root: u32, parents: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents.iter().filter(|(id, of)| *of == parent && *id != parent);
        found.extend(children.map(|(id, _)| *id));
        next += 1;
    }
    found
}

fn pss_kib(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_hide_the_parent() {
        assert_eq!(parent_of("42 (odd) name (x)) S 7 42 0"), Some((42, 7)));
        assert_eq!(parent_of("nonsense"), None);
    }

    #[test]
    fn the_tree_holds_grandchildren_and_nobody_else() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1), (0, 0)];
        assert_eq!(descendants(10, &parents), [10, 11, 12]);
    }

    #[test]
    fn shared_memory_is_read_from_the_rollup() {
        let rollup =
            "00400000-7fff ---p [rollup]\nRss:   900 kB\nPss:    512 kB\nPss_Dirty: 3 kB\n";
        assert_eq!(pss_kib(rollup), Some(512));
    }
}
