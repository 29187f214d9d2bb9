//! Biên nhận điện tử: when a dossier's records were made at the desk and when the province signed for them, to the second.
//!
//! No form of it is laid down. The paper tells; the file beside it proves: the codes carry the province's receipts, which
//! anyone who knows the province's key can check.

use jiff::civil::DateTime;
use serde::Deserialize;

use crate::codes::Qr;
use crate::compose::Composer;
use crate::flow::{Flow, Piece};
use crate::fonts::{Fonts, Style};
use crate::page::{Mark, Page, watermark};
use crate::paper::{A4_UPRIGHT_MM, A5_MM};
use crate::table::{ColumnLayout, Table};
use crate::text::Run;
use crate::wording::civil_moment;
use crate::{FormFault, pdf};

const LEFT_MM: f32 = 25.0;
const RIGHT_MM: f32 = 15.0;
const TOP_MM: f32 = 18.0;
const BOTTOM_MM: f32 = 15.0;
const PAGE_NUMBER_MM: f32 = 7.0;
const TITLE_PT: f32 = 15.0;
const TEXT_PT: f32 = 12.0;
const TABLE_PT: f32 = 11.0;
const SMALL_PT: f32 = 9.5;
const QR_MM: f32 = 38.0;
const TRAINING: &str = "TẬP HUẤN";
/// A month of a busy commune.
const ROWS_MAX: usize = 2_000;
/// Beyond these the paper names the file: one dossier is covered by one receipt, seldom by more than three.
const RECEIPTS_MAX: usize = 12;
const COLUMNS_MM: [f32; 4] = [10.0, 78.0, 41.0, 41.0];

/// What a proof of reception says. Times are local, to the second.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofSheet {
    /// The centre that recorded.
    pub unit: String,
    /// What is proven, as label and value ("Mã hồ sơ", …); 1 to 20.
    pub facts: Vec<(String, String)>,
    /// Heading of the second column.
    pub what: String,
    /// What was recorded, oldest first; at most 2,000.
    pub rows: Vec<ProofRow>,
    /// The province's receipts, 1 to 12.
    pub receipts: Vec<ProofReceipt>,
    /// The province's key, hexadecimal.
    pub gateway_key: String,
    /// When this paper was made.
    pub made_at: DateTime,
    /// A paper of a training store.
    #[serde(default)]
    pub training: bool,
}

/// A record, or a dossier's first record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofRow {
    /// What.
    pub what: String,
    /// When it was recorded at the desk, by the desk's clock.
    pub recorded_at: DateTime,
    /// When the province signed for it, by the province's clock; `None` while it has not.
    pub received_at: Option<DateTime>,
}

/// The province's signed word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofReceipt {
    /// When it was signed, by the province's clock.
    pub at: DateTime,
    /// All of it, as a code carries it: printable ASCII, at most 1,000 characters.
    pub code: String,
}

/// The sheet as a PDF, upright A4.
///
/// # Errors
/// [`FormFault::Field`] for a field outside its bounds, [`FormFault`] for a code that cannot be drawn.
pub fn proof_sheet(sheet: &ProofSheet, created: DateTime) -> Result<Vec<u8>, FormFault> {
    check(sheet)?;
    let fonts = Fonts::shared()?;
    pdf::write(fonts, "BIÊN NHẬN ĐIỆN TỬ", &pages(sheet, fonts)?, created)
}

