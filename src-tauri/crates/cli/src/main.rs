//! `quay`.
fn main() {}
