//! Phiếu ký nhận kết quả: what one person took home in one visit, signed once for all of it.
//!
//! No form of it is laid down: Circular 03/2025/TT-VPCP knows the register (form 07), in which each result has a cell to
//! sign. The words therefore stand here; the head is that of the dated template.

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use crate::compose::Composer;
use crate::flow::{Flow, Piece};
use crate::fonts::{Fonts, Style};
use crate::letterhead::Letterhead;
use crate::page::{Mark, Page, watermark};
use crate::paper::{A4_UPRIGHT_MM, A5_MM};
use crate::table::{ColumnLayout, Table};
use crate::template::SlipTemplate;
use crate::text::Run;
use crate::wording::{civil_moment, date_parts, fill};
use crate::{FormFault, pdf};

/// Left as Decree 30/2020/NĐ-CP has it (30 to 35 mm), less what a register's binding does not need here.
const LEFT_MM: f32 = 25.0;
const RIGHT_MM: f32 = 15.0;
const TOP_MM: f32 = 18.0;
const BOTTOM_MM: f32 = 15.0;
const TEXT_PT: f32 = 13.0;
const TABLE_PT: f32 = 11.5;
const SMALL_PT: f32 = 11.0;
const TITLE_PT: f32 = 15.0;
/// Room for a hand to sign.
const SIGNATURE_MM: f32 = 26.0;
const PAGE_NUMBER_MM: f32 = 7.0;
/// One visit: more than a hundred results are several sheets.
const RESULTS_MAX: usize = 100;
/// Ordinal, number, procedure, applicant, what was given: together the width of the text area.
const COLUMNS_MM: [f32; 5] = [10.0, 46.0, 47.0, 32.0, 35.0];
const TITLES: [&str; 5] =
    ["STT", "Mã hồ sơ", "Thủ tục hành chính", "Chủ hồ sơ", "Kết quả, giấy tờ bản chính trả lại"];

/// What a signature sheet says. Texts are those of the records; nothing is asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureSheet {
    /// The agency above the centre, upper case ("UBND PHƯỜNG YÊN BÁI"). ≤ 200 characters.
    pub authority: String,
    /// Where the sheet is made ("Yên Bái"). ≤ 100 characters.
    pub place: String,
    /// The day printed in the head.
    pub issued_on: Date,
    /// "Nơi trả kết quả: …".
    pub reception_unit: String,
    /// When the results were handed over, local time.
    pub returned_at: DateTime,
    /// Who took them: one person, or each applicant who took his own.
    pub collected_by: Vec<Collected>,
    /// What was handed over: 1 to 100 results.
    pub results: Vec<ReturnedResult>,
    /// The name under "NGƯỜI TRẢ KẾT QUẢ".
    pub officer: String,
    /// A paper of a training store: marked "TẬP HUẤN" across the sheet.
    #[serde(default)]
    pub training: bool,
}

/// A person who took results home.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// Full name.
    pub name: String,
    /// What else is said of the person: number of the paper shown, capacity, authority.
    #[serde(default)]
    pub details: Vec<String>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnedResult {
    /// The dossier's number; empty where it has none.
    pub number: String,
    /// The procedure, with its case where it has cases.
    pub procedure: String,
    /// The applicant.
    pub applicant: String,
    /// The result paper ("Kết quả số 125/2026").
    pub result: String,
    /// Originals that the desk had kept and gave back.
    #[serde(default)]
    pub originals: Vec<String>,
}

/// The sheet as a PDF, upright A4.
///
/// # Errors
/// [`FormFault::Field`] without results, with too many, or with a head that is too long.
pub fn signature_sheet(
    sheet: &SignatureSheet,
    template: &SlipTemplate,
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    let fonts = Fonts::shared()?;
    check(sheet)?;
    pdf::write(fonts, "PHIẾU KÝ NHẬN KẾT QUẢ", &pages(sheet, template, fonts), created)
}

fn check(sheet: &SignatureSheet) -> Result<(), FormFault> {
    let field = |field, reason| Err(FormFault::Field { field, reason });
    if !(1..=RESULTS_MAX).contains(&sheet.results.len()) {
        return field("results", "not 1 to 100 results");
    }
    if sheet.authority.chars().count() > 200 {
        return field("authority", "longer than 200 characters");
    }
    if sheet.place.chars().count() > 100 {
        return field("place", "longer than 100 characters");
    }
    Ok(())
}

