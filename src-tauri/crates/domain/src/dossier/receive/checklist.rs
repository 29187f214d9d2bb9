//! The two-column checklist: paper and scan of every component.

use super::super::event::{ComponentTaken, PaperState, ScanState};
use super::ComponentLine;
use crate::procedure::{Case, Component, ComponentKind, Required};
use crate::refusal::Refusal;
use crate::text::normalise;

const COUNT_MAX: u16 = 99;
const LABEL_CHARS_MAX: usize = 300;
const LINES_MAX: usize = 200;

/// The lines as handed over, checked; what the pack requires when none were.
pub fn components(
    case: &Case,
    lines: Option<Vec<ComponentLine>>,
    reviewed: bool,
) -> Result<Vec<ComponentTaken>, Vec<Refusal>> {
    let Some(lines) = lines else {
        return Ok(expected(case, reviewed));
    };
    if lines.len() > LINES_MAX {
        return Err(vec![Refusal::of(
            "too_many",
            "components",
            format!("Quá {LINES_MAX} dòng thành phần hồ sơ."),
        )]);
    }
    let mut faults = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let taken = lines
        .into_iter()
        .enumerate()
        .filter_map(|(i, line)| {
            let place = format!("components[{i}]");
            if !seen.insert(line.index) {
                faults.push(Refusal::of(
                    "repeated",
                    format!("{place}.index"),
                    format!("Thành phần số {} bị lặp.", line.index),
                ));
            }
            let Some(component) = case.components.get(usize::from(line.index)) else {
                faults.push(Refusal::of(
                    "component_unknown",
                    format!("{place}.index"),
                    format!(
                        "Trường hợp này chỉ có {} thành phần (đánh số từ 0).",
                        case.components.len()
                    ),
                ));
                return None;
            };
            faults.extend(line_faults(&line, &place));
            Some(line_taken(component, line, reviewed))
        })
        .collect();
    if faults.is_empty() { Ok(taken) } else { Err(faults) }
}

/// What the pack expects at the desk, every required line taken as received.
pub fn expected(case: &Case, reviewed: bool) -> Vec<ComponentTaken> {
    case.at_the_desk()
        .filter(|(_, component)| {
            component.required == Required::Yes || component.kind == ComponentKind::DataReplaced
        })
        .map(|(index, component)| {
            let line = ComponentLine {
                index: u16::try_from(index).unwrap_or(u16::MAX),
                label: None,
                originals: component.copies.original.into(),
                certified: component.copies.certified.into(),
                copies: component.copies.plain.into(),
                state: usual_state(component.kind),
                scan: ScanState::default(),
                keep_original: false,
            };
            line_taken(component, line, reviewed)
        })
        .collect()
}

fn usual_state(kind: ComponentKind) -> PaperState {
    match kind {
        ComponentKind::Submit => PaperState::Received,
        ComponentKind::Present => PaperState::ReturnedOriginal,
        ComponentKind::DataReplaced => PaperState::HasData,
    }
}

fn line_taken(component: &Component, line: ComponentLine, reviewed: bool) -> ComponentTaken {
    let edited = line
        .label
        .as_deref()
        .map(normalise)
        .filter(|label| !label.is_empty() && *label != component.label);
    ComponentTaken {
        index: Some(line.index),
        reviewed: reviewed || edited.is_some(),
        label: edited.unwrap_or_else(|| component.label.clone()),
        kind: component.kind,
        originals: line.originals,
        certified: line.certified,
        copies: line.copies,
        state: line.state,
        scan: line.scan,
        keep_original: line.keep_original,
    }
}

fn line_faults(line: &ComponentLine, place: &str) -> Vec<Refusal> {
    let counts =
        [("originals", line.originals), ("certified", line.certified), ("copies", line.copies)];
    let mut faults: Vec<Refusal> = counts
        .into_iter()
        .filter(|(_, count)| *count > COUNT_MAX)
        .map(|(field, _)| {
            Refusal::of(
                "count_out_of_range",
                format!("{place}.{field}"),
                format!("Số bản phải từ 0 đến {COUNT_MAX}."),
            )
        })
        .collect();
    if line.label.as_deref().is_some_and(|label| label.chars().count() > LABEL_CHARS_MAX) {
        faults.push(Refusal::of(
            "too_long",
            format!("{place}.label"),
            format!("Tên giấy tờ dài quá {LABEL_CHARS_MAX} ký tự."),
        ));
    }
    faults
}
