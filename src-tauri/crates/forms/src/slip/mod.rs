//! The layout of the acceptance slip: content and template become sheets of paper.

mod body;
mod content;
mod foot;
mod head;
#[cfg(test)]
mod tests;

use jiff::civil::DateTime;

use crate::compose::{Composer, upright};
use crate::flow::Flow;
use crate::fonts::Fonts;
use crate::page::{Mark, Page, Stroke, watermark};
use crate::paper::{A4_MM, A5_MM, Paper};
use crate::template::{Density, SlipTemplate};
use crate::{FormFault, pdf};
pub(crate) use content::Content;

/// Room for the page number when a slip takes more than one sheet.
const PAGE_NUMBER_MM: f32 = 5.0;

/// What the parts of a slip are laid out with.
#[derive(Clone, Copy)]
struct Sheet<'a> {
    content: &'a Content<'a>,
    template: &'a SlipTemplate,
    density: &'a Density,
    composer: Composer<'a>,
}

/// Prints slips, both copies of each, one after the other.
pub(crate) fn print(
    slips: &[Content],
    paper: Paper,
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    let fonts = Fonts::shared()?;
    let title = match slips {
        [] => return Err(FormFault::Field { field: "slips", reason: "nothing to print" }),
        [slip] => format!("{} {}", slip.template.title, slip.number.text),
        [slip, ..] => slip.template.title.clone(),
    };
    let mut pages = Vec::new();
    for slip in slips {
        pages.append(&mut sheets(slip, paper, fonts)?);
    }
    pdf::write(fonts, &title, &pages, created)
}

/// The sheets of one slip.
fn sheets(slip: &Content, paper: Paper, fonts: &Fonts) -> Result<Vec<Page>, FormFault> {
    let copies = copies(slip, fonts)?;
    Ok(match paper {
        Paper::A5 => copies.into_iter().flatten().collect(),
        Paper::A4 => side_by_side(&copies),
    })
}

/// The A5 pages of every copy, as few as possible and set as roomily as that allows.
fn copies(slip: &Content, fonts: &Fonts) -> Result<Vec<Vec<Page>>, FormFault> {
    let (Some((first, others)), Some((roomy, tighter))) =
        (slip.template.copies.split_first(), slip.template.sheet.densities.split_first())
    else {
        return Ok(Vec::new());
    };
    let mut best = (roomy, copy_pages(slip, roomy, first, fonts)?);
    for density in tighter {
        if best.1.len() == 1 {
            break;
        }
        let pages = copy_pages(slip, density, first, fonts)?;
        if pages.len() < best.1.len() {
            best = (density, pages);
        }
    }
    let (density, pages) = best;
    let mut copies = vec![pages];
    for copy in others {
        copies.push(copy_pages(slip, density, copy, fonts)?);
    }
    Ok(copies)
}

fn copy_pages(
    slip: &Content,
    density: &Density,
    copy: &str,
    fonts: &Fonts,
) -> Result<Vec<Page>, FormFault> {
    let template = slip.template;
    let margins = &template.sheet;
    let sheet = Sheet {
        content: slip,
        template,
        density,
        composer: Composer {
            fonts,
            width_mm: A5_MM.0 - margins.left_mm - margins.right_mm,
            leading: density.leading,
        },
    };
    let height = A5_MM.1 - margins.top_mm - margins.bottom_mm;
    let height_with_number = height - PAGE_NUMBER_MM;
    let mut flow = Flow::default();
    if slip.training {
        flow.push(head::training_banner(&sheet));
    }
    flow.push(head::columns(&sheet)?.with_gap(0.8));
    flow.extend(head::title(&sheet, copy));
    body::add(&mut flow, &sheet, height_with_number);
    foot::add(&mut flow, &sheet);
    flow.spread(height, density.spread_mm);
    let mut pages = flow.paginate(height);
    if pages.len() > 1 {
        pages = flow.paginate(height_with_number);
        let count = pages.len();
        for (index, page) in pages.iter_mut().enumerate() {
            page.extend(foot::page_number(&sheet, index + 1, count, height_with_number));
        }
    }
    Ok(pages.into_iter().map(|marks| page(&sheet, &marks)).collect())
}

/// A text area on its sheet of A5, over the watermark of a training store.
fn page(sheet: &Sheet, area: &[Mark]) -> Page {
    let margins = &sheet.template.sheet;
    let mut marks = Vec::new();
    if sheet.content.training {
        marks.push(watermark(sheet.composer.fonts, &sheet.template.marks.training));
    }
    marks.extend(area.iter().map(|mark| mark.moved(margins.left_mm, margins.top_mm)));
    Page { width_mm: A5_MM.0, height_mm: A5_MM.1, marks }
}

/// The copies beside each other on lying A4: cut in the middle, each half is an A5 sheet.
fn side_by_side(copies: &[Vec<Page>]) -> Vec<Page> {
    let count = copies.iter().map(Vec::len).max().unwrap_or(0);
    let middle = A4_MM.0 / 2.0;
    let page = |index: usize| {
        let mut marks = vec![upright(middle, 4.0, A4_MM.1 - 4.0, Stroke::Cut)];
        for (pages, left) in copies.iter().zip([0.0, middle]) {
            let half = pages.get(index).into_iter().flat_map(|page| &page.marks);
            marks.extend(half.map(|mark| mark.moved(left, 0.0)));
        }
        Page { width_mm: A4_MM.0, height_mm: A4_MM.1, marks }
    };
    (0..count).map(page).collect()
}
