//! Cards scanned on a machine where Vietnamese is typed.

use crate::desk::{commissioned, opened};
use crate::input_method::{Method, untouched};
use crate::keys::Keys;
use crate::window::Window;

/// An address in which both methods find marks: `Kar` and `Kroong` for Telex, `A1` for VNI.
const ADDRESS: &str = "Số A1, làng Kroong, xã Ea Kar, tỉnh Đắk Lắk";

/// Ten citizens, one after another: the first is scanned while the window listens, the others while the cursor is in a
/// field. Names in which Telex and VNI find marks, tones and double letters.
const NAMES: [&str; 10] = [
    "Đặng Văn Lượng",
    "Y Wan Kroong",
    "Hoàng Thị Mỵ",
    "Giàng A Sử",
    "Nguyễn Thị Oanh",
    "Trần Xuân Soát",
    "Bùi Đức Đoàn",
    "Lò Văn Đạt",
    "Triệu Tòn Phấy",
    "Vàng Thị Dợ",
];

struct Citizen {
    number: String,
    name: &'static str,
}

impl Citizen {
    fn all() -> impl Iterator<Item = Citizen> {
        (0..).zip(NAMES).map(|(place, name)| Citizen {
            number: format!("066095{:06}", 1_234 + 104_729 * place),
            name,
        })
    }

    fn card(&self) -> String {
        format!("{}|060123456|{}|01031995|Nam|{ADDRESS}|25042021", self.number, self.name)
    }

    fn shown_number(&self) -> String {
        let groups: Vec<&str> =
            (0..4).map(|group| &self.number[3 * group..3 * group + 3]).collect();
        groups.join(" ")
    }
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_composing_telex() {
    composing(Method::Telex).await;
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_composing_vni() {
    composing(Method::Vni).await;
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_rewriting_telex() {
    rewriting(Method::Telex).await;
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_rewriting_vni() {
    rewriting(Method::Vni).await;
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_telex_that_hides_its_keys() {
    hiding(Method::Telex).await;
}

#[tokio::test]
async fn ten_cards_in_a_row_arrive_whole_through_a_vni_that_hides_its_keys() {
    hiding(Method::Vni).await;
}

async fn composing(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    for (place, citizen) in Citizen::all().enumerate() {
        window.page(&method.composing(&citizen.card())).await;
        is_whole(&window, &citizen).await;
        types_in_between(&window, place).await;
    }
    window.close().await;
}

/// Such a method sees only keys struck into a field; while the window listens, they pass it by.
async fn hiding(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    for (place, citizen) in Citizen::all().enumerate() {
        if place == 0 {
            window.page(&untouched(&citizen.card())).await;
        } else {
            window.page(&method.hiding(&citizen.card())).await;
        }
        is_whole(&window, &citizen).await;
        types_in_between(&window, place).await;
    }
    window.close().await;
}

async fn rewriting(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    for (place, citizen) in Citizen::all().enumerate() {
        window.page(&method.rewriting(&citizen.card())).await;
        is_whole(&window, &citizen).await;
        types_in_between(&window, place).await;
    }
    window.close().await;
}

/// What the clerk typed after the first card stays in its field, whatever is scanned into it afterwards.
async fn types_in_between(window: &Window, place: usize) {
    if place == 0 {
        Keys::on(window).letters("khai").await;
    }
    let held = window.value("#procedure").await;
    assert_eq!(held, "khai", "after card {}", place + 1);
}

async fn is_whole(window: &Window, citizen: &Citizen) {
    const PERSON: &str = "[data-testid=applicant-summary]";
    window.reads(PERSON, citizen.name).await;
    for said in [citizen.shown_number().as_str(), "01/03/1995", ADDRESS] {
        window.reads(PERSON, said).await;
    }
    window.listens_in("#procedure").await;
}
