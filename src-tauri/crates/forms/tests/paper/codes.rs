//! What a desk scanner reads from the paper.

use forms::Paper;

use super::reading::Printed;
use super::{birth, print};

#[test]
fn both_codes_are_read_back_from_every_copy() {
    let printed = Printed::new(&print(&birth(), Paper::A5));
    let expected = ["H38.04252-261123-1001", "QMC1|H38.04252-261123-1001|7K3F"];
    assert_eq!(printed.scanned(1), expected);
    assert_eq!(printed.scanned(2), expected);
}

#[test]
fn the_longest_number_the_law_allows_is_read_back_too() {
    // Decree 20/2020/QĐ-TTg: up to 35 characters for the agency, then date and sequence.
    let mut slip = birth();
    slip.number.text = "H38.04252.001.002.003.004.005.006.0-261123-1001".to_owned();
    let printed = Printed::new(&print(&slip, Paper::A5));
    let codes = printed.scanned(1);
    assert!(codes.contains(&slip.number.text), "{codes:?}");
    assert!(codes.contains(&format!("QMC1|{}|7K3F", slip.number.text)), "{codes:?}");
}

#[test]
fn the_codes_survive_a_training_sheet_and_all_its_stamps() {
    let mut slip = birth();
    slip.training = true;
    slip.number.provisional = true;
    slip.reprint = 12;
    let printed = Printed::new(&print(&slip, Paper::A5));
    assert_eq!(printed.scanned(1).len(), 2);
}

#[test]
fn on_a4_both_halves_are_read() {
    let printed = Printed::new(&print(&birth(), Paper::A4));
    assert_eq!(printed.page_count(), 1);
    assert!(printed.scanned(1).contains(&"H38.04252-261123-1001".to_owned()));
    let text = printed.flowing();
    assert!(text.contains("Liên 1: Lưu") && text.contains("Liên 2: Giao cho người nộp"));
}
