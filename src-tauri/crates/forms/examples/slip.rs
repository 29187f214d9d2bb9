//! Prints one acceptance slip and says what it cost:
//! `cargo run --release -p forms --example slip -- out.pdf a5 [model.json]`.

use std::time::Instant;

use forms::{AcceptanceSlip, Paper, acceptance_slip, shipped_slip_templates};
use jiff::civil::datetime;

const ROUNDS: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: slip OUT.pdf [a5|a4] [MODEL.json]")?;
    let paper = match arguments.next().as_deref() {
        Some("a4") => Paper::A4,
        _ => Paper::A5,
    };
    let model = match arguments.next() {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("../tests/models/birth.json").to_owned(),
    };
    let slip: AcceptanceSlip = serde_json::from_str(&model)?;
    let templates = shipped_slip_templates()?;
    let template = templates.last().ok_or("no template")?;
    let print = || acceptance_slip(&slip, template, paper, datetime(2026, 11, 23, 9, 12, 0, 0));
    let start = Instant::now();
    let bytes = print()?;
    let first = start.elapsed();
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        print()?;
        rounds.push(start.elapsed());
    }
    rounds.sort();
    let best = rounds[0].as_micros();
    let median = rounds[rounds.len() / 2].as_micros();
    let first = first.as_micros();
    println!("{} bytes; first {first} µs, then best {best} µs, median {median} µs", bytes.len());
    std::fs::write(path, bytes)?;
    Ok(())
}
