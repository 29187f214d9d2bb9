//! What can be selected, searched and read aloud.

use forms::{
    BlankPad, DossierNumber, FormFault, Paper, RecoverySheet, acceptance_slip, acceptance_slips,
    blank_pad, recovery_sheet,
};
use jiff::civil::{date, datetime};

use super::reading::Printed;
use super::{birth, created, print, template};

#[test]
fn the_slip_says_what_the_form_demands_in_the_forms_order() {
    let text = Printed::new(&print(&birth(), Paper::A5)).flowing();
    let (first, _) = text.split_once("(Liên 2: Giao cho người nộp)").expect("both copies");
    let lines = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Yên Bái, ngày 23 tháng 11 năm 2026",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "(Liên 1: Lưu)",
        "Mã hồ sơ: H38.04252-261123-1001",
        "Bộ phận tiếp nhận và trả kết quả: Trung tâm Phục vụ hành chính công phường Yên Bái",
        "Tiếp nhận hồ sơ của: Đặng Văn Lượng",
        "Người nộp: Hoàng Thị Nết (vợ, nộp thay)",
        "Địa chỉ: Số nhà 12, đường Điện Biên",
        "Số điện thoại: 0987 654 321",
        "Số CMND/Thẻ căn cước/Hộ chiếu: 015095001234",
        "Nội dung yêu cầu giải quyết: Đăng ký khai sinh",
        "1. Thành phần hồ sơ, số lượng mỗi loại giấy tờ:",
        "Tờ khai đăng ký khai sinh",
        "Giấy tờ bản chính giữ lại: Giấy chứng sinh",
        "2. Số lượng hồ sơ: 01 (bộ)",
        "3. Thời gian giải quyết hồ sơ theo quy định là: trong ngày làm việc",
        "4. Thời gian nhận hồ sơ: 09 giờ 10 phút, ngày 23 tháng 11 năm 2026",
        "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "6. Đăng ký nhận kết quả tại: Trung tâm Phục vụ hành chính công phường Yên Bái",
        "Phí, lệ phí: Miễn phí (đăng ký khai sinh đúng hạn)",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "Nguyễn Thị Hường",
    ];
    let mut from = 0;
    for line in lines {
        let found = first[from..].find(line);
        from += found.unwrap_or_else(|| panic!("missing or out of order: {line}\n{first}"));
    }
}

#[test]
fn hard_vietnamese_comes_back_composed_however_it_was_typed() {
    let mut slip = birth();
    slip.applicant = "Nguye\u{302}\u{303}n Thi\u{323} Nga\u{323}t".to_owned();
    slip.submitter = Some("ẾẾ Ổn Tự Nặng Đỗ ỷ ỵ Ữ ắ ẵ".to_owned());
    slip.address = Some("Hơ\u{306} Bản Phiêng Ngài\u{A0}2".to_owned());
    let text = Printed::new(&print(&slip, Paper::A5)).flowing();
    assert!(text.contains("Nguyễn Thị Ngạt"), "{text}");
    assert!(text.contains("ẾẾ Ổn Tự Nặng Đỗ ỷ ỵ Ữ ắ ẵ"), "{text}");
    assert!(text.contains("Hơ\u{306} Bản Phiêng Ngài 2"), "{text}");
}

#[test]
fn a_name_of_two_hundred_letters_is_printed_whole() {
    let mut slip = birth();
    let long =
        "Công ty trách nhiệm hữu hạn một thành viên Thương mại và Dịch vụ Nông lâm sản Tây Bắc "
            .repeat(3);
    slip.applicant = long.trim().to_owned();
    slip.components[0].name = long.trim().to_owned();
    let printed = Printed::new(&print(&slip, Paper::A5));
    assert!(long.chars().count() > 200);
    assert!(printed.flowing().contains(&format!("Tiếp nhận hồ sơ của: {}", long.trim())));
    assert_eq!(
        printed.flowing().matches("Nông lâm sản Tây Bắc").count(),
        12,
        "3 × name and paper × 2 copies"
    );
}

