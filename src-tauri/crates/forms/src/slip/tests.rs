//! Whatever is printed: nothing leaves the margins, nothing lies on anything else, nothing is lost.

use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::{Content, PAGE_NUMBER_MM, sheets};
use crate::fonts::{Fonts, MM_PER_PT};
use crate::page::{Area, Mark, Page};
use crate::paper::{A4_MM, A5_MM, Paper};
use crate::template::{SlipTemplate, shipped_slip_templates};
use crate::text::printable;
use crate::{AcceptanceSlip, BlankPad, Component, DossierNumber, RegisterEntry};

/// Marks above a capital rise into the leading: so far a first line may pass the margin.
const RISE_MM: f32 = 0.8;

fn template() -> SlipTemplate {
    shipped_slip_templates().expect("the shipped template is free of faults").remove(0)
}

fn fonts() -> &'static Fonts {
    Fonts::shared().expect("the shipped faces parse")
}

fn pages(slip: &AcceptanceSlip, paper: Paper) -> Vec<Page> {
    let template = template();
    let content = Content::filled(slip, &template).expect("the model is printable");
    sheets(&content, paper, fonts()).expect("the slip is laid out")
}

/// Letters as people have them, and as nobody has them.
fn text() -> impl Strategy<Value = String> {
    let name = "[A-ZĐÂÊÔƠƯ][a-zàảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệ]{1,7}( [A-ZĐ][a-zơờởỡớợưừửữứựỳỷỹýỵ]{0,8}){0,30}";
    prop_oneof![
        4 => name,
        2 => any::<String>(),
        1 => "[a-z]{80,300}",
        1 => "(e\u{302}\u{301}|o\u{31B}\u{323} |Ự ){0,60}",
    ]
}

fn component() -> impl Strategy<Value = Component> {
    (text(), prop::option::of(text()), any::<u16>(), any::<u16>(), any::<u16>()).prop_map(
        |(name, remark, originals, certified, copies)| Component {
            name,
            remark,
            originals,
            certified,
            copies,
        },
    )
}

prop_compose! {
    fn head()(authority in text(), place in text(), number in "[A-Za-z0-9.-]{1,50}", check_code in "[A-Z0-9]{1,16}",
              provisional in any::<bool>(), reprint in any::<u32>(), training in any::<bool>())
        -> (String, String, DossierNumber, u32, bool) {
        let authority = authority.chars().take(200).collect();
        let place = place.chars().take(100).collect();
        (authority, place, DossierNumber { text: number, check_code, provisional }, reprint, training)
    }
}

prop_compose! {
    fn slip()(head in head(), names in prop::array::uniform6(text()), options in prop::array::uniform8(prop::option::of(text())),
              components in prop::collection::vec(component(), 0..30), kept in prop::collection::vec(text(), 0..6),
              notes in prop::collection::vec(text(), 0..4), sets in any::<u16>())
        -> AcceptanceSlip {
        let (authority, place, number, reprint, training) = head;
        let [reception_unit, applicant, procedure, return_place, officer, volume] = names;
        let [submitter, address, phone, email, identity, time_limit, fee, submitter_signs] = options;
        AcceptanceSlip {
            authority, place, number, reprint, training, reception_unit, applicant, procedure, return_place, officer,
            submitter, address, phone, email, identity, time_limit, fee, submitter_signs, sets, components, notes,
            issued_on: date(2026, 11, 23),
            originals_kept: kept,
            received_at: datetime(2026, 11, 23, 9, 10, 0, 0),
            entered_at: reprint.is_multiple_of(2).then(|| datetime(2026, 11, 24, 8, 0, 0, 0)),
            due_at: (!reprint.is_multiple_of(3)).then(|| datetime(2026, 11, 25, 16, 30, 0, 0)),
            register: (sets > 9).then(|| RegisterEntry { ordinal: volume.clone(), volume }),
        }
    }
}

/// The rectangle the letters of a text fill at least: capitals on the base line.
fn ink(mark: &Mark) -> Option<Area> {
    match mark {
        Mark::Text { y, size_pt, .. } => {
            let area = mark.area(fonts());
            let top = y - size_pt * MM_PER_PT * 0.62;
            Some(Area { top, bottom: *y, ..area })
        }
        Mark::Modules { .. } => Some(mark.area(fonts())),
        Mark::Rule { .. } | Mark::Watermark { .. } => None,
    }
}

fn overlap(a: &Area, b: &Area) -> bool {
    const TOUCH_MM: f32 = 0.05;
    let across = a.right.min(b.right) - a.left.max(b.left);
    let down = a.bottom.min(b.bottom) - a.top.max(b.top);
    across > TOUCH_MM && down > TOUCH_MM
}