fn pages(sheet: &SignatureSheet, template: &SlipTemplate, fonts: &Fonts) -> Vec<Page> {
    let width_mm = A4_UPRIGHT_MM.0 - LEFT_MM - RIGHT_MM;
    let composer = Composer { fonts, width_mm, leading: 1.25 };
    let height = A4_UPRIGHT_MM.1 - TOP_MM - BOTTOM_MM - PAGE_NUMBER_MM;
    let mut flow = Flow::default();
    if sheet.training {
        flow.push(training_banner(&composer, template));
    }
    flow.push(head(&composer, sheet, template).with_gap(0.8));
    flow.push(composer.centred(&bold("PHIẾU KÝ NHẬN KẾT QUẢ"), TITLE_PT, 8.0));
    flow.push(composer.centred(&bold("giải quyết thủ tục hành chính"), TEXT_PT, 0.0));
    flow.extend(facts(&composer, sheet));
    table(&composer, sheet, height, &mut flow);
    flow.extend(composer.paragraph(&receipt(sheet), TEXT_PT, 3.0));
    flow.keep_last_with_next(2);
    flow.extend(signatures(&composer, sheet));
    let pages = flow.paginate(height);
    let count = pages.len();
    let page = |(index, area): (usize, Vec<Mark>)| {
        let number = (count > 1).then(|| page_number(&composer, index + 1, count, height));
        let area = area.into_iter().chain(number.into_iter().flatten());
        let mut marks: Vec<Mark> =
            sheet.training.then(|| training_mark(fonts, template)).into_iter().collect();
        marks.extend(area.map(|mark| mark.moved(LEFT_MM, TOP_MM)));
        Page { width_mm: A4_UPRIGHT_MM.0, height_mm: A4_UPRIGHT_MM.1, marks }
    };
    pages.into_iter().enumerate().map(page).collect()
}

fn head(composer: &Composer, sheet: &SignatureSheet, template: &SlipTemplate) -> Piece {
    let authority = [("authority", sheet.authority.clone())];
    let agency: Vec<String> =
        template.head.agency.iter().map(|line| fill(line, &authority)).collect();
    let mut date = date_parts(sheet.issued_on);
    date.push(("place", sheet.place.clone()));
    let place_date = fill(&template.head.place_date, &date);
    let letterhead = Letterhead {
        composer: *composer,
        agency: &agency,
        nation: &template.head.nation,
        motto: &template.head.motto,
        place_date: &place_date,
        head_pt: 12.0,
        date_pt: TEXT_PT,
    };
    let left_mm = composer.width_mm * 0.42;
    let (mut marks, agency_mm) = letterhead.agency(left_mm);
    let (nation, nation_mm) = letterhead.nation((left_mm + 2.0, composer.width_mm));
    marks.extend(nation);
    Piece::new(agency_mm.max(nation_mm), marks)
}

fn facts(composer: &Composer, sheet: &SignatureSheet) -> Vec<Piece> {
    let fact = |label: &str, value: Vec<Run>, gap| {
        let runs: Vec<Run> =
            std::iter::once(Run::new(Style::Regular, format!("{label}: "))).chain(value).collect();
        composer.paragraph(&runs, TEXT_PT, gap)
    };
    let regular = |text: &str| vec![composer.run(Style::Regular, text)];
    let collectors = sheet.collected_by.iter().map(|collected| {
        let mut value = vec![composer.run(Style::Bold, &collected.name)];
        value.extend(collected.details.iter().flat_map(|detail| {
            [Run::new(Style::Regular, ", "), composer.run(Style::Regular, detail)]
        }));
        fact("Người nhận kết quả", value, 1.2)
    });
    let mut pieces = fact("Nơi trả kết quả", regular(&sheet.reception_unit), 5.0);
    pieces.extend(collectors.flatten());
    pieces.extend(fact("Thời gian nhận", regular(&civil_moment(sheet.returned_at)), 1.2));
    pieces
}

