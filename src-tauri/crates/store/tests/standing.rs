//! How far the gateway holds a log, as the desk remembers it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

use store::{DatabaseKey, Store, exchange};

#[test]
fn confirmations_in_any_order_leave_the_highest_and_only_a_loss_lowers_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
    let store = Store::create(&folder.path().join("quay.db"), &key).unwrap();
    let connection = store.writer();
    let device = [7; 16];
    for seq in [100, 300, 200] {
        exchange::raise_acked(&connection, &device, seq).unwrap();
    }
    assert_eq!(exchange::acked(&connection, &device).unwrap(), 300);
    exchange::lower_acked(&connection, &device, 40).unwrap();
    assert_eq!(exchange::acked(&connection, &device).unwrap(), 40);
}
