//! The printed recovery key: the only way back to the data when the computer and its passphrase
//! are gone. Deliberately without any bar code: it is typed back by a person, never scanned.

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use crate::compose::{Composer, frame, rule};
use crate::flow::{Flow, Piece};
use crate::fonts::{Fonts, Style};
use crate::page::{Mark, Page, Stroke, watermark};
use crate::paper::A5_MM;
use crate::text::Run;
use crate::wording::civil_date;
use crate::{FormFault, pdf};

const MARGIN_MM: f32 = 12.0;
const TEXT_PT: f32 = 11.5;
const KEY_PT: f32 = 19.0;
const TRAINING: &str = "TẬP HUẤN";

/// What a recovery sheet says.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySheet {
    /// Whose data the key opens ("Trung tâm Phục vụ hành chính công phường Yên Bái").
    pub site: String,
    /// The desk ("Quầy 1").
    pub desk: String,
    /// The short name of the store, to tell two sheets apart.
    pub store: String,
    /// The day the key was made.
    pub made_on: Date,
    /// The groups of the key in their order: 1 to 24 groups of 1 to 8 printable ASCII characters.
    pub groups: Vec<String>,
    /// A key of a training store.
    #[serde(default)]
    pub training: bool,
}

/// The sheet as a PDF, one upright A5 page.
///
/// # Errors
/// [`FormFault::Field`] for groups that cannot be typed back, or texts longer than 200 characters.
pub fn recovery_sheet(sheet: &RecoverySheet, created: DateTime) -> Result<Vec<u8>, FormFault> {
    let fonts = Fonts::shared()?;
    let pages = pages(sheet, fonts)?;
    pdf::write(fonts, "TỜ KHÓA KHÔI PHỤC", &pages, created)
}

fn pages(sheet: &RecoverySheet, fonts: &Fonts) -> Result<Vec<Page>, FormFault> {
    check(sheet)?;
    let composer = Composer { fonts, width_mm: A5_MM.0 - 2.0 * MARGIN_MM, leading: 1.25 };
    let mut flow = Flow::default();
    flow.extend(head(&composer, sheet));
    flow.extend(key(&composer, &sheet.groups));
    flow.extend(guidance(&composer));
    flow.extend(custody(&composer));
    let page = |marks: Vec<Mark>| Page {
        width_mm: A5_MM.0,
        height_mm: A5_MM.1,
        marks: sheet
            .training
            .then(|| watermark(fonts, TRAINING))
            .into_iter()
            .chain(marks.iter().map(|mark| mark.moved(MARGIN_MM, MARGIN_MM)))
            .collect(),
    };
    let height = A5_MM.1 - 2.0 * MARGIN_MM;
    Ok(flow.paginate(height).into_iter().map(page).collect())
}

