//! What the program is linked from: the window's configuration, the commands it may call, and its own SQLite.

fn main() {
    keep_sqlite_to_ourselves();
    tauri_build::build();
}

/// SQLCipher is inside the program. Unhidden, its symbols would displace the system's SQLite inside
/// WebKit and libsoup, whose files it cannot read.
fn keep_sqlite_to_ourselves() {
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if linux {
        println!("cargo::rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
}
