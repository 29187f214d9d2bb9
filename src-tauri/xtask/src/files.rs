//! Rules that every tracked file keeps: its size, its place, and no traces of one machine.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use crate::program::Program;
use crate::workspace::Workspace;

/// A file longer than this says more than one thing.
const LINES_MAX: usize = 500;

/// What may stand at the top, beside names that begin with a dot.
const TOP: &[&str] =
    &["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "icons", "src-tauri", "tests", "ui"];

/// Written by people, line by line; the limit is for these.
const SOURCES: &[&str] = &["css", "html", "js", "mjs", "rs", "sh", "sql", "svelte", "ts", "yml"];

/// Written by programs.
const GENERATED: &[&str] = &["Cargo.lock", "ui/package-lock.json", "ui/src/api/bindings.ts"];

/// Folders of data: long by nature.
const DATA: &[&str] = &["src-tauri/data/", "tests/fixtures/"];

/// Folders and hosts that mean something on one machine or in one network only. In two parts, so
/// that this file keeps the rule too.
const TRACES: &[(&str, &str)] = &[
    ("/wor", "k/"),
    ("/roo", "t/"),
    ("registry.npmjs", ".org"),
    ("registry.yarnpkg", ".com"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("files.pythonhosted", ".org"),
    ("deb.debian", ".org"),
];

/// Every rule that some file breaks, in words, each once.
pub fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let listed = Program::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .within(&workspace.root)
        .read()?;
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    let faults: BTreeSet<String> = paths.flat_map(|path| faults_of_file(workspace, path)).collect();
    Ok(faults.into_iter().collect())
}

fn faults_of_file(workspace: &Workspace, path: &str) -> Vec<String> {
    let mut faults = Vec::from_iter(misplaced(path));
    // A deleted file is still listed until the deletion is committed; a picture is not text.
    if let Ok(text) = std::fs::read_to_string(workspace.root.join(path)) {
        faults.extend(too_long(path, &text));
        faults.extend(traces(path, &text));
    }
    faults
}

fn misplaced(path: &str) -> Option<String> {
    let top = path.split('/').next().unwrap_or(path);
    let allowed = top.starts_with('.') || TOP.contains(&top);
    (!allowed).then(|| format!("{top} does not belong at the top"))
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let counts = is_source(path) && !is_generated(path, text) && !is_data(path);
    (counts && lines > LINES_MAX)
        .then(|| format!("{path} has {lines} lines; it would be clearer as several files"))
}

fn traces(path: &str, text: &str) -> Vec<String> {
    // Cargo names its registry in its own lock file: that is its format.
    if path == "Cargo.lock" {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(trace) = trace_in(line) {
            faults.push(format!("{path}:{}: {trace} means nothing on another machine", at + 1));
        }
    }
    if path.ends_with("package-lock.json") && text.contains("\"resolved\": \"http") {
        faults.push(format!("{path} names the hosts of a registry; see ui/.npmrc"));
    }
    faults
}

fn trace_in(line: &str) -> Option<String> {
    let whole = |(head, tail): &(&str, &str)| format!("{head}{tail}");
    TRACES.iter().map(whole).find(|trace| stands_alone(line, trace))
}

/// A folder counts only where a path begins: inside a path the same name is a folder of ours.
fn stands_alone(line: &str, trace: &str) -> bool {
    let begins =
        |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "._-~/*}".contains(c));
    let is_path = trace.starts_with('/');
    line.match_indices(trace).any(|(at, _)| !is_path || begins(&line[..at]))
}

fn is_source(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| SOURCES.contains(&extension))
}

fn is_generated(path: &str, text: &str) -> bool {
    GENERATED.contains(&path) || text.lines().take(5).any(|line| line.contains("@generated"))
}

fn is_data(path: &str) -> bool {
    DATA.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(parts: (&str, &str)) -> String {
        format!("{}{}", parts.0, parts.1)
    }

    #[test]
    fn the_top_level_is_fixed() {
        assert_eq!(misplaced("src-tauri/src/main.rs"), None);
        assert_eq!(misplaced(".github/workflows/ci.yml"), None);
        assert!(misplaced("scripts/build.sh").is_some());
    }

    #[test]
    fn a_source_file_has_at_most_500_lines() {
        assert_eq!(too_long("ui/src/app.ts", &"line\n".repeat(500)), None);
        assert!(too_long("ui/src/app.ts", &"line\n".repeat(501)).is_some());
    }

    #[test]
    fn what_programs_wrote_may_be_long() {
        let long = "line\n".repeat(2000);
        assert_eq!(too_long("ui/src/api/bindings.ts", &long), None);
        assert_eq!(too_long("src-tauri/data/units.sql", &long), None);
        assert_eq!(too_long("tests/notes.md", &long), None);
        assert_eq!(too_long("ui/src/codes.ts", &format!("// @generated\n{long}")), None);
    }

    #[test]
    fn a_path_of_one_machine_is_a_trace() {
        let line = format!("let data = \"{}data\";", joined(("/roo", "t/")));
        let faults = traces("src/a.rs", &line);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("src/a.rs:1: "));
    }

    #[test]
    fn a_folder_of_ours_with_the_same_name_is_none() {
        let folder = joined(("/roo", "t/"));
        assert_eq!(trace_in(&format!("import '../ui{folder}page'")), None);
        assert_eq!(trace_in(&format!("'..{folder}page'")), None);
    }

    #[test]
    fn a_registry_host_is_a_trace_in_the_middle_of_an_address_too() {
        let host = joined(("registry.npmjs", ".org"));
        assert_eq!(trace_in(&format!("https://{host}/svelte")), Some(host));
    }

    #[test]
    fn the_ui_lock_file_names_no_host() {
        let lock = r#"{ "resolved": "https://mirror.example/svelte.tgz" }"#;
        assert_eq!(traces("ui/package-lock.json", lock).len(), 1);
        assert_eq!(traces("ui/package-lock.json", r#"{"version": "1"}"#).len(), 0);
    }
}
