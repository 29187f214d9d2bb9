//! A card scanned on a machine where Vietnamese is typed.

use crate::desk::{commissioned, opened};
use crate::input_method::Method;
use crate::keys::Keys;
use crate::window::Window;

/// An address in which both methods find marks: `Kar` and `Kroong` for Telex, `A1` for VNI.
const ADDRESS: &str = "Số A1, làng Kroong, xã Ea Kar, tỉnh Đắk Lắk";

struct Citizen {
    number: &'static str,
    shown_number: &'static str,
    name: &'static str,
}

/// Two citizens: the one scanned while the window listens, and the one while the cursor is in a field.
const FIRST: Citizen =
    Citizen {
        number: "066095001234", shown_number: "066 095 001 234", name: "Đặng Văn Lượng"
    };
const SECOND: Citizen =
    Citizen { number: "066095004321", shown_number: "066 095 004 321", name: "Y Wan Kroong" };

impl Citizen {
    fn card(&self) -> String {
        format!("{}|060123456|{}|01031995|Nam|{ADDRESS}|25042021", self.number, self.name)
    }
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_composing_telex() {
    composing(Method::Telex).await;
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_composing_vni() {
    composing(Method::Vni).await;
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_rewriting_telex() {
    rewriting(Method::Telex).await;
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_rewriting_vni() {
    rewriting(Method::Vni).await;
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_telex_that_hides_its_keys() {
    hiding(Method::Telex).await;
}

#[tokio::test]
async fn a_card_arrives_whole_through_a_vni_that_hides_its_keys() {
    hiding(Method::Vni).await;
}

async fn composing(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    window.page(&method.composing(&FIRST.card())).await;
    is_whole(&window, &FIRST).await;
    Keys::on(&window).letters("khai").await;
    window.page(&method.composing(&SECOND.card())).await;
    is_whole(&window, &SECOND).await;
    assert_eq!(window.value("#procedure").await, "khai", "the field holds what the clerk typed");
    window.close().await;
}

/// Such a method sees only keys struck into a field; while the window listens, they pass it by.
async fn hiding(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.scan(&FIRST.card()).await;
    is_whole(&window, &FIRST).await;
    keys.letters("khai").await;
    window.page(&method.hiding(&SECOND.card())).await;
    is_whole(&window, &SECOND).await;
    assert_eq!(window.value("#procedure").await, "khai", "the field holds what the clerk typed");
    window.close().await;
}

async fn rewriting(method: Method) {
    let desk = commissioned();
    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.scan_as(&method.rewritten(&FIRST.card())).await;
    is_whole(&window, &FIRST).await;
    keys.letters("khai").await;
    keys.scan_as(&method.rewritten(&SECOND.card())).await;
    is_whole(&window, &SECOND).await;
    assert_eq!(window.value("#procedure").await, "khai", "the field holds what the clerk typed");
    window.close().await;
}

async fn is_whole(window: &Window, citizen: &Citizen) {
    const PERSON: &str = "[data-testid=applicant-summary]";
    window.reads(PERSON, citizen.name).await;
    for said in [citizen.shown_number, "01/03/1995", ADDRESS] {
        window.reads(PERSON, said).await;
    }
    window.listens_in("#procedure").await;
}
