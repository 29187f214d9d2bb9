//! The proof of reception as paper.

use forms::{FormFault, ProofReceipt, ProofRow, ProofSheet, proof_sheet};
use jiff::civil::datetime;

use super::created;
use super::reading::Printed;

fn sheet() -> ProofSheet {
    let signature = "K".repeat(86);
    ProofSheet {
        unit: "Trung tâm Phục vụ hành chính công phường Yên Bái".into(),
        facts: vec![("Mã hồ sơ".into(), "H38.04252-261123-1001".into())],
        what: "Bản ghi của hồ sơ".into(),
        rows: vec![
            ProofRow {
                what: "Tiếp nhận hồ sơ".into(),
                recorded_at: datetime(2026, 11, 23, 8, 5, 7, 0),
                received_at: Some(datetime(2026, 11, 25, 9, 30, 59, 0)),
            },
            ProofRow {
                what: "Đã trả kết quả".into(),
                recorded_at: datetime(2026, 11, 25, 10, 0, 0, 0),
                received_at: None,
            },
        ],
        receipts: vec![ProofReceipt {
            at: datetime(2026, 11, 25, 9, 30, 59, 0),
            code: format!(
                "QMCR1|04252|{}|35|{}|1795490135508|{signature}==",
                "ab".repeat(16),
                "cd".repeat(32)
            ),
        }],
        gateway_key: "8f".repeat(32),
        made_at: datetime(2026, 11, 25, 11, 0, 0, 0),
        training: false,
    }
}

#[test]
fn the_paper_tells_both_times_to_the_second_and_says_what_has_not_arrived() {
    let printed = Printed::new(&proof_sheet(&sheet(), created()).unwrap());
    let text = printed.flowing();
    for words in [
        "BIÊN NHẬN ĐIỆN TỬ",
        "Mã hồ sơ: H38.04252-261123-1001",
        "08:05:07 23/11/2026",
        "09:30:59 25/11/2026",
        "chưa có",
    ] {
        assert!(text.contains(words), "{words} is missing: {text}");
    }
}

#[test]
fn the_code_on_paper_is_the_receipt_whole() {
    let printed = Printed::new(&proof_sheet(&sheet(), created()).unwrap());
    assert_eq!(printed.scanned(1), [sheet().receipts[0].code.clone()]);
}

#[test]
fn a_paper_without_a_receipt_proves_nothing_and_is_not_made() {
    let bare = ProofSheet { receipts: Vec::new(), ..sheet() };
    let fault = proof_sheet(&bare, created()).unwrap_err();
    assert!(matches!(fault, FormFault::Field { field: "receipts", .. }), "{fault}");
}
