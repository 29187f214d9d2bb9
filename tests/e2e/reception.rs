//! Taking a dossier in, from the card to the printed slip.

use crate::desk::{CARD, MARRIAGE, NAME, commissioned, opened, opened_beside, taken_in};
use crate::keys::{Key, Keys};
use crate::paper::text_of;
use crate::private_cups::{Listener, PrivateCups};
use crate::window::Window;

/// *Trợ cấp hưu trí xã hội*: one case, no fee.
const PENSION: &str = "1.014027";
/// *Cấp bản sao trích lục hộ tịch*: several cases.
const COPIES: &str = "2.000635";
/// *Giấy xác nhận tình trạng hôn nhân*: several cases.
const UNMARRIED: &str = "1.004873";

#[tokio::test]
async fn a_known_person_with_one_procedure_leaves_with_a_slip_after_twelve_keys_at_most() {
    let cups = PrivateCups::start();
    let printer = Listener::start();
    if let Some(cups) = &cups {
        cups.add_queue("quay1", &printer.uri());
        cups.admin("lpadmin", &["-d", "quay1"]);
    }
    let server = cups.as_ref().map_or("127.0.0.1:9", PrivateCups::server);
    let desk = commissioned();
    taken_in(&desk, MARRIAGE);

    let window = opened_beside(&desk, server).await;
    let mut keys = Keys::on(&window);
    keys.scan(CARD).await;
    window.reads("[data-testid=applicant-summary]", NAME).await;
    choose(&mut keys, &window, "huu", PENSION).await;
    keys.strike(Key::F8).await;
    window.reads("[data-testid=checklist-count]", "2/2").await;
    window.picture("reception").await;
    keys.strike(Key::F9).await;
    window.shows("[data-testid=accepted-number]").await;
    assert!(keys.struck() <= 12, "{} keys to a printed slip", keys.struck());

    let number = window
        .asked("document.querySelector('[data-testid=accepted-number]').dataset.number")
        .await;
    assert!(number.starts_with("H38.04252-"), "a number of this desk: {number}");
    if cups.is_none() {
        return window.reads("[data-testid=print-failed]", "in").await;
    }
    window.shows("[data-testid=print-state][data-state=sent], [data-testid=print-state][data-state=done]").await;
    window.picture("confirmation").await;
    let due = printed_due(&window.text("[data-testid=accepted-due]").await);
    let slip = text_of(&printer.next_document());
    for said in [number.as_str(), NAME, "trợ cấp hưu trí xã hội", &due] {
        assert!(slip.contains(said), "the slip does not say “{said}”:\n{slip}");
    }
    window.close().await;
}

#[tokio::test]
async fn three_procedures_for_one_person_take_forty_keys_at_most() {
    let desk = commissioned();
    taken_in(&desk, MARRIAGE);

    let window = opened(&desk).await;
    let mut keys = Keys::on(&window);
    keys.scan(CARD).await;
    window.reads("[data-testid=applicant-summary]", NAME).await;
    choose(&mut keys, &window, "huu", PENSION).await;
    keys.strike(Key::F8).await;
    keys.strike(Key::F4).await;
    choose(&mut keys, &window, "trich luc", COPIES).await;
    keys.strike(Key::Space).await;
    keys.strike(Key::F8).await;
    keys.strike(Key::F4).await;
    choose(&mut keys, &window, "hon nhan", UNMARRIED).await;
    keys.strike(Key::Space).await;
    keys.strike(Key::F8).await;
    window.picture("reception_basket").await;
    keys.strike(Key::F9).await;
    window.until("document.querySelectorAll('[data-testid=accepted-number]').length === 3").await;
    assert!(keys.struck() <= 40, "{} keys for three procedures", keys.struck());

    let numbers = "[...document.querySelectorAll('[data-testid=accepted-number]')].map((shown) => shown.dataset.number)";
    let numbers = window.page(&format!("return {numbers}")).await;
    let numbers: Vec<String> = serde_json::from_value(numbers).expect("three numbers");
    window.picture("confirmation_basket").await;
    window.close().await;
    let office = desk.open();
    let taken = numbers.iter().map(|number| office.row(number).expect("it exists"));
    let taken: Vec<_> = taken.map(|row| row.procedure_code).collect();
    assert_eq!(taken, [PENSION, COPIES, UNMARRIED], "each number is its own dossier");
}

/// Types letters until the procedure comes first, and takes it.
async fn choose(keys: &mut Keys<'_>, window: &Window, letters: &str, code: &str) {
    window.listens_in("#procedure").await;
    keys.letters(letters).await;
    window.reads("[data-testid=procedure-option]", code).await;
    keys.strike(Key::Enter).await;
    window.reads("[data-testid=procedure-chosen]", code).await;
}

/// A due date of the screen (`07:30 Thứ Tư 09/12/2026`) in the words of the slip.
fn printed_due(shown: &str) -> String {
    let (time, day) = (shown.split(' ').next(), shown.rsplit(' ').next());
    let (hour, minute) = time.and_then(|time| time.split_once(':')).expect("a time");
    let day: Vec<_> = day.expect("a date").split('/').collect();
    let [day, month, year] = day[..] else { panic!("no date: {shown}") };
    format!("{hour} giờ {minute} phút, ngày {day} tháng {month} năm {year}")
}