fn nothing_leaves_the_margins(page: &Page) {
    let sheet = template().sheet;
    for mark in &page.marks {
        let area = mark.area(fonts());
        let is_watermark = matches!(mark, Mark::Watermark { .. });
        let (left, right) = if is_watermark { (0.0, 0.0) } else { (sheet.left_mm, sheet.right_mm) };
        let (top, bottom) = if is_watermark { (0.0, 0.0) } else { (sheet.top_mm, sheet.bottom_mm) };
        assert!(area.left >= left - 0.01, "{mark:?} starts left of the margin");
        assert!(area.right <= page.width_mm - right + 0.01, "{mark:?} passes the right margin");
        assert!(area.top >= top - RISE_MM, "{mark:?} rises over the top margin");
        assert!(
            area.bottom <= page.height_mm - bottom + RISE_MM,
            "{mark:?} sinks under the bottom margin"
        );
    }
}

fn nothing_lies_on_anything_else(page: &Page) {
    let inked: Vec<(&Mark, Area)> =
        page.marks.iter().filter_map(|mark| Some((mark, ink(mark)?))).collect();
    for (index, (mark, area)) in inked.iter().enumerate() {
        for (other, below) in &inked[index + 1..] {
            assert!(!overlap(area, below), "{mark:?} lies on {other:?}");
        }
    }
}

/// All letters of the pages in reading order of the pieces, page numbers left out.
fn letters(pages: &[Page]) -> String {
    let sheet = template().sheet;
    let last_mm = A5_MM.1 - sheet.bottom_mm - PAGE_NUMBER_MM;
    let several = pages.len() > 2;
    let text = |mark: &Mark| match mark {
        Mark::Text { y, text, .. } if !several || *y <= last_mm => Some(text.clone()),
        _ => None,
    };
    let texts = pages.iter().flat_map(|page| page.marks.iter().filter_map(text));
    texts.flat_map(|text| text.chars().filter(|c| *c != ' ').collect::<Vec<_>>()).collect()
}

fn nothing_is_lost(slip: &AcceptanceSlip, pages: &[Page]) {
    let printed = letters(pages);
    let names = slip.components.iter().map(|component| &component.name);
    let lines = [&slip.applicant, &slip.procedure, &slip.return_place, &slip.number.text];
    for text in lines.into_iter().chain(slip.address.iter()) {
        let wanted: String = printable(fonts(), text).replace(' ', "");
        assert!(printed.contains(&wanted), "lost: {wanted}");
    }
    // A cell of a table that runs over a page is cut by the repeated head: look at every letter.
    let wanted: usize =
        names.map(|name| printable(fonts(), name).replace(' ', "").chars().count()).sum();
    assert!(printed.chars().count() >= 2 * wanted, "the table lost letters");
}

fn ordinary() -> AcceptanceSlip {
    serde_json::from_str(include_str!("../../tests/models/birth.json")).expect("the model reads")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_clerk_types_stays_on_the_paper(slip in slip()) {
        let pages = pages(&slip, Paper::A5);
        for page in &pages {
            nothing_leaves_the_margins(page);
            nothing_lies_on_anything_else(page);
        }
        nothing_is_lost(&slip, &pages);
    }

    #[test]
    fn a_blank_pad_stays_on_the_paper_too(head in head(), reception_unit in text()) {
        let (authority, place, number, _, training) = head;
        let pad = BlankPad { authority, place, reception_unit, numbers: vec![number], training };
        let template = template();
        let content = Content::blank(&pad, &pad.numbers[0], &template).expect("the pad is printable");
        for page in sheets(&content, Paper::A5, fonts()).expect("it is laid out") {
            nothing_leaves_the_margins(&page);
            nothing_lies_on_anything_else(&page);
        }
    }
}

#[test]
fn an_ordinary_slip_takes_one_sheet_a_copy() {
    assert_eq!(pages(&ordinary(), Paper::A5).len(), 2);
    assert_eq!(pages(&ordinary(), Paper::A4).len(), 1);
}

#[test]
fn on_a4_each_half_is_the_a5_sheet() {
    let upright = pages(&ordinary(), Paper::A5);
    let lying = pages(&ordinary(), Paper::A4).remove(0);
    assert_eq!((lying.width_mm, lying.height_mm), A4_MM);
    let moved = |(page, left): (&Page, f32)| -> Vec<Mark> {
        page.marks.iter().map(|mark| mark.moved(left, 0.0)).collect()
    };
    let halves = upright.iter().zip([0.0, A4_MM.0 / 2.0]).flat_map(moved);
    assert_eq!(lying.marks[1..], halves.collect::<Vec<_>>());
}

#[test]
fn seven_usual_papers_still_fit_on_one_sheet() {
    let mut slip = ordinary();
    let more = slip.components[2].clone();
    slip.components.extend([more.clone(), more.clone(), more]);
    assert_eq!(pages(&slip, Paper::A5).len(), 2, "a clerk would have to staple every slip");
}

#[test]
fn thirty_papers_take_a_second_sheet_with_the_table_head_again() {
    let mut slip = ordinary();
    slip.components = vec![slip.components[0].clone(); 30];
    let pages = pages(&slip, Paper::A5);
    assert_eq!(pages.len(), 4);
    let has = |page: &Page, wanted: &str| {
        page.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == wanted))
    };
    for page in &pages {
        assert!(has(page, "Thành phần hồ sơ"), "the head of the table is missing");
    }
    assert!(has(&pages[0], "Trang 1/2") && has(&pages[1], "Trang 2/2"));
}
