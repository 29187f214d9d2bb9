//! The province's systems: they read dossiers in the national vocabulary, and what they decide reaches the desks.

use crate::desk::{Desk, Says, answer, kind};
use crate::place::{Place, SITE, on_every_ledger};
use crate::records::facts;
use domain::dossier::Event;
use gateway::province::payload::Profile;
use protocol::receipt::hex;
use protocol::wire::ProblemType;
use protocol::{Fact, Subject};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const DOSSIER: [u8; 16] = [6; 16];
pub const NUMBER: &str = "H38.04252-261123-1001";

#[tokio::test]
async fn a_dossier_is_read_in_the_national_vocabulary_and_nothing_is_made_up() {
    let place = with_profile().await;
    let mut desk = Desk::enrolled(&place, SITE, 1).await;
    let province = Province::admitted(&place).await;
    desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
    desk.write(received([8; 16], None, Some("001204000123")));
    desk.write(received([9; 16], Some("H38.04252-261123-1002"), None));
    desk.send(1, 3).await.unwrap();
    let changes = province.get(&format!("sites/{SITE}/changes?after=0")).await;
    let dossiers = changes["dossiers"].as_array().unwrap();
    assert_eq!(dossiers.len(), 3);
    let payload = &dossiers[0]["hoSo"];
    for (field, value) in [
        ("MaHoSo", NUMBER),
        ("MaTTHC", "2.000635"),
        ("MaLinhVuc", "G15-HT05"),
        ("KenhThucHien", "1"),
        ("LoaiDoiTuong", "1"),
        ("TrangThaiHoSo", "2"),
        ("NgayTiepNhan", "20261123080000"),
        ("NgayHenTra", "20261125170000"),
        ("NgayKetThucXuLy", ""),
        ("DonViXuLy", "UBND phường Yên Bái"),
        ("HinhThuc", "0"),
        ("NoiNopHoSo", "2"),
    ] {
        assert_eq!(payload[field], value, "{field}");
    }
    assert_eq!(
        payload["DinhDanhCHS"][0],
        json!({"LoaiDinhDanh": "1", "SoDinhDanh": "001204000123"})
    );
    for (index, why) in [(1, "official number"), (2, "no number that the code table knows")] {
        assert_eq!(dossiers[index]["hoSo"], Value::Null);
        assert!(dossiers[index]["waits"].as_str().unwrap().contains(why));
    }
    let next = changes["next"].as_u64().unwrap();
    let none = province.get(&format!("sites/{SITE}/changes?after={next}")).await;
    assert_eq!(none["dossiers"], json!([]));
}

#[tokio::test]
async fn a_supplement_request_and_a_result_reach_the_desk() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let province = Province::admitted(&place).await;
        desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
        desk.send(1, 1).await.unwrap();
        let one = format!("sites/{SITE}/dossiers/{}", Uuid::from_bytes(DOSSIER));
        let seen = province.get(&one).await["etag"].as_str().unwrap().to_owned();

        let asked = json!({
            "MaSuKien": Uuid::from_u128(1), "TrangThai": "5", "NguoiXuLy": "Lò Văn Pành",
            "ThoiDiemXuLy": "20261123093000", "NoiDungXuLy": "Thiếu giấy chứng sinh",
            "DanhSachGiayToBoSung": ["Giấy chứng sinh"],
        });
        let accepted = province.step(&one, &asked, Some(&seen)).await;
        assert_eq!(accepted.status(), 201);
        assert_eq!(province.step(&one, &asked, Some(&seen)).await.status(), 200, "posted again");
        let mut another = asked.clone();
        another["MaSuKien"] = json!(Uuid::from_u128(2));
        let stale = answer::<Value>(province.step(&one, &another, Some(&seen)).await).await;
        assert_eq!(kind(stale), ProblemType::Stale, "the dossier changed meanwhile");

        let result = "KẾT QUẢ".as_bytes();
        let sha256 = hex::text(&Sha256::digest(result));
        let paused = finished(&sha256, result.len());
        let early = answer::<Value>(province.step(&one, &paused, None).await).await;
        assert_eq!(kind(early), ProblemType::Validation, "a dossier that waits is not finished");

        let page = desk.feed(0).await.unwrap();
        let told = facts(&page.series);
        let request = told.iter().find_map(|fact| match fact {
            Fact::Dossier(Event::SupplementRequested(request)) => Some(request),
            _ => None,
        });
        let request = request.unwrap();
        assert_eq!((request.ordinal, request.components.len()), (1, 1));
        assert_eq!(request.act.recorded_by_name, "Hệ thống một cửa tỉnh");
        assert_eq!(request.act.note, None);
        let asked_of = told.iter().filter(|fact| fact.kind() == "dossier.supplement_requested");
        assert_eq!(asked_of.count(), 1, "a step posted twice counts once");
    })
    .await;
}

#[tokio::test]
async fn a_result_comes_down_with_its_file_and_a_step_without_a_version_is_marked() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let province = Province::admitted(&place).await;
        desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
        desk.send(1, 1).await.unwrap();
        let one = format!("sites/{SITE}/dossiers/{}", Uuid::from_bytes(DOSSIER));
        let result = "KẾT QUẢ".as_bytes();
        let sha256 = hex::text(&Sha256::digest(result));
        let step = finished(&sha256, result.len());
        let early = answer::<Value>(province.step(&one, &step, None).await).await;
        assert_eq!(kind(early), ProblemType::Validation, "its file is not here");
        let file = format!("sites/{SITE}/files/{sha256}");
        assert_eq!(province.put(&file, b"another").await.status(), 422);
        assert_eq!(province.put(&file, result).await.status(), 204);
        assert_eq!(province.step(&one, &step, None).await.status(), 201);

        let told = facts(&desk.feed(0).await.unwrap().series);
        let ready = told.iter().find_map(|fact| match fact {
            Fact::Dossier(Event::ResultReady(ready)) => Some(ready),
            _ => None,
        });
        assert!(ready.unwrap().act.note.as_ref().unwrap().contains("assumed"));
        let blob = format!("{}/v1/sites/{SITE}/blobs/{sha256}", desk.base);
        let down = desk.client.get(blob).bearer_auth(&desk.token).send().await.unwrap();
        assert_eq!(down.bytes().await.unwrap(), result);
    })
    .await;
}

