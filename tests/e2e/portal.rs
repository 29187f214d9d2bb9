//! Dossiers of the portal, copied by hand into the queue and answered from the keyboard.

use app::inputs::read_value;
use serde_json::json;
use tests::Desk;

use crate::desk::{commissioned, opened};
use crate::keys::{Key, Keys};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";

#[tokio::test]
async fn the_queue_is_answered_from_the_keyboard() {
    let desk = commissioned();
    filed(
        &desk,
        "0007",
        "2000-01-05T09:00:00+07:00",
        "1.001193",
        "Nguyễn Hoàng Thị Phương Nguyệt Ánh",
    );
    filed(&desk, "0008", "2000-01-05T10:00:00+07:00", "2.000635", "Giàng A Sử");
    let paper = desk.folder().join("Giấy chứng sinh.pdf");
    std::fs::write(&paper, PDF).expect("a paper");
    let torn = desk.folder().join("Tờ khai đăng ký khai sinh.pdf");
    std::fs::write(&torn, &PDF[..20]).expect("a torn paper");
    let number = number("0007");
    desk.open().attach(&number, None, &[&paper, &torn]).expect("attached");

    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.chord(Key::Alt, '8').await;
    window.reads("[data-testid=portal-looked]", &number).await;
    window.reads("[data-testid=portal-files]", "Không mở được").await;
    window.picture("portal").await;
    keys.strike(Key::F7).await;
    window.shows("[data-testid=portal-answer]").await;
    keys.letters("Nop nham xa").await;
    keys.strike(Key::Tab).await;
    keys.letters("Lo Van Panh").await;
    window.picture("portal_refuse").await;
    keys.strike(Key::F9).await;
    window.reads("[data-testid=portal-looked]", &self::number("0008")).await;
    window.picture("portal_refused").await;
    window.close().await;

    let row = desk.open().row(&number).expect("the dossier");
    assert_eq!(row.status, 3, "not accepted: {}", row.status_words);
}

fn number(place: &str) -> String {
    format!("000.00.01.H38-000105-{place}")
}

fn filed(desk: &Desk, place: &str, at: &str, procedure: &str, name: &str) {
    let item = json!({
        "procedure": procedure, "channel": "online",
        "applicant": { "full_name": name, "id_number": "015195001234", "phone": "0912345678" },
        "portal": { "number": number(place), "at": at },
    });
    let item = read_value(item).expect("a dossier of the portal");
    desk.open().portal_enter(item).expect("in the queue");
}
