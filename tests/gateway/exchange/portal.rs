//! Dossiers of the portal: the province posts them, desks answer without a line, the province reads what they said.

use super::{desk, sync, verified};
use crate::place::{Place, SITE};
use crate::province::{Province, with_profile};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const BIRTH: &str = "000.00.01.H38-260105-0001";
const COPY: &str = "000.00.01.H38-260105-0002";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";

#[tokio::test(flavor = "multi_thread")]
async fn two_portal_dossiers_are_answered_without_a_line_and_the_province_reads_both_answers() {
    let place = Place::on_postgresql().await;
    let province = Province::admitted(&place).await;
    let quay = desk(&place, &place.url(""), 1).await;
    let cut_off = b"%PDF-1.7 cut off on the w";
    let birth = post(
        &province,
        1,
        BIRTH,
        "1.001193",
        "Đăng ký khai sinh",
        &[("Tờ khai đăng ký khai sinh.pdf", PDF), ("Giấy chứng sinh.pdf", cut_off)],
    )
    .await;
    let copy = post(&province, 2, COPY, "2.000635.000.00.00.H38", "Trích lục", &[]).await;
    sync(&quay);

    let queue = quay.done(&["portal", "list"], &Value::Null);
    assert_eq!(queue.as_array().unwrap().len(), 2, "{queue}");
    for row in queue.as_array().unwrap() {
        assert_eq!(
            (&row["status"], &row["files"]),
            (&json!(1), &row["files_here"]),
            "fetched: {row}"
        );
        assert_eq!(row["tone"], "late", "filed in January: {row}");
    }
    assert_eq!(quay.done(&["list", "--status", "1"], &Value::Null)["total"], json!(2));
    let looked = ["portal", "show", BIRTH, "--case", "co_chung_sinh"];
    let looked = quay.done(&looked, &Value::Null);
    let checks: Vec<&Value> = (0..2).map(|i| &looked["files"][i]["check"]).collect();
    assert_eq!(checks, ["good", "bad"], "one of them was cut off: {looked}");
    assert_eq!(looked["checklist"][1]["file"], "Giấy chứng sinh.pdf", "{looked}");

    let slip = quay.path("slip.pdf");
    let slip = quay.run(&["print", "slip", BIRTH, "--out", slip.to_str().unwrap()], "");
    assert_eq!(slip.err["refusal"], "not_accepted", "no slip before acceptance");

    // From here on there is no line.
    let accepted = quay.done(&["portal", "accept", BIRTH], &json!({ "case": "co_chung_sinh" }));
    let number = accepted["number"].as_str().unwrap().to_owned();
    let refused = json!({ "reason": "Không thuộc thẩm quyền", "decided_by": "Lò Văn Pành" });
    assert_eq!(quay.done(&["act", COPY, "refuse"], &refused)["status"], json!(3));
    let again = quay.run(&["portal", "accept", COPY], "{}");
    assert_eq!((again.code, &again.err["refusal"]), (3, &json!("wrong_stage")));
    assert_eq!(quay.done(&["portal", "list"], &Value::Null), json!([]));
    let shown = quay.done(&["show", &number], &Value::Null);
    assert_eq!(shown["external_numbers"][0]["number"], BIRTH);
    assert_eq!(quay.done(&["unsent"], &Value::Null).as_array().unwrap().len(), 2);
    verified(&quay);

    sync(&quay);
    let read = async |id: &str| province.get(&format!("sites/{SITE}/dossiers/{id}")).await;
    let told = read(&birth).await["hoSoTrucTuyen"].clone();
    assert_eq!((&told["MaHoSo"], &told["TrangThaiHoSo"]), (&json!(BIRTH), &json!("2")), "{told}");
    assert_eq!(told["MaHoSoTaiQuay"], json!(number));
    let told = read(&copy).await["hoSoTrucTuyen"].clone();
    assert_eq!((&told["MaHoSo"], &told["TrangThaiHoSo"]), (&json!(COPY), &json!("3")), "{told}");
    assert_eq!(told["NoiDungXuLy"], "Không thuộc thẩm quyền");
    assert_eq!(told["NguoiXuLy"], "Lò Văn Pành");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_citizen_adds_brings_the_dossier_back_into_the_queue() {
    let place = Place::embedded().await;
    let province = Province::admitted(&place).await;
    let quay = desk(&place, &place.url(""), 1).await;
    let id = post(&province, 1, BIRTH, "1.001193", "Đăng ký khai sinh", &[]).await;
    sync(&quay);
    let asked = json!({ "components": ["Giấy chứng sinh"], "reason": "Chưa có trong hồ sơ" });
    assert_eq!(quay.done(&["act", BIRTH, "request_supplement"], &asked)["status"], json!(5));
    sync(&quay);
    let told = province.get(&format!("sites/{SITE}/dossiers/{id}")).await;
    assert_eq!(told["hoSoTrucTuyen"]["TrangThaiHoSo"], "5");
    assert_eq!(told["hoSoTrucTuyen"]["NoiDungXuLy"], "Chưa có trong hồ sơ: Giấy chứng sinh");

    let files = [("Giấy chứng sinh.pdf", PDF)];
    assert_eq!(post(&province, 3, BIRTH, "1.001193", "Đăng ký khai sinh", &files).await, id);
    sync(&quay);
    let queue = quay.done(&["portal", "list"], &Value::Null);
    assert_eq!((&queue[0]["status"], &queue[0]["files_here"]), (&json!(1), &json!(1)), "{queue}");
    verified(&quay);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_that_answer_one_portal_dossier_apart_are_a_conflict_never_a_silent_loss() {
    let place = Place::embedded().await;
    let province = Province::admitted(&place).await;
    let (first, second) =
        (desk(&place, &place.url(""), 1).await, desk(&place, &place.url(""), 2).await);
    post(&province, 1, BIRTH, "1.001193", "Đăng ký khai sinh", &[]).await;
    for quay in [&first, &second] {
        sync(quay);
    }
    let number = first.done(&["portal", "accept", BIRTH], &json!({ "case": "co_chung_sinh" }));
    let refused = json!({ "reason": "Nộp nhầm xã", "decided_by": "Cán bộ bàn 2" });
    second.done(&["act", BIRTH, "refuse"], &refused);
    for quay in [&first, &second, &first, &second] {
        sync(quay);
    }

    for quay in [&first, &second] {
        let sides = quay.done(&["conflicts", "show", BIRTH], &Value::Null);
        let fields = sides["fields"].as_array().unwrap();
        assert_eq!((fields.len(), &fields[0]["field"]), (1, &json!("stage")), "{sides}");
        let values: Vec<&Value> = (0..2).map(|i| &fields[0]["sides"][i]["value"]).collect();
        assert!(values.contains(&&json!("Được tiếp nhận")), "{values:?}");
        assert!(values.contains(&&json!("Không được tiếp nhận")), "{values:?}");
        verified(quay);
    }
    let sides = second.done(&["conflicts", "show", BIRTH], &Value::Null);
    let sides = sides["fields"][0]["sides"].as_array().unwrap().clone();
    let stands = sides.iter().find(|side| side["value"] == "Được tiếp nhận").unwrap();
    let settled = json!({
        "fields": [{ "field": "stage", "stands": stands["record"] }], "reason": "Đúng địa bàn",
    });
    second.done(&["conflicts", "resolve", BIRTH], &settled);
    for quay in [&second, &first] {
        sync(quay);
    }
    for quay in [&first, &second] {
        let shown = quay.done(&["show", BIRTH], &Value::Null);
        assert_eq!(
            (&shown["row"]["status"], &shown["row"]["number"]),
            (&json!(2), &number["number"])
        );
        verified(quay);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copied_by_hand_before_the_province_told_of_it_it_stays_one_dossier() {
    let place = Place::embedded().await;
    let province = Province::admitted(&place).await;
    let quay = desk(&place, &place.url(""), 1).await;
    let mut input = tests::reception("1.004772", "Giàng Thị Dợ", "015095001234");
    input["channel"] = json!("online");
    input["portal"] = json!({ "number": BIRTH, "at": "2026-01-05T09:00:00+07:00" });
    let entered = quay.done(&["portal", "enter"], &input);
    assert_eq!((&entered["status"], &entered["number"]), (&json!(1), &json!(BIRTH)));
    input["portal"]["number"] = json!(COPY);
    let number = quay.done(&["receive"], &input)["number"].clone();
    let taken = quay.run(&["receive"], &input.to_string());
    assert_eq!((taken.code, &taken.err["refusal"]), (3, &json!("portal_number_taken")));

    let name = "Khai sinh cho người đã có hồ sơ cá nhân";
    let id = post(&province, 1, COPY, "1.004772", name, &[("Cam đoan.pdf", PDF)]).await;
    sync(&quay);
    let shown = quay.done(&["show", COPY], &Value::Null);
    assert_eq!((&shown["row"]["id"], &shown["row"]["number"]), (&json!(id), &number));
    assert_eq!(shown["other_files"][0]["name"], "Cam đoan.pdf");
    assert_eq!(quay.done(&["conflicts", "list"], &Value::Null), json!([]));
    assert_eq!(quay.done(&["portal", "list"], &Value::Null)[0]["number"], BIRTH);
    verified(&quay);
}

#[tokio::test]
async fn a_refused_portal_dossier_is_told_by_the_portals_number_and_nothing_before_an_answer() {
    let place = with_profile().await;
    let province = Province::admitted(&place).await;
    let id = post(&province, 1, BIRTH, "1.001193", "Đăng ký khai sinh", &[]).await;
    let path = format!("sites/{SITE}/dossiers/{id}");
    assert_eq!(province.get(&path).await["waits"], "no desk has answered yet");
    let step = json!({
        "MaSuKien": Uuid::from_u128(9), "TrangThai": "9", "NguoiXuLy": "Lò Văn Pành",
        "ThoiDiemXuLy": "20260106093000", "NoiDungXuLy": "Đã ký",
    });
    assert_eq!(province.step(&path, &step, None).await.status(), 422, "no desk has taken it in");
    let body = dossier(1, BIRTH, "1.001193", "Đăng ký khai sinh", &[]);
    assert_eq!(province.file(SITE, &body).await.status(), 200, "posted again it changes nothing");
    let other = dossier(1, COPY, "1.001193", "Đăng ký khai sinh", &[]);
    assert_eq!(province.file(SITE, &other).await.status(), 422, "one event, two contents");
    let mut ahead = dossier(4, COPY, "1.001193", "Đăng ký khai sinh", &[]);
    ahead["NgayNopHoSo"] = json!("20990101000000");
    assert_eq!(province.file(SITE, &ahead).await.status(), 422);
    let missing = dossier(5, COPY, "1.001193", "Đăng ký khai sinh", &[("Chưa gửi.pdf", b"%PDF-")]);
    assert_eq!(province.file(SITE, &missing).await.status(), 422, "the file first");
}

/// Sends the files, then the dossier; gives its id.
async fn post(
    province: &Province,
    event: u128,
    number: &str,
    procedure: &str,
    name: &str,
    files: &[(&str, &[u8])],
) -> String {
    for (_, bytes) in files {
        let put = province.put(&format!("sites/{SITE}/files/{}", hash(bytes)), bytes).await;
        assert_eq!(put.status(), 204);
    }
    let answer = province.file(SITE, &dossier(event, number, procedure, name, files)).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

fn dossier(
    event: u128,
    number: &str,
    procedure: &str,
    name: &str,
    files: &[(&str, &[u8])],
) -> Value {
    let files: Vec<Value> = files
        .iter()
        .zip(1_u128..)
        .map(|((name, bytes), n)| {
            json!({
                "TepDinhKemId": Uuid::from_u128(event * 100 + n), "TenTepDinhKem": name,
                "LoaiTep": "application/pdf", "KichThuoc": bytes.len(), "SHA256": hash(bytes),
            })
        })
        .collect();
    json!({
        "MaSuKien": Uuid::from_u128(event), "MaHoSo": number, "MaTTHC": procedure, "TenTTHC": name,
        "TenLinhVuc": "Hộ tịch", "NgayNopHoSo": "20260105090000", "ChuHoSo": "Giàng Thị Dợ",
        "SoGiayToChuHoSo": "015195001234", "SoDienThoai": "0912345678", "TaiLieuNop": files,
    })
}

fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
