//! Pages of marks turned into the bytes of a PDF, the same bytes for the same pages.

use jiff::civil::DateTime;
use lopdf::{Object, StringFormat};
use printpdf::{
    Color, CurTransMat, Greyscale, Line, LineCapStyle, LineDashPattern, LinePoint, Mm, Op,
    PaintMode, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, PdfWarnMsg, Point,
    Polygon, PolygonRing, Pt, TextItem, TextMatrix, WindingOrder,
};

use crate::FormFault;
use crate::fonts::{Fonts, MM_PER_PT, Style};
use crate::page::{Mark, Page, Stroke};

/// How dark the watermark is: light enough that text over it stays black on paper.
const WATERMARK_GREY: f32 = 0.87;
/// How dark the line to cut along is.
const CUT_GREY: f32 = 0.6;

/// Writes `pages` as a PDF. `created` is the desk's local time, printed in the file's properties
/// with Vietnam's offset. Nothing in the file depends on a clock or on earlier calls.
pub(crate) fn write(
    fonts: &Fonts,
    title: &str,
    pages: &[Page],
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    if !pages.iter().all(|page| page.holds_everything(fonts)) {
        return Err(FormFault::OffPage);
    }
    let mut document = PdfDocument::new(title);
    for style in Style::ALL {
        let font = PdfFont::new(fonts.program(style).clone());
        document.resources.fonts.map.insert(font_id(style), font);
    }
    document.with_pages(pages.iter().map(|page| sheet(fonts, page)).collect());
    let mut warnings = Vec::new();
    let mut file = document.to_lopdf_document(&PdfSaveOptions::default(), &mut warnings);
    refuse_if_damaged(&warnings)?;
    identify(&mut file, title, pages, created)?;
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(|source| FormFault::Pdf(source.to_string()))?;
    Ok(bytes)
}

fn sheet(fonts: &Fonts, page: &Page) -> PdfPage {
    let ops = page.marks.iter().flat_map(|mark| draw(fonts, mark, page.height_mm));
    PdfPage::new(Mm(page.width_mm), Mm(page.height_mm), ops.collect())
}

fn draw(fonts: &Fonts, mark: &Mark, page_height_mm: f32) -> Vec<Op> {
    let at = |x: f32, y: f32| (points(x), points(page_height_mm - y));
    match mark {
        Mark::Text { x, y, size_pt, style, text } => {
            let (x, y) = at(*x, *y);
            let pos = Point { x: Pt(x), y: Pt(y) };
            text_ops(Op::SetTextCursor { pos }, *style, *size_pt, text)
        }
        Mark::Rule { from, to, stroke } => rule_ops(at(from.0, from.1), at(to.0, to.1), *stroke),
        Mark::Modules { x, y, cell, dark } => {
            let (x, y) = at(*x, *y);
            module_ops([fine(cell.0), 0.0, 0.0, -fine(cell.1), x, y], dark)
        }
        Mark::Watermark { centre, size_pt, angle_deg, text } => {
            watermark_ops(fonts, at(centre.0, centre.1), *size_pt, *angle_deg, text)
        }
    }
}

fn text_ops(place: Op, style: Style, size_pt: f32, text: &str) -> Vec<Op> {
    vec![
        Op::StartTextSection,
        Op::SetFont { font: PdfFontHandle::External(font_id(style)), size: Pt(size_pt) },
        place,
        Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
        Op::EndTextSection,
    ]
}

fn rule_ops(from: (f32, f32), to: (f32, f32), stroke: Stroke) -> Vec<Op> {
    let mut ops = match stroke {
        Stroke::Thin => vec![thickness(0.5)],
        Stroke::Strong => vec![thickness(0.9)],
        Stroke::Dotted => vec![
            Op::SaveGraphicsState,
            thickness(0.7),
            Op::SetLineCapStyle { cap: LineCapStyle::Round },
            dashes(0.0, 2.0),
        ],
        Stroke::Cut => vec![
            Op::SaveGraphicsState,
            thickness(0.4),
            Op::SetOutlineColor { col: grey(CUT_GREY) },
            dashes(4.0, 4.0),
        ],
    };
    let end = |(x, y)| LinePoint { p: Point { x: Pt(x), y: Pt(y) }, bezier: false };
    let line = Line { points: vec![end(from), end(to)], is_closed: false };
    ops.push(Op::DrawLine { line });
    if matches!(stroke, Stroke::Dotted | Stroke::Cut) {
        ops.push(Op::RestoreGraphicsState);
    }
    ops
}

