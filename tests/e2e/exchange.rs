//! A line that is gone and comes back, as the screen tells it, and what the province decided meanwhile.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use gateway::province::Posted;
use gateway::{Serving, Settings, serve};
use serde_json::json;
use tempfile::TempDir;
use tests::{Desk, SITE};
use uuid::Uuid;

use crate::desk::{MARRIAGE, commissioned, opened, taken_in};
use crate::keys::{Key, Keys};
use crate::window::Window;

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_says_where_the_work_is_while_the_line_goes_and_comes() {
    let folder = TempDir::new().expect("a folder");
    let settings = Settings::embedded(folder.path(), [9; 32]);
    let gateway = served(&settings, SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let address = gateway.address;
    gateway.gateway.add_site(SITE, "phường Yên Bái").await.expect("a ledger").expect("a site");
    let desk = commissioned();
    enrolled(&desk, &gateway).await;
    gateway.stop().await.expect("stopped");

    let taken = taken_in(&desk, MARRIAGE);
    let number = taken.number.expect("a number");
    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    window.reads(BAR, "Mất mạng: 1 hồ sơ đã lưu an toàn, sẽ tự gửi khi có mạng").await;
    let red = "document.querySelector('[data-testid=exchange-state]').matches('.act')";
    assert_eq!(window.asked(red).await, "false", "nobody has to act for want of a line");
    shown(&window, &mut keys, &number).await;
    window.reads(MARK, "Lưu tại máy này").await;
    window.picture("exchange_no_line").await;

    let gateway = served(&settings, address).await;
    window.reads(BAR, "Đã gửi hết").await;
    window.reads(MARK, "Tỉnh đã nhận").await;
    window.picture("exchange_sent").await;

    asks_for_more(&gateway, &taken.id).await;
    keys.chord(Key::Alt, '7').await;
    window.reads("[data-testid=exchange-headline]", "Đã gửi hết").await;
    window.picture("exchange_page").await;
    // Whoever does not want to wait for the next minute asks the province now.
    keys.strike(Key::F9).await;
    keys.chord(Key::Alt, '5').await;
    window.reads("[data-testid=dossier-row]", "Yêu cầu bổ sung").await;
    window.reads("[data-testid=dossier-row]", "Đặng Văn Lượng").await;
    window.picture("exchange_asked").await;
    window.close().await;
    gateway.stop().await.expect("stopped");
}

const BAR: &str = "[data-testid=exchange-state]";
const MARK: &str = "[data-testid=dossier] [data-testid=sync-state]";

async fn served(settings: &Settings, address: SocketAddr) -> Serving {
    let listener = TcpListener::bind(address).expect("a port");
    serve(settings, listener).await.expect("a gateway")
}

async fn enrolled(desk: &Desk, gateway: &Serving) {
    let life = Duration::from_secs(600);
    let code = gateway.gateway.enrolment_code(SITE, life).await.expect("a ledger").expect("a code");
    let (office, address) = (desk.open(), format!("http://{}", gateway.address));
    let enrol = move || office.enrol(&address, None, &code).map(|_| ());
    std::thread::spawn(enrol).join().expect("no panic").expect("enrolled");
}

/// Opens a dossier by its number, as a clerk types it.
async fn shown(window: &Window, keys: &mut Keys<'_>, number: &str) {
    keys.chord(Key::Alt, '6').await;
    window.shows("[data-testid=dossier-row]").await;
    keys.letters(number).await;
    window.reads("[data-testid=result-count]", "1").await;
    keys.strike(Key::Enter).await;
    keys.strike(Key::Enter).await;
    window.shows("[data-testid=dossier]").await;
}

/// The province's own system asks the citizen for a paper.
async fn asks_for_more(gateway: &Serving, dossier: &str) {
    let key = [7; 32];
    let admitted = gateway.gateway.add_province_client("Hệ thống một cửa tỉnh", key).await;
    let client = admitted.expect("a ledger").expect("admitted")["client"].clone();
    let client = Uuid::parse_str(client.as_str().expect("a name")).expect("a name").into_bytes();
    let step: Posted = serde_json::from_value(json!({
        "MaSuKien": Uuid::from_u128(1), "TrangThai": "5", "NguoiXuLy": "Lò Văn Pành",
        "ThoiDiemXuLy": "20261123093000", "NoiDungXuLy": "Thiếu giấy khai sinh",
        "DanhSachGiayToBoSung": ["Giấy khai sinh"],
    }))
    .expect("a step");
    let dossier = Uuid::parse_str(dossier).expect("an identity");
    let posted = gateway.gateway.post_step(client, SITE.into(), dossier, step, None).await;
    assert!(posted.expect("a ledger").expect("accepted").new);
}