fn check(sheet: &ProofSheet) -> Result<(), FormFault> {
    let field = |field, reason| Err(FormFault::Field { field, reason });
    if !(1..=20).contains(&sheet.facts.len()) {
        return field("facts", "not 1 to 20");
    }
    if sheet.rows.is_empty() || sheet.rows.len() > ROWS_MAX {
        return field("rows", "not 1 to 2,000");
    }
    if sheet.receipts.is_empty() || sheet.receipts.len() > RECEIPTS_MAX {
        return field("receipts", "not 1 to 12");
    }
    let readable = |receipt: &ProofReceipt| {
        receipt.code.len() <= 1_000 && receipt.code.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !sheet.receipts.iter().all(readable) {
        return field("receipts.code", "not printable ASCII of at most 1,000 characters");
    }
    Ok(())
}

fn pages(sheet: &ProofSheet, fonts: &Fonts) -> Result<Vec<Page>, FormFault> {
    let width_mm = A4_UPRIGHT_MM.0 - LEFT_MM - RIGHT_MM;
    let composer = Composer { fonts, width_mm, leading: 1.25 };
    let height = A4_UPRIGHT_MM.1 - TOP_MM - BOTTOM_MM - PAGE_NUMBER_MM;
    let mut flow = Flow::default();
    flow.push(composer.centred(&bold(&composer, &sheet.unit), TEXT_PT, 0.0));
    flow.push(composer.centred(&bold(&composer, "BIÊN NHẬN ĐIỆN TỬ"), TITLE_PT, 5.0));
    let subtitle = "Tỉnh đã nhận hồ sơ từ quầy, có chữ ký của cổng tiếp nhận";
    flow.push(composer.centred(&[composer.run(Style::Italic, subtitle)], TEXT_PT, 0.0));
    for (index, (label, value)) in sheet.facts.iter().enumerate() {
        let runs =
            [Run::new(Style::Regular, format!("{label}: ")), composer.run(Style::Bold, value)];
        flow.extend(composer.paragraph(&runs, TEXT_PT, if index == 0 { 5.0 } else { 0.8 }));
    }
    table(&composer, sheet, height, &mut flow);
    flow.extend(how_to_check(&composer, sheet));
    for receipt in &sheet.receipts {
        flow.push(receipt_piece(&composer, receipt)?);
    }
    let pages = flow.paginate(height);
    let count = pages.len();
    let page = |(index, area): (usize, Vec<Mark>)| {
        let number = (count > 1).then(|| page_number(&composer, index + 1, count, height));
        let area = area.into_iter().chain(number.into_iter().flatten());
        let mut marks: Vec<Mark> =
            sheet.training.then(|| training_mark(fonts)).into_iter().collect();
        marks.extend(area.map(|mark| mark.moved(LEFT_MM, TOP_MM)));
        Page { width_mm: A4_UPRIGHT_MM.0, height_mm: A4_UPRIGHT_MM.1, marks }
    };
    Ok(pages.into_iter().enumerate().map(page).collect())
}

fn table(composer: &Composer, sheet: &ProofSheet, page_mm: f32, flow: &mut Flow) {
    let columns = COLUMNS_MM
        .iter()
        .enumerate()
        .map(|(index, width_mm)| ColumnLayout { width_mm: *width_mm, centred: index == 0 });
    let table = Table { composer, columns: columns.collect(), size_pt: TABLE_PT, row_mm_min: 7.0 };
    let titles = ["STT", &sheet.what, "Ghi tại quầy lúc", "Tỉnh ký nhận lúc"];
    let head = table.head(titles.iter().map(|title| bold(composer, title)).collect()).with_gap(4.0);
    let lines_max = table.lines_in(page_mm - head.height_mm);
    let row = |(index, row): (usize, &ProofRow)| {
        let text = |text: &str| vec![composer.run(Style::Regular, text)];
        let received = row.received_at.map_or_else(|| "chưa có".to_owned(), to_the_second);
        let cells = [
            text(&(index + 1).to_string()),
            text(&row.what),
            text(&to_the_second(row.recorded_at)),
            text(&received),
        ];
        table.row(&cells, lines_max)
    };
    flow.push_table(head, sheet.rows.iter().enumerate().flat_map(row));
}

fn how_to_check(composer: &Composer, sheet: &ProofSheet) -> Vec<Piece> {
    const TELLS: &str = "Giờ ghi tại quầy theo đồng hồ máy tính của quầy; giờ ký nhận theo đồng hồ của tỉnh, nằm trong chữ ký. \
        Tỉnh có thể đã nhận sớm hơn giờ ký.";
    const CHECKS: &str = "Kiểm tra: mỗi mã dưới đây chứa một biên nhận tỉnh đã ký (đơn vị, thiết bị, số thứ tự, mã băm của nhật ký, giờ, chữ ký Ed25519), \
        kiểm được bằng khóa của tỉnh. Nội dung từng bản ghi kiểm bằng tệp biên nhận đi kèm: quay proof --check TỆP.";
    let made = format!("Lập lúc {}.", civil_moment(sheet.made_at));
    let key =
        format!("Khóa của tỉnh (đối chiếu với khóa tỉnh công bố): {}", grouped(&sheet.gateway_key));
    let texts = [
        (TELLS, Style::Regular),
        (CHECKS, Style::Regular),
        (&made, Style::Italic),
        (&key, Style::Regular),
    ];
    texts
        .into_iter()
        .flat_map(|(text, style)| composer.paragraph(&[composer.run(style, text)], SMALL_PT, 1.6))
        .collect()
}

/// The code at the left, what it holds in letters at its right.
fn receipt_piece(composer: &Composer, receipt: &ProofReceipt) -> Result<Piece, FormFault> {
    let code = Qr::of(&receipt.code)?;
    let left = QR_MM + 6.0;
    let title =
        [composer.run(Style::Bold, &format!("Biên nhận ký lúc {}", to_the_second(receipt.at)))];
    let mut marks = vec![code.place(QR_MM, 0.0, 2.0)];
    marks.extend(composer.set(&title, TEXT_PT, left, 2.0));
    let text = [composer.run(Style::Regular, &grouped(&receipt.code))];
    let lines = composer.setting(SMALL_PT).wrap(&text, composer.width_mm - left);
    let mut top = 2.0 + composer.line_mm(TEXT_PT) + 1.0;
    for line in &lines {
        marks.extend(composer.set(line, SMALL_PT, left, top));
        top += composer.line_mm(SMALL_PT);
    }
    Ok(Piece::new((QR_MM + 4.0).max(top + 2.0), marks).with_gap(3.0))
}

/// Long words are written in groups of eight, so that they wrap and an eye can follow them.
fn grouped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = characters.chunks(8).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

fn to_the_second(at: DateTime) -> String {
    at.strftime("%H:%M:%S %d/%m/%Y").to_string()
}

fn page_number(composer: &Composer, page: usize, pages: usize, top: f32) -> Vec<Mark> {
    let line = [Run::new(Style::Regular, format!("Trang {page}/{pages}"))];
    let left = composer.width_mm - composer.setting(SMALL_PT).width(&line);
    composer.set(&line, SMALL_PT, left, top + 2.0)
}

fn training_mark(fonts: &Fonts) -> Mark {
    let (across, down) = (A4_UPRIGHT_MM.0 - A5_MM.0, A4_UPRIGHT_MM.1 - A5_MM.1);
    watermark(fonts, TRAINING).moved(across / 2.0, down / 2.0)
}

fn bold(composer: &Composer, text: &str) -> Vec<Run> {
    vec![composer.run(Style::Bold, text)]
}