/// All dark modules as one path, so that no viewer shows seams between them.
fn module_ops(grid: [f32; 6], dark: &[(u16, u16, u16)]) -> Vec<Op> {
    let ring = |&(column, row, wide): &(u16, u16, u16)| {
        let (left, right) = (f32::from(column), f32::from(column + wide));
        let (top, bottom) = (f32::from(row), f32::from(row + 1));
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let points =
            corners.map(|(x, y)| LinePoint { p: Point { x: Pt(x), y: Pt(y) }, bezier: false });
        PolygonRing { points: points.to_vec() }
    };
    let polygon = Polygon {
        rings: dark.iter().map(ring).collect(),
        mode: PaintMode::Fill,
        winding_order: WindingOrder::NonZero,
    };
    vec![
        Op::SaveGraphicsState,
        Op::SetTransformationMatrix { matrix: CurTransMat::Raw(grid) },
        Op::DrawPolygon { polygon },
        Op::RestoreGraphicsState,
    ]
}

fn watermark_ops(
    fonts: &Fonts,
    centre: (f32, f32),
    size_pt: f32,
    angle_deg: f32,
    text: &str,
) -> Vec<Op> {
    let (sin, cos) = angle_deg.to_radians().sin_cos();
    // The base line starts half the text's length back along the slope and a third of the size
    // below the centre, so that the letters sit on the middle of the page.
    let back = points(fonts.width_mm(Style::Bold, size_pt, text)) / 2.0;
    let down = size_pt / 3.0;
    let x = centre.0 - back * cos + down * sin;
    let y = centre.1 - back * sin - down * cos;
    let matrix = TextMatrix::Raw([cos, sin, -sin, cos, round(x), round(y)]);
    let mut ops = vec![Op::SaveGraphicsState, Op::SetFillColor { col: grey(WATERMARK_GREY) }];
    ops.extend(text_ops(Op::SetTextMatrix { matrix }, Style::Bold, size_pt, text));
    ops.push(Op::RestoreGraphicsState);
    ops
}

fn thickness(pt: f32) -> Op {
    Op::SetOutlineThickness { pt: Pt(pt) }
}

fn dashes(dash: f32, gap: f32) -> Op {
    let dash = LineDashPattern::new(0.0, &[dash, gap]);
    Op::SetLineDashPattern { dash }
}

fn grey(percent: f32) -> Color {
    Color::Greyscale(Greyscale { percent, icc_profile: None })
}

fn font_id(style: Style) -> printpdf::FontId {
    printpdf::FontId(style.resource_name().to_owned())
}

/// Millimetres as points, to a hundredth: 4 µm, far below what a printer can place.
fn points(mm: f32) -> f32 {
    round(mm / MM_PER_PT)
}

fn round(pt: f32) -> f32 {
    (pt * 100.0).round() / 100.0
}

/// A module's side in points, to a ten-thousandth: the error adds up over a whole symbol.
fn fine(mm: f32) -> f32 {
    (mm / MM_PER_PT * 10_000.0).round() / 10_000.0
}

/// A font that could not be cut down or embedded gives a paper with wrong letters: not printed.
fn refuse_if_damaged(warnings: &[PdfWarnMsg]) -> Result<(), FormFault> {
    match warnings.first() {
        Some(warning) => Err(FormFault::Pdf(format!("{warning:?}"))),
        None => Ok(()),
    }
}

/// Gives the file its dates and an identity made from its own content; `printpdf` would count
/// up a number per process, and two prints of one paper would differ.
fn identify(
    file: &mut lopdf::Document,
    title: &str,
    pages: &[Page],
    created: DateTime,
) -> Result<(), FormFault> {
    let fault = |source: lopdf::Error| FormFault::Pdf(source.to_string());
    let moment = created.strftime("D:%Y%m%d%H%M%S+07'00'").to_string();
    let digest = fingerprint(&format!("{title}{moment}{pages:?}"));
    let id = Object::String(digest.to_be_bytes().to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
    let info = file.trailer.get(b"Info").and_then(Object::as_reference);
    let info = file.get_dictionary_mut(info.map_err(fault)?).map_err(fault)?;
    for key in ["CreationDate", "ModDate"] {
        info.set(key, Object::string_literal(moment.as_str()));
    }
    Ok(())
}

/// FNV-1a, 128 bits: names a file by its content; not a protection against forgery.
fn fingerprint(content: &str) -> u128 {
    content.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    })
}
