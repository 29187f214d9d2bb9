//! The look of the papers, kept as small pictures. After a wanted change:
//! `KEEP_PICTURES=1 cargo test -p forms --test paper picture`, then look at every one of them.

use std::path::{Path, PathBuf};

use forms::{AcceptanceSlip, BlankPad, Paper, RecoverySheet, blank_pad, recovery_sheet};
use jiff::civil::{date, datetime};

use super::reading::Printed;
use super::{birth, created, print, signing, template};

const DOTS_PER_INCH: usize = 60;
/// Mean difference of grey over the whole page, of 255: another release of the renderer smooths
/// edges differently; a line that moved by its own height is far above.
const PAGE_MEAN_MAX: f64 = 1.5;
/// The same in any square of [`SQUARE`] dots.
const SQUARE_MEAN_MAX: f64 = 40.0;
const SQUARE: usize = 12;
const KEPT_BYTES_MAX: u64 = 60 * 1024;

struct Grey {
    width: usize,
    dots: Vec<u8>,
}

fn read(path: &Path) -> Grey {
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("the picture is there"));
    let mut reader = png::Decoder::new(file).read_info().expect("it is a PNG");
    let mut dots = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut dots).expect("it is whole");
    assert_eq!(info.bit_depth, png::BitDepth::Eight);
    // Some releases of the renderer write grey pictures in colour.
    let channels = info.color_type.samples();
    Grey { width: info.width as usize, dots: dots.chunks(channels).map(|dot| dot[0]).collect() }
}

fn keep(picture: &Grey, path: &Path) {
    let file = std::fs::File::create(path).expect("the picture can be kept");
    let height = picture.dots.len() / picture.width;
    let mut encoder = png::Encoder::new(file, picture.width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().expect("it is written");
    writer.write_image_data(&picture.dots).expect("it is written");
}

fn mean(differences: impl Iterator<Item = u8>) -> f64 {
    let (sum, count) =
        differences.fold((0_u64, 0_u64), |(sum, count), d| (sum + u64::from(d), count + 1));
    sum as f64 / count.max(1) as f64
}

/// The worst square and the whole page, as mean differences.
fn compare(kept: &Grey, now: &Grey) -> (f64, f64) {
    assert_eq!((kept.width, kept.dots.len()), (now.width, now.dots.len()), "another size of paper");
    let differences: Vec<u8> =
        kept.dots.iter().zip(&now.dots).map(|(a, b)| a.abs_diff(*b)).collect();
    let rows: Vec<&[u8]> = differences.chunks(kept.width).collect();
    let square = |top: usize, left: usize| {
        let lines = rows.iter().skip(top).take(SQUARE);
        mean(lines.flat_map(move |row| row.iter().skip(left).take(SQUARE).copied()))
    };
    let squares = (0..rows.len())
        .step_by(SQUARE)
        .flat_map(|top| (0..kept.width).step_by(SQUARE).map(move |left| (top, left)));
    let worst = squares.map(|(top, left)| square(top, left)).fold(0.0, f64::max);
    (worst, mean(differences.iter().copied()))
}

fn check(name: &str, pdf: &[u8], page: usize) {
    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/{name}.png"));
    let printed = Printed::new(pdf);
    let now = read(&printed.picture(page, DOTS_PER_INCH));
    if std::env::var_os("KEEP_PICTURES").is_some() {
        keep(&now, &kept);
    }
    let (worst, whole) = compare(&read(&kept), &now);
    assert!(whole <= PAGE_MEAN_MAX, "{name} looks different: {whole:.2} over the page");
    assert!(worst <= SQUARE_MEAN_MAX, "{name} looks different: {worst:.1} in one place");
    let size = std::fs::metadata(&kept).expect("the picture is there").len();
    assert!(size <= KEPT_BYTES_MAX, "{name}: {size} bytes");
}

/// Everything that may stand on a slip.
fn marked() -> AcceptanceSlip {
    let mut slip = birth();
    slip.training = true;
    slip.number.provisional = true;
    slip.reprint = 2;
    slip.email = Some("luongdv@example.vn".to_owned());
    slip.entered_at = Some(datetime(2026, 11, 24, 8, 0, 0, 0));
    slip
}

#[test]
fn an_ordinary_slip_looks_as_it_did() {
    check("slip_a5", &print(&birth(), Paper::A5), 1);
    check("slip_a4", &print(&birth(), Paper::A4), 1);
}

#[test]
fn a_slip_with_every_mark_looks_as_it_did() {
    check("slip_marks_a5", &print(&marked(), Paper::A5), 2);
}

#[test]
fn a_slip_over_two_sheets_looks_as_it_did() {
    let mut slip = birth();
    slip.components = vec![slip.components[2].clone(); 14];
    let pdf = print(&slip, Paper::A5);
    check("slip_long_1", &pdf, 1);
    check("slip_long_2", &pdf, 2);
}

#[test]
fn a_blank_slip_looks_as_it_did() {
    let pad = BlankPad {
        authority: "UBND PHƯỜNG YÊN BÁI".to_owned(),
        place: "Yên Bái".to_owned(),
        reception_unit: "Trung tâm Phục vụ hành chính công phường Yên Bái".to_owned(),
        numbers: vec![birth().number],
        training: false,
    };
    check("pad_a5", &blank_pad(&pad, &template(), Paper::A5, created()).expect("it prints"), 1);
}

#[test]
fn a_recovery_sheet_looks_as_it_did() {
    let groups = ["7KQ4", "M2ZD", "X9PA", "4TGH", "WB3N", "R6YE", "2CVK", "HJ8S", "0QDM"];
    let sheet = RecoverySheet {
        site: "Trung tâm Phục vụ hành chính công phường Yên Bái".to_owned(),
        desk: "Quầy 1".to_owned(),
        store: "YB-04252-1".to_owned(),
        made_on: date(2026, 11, 23),
        groups: groups.map(str::to_owned).to_vec(),
        training: false,
    };
    check("recovery_a5", &recovery_sheet(&sheet, created()).expect("it prints"), 1);
}

#[test]
fn a_signature_sheet_looks_as_it_did() {
    check("signature_a4", &signing::print(&signing::visit()), 1);
}

#[test]
fn a_moved_line_is_noticed() {
    let printed = Printed::new(&print(&birth(), Paper::A5));
    let kept = read(&printed.picture(1, DOTS_PER_INCH));
    let mut slip = birth();
    slip.submitter = None;
    let other = Printed::new(&print(&slip, Paper::A5));
    let (worst, whole) = compare(&kept, &read(&other.picture(1, DOTS_PER_INCH)));
    assert!(whole > PAGE_MEAN_MAX || worst > SQUARE_MEAN_MAX, "{whole:.2} {worst:.1}");
}