#[test]
fn thirty_papers_are_all_there_and_the_sheets_are_counted() {
    let mut slip = birth();
    let paper = slip.components.remove(0);
    let numbered = |n: u32| forms::Component {
        name: format!("Giấy tờ thứ {n} của hồ sơ"),
        ..paper.clone()
    };
    slip.components = (1..=30).map(numbered).collect();
    let printed = Printed::new(&print(&slip, Paper::A5));
    let text = printed.text();
    for n in 1..=30 {
        assert_eq!(text.matches(&format!("Giấy tờ thứ {n} của hồ sơ")).count(), 2);
    }
    assert_eq!(printed.page_count(), 4);
    assert_eq!((text.matches("Trang 1/2").count(), text.matches("Trang 2/2").count()), (2, 2));
}

#[test]
fn a_provisional_number_a_reprint_and_a_late_entry_say_so() {
    let plain = Printed::new(&print(&birth(), Paper::A5)).flowing();
    for mark in ["MÃ TẠM", "BẢN IN LẠI", "Nhập bổ sung", "TẬP HUẤN"] {
        assert!(!plain.contains(mark), "an ordinary slip must not say {mark}");
    }
    let mut slip = birth();
    slip.number.provisional = true;
    slip.reprint = 2;
    slip.entered_at = Some(datetime(2026, 11, 24, 8, 5, 0, 0));
    let text = Printed::new(&print(&slip, Paper::A5)).flowing();
    assert!(text.contains("Mã hồ sơ (MÃ TẠM): H38.04252-261123-1001"), "{text}");
    assert!(text.contains("Mã hồ sơ chính thức sẽ được thông báo sau"));
    assert!(text.contains("BẢN IN LẠI (lần 2)"));
    assert!(text.contains("4. Thời gian nhận hồ sơ: 09 giờ 10 phút, ngày 23 tháng 11 năm 2026"));
    assert!(
        text.contains("Nhập bổ sung vào hệ thống lúc: 08 giờ 05 phút, ngày 24 tháng 11 năm 2026")
    );
}

#[test]
fn a_training_slip_cannot_be_taken_for_a_real_one() {
    let mut slip = birth();
    slip.training = true;
    let text = Printed::new(&print(&slip, Paper::A5)).flowing();
    assert!(text.contains("Bản in khi tập huấn, không có giá trị giao dịch"));
    assert!(
        text.matches("TẬP HUẤN").count() >= 4,
        "word and stamp on both copies, besides the watermark"
    );
}

#[test]
fn what_the_model_leaves_out_is_not_invented() {
    let mut slip = birth();
    slip.submitter = None;
    slip.originals_kept.clear();
    slip.fee = None;
    let text = Printed::new(&print(&slip, Paper::A5)).flowing();
    for label in ["Người nộp:", "Giấy tờ bản chính giữ lại", "Phí, lệ phí", "Email", "Sổ theo dõi"]
    {
        assert!(!text.contains(label), "{label} has nothing to say");
    }
}

#[test]
fn a_blank_pad_carries_its_numbers_and_room_to_write() {
    let number = |n: u32| DossierNumber {
        text: format!("H38.04252-261123-{n}"),
        check_code: format!("7K{n}"),
        provisional: false,
    };
    let pad = BlankPad {
        authority: "UBND PHƯỜNG YÊN BÁI".to_owned(),
        place: "Yên Bái".to_owned(),
        reception_unit: "Trung tâm Phục vụ hành chính công phường Yên Bái".to_owned(),
        numbers: (1001..1004).map(number).collect(),
        training: false,
    };
    let printed =
        Printed::new(&blank_pad(&pad, &template(), Paper::A5, created()).expect("it prints"));
    assert_eq!(printed.page_count(), 6, "three slips of two copies, one sheet each");
    let text = printed.flowing();
    for n in 1001..1004 {
        assert_eq!(text.matches(&format!("Mã hồ sơ: H38.04252-261123-{n}")).count(), 2);
    }
    assert!(
        text.contains("4. Thời gian nhận hồ sơ: ….. giờ ….. phút, ngày ….. tháng ….. năm 20….")
    );
    assert!(printed.scanned(5).contains(&"H38.04252-261123-1003".to_owned()));
    let empty = BlankPad { numbers: Vec::new(), ..pad };
    let fault = blank_pad(&empty, &template(), Paper::A5, created());
    assert!(matches!(fault, Err(FormFault::Field { field: "slips", .. })));
}