fn check(sheet: &RecoverySheet) -> Result<(), FormFault> {
    let field = |field, reason| Err(FormFault::Field { field, reason });
    let is_group = |group: &String| {
        (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !(1..=24).contains(&sheet.groups.len()) || !sheet.groups.iter().all(is_group) {
        return field("groups", "not 1 to 24 groups of 1 to 8 ASCII letters, digits or signs");
    }
    let texts = [("site", &sheet.site), ("desk", &sheet.desk), ("store", &sheet.store)];
    match texts.into_iter().find(|(_, text)| text.chars().count() > 200) {
        Some((name, _)) => field(name, "longer than 200 characters"),
        None => Ok(()),
    }
}

fn head(composer: &Composer, sheet: &RecoverySheet) -> Vec<Piece> {
    let fact = |label: &str, value: &str| {
        let runs =
            [Run::new(Style::Regular, format!("{label}: ")), composer.run(Style::Bold, value)];
        composer.paragraph(&runs, TEXT_PT, 0.6)
    };
    let mut pieces = vec![
        composer.centred(&[Run::new(Style::Bold, "TỜ KHÓA KHÔI PHỤC")], 16.0, 0.0),
        composer.centred(
            &[Run::new(Style::Italic, "Quầy Một Cửa - tài liệu mật của đơn vị")],
            11.0,
            0.0,
        ),
        Piece::new(2.0, Vec::new()),
    ];
    pieces.extend(fact("Đơn vị", &sheet.site));
    pieces.extend(fact("Quầy", &sheet.desk));
    pieces.extend(fact("Kho dữ liệu", &sheet.store));
    pieces.extend(fact("Ngày lập", &civil_date(sheet.made_on)));
    pieces
}

/// The groups in a box, three or four to a row so that rows come out even, each under its number:
/// whoever types them back keeps count.
fn key(composer: &Composer, groups: &[String]) -> Vec<Piece> {
    const ROW_MM: f32 = 14.0;
    let per_row: u8 = if groups.len().is_multiple_of(4) { 4 } else { 3 };
    let column_mm = composer.width_mm / f32::from(per_row);
    let rows = groups.chunks(usize::from(per_row));
    let height = ROW_MM * rows.len() as f32 + 2.0;
    let mut marks = frame(0.0, 0.0, composer.width_mm, height, Stroke::Strong);
    let mut ordinal = 0;
    let mut top = 1.5;
    for row in rows {
        let mut centre = column_mm / 2.0;
        for group in row {
            ordinal += 1;
            let number = [Run::new(Style::Regular, ordinal.to_string())];
            marks.extend(composer.set_centred(&number, 8.5, centre, top));
            let group = [composer.run(Style::Bold, group)];
            let size = fitting(composer, &group, column_mm - 2.0);
            marks.extend(composer.set_centred(&group, size, centre, top + 4.0));
            centre += column_mm;
        }
        top += ROW_MM;
    }
    vec![Piece::new(height, marks).with_gap(4.0)]
}

/// The key's size, less where a wide group would touch its neighbour.
fn fitting(composer: &Composer, group: &[Run], width_mm: f32) -> f32 {
    let width = composer.setting(KEY_PT).width(group);
    if width > width_mm { KEY_PT * width_mm / width } else { KEY_PT }
}

fn guidance(composer: &Composer) -> Vec<Piece> {
    const LINES: &[(&str, &str)] = &[
        (
            "Dùng khi nào: ",
            "máy hỏng, quên mật khẩu hoặc khôi phục từ bản sao lưu. Không có khóa này và mật khẩu thì không ai đọc lại được dữ liệu.",
        ),
        (
            "Cất ở đâu: ",
            "cho vào phong bì niêm phong, cất trong két hoặc tủ có khóa của lãnh đạo; không để cạnh máy tính, không chụp ảnh, không gửi qua mạng.",
        ),
        (
            "Cách dùng: ",
            "mở Quầy Một Cửa, chọn “Dùng khóa khôi phục”, gõ lần lượt từng nhóm theo số thứ tự. Chữ hoa hay chữ thường đều được.",
        ),
        (
            "Nếu lộ hoặc mất tờ này: ",
            "báo người quản trị để tạo khóa mới; tờ cũ phải hủy có biên bản.",
        ),
    ];
    let line = |(label, text): &(&str, &str)| {
        let runs = [Run::new(Style::Bold, *label), Run::new(Style::Regular, *text)];
        composer.paragraph(&runs, TEXT_PT, 2.2)
    };
    LINES.iter().flat_map(line).collect()
}

/// Who keeps the sheet, since when: two dotted lines and a signature.
fn custody(composer: &Composer) -> Vec<Piece> {
    let label = [Run::new(Style::Regular, "Người giữ (họ tên, chức vụ, ký): ")];
    let left = composer.setting(TEXT_PT).width(&label);
    let mut first = composer.set(&label, TEXT_PT, 0.0, 4.0);
    let base = 4.0 + composer.line_mm(TEXT_PT) * 0.86;
    first.push(rule(left, composer.width_mm, base, Stroke::Dotted));
    let second = vec![rule(0.0, composer.width_mm, 7.0, Stroke::Dotted)];
    let mut first = Piece::new(4.0 + composer.line_mm(TEXT_PT), first);
    first.keep_with_next = true;
    vec![first, Piece::new(8.0, second)]
}
