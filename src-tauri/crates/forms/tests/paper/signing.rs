//! The sheet on which a citizen signs for what he took home.

use forms::{Collected, FormFault, ReturnedResult, SignatureSheet, signature_sheet};
use jiff::civil::{date, datetime};

use super::reading::Printed;
use super::{created, template};

/// One visit: three results, an original of the second one given back.
pub fn visit() -> SignatureSheet {
    let result = |number: &str, procedure: &str, result: &str| ReturnedResult {
        number: number.to_owned(),
        procedure: procedure.to_owned(),
        applicant: "Đặng Văn Lượng".to_owned(),
        result: result.to_owned(),
        originals: Vec::new(),
    };
    let mut results = vec![
        result("H38.04252-261123-1001", "Đăng ký kết hôn", "Kết quả số 125/2026"),
        result(
            "H38.04252-261123-1002",
            "Cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất (Cấp lần đầu)",
            "Kết quả số 126/2026",
        ),
        result("H38.04252-261123-1003", "Cấp bản sao trích lục hộ tịch", "Kết quả"),
    ];
    results[1].originals = vec!["Giấy tờ về quyền sử dụng đất (bản chính)".to_owned()];
    SignatureSheet {
        authority: "UBND PHƯỜNG YÊN BÁI".to_owned(),
        place: "Yên Bái".to_owned(),
        issued_on: date(2026, 11, 25),
        reception_unit: "Trung tâm Phục vụ hành chính công phường Yên Bái".to_owned(),
        returned_at: datetime(2026, 11, 25, 9, 5, 0, 0),
        collected_by: vec![Collected {
            name: "Hoàng Thị Mỵ".to_owned(),
            details: ["số giấy tờ 015188002468", "nhận thay", "vợ", "giấy ủy quyền số 12/UQ"]
                .map(str::to_owned)
                .to_vec(),
        }],
        results,
        officer: "Nông Thị Ngoan".to_owned(),
        training: false,
    }
}

pub fn print(sheet: &SignatureSheet) -> Vec<u8> {
    signature_sheet(sheet, &template(), created()).expect("the sheet is printed")
}

#[test]
fn it_names_who_took_what_when_and_what_was_given_back() {
    let text = Printed::new(&print(&visit())).flowing();
    for said in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Yên Bái, ngày 25 tháng 11 năm 2026",
        "Người nhận kết quả: Hoàng Thị Mỵ, số giấy tờ 015188002468, nhận thay, vợ, giấy ủy quyền số 12/UQ",
        "09 giờ 05 phút, ngày 25 tháng 11 năm 2026",
        "Kết quả số 125/2026",
        "Giấy tờ về quyền sử dụng đất (bản chính)",
        "Tôi đã nhận đủ 03 kết quả và các giấy tờ bản chính ghi ở trên.",
        "Nông Thị Ngoan",
    ] {
        assert!(text.contains(said), "the sheet does not say “{said}”:\n{text}");
    }
}

#[test]
fn where_several_took_their_own_no_name_stands_under_the_signature() {
    let mut sheet = visit();
    sheet.collected_by.push(Collected { name: "Giàng A Páo".to_owned(), details: Vec::new() });
    let text = Printed::new(&print(&sheet)).flowing();
    assert_eq!(text.matches("Giàng A Páo").count(), 1, "only among those who took something");
}

#[test]
fn a_long_sheet_repeats_its_head_and_numbers_its_pages() {
    let mut sheet = visit();
    sheet.results = vec![sheet.results[1].clone(); 40];
    let printed = Printed::new(&print(&sheet));
    let pages = printed.page_count();
    let text = printed.flowing();
    assert!(pages > 1);
    assert_eq!(text.matches("STT").count(), pages, "the table's head stands on every page");
    assert!(text.contains(&format!("Trang {pages}/{pages}")));
    assert_eq!(text.matches("NGƯỜI NHẬN KẾT QUẢ").count(), 1, "signed once");
}

#[test]
fn a_sheet_for_nothing_is_refused() {
    let sheet = SignatureSheet { results: Vec::new(), ..visit() };
    let fault = signature_sheet(&sheet, &template(), created());
    assert!(matches!(fault, Err(FormFault::Field { field: "results", .. })));
}

#[test]
fn a_sheet_of_a_training_store_says_so() {
    let sheet = SignatureSheet { training: true, ..visit() };
    assert!(Printed::new(&print(&sheet)).flowing().contains("TẬP HUẤN"));
}