#[tokio::test]
async fn a_desk_is_not_the_province_and_the_province_is_not_a_desk() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let province = Province::admitted(&place).await;
        let token = std::mem::replace(&mut desk.token, province.desk.token.clone());
        assert_eq!(kind(desk.feed(0).await), ProblemType::NotYourSite);
        assert_eq!(kind(desk.heads().await), ProblemType::NotYourSite);
        let url = format!("{}/v1/province/sites/{SITE}/changes", desk.base);
        let prying = desk.client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(kind(answer::<Value>(prying).await), ProblemType::NotYourSite);
    })
    .await;
}

/// A system of the province: it proves its key as a desk does.
pub struct Province {
    pub desk: Desk,
}

impl Province {
    pub async fn admitted(place: &Place) -> Self {
        let mut desk = Desk::stranger(place, "province", 77);
        let key = desk.key.verifying_key().to_bytes();
        let name = "Hệ thống một cửa tỉnh";
        let admitted = place.gateway().add_province_client(name, key).await.unwrap().unwrap();
        desk.device = hex::read(admitted["client"].as_str().unwrap()).unwrap();
        desk.now_s = None;
        desk.log_in().await.unwrap();
        Self { desk }
    }

    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}/v1/province/{path}", self.desk.base);
        let asked = self.desk.client.get(url).bearer_auth(&self.desk.token);
        answer(asked.send().await.unwrap()).await.unwrap()
    }

    pub async fn step(&self, dossier: &str, step: &Value, seen: Option<&str>) -> Response {
        let url = format!("{}/v1/province/{dossier}/steps", self.desk.base);
        let request = self.desk.client.post(url).bearer_auth(&self.desk.token).json(step);
        let request = match seen {
            Some(seen) => request.header("if-match", format!("\"{seen}\"")),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// Posts a dossier of the portal.
    pub async fn file(&self, site: &str, dossier: &Value) -> Response {
        let url = format!("{}/v1/province/sites/{site}/dossiers", self.desk.base);
        let request = self.desk.client.post(url).bearer_auth(&self.desk.token).json(dossier);
        request.send().await.unwrap()
    }

    pub async fn put(&self, path: &str, bytes: &[u8]) -> Response {
        let url = format!("{}/v1/province/{path}", self.desk.base);
        let request = self.desk.client.request(Method::PUT, url).bearer_auth(&self.desk.token);
        request.body(bytes.to_vec()).send().await.unwrap()
    }
}

pub async fn with_profile() -> Place {
    Place::with(|settings| {
        settings.profile = Profile {
            units: BTreeMap::from([(SITE.into(), "UBND phường Yên Bái".into())]),
            field_codes: BTreeMap::from([("Hộ tịch".into(), "G15-HT05".into())]),
            ..Profile::default()
        };
    })
    .await
}

fn finished(sha256: &str, size: usize) -> Value {
    json!({
        "MaSuKien": Uuid::from_u128(3), "TrangThai": "9", "NguoiXuLy": "Lò Văn Pành",
        "ThoiDiemXuLy": "20261124093000", "NoiDungXuLy": "Đã ký",
        "DanhSachGiayToKetQua": [{
            "GiayToId": Uuid::from_u128(4), "TenGiayTo": "Trích lục khai sinh", "LoaiTep": "application/pdf",
            "KichThuoc": size, "SHA256": sha256,
        }],
    })
}

pub fn received(dossier: [u8; 16], number: Option<&str>, id_number: Option<&str>) -> Says {
    let at = "2026-11-23T01:00:00Z";
    let mut body = json!({
        "act": {
            "at": at, "done_by": "Hoàng Thị Nết",
            "recorded_by": "01935b2a-0000-7000-8000-000000000001", "recorded_by_name": "Hoàng Thị Nết",
        },
        "dossier": Uuid::from_bytes(dossier), "recorded_at": at, "check_code": "K7Q2",
        "procedure": {
            "code": "2.000635", "name": "Cấp bản sao trích lục hộ tịch", "short_name": "Trích lục hộ tịch",
            "field": "Hộ tịch", "workflow": "short",
        },
        "applicant": { "kind": "person", "full_name": "Giàng A Sử" },
        "components": [], "sets": 1, "channel": "direct", "return_method": "desk",
        "fee": { "words": "Miễn phí" },
        "due": { "at": "2026-11-25T10:00:00Z", "limit": "2wd", "steps": [] },
        "packs": { "procedures": "1", "calendar": "1", "deadline_rules": "1", "form": "1" },
    });
    if let Some(number) = number {
        body["number"] = json!({ "text": number });
    }
    if let Some(id_number) = id_number {
        body["applicant"]["id_kind"] = json!("can_cuoc");
        body["applicant"]["id_number"] = json!(id_number);
    }
    let subject = Subject { kind: "dossier", id: dossier };
    Says { subject, kind: "dossier.received", body: body.to_string().into_bytes() }
}
