//! What honest hands bring to each door: the start of every search.

use crate::doors::DoorName;
use serde_json::{Value, json};

/// Samples for a door.
pub fn of(name: DoorName) -> Vec<Vec<u8>> {
    match name {
        DoorName::Card => cards(),
        DoorName::Receive => {
            receptions().iter().map(|item| item.to_string().into_bytes()).collect()
        }
        DoorName::PackImport => packs(),
        DoorName::Attach => documents(),
    }
}

fn cards() -> Vec<Vec<u8>> {
    const CARDS: [&str; 4] = [
        "015095001234|060123456|Đặng Văn Lượng|01031995|Nam|Bản Bay, phường Yên Bái, tỉnh Lào Cai|25042021",
        "015195001234||Lò Thị Mai|31121995|Nữ|Tổ 3, phường Yên Bái|01012024||Lò Văn An|Hà Thị Vân",
        "015095001234|060123456|Ddawngj Vawn Luwowngj|01031995|Nam|Banr Bay|25042021\r\n",
        "QMC1|H38.16-261123-10001|K7Q2",
    ];
    CARDS.iter().map(|card| card.as_bytes().to_vec()).collect()
}

fn receptions() -> Vec<Value> {
    let full = json!({
        "procedure": "1.004772",
        "applicant": {
            "kind": "person", "full_name": "Đặng Văn Lượng", "id_kind": "can_cuoc", "id_number": "015095001234",
            "birth_date": "1995-03-01", "sex": "male", "phone": "0912345678", "email": "luong@example.vn",
            "address": "Bản Bay, phường Yên Bái, tỉnh Lào Cai",
        },
        "submitter": {
            "full_name": "Lò Thị Mai", "id_kind": "cmnd", "id_number": "060123456", "relation": "con",
            "authority_paper": "Giấy ủy quyền số 5",
        },
        "registered": [{ "role": "child", "full_name": "Đặng Thị An", "birth_date": "2026-11-01" }],
        "components": [{
            "index": 0, "originals": 1, "certified": 0, "copies": 2, "state": "received", "scan": "not_scanned",
            "keep_original": true, "label": "Tờ khai theo mẫu",
        }],
        "sets": 1, "channel": "direct", "return_method": "desk", "queue_ticket": "A012",
        "fee_amount_vnd": 8000, "fee_basis": "Nghị quyết 12", "note": "Hẹn gọi điện",
    });
    let late = json!({
        "procedure": "1.000894", "applicant": { "full_name": "Giàng A Páo" },
        "received_at": "2026-11-20T08:30:00+07:00", "late_reason": "Mất điện", "approved_by": "Hoàng Thị Nết",
        "return_method": "post", "return_address": "Bản Hẻo", "reserved_number": "H38.16-261123-10001",
    });
    let plain = tests::reception("1.004772", "Đặng Văn Lượng", "015095001234");
    let organisation = json!({
        "procedure": "1.004873",
        "applicant": { "kind": "organisation", "full_name": "Hợp tác xã Hồng Hà", "id_number": "5200123456" },
        "case": "1",
    });
    let basket = json!([plain, full, organisation]);
    vec![plain, full, late, organisation, basket]
}

/// The shipped packs, the long ones cut short: what a reader does with the third entry it does with the hundredth.
fn packs() -> Vec<Vec<u8>> {
    const ENTRIES: usize = 4;
    const FORM: &str = include_str!("../../src-tauri/data/forms/acceptance_slip@2025-09-15.json");
    let shipped = app::packs::SHIPPED.iter().map(|(_, text)| *text);
    let short = |text: &str| {
        let mut pack: Value = serde_json::from_str(text).expect("a shipped pack");
        for list in ["procedures", "units", "busiest"] {
            if let Some(entries) = pack.get_mut(list).and_then(Value::as_array_mut) {
                entries.truncate(ENTRIES);
            }
        }
        pack.to_string().into_bytes()
    };
    shipped.chain([FORM]).map(short).collect()
}

fn documents() -> Vec<Vec<u8>> {
    const HEADS: [(&str, &str, &[u8]); 6] = [
        ("0", "to-khai.pdf", b"%PDF-1.4\n%%EOF\n"),
        ("", "anh.jpg", b"\xff\xd8\xff\xe0JFIF"),
        ("0", "Đơn đề nghị.docx", b"PK\x03\x04[Content_Types].xml"),
        ("65535", "ban-do.tif", b"II*\0"),
        ("-", "../../etc/passwd", b"root"),
        ("1", "trống.pdf", b""),
    ];
    let joined = |(component, name, head): &(&str, &str, &[u8])| {
        [component.as_bytes(), name.as_bytes(), head].join(&b'\n')
    };
    HEADS.iter().map(joined).collect()
}
