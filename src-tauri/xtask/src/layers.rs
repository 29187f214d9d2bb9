//! The three rings of `ARCHITECTURE.md`: which crate may use which, and what the pure ones never
//! reach, not even through others.

use std::collections::BTreeSet;

use crate::workspace::Crate;

/// Crates that take time, randomness and bytes as arguments and return decisions.
pub const PURE: &[&str] = &["domain", "protocol", "sync", "forms"];

/// Which of our crates each of our crates may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("protocol", &["domain"]),
    ("sync", &["domain", "protocol"]),
    ("forms", &["domain"]),
    ("store", &["domain", "protocol", "sync"]),
    ("vault", &["domain", "protocol"]),
    ("transport", &["protocol", "sync"]),
    ("app", &["domain", "protocol", "sync", "forms", "store", "vault", "transport"]),
    ("cli", &["domain", "protocol", "sync", "forms", "store", "vault", "transport", "app"]),
    (
        "quay-mot-cua",
        &["domain", "protocol", "sync", "forms", "store", "vault", "transport", "app"],
    ),
    ("gateway", &["domain", "protocol", "sync"]),
    (
        "tests",
        &["domain", "protocol", "sync", "gateway", "forms", "store", "vault", "transport", "app"],
    ),
    ("sim", &["domain", "protocol", "sync", "store"]),
    ("line", &["domain", "protocol", "store", "app", "load", "tests"]),
    ("load", &["domain", "protocol", "sync", "gateway"]),
    ("xtask", &[]),
];

/// What does I/O, keeps a clock or waits: none of it belongs under a pure crate.
const IMPURE: &[&str] = &[
    "async-std",
    "axum",
    "hyper",
    "keyring",
    "libsqlite3-sys",
    "mio",
    "native-tls",
    "openssl",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tauri",
    "tokio",
    "ureq",
    "wry",
    "zbus",
];

/// Every arrow between our crates that points the wrong way, in words.
pub fn wrong_arrows(crates: &[Crate]) -> Vec<String> {
    let ours: BTreeSet<&str> = crates.iter().map(|of| of.name.as_str()).collect();
    crates.iter().flat_map(|of| wrong_arrows_of(of, &ours)).collect()
}

/// The impure packages below a pure crate. `tree` is what `cargo tree --prefix none` prints: one
/// `name version` on each line.
pub fn impurities(pure: &str, tree: &str) -> Vec<String> {
    let below: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let found = IMPURE.iter().filter(|name| below.contains(**name));
    found.map(|name| format!("{pure} reaches {name}: a pure crate does no I/O")).collect()
}

fn wrong_arrows_of(of: &Crate, ours: &BTreeSet<&str>) -> Vec<String> {
    let name = of.name.as_str();
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        return vec![format!("{name} has no place in the rings: add it to xtask/src/layers.rs")];
    };
    let used: BTreeSet<&str> = of.dependencies.iter().map(String::as_str).collect();
    let wrong = used.iter().filter(|used| ours.contains(**used) && !allowed.contains(used));
    wrong.map(|used| format!("{name} uses {used}: that arrow points the wrong way")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, dependencies: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            tests: Vec::new(),
            programs: Vec::new(),
        }
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        let crates = [of("domain", &["jiff"]), of("protocol", &["domain", "minicbor"])];
        assert_eq!(wrong_arrows(&crates), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_up_is_named() {
        let crates = [of("domain", &["store"]), of("store", &["domain"])];
        let faults = wrong_arrows(&crates);
        assert_eq!(faults, ["domain uses store: that arrow points the wrong way"]);
    }

    #[test]
    fn crates_of_one_ring_do_not_use_each_other() {
        let crates = [of("vault", &["store"]), of("store", &[])];
        assert_eq!(wrong_arrows(&crates).len(), 1);
    }

    #[test]
    fn a_crate_of_ours_that_nobody_placed_is_a_fault() {
        let faults = wrong_arrows(&[of("sidecar", &[])]);
        assert!(faults[0].contains("has no place in the rings"));
    }

    #[test]
    fn an_impure_package_is_found_however_deep() {
        let tree = "domain v0.1.0 (src-tauri/crates/domain)\njiff v1.0.1\ntokio v1.50.0\n";
        assert_eq!(impurities("domain", tree), ["domain reaches tokio: a pure crate does no I/O"]);
    }

    #[test]
    fn a_name_that_only_begins_like_an_impure_one_is_fine() {
        assert_eq!(impurities("domain", "tokio-postgres-types v0.2.0\n"), Vec::<String>::new());
    }
}
