//! The database under the gateway is thrown down and recovers, in the middle of exchanges.

use super::program::{Dice, Gateway, Oracle, Setup, arrived_once, exchanging, set_by, take_in};
use load::cluster::Cluster;
use std::time::Duration;
use tempfile::TempDir;

/// How often it is thrown down; more with `QUAY_RESTARTS`.
const RESTARTS: u64 = 4;
/// Longest time before that and after it, milliseconds.
const LIFE_MS: u64 = 900;

#[test]
fn a_database_thrown_down_under_the_exchange_loses_nothing_and_doubles_nothing() {
    let (seed, restarts) = (set_by("QUAY_RESTART_SEED", 1), set_by("QUAY_RESTARTS", RESTARTS));
    let mut dice = Dice(seed);
    let mut cluster = Cluster::start(&[]);
    let folder = TempDir::new().unwrap();
    let ledger = Some(cluster.new_database());
    let gateway = Gateway::set_up(&folder, Setup { ledger, ..Setup::default() });
    let desks = [gateway.desk(1), gateway.desk(2)];
    let mut taken = Oracle::new();
    for round in 0..restarts {
        for quay in &desks {
            let (number, sha256) = take_in(quay, round * 2 + taken.len() as u64 % 2);
            assert!(taken.insert(number, sha256).is_none(), "a number was given twice");
        }
        let exchanges = desks.each_ref().map(exchanging);
        std::thread::sleep(Duration::from_millis(dice.below(LIFE_MS)));
        cluster.restart_at_once();
        std::thread::sleep(Duration::from_millis(dice.below(LIFE_MS)));
        for mut exchange in exchanges {
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        }
    }
    arrived_once(&gateway, &desks, &taken, &format!("seed {seed}"));
    println!("{restarts} restarts, seed {seed}: {} dossiers, 0 lost, 0 doubled", taken.len());
}