#[test]
fn the_recovery_sheet_shows_every_group_and_no_code_a_camera_could_take() {
    let groups = ["7KQ4", "M2ZD", "X9PA", "4TGH", "WB3N", "R6YE", "2CVK", "HJ8S", "0QDM"];
    let sheet = RecoverySheet {
        site: "Trung tâm Phục vụ hành chính công phường Yên Bái".to_owned(),
        desk: "Quầy 1".to_owned(),
        store: "YB-04252-1".to_owned(),
        made_on: date(2026, 11, 23),
        groups: groups.map(str::to_owned).to_vec(),
        training: false,
    };
    let printed = Printed::new(&recovery_sheet(&sheet, created()).expect("it prints"));
    let text = printed.flowing();
    for group in groups {
        assert!(text.contains(group), "{group} is missing");
    }
    assert_eq!(printed.page_count(), 1);
    assert!(printed.scanned(1).is_empty());
    let spoiled = RecoverySheet { groups: vec!["Đ".to_owned()], ..sheet };
    assert!(recovery_sheet(&spoiled, created()).is_err(), "a group nobody can type back");
}

#[test]
fn the_same_paper_is_the_same_bytes_and_small() {
    for paper in [Paper::A5, Paper::A4] {
        let first = print(&birth(), paper);
        assert_eq!(first, print(&birth(), paper), "two prints of one slip differ");
        assert!(first.len() <= 40 * 1024, "{paper:?}: {} bytes", first.len());
    }
    let later =
        acceptance_slip(&birth(), &template(), Paper::A5, datetime(2026, 11, 23, 9, 13, 0, 0));
    assert_ne!(
        later.expect("it prints"),
        print(&birth(), Paper::A5),
        "the time of making is in the file"
    );
}

#[test]
fn a_basket_is_one_file_with_every_slip_in_it() {
    let slip = |n: u32| {
        let mut slip = birth();
        slip.number.text = format!("H38.04252-261123-{n}");
        slip
    };
    let basket: Vec<_> = (1001..1004).map(slip).collect();
    let template = template();
    let slips: Vec<_> = basket.iter().map(|slip| (slip, &template)).collect();
    let pdf = acceptance_slips(&slips, Paper::A5, created()).expect("it prints");
    let printed = Printed::new(&pdf);
    assert_eq!(printed.page_count(), 6);
    for n in 1001..1004 {
        let number = format!("Mã hồ sơ: H38.04252-261123-{n}");
        assert_eq!(printed.flowing().matches(&number).count(), 2);
    }
    assert!(acceptance_slips(&[], Paper::A5, created()).is_err(), "nothing to print");
}

#[test]
fn every_face_is_embedded_as_a_subset_with_its_letters_named() {
    let fonts = Printed::new(&print(&birth(), Paper::A5)).fonts();
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert!(line.contains("+Tinos-") && line.contains("yes yes yes"), "{line}");
    }
}

#[test]
fn a_number_that_no_scanner_could_read_back_is_refused() {
    for wrong in ["", "mã 1", "A|B", &"A".repeat(51)] {
        let mut slip = birth();
        slip.number.text = wrong.to_owned();
        let fault = acceptance_slip(&slip, &template(), Paper::A5, created());
        assert!(matches!(fault, Err(FormFault::Field { field: "number.text", .. })), "{wrong}");
    }
}
