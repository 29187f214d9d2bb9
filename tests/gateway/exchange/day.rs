//! A day without a line at two desks, and what becomes of it.

use super::{desk, dossiers, show, sync, verified};
use crate::place::{Place, SITE};
use crate::province::Province;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_offline_at_two_desks_is_everywhere_once_the_line_is_back() {
    let place = Place::on_postgresql().await;
    let other = place.another_instance().await;
    let first = desk(&place, &place.url(""), 1).await;
    let second = desk(&place, &format!("http://{}", other.address), 2).await;

    let mut taken = Vec::new();
    for (quay, seed) in [(&first, "11"), (&second, "12")] {
        let day = ["demo", "--dossiers", "50", "--seed", seed, "--document-every", "1"];
        assert_eq!(quay.done(&day, &Value::Null)["dossiers"], json!(50));
        let unsent = quay.done(&["unsent"], &Value::Null);
        assert_eq!(unsent.as_array().unwrap().len(), 50, "all is only here");
        taken.extend(dossiers(quay).into_keys());
    }
    taken.sort();
    let before: Vec<_> = taken.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(before.is_empty(), "two desks gave the same number: {before:?}");
    assert_eq!(show(&first, &taken[0])["sync"]["words"], "Lưu tại máy này");

    for quay in [&first, &second, &first] {
        sync(quay);
    }
    let (here, there) = (dossiers(&first), dossiers(&second));
    assert_eq!(here.keys().cloned().collect::<Vec<_>>(), taken);
    assert_eq!(here, there, "both desks show the same");
    for number in taken.iter().step_by(20) {
        for quay in [&first, &second] {
            assert_eq!(show(quay, number)["sync"]["words"], "Tỉnh đã nhận", "{number}");
        }
    }
    let status = place.gateway().status().await.unwrap().unwrap();
    assert!(status["sites"][0]["files"].as_u64().unwrap() >= 100, "{status}");

    let untouched = here.iter().filter(|(_, row)| row["status"] == json!(2));
    let open: Vec<String> = untouched.map(|(number, _)| number.clone()).take(2).collect();
    province_decides(&place, &first, &open).await;
    for quay in [&first, &second] {
        sync(quay);
        assert_eq!(show(quay, &open[0])["row"]["status"], json!(5));
        assert_eq!(show(quay, &open[1])["row"]["status"], json!(9));
        verified(quay);
    }
    for number in [&open[1], &taken[0], &taken[99]] {
        papers_are_fetched(&second, number);
    }
    proofs_check(&first, &taken[0]);
}

/// A supplement request for one dossier, a result with its paper for another.
async fn province_decides(place: &Place, quay: &tests::Quay, open: &[String]) {
    let province = Province::admitted(place).await;
    let id = |number: &str| show(quay, number)["row"]["id"].as_str().unwrap().to_owned();
    let asked = json!({
        "MaSuKien": Uuid::from_u128(1), "TrangThai": "5", "NguoiXuLy": "Lò Văn Pành",
        "ThoiDiemXuLy": "20261123093000", "NoiDungXuLy": "Thiếu giấy chứng sinh",
        "DanhSachGiayToBoSung": ["Giấy chứng sinh"],
    });
    let one = format!("sites/{SITE}/dossiers/{}", id(&open[0]));
    taken_in(province.step(&one, &asked, None).await).await;

    let paper = b"%PDF-1.7 ket qua".to_vec();
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&paper));
    let put = province.put(&format!("sites/{SITE}/files/{sha256}"), &paper).await;
    assert_eq!(put.status(), 204);
    let finished = json!({
        "MaSuKien": Uuid::from_u128(3), "TrangThai": "9", "NguoiXuLy": "Lò Văn Pành",
        "ThoiDiemXuLy": "20261124093000", "NoiDungXuLy": "Đã ký",
        "DanhSachGiayToKetQua": [{
            "GiayToId": Uuid::from_u128(4), "TenGiayTo": "Trích lục khai sinh", "LoaiTep": "application/pdf",
            "KichThuoc": paper.len(), "SHA256": sha256,
        }],
    });
    let other = format!("sites/{SITE}/dossiers/{}", id(&open[1]));
    taken_in(province.step(&other, &finished, None).await).await;
}

async fn taken_in(answer: reqwest::Response) {
    let status = answer.status();
    assert_eq!(status, 201, "{}", answer.text().await.unwrap());
}

/// What another desk scanned or the province sent comes down when somebody asks for it.
pub(super) fn papers_are_fetched(quay: &tests::Quay, number: &str) {
    let fetched = quay.done(&["fetch", number], &Value::Null);
    assert_eq!(fetched["missing"], json!(0), "{number}");
    for file in quay.done(&["files", number], &Value::Null).as_array().unwrap() {
        let out = quay.path("out");
        let export =
            ["export", number, file["id"].as_str().unwrap(), "--out", out.to_str().unwrap()];
        let size = quay.done(&export, &Value::Null)["size_bytes"].clone();
        assert_eq!(size, file["size_bytes"]);
        std::fs::remove_file(out).unwrap();
    }
}

fn proofs_check(quay: &tests::Quay, number: &str) {
    let proof = quay.done(&["proof", number], &Value::Null);
    let path = quay.path("proof.json");
    std::fs::write(&path, proof.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let stranger = tests::Quay::new();
    let checked = stranger.done(&["proof", "--check", path], &Value::Null);
    assert_eq!(checked["ok"], json!(true));
    assert_eq!(checked["number"], json!(number));
    assert_eq!(checked["records"][0]["kind"], "dossier.received");

    proof_papers(quay, number);

    let text = proof.to_string().replace("\"at_ms\":1", "\"at_ms\":2");
    assert_ne!(text, proof.to_string());
    std::fs::write(path, text).unwrap();
    let refused = stranger.run(&["proof", "--check", path], "");
    assert_eq!((refused.code, refused.out["ok"].clone()), (4, json!(false)));
}

/// The paper of a dossier and of a period: codes on it hold receipts that check by the province's key alone.
fn proof_papers(quay: &tests::Quay, number: &str) {
    let paper = quay.path("proof.pdf");
    let paper = paper.to_str().unwrap();
    let today = domain::time::office_time(received(quay, number)).date().to_string();
    let period = ["proof", "--from", &today, "--to", &today];
    let of_day = quay.done(&period, &Value::Null);
    assert!(of_day["rows"].as_array().unwrap().iter().any(|row| row["received_at"].is_string()));
    for arguments in [vec!["proof", number], period.to_vec()] {
        quay.done(&[&arguments[..], &["--out", paper]].concat(), &Value::Null);
        assert!(std::fs::read(paper).unwrap().starts_with(b"%PDF-"));
    }
}

/// When a dossier was received.
fn received(quay: &tests::Quay, number: &str) -> jiff::Timestamp {
    show(quay, number)["row"]["received_at"].as_str().unwrap().parse().unwrap()
}
