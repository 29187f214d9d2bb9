//! What the product promises of each figure, so that the table says by itself where it is missed.

use crate::figures::Figure;

const MS: f64 = 1e6;

/// A promise about the figures whose names begin so.
struct Bar {
    name: &'static str,
    p50: Option<f64>,
    p99: Option<f64>,
}

/// On the machine at hand. Lists, opening and slips are promised for every time, not for the middle.
const BARS: &[Bar] = &[
    Bar { name: "accept", p50: Some(5.0 * MS), p99: Some(20.0 * MS) },
    Bar { name: "search as typed", p50: None, p99: Some(20.0 * MS) },
    Bar { name: "search to the screen", p50: None, p99: Some(50.0 * MS) },
    Bar { name: "list", p50: None, p99: Some(20.0 * MS) },
    Bar { name: "open a dossier", p50: None, p99: Some(20.0 * MS) },
    Bar { name: "slip, PDF", p50: Some(10.0 * MS), p99: None },
    Bar { name: "start, full", p50: Some(1_000.0 * MS), p99: None },
];

/// On the old machine.
const OLD_BARS: &[Bar] = &[
    Bar { name: "accept", p50: None, p99: Some(150.0 * MS) },
    Bar { name: "start, full", p50: None, p99: Some(5_000.0 * MS) },
];

/// What is promised of a figure and whether it holds; empty where nothing is.
pub fn judged(figure: &Figure, old_machine: bool) -> String {
    let bars = if old_machine { OLD_BARS } else { BARS };
    // Names of one process begin with its store: `150000 dossiers, 30000 documents/accept, durable`.
    let name = figure.name.rsplit('/').next().unwrap_or(&figure.name);
    let Some(bar) = bars.iter().find(|bar| name.starts_with(bar.name)) else {
        return String::new();
    };
    let parts = [("p50", bar.p50, figure.p50), ("p99", bar.p99, figure.p99)];
    let told = parts.into_iter().filter_map(|(which, bar, is)| {
        let bar = bar?;
        let holds = if is <= bar { "held" } else { "MISSED" };
        Some(format!("{which} ≤ {} ms {holds}", bar / MS))
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, p50: f64, p99: f64) -> Figure {
        Figure { name: name.to_owned(), p50, p99, samples: 100 }
    }

    #[test]
    fn a_missed_promise_is_told_beside_one_that_holds() {
        let accept = figure("9 dossiers/accept, durable", 4.0 * MS, 21.0 * MS);
        assert_eq!(judged(&accept, false), "p50 ≤ 5 ms held, p99 ≤ 20 ms MISSED");
        assert_eq!(judged(&accept, true), "p99 ≤ 150 ms held");
    }

    #[test]
    fn an_anchor_promises_nothing() {
        assert_eq!(judged(&figure("9 dossiers/anchor: bare commit", 1.0, 1.0), false), "");
    }
}