fn table(composer: &Composer, sheet: &SignatureSheet, page_mm: f32, flow: &mut Flow) {
    let columns = COLUMNS_MM
        .iter()
        .enumerate()
        .map(|(index, width_mm)| ColumnLayout { width_mm: *width_mm, centred: index == 0 });
    let table = Table { composer, columns: columns.collect(), size_pt: TABLE_PT, row_mm_min: 8.0 };
    let head = table.head(TITLES.iter().map(|title| bold(title)).collect()).with_gap(3.0);
    let lines_max = table.lines_in(page_mm - head.height_mm);
    let row = |(index, result): (usize, &ReturnedResult)| {
        let text = |text: &str| vec![composer.run(Style::Regular, text)];
        let given = std::iter::once(&result.result).chain(&result.originals);
        let given = given.filter(|paper| !paper.trim().is_empty()).map(String::as_str);
        let cells = [
            text(&(index + 1).to_string()),
            text(&result.number),
            text(&result.procedure),
            text(&result.applicant),
            text(&given.collect::<Vec<_>>().join("; ")),
        ];
        table.row(&cells, lines_max)
    };
    flow.push_table(head, sheet.results.iter().enumerate().flat_map(row));
}

/// What the signature stands for.
fn receipt(sheet: &SignatureSheet) -> Vec<Run> {
    let originals = sheet.results.iter().any(|result| !result.originals.is_empty());
    let originals = if originals {
        " và các giấy tờ bản chính ghi ở trên"
    } else {
        " ghi ở trên"
    };
    let count = sheet.results.len();
    vec![Run::new(Style::Italic, format!("Tôi đã nhận đủ {count:02} kết quả{originals}."))]
}

/// The one who takes at the left, the one who gives at the right. A name is printed under the left signature only where
/// it is clear whose it is.
fn signatures(composer: &Composer, sheet: &SignatureSheet) -> Vec<Piece> {
    let taker = match sheet.collected_by.as_slice() {
        [one] => one.name.as_str(),
        _ => "",
    };
    let row = |style, size_pt, texts: [&str; 2]| {
        let centres = [composer.width_mm * 0.25, composer.width_mm * 0.75];
        let columns = texts.into_iter().zip(centres).map(|(text, centre)| {
            let width = composer.width_mm / 2.0 - 6.0;
            let lines =
                composer.setting(size_pt).wrap_balanced(&[composer.run(style, text)], width);
            composer.stack_centred(&lines, size_pt, centre, 0.0)
        });
        let (marks, heights): (Vec<_>, Vec<f32>) = columns.unzip();
        let height = heights.into_iter().fold(0.0, f32::max);
        let mut piece = Piece::new(height, marks.concat());
        piece.keep_with_next = true;
        piece
    };
    let mut names = row(Style::Bold, TEXT_PT, [taker, &sheet.officer]);
    names.gap_mm = SIGNATURE_MM;
    names.keep_with_next = false;
    vec![
        row(Style::Bold, TEXT_PT, ["NGƯỜI NHẬN KẾT QUẢ", "NGƯỜI TRẢ KẾT QUẢ"]).with_gap(5.0),
        row(Style::Italic, SMALL_PT, ["(Ký, ghi rõ họ tên)", "(Ký, ghi rõ họ tên)"]),
        names,
    ]
}

fn page_number(composer: &Composer, page: usize, pages: usize, top: f32) -> Vec<Mark> {
    let line = [Run::new(Style::Regular, format!("Trang {page}/{pages}"))];
    let left = composer.width_mm - composer.setting(SMALL_PT).width(&line);
    composer.set(&line, SMALL_PT, left, top + 2.0)
}

/// Over everything on a sheet of a training store, as on a slip.
fn training_banner(composer: &Composer, template: &SlipTemplate) -> Piece {
    let marks = &template.marks;
    let banner = [
        composer.run(Style::Bold, &marks.training),
        Run::new(Style::Italic, " - "),
        composer.run(Style::Italic, &marks.training_note),
    ];
    composer.centred(&banner, SMALL_PT, 0.0)
}

fn training_mark(fonts: &Fonts, template: &SlipTemplate) -> Mark {
    let (across, down) = (A4_UPRIGHT_MM.0 - A5_MM.0, A4_UPRIGHT_MM.1 - A5_MM.1);
    watermark(fonts, &template.marks.training).moved(across / 2.0, down / 2.0)
}

fn bold(text: &str) -> Vec<Run> {
    vec![Run::new(Style::Bold, text)]
}
