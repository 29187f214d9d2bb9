//! The rules a procedures pack must keep beyond its shape. Every fault is named with its place.

use super::{Case, Component, ComponentKind, Procedure, ProcedurePack, Review, TimeRule, TimeUnit};
use crate::pack::PackFault;
use std::collections::{BTreeMap, BTreeSet};

const LABEL_CHARS_MAX: usize = 80;
const SHORT_NAME_CHARS_MAX: usize = 60;
const COPIES_MAX: u8 = 20;

impl ProcedurePack {
    /// Every fault of the pack, in file order; empty when it is fit for a desk.
    pub fn faults(&self) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let mut seen = BTreeMap::new();
        for (i, procedure) in self.procedures.iter().enumerate() {
            let place = format!("procedures[{i}]");
            if let Some(first) = seen.insert(procedure.code.as_str(), i) {
                faults.push(PackFault::new(
                    format!("{place}.code"),
                    format!("Mã {} đã có ở procedures[{first}]", procedure.code),
                ));
            }
            procedure_faults(procedure, &self.role_labels, &place, &mut faults);
        }
        self.reference_faults(&mut faults);
        faults
    }

    fn reference_faults(&self, faults: &mut Vec<PackFault>) {
        let codes: BTreeSet<&str> = self.procedures.iter().map(|p| p.code.as_str()).collect();
        for (i, code) in self.busiest.iter().enumerate() {
            if !codes.contains(code.as_str()) {
                faults.push(PackFault::new(
                    format!("busiest[{i}]"),
                    format!("Không có thủ tục mã {code} trong gói"),
                ));
            }
        }
    }
}

fn procedure_faults(
    procedure: &Procedure,
    role_labels: &BTreeMap<String, String>,
    place: &str,
    faults: &mut Vec<PackFault>,
) {
    let mut fault = |field: &str, message: String| {
        faults.push(PackFault::new(format!("{place}.{field}"), message))
    };
    if !is_code(&procedure.code) {
        fault(
            "code",
            format!("Mã thủ tục phải có dạng N.NNNNNN, không phải \"{}\"", procedure.code),
        );
    }
    if procedure.short_name.chars().count() > SHORT_NAME_CHARS_MAX {
        fault("short_name", format!("Tên ngắn dài quá {SHORT_NAME_CHARS_MAX} ký tự"));
    }
    for role in procedure.subject_roles.iter().filter(|role| !role_labels.contains_key(*role)) {
        fault("subject_roles", format!("Vai trò \"{role}\" không có nhãn trong role_labels"));
    }
    if procedure.review == Review::Needed
        && procedure.review_reason.as_deref().unwrap_or("").is_empty()
    {
        fault("review_reason", "Thủ tục cần rà soát phải nêu lý do".into());
    }
    if procedure.cases.is_empty() {
        fault("cases", "Phải có ít nhất một trường hợp".into());
    }
    time_faults(&procedure.time, &format!("{place}.time"), faults);
    let mut ids = BTreeSet::new();
    for (i, case) in procedure.cases.iter().enumerate() {
        let place = format!("{place}.cases[{i}]");
        if !ids.insert(case.id.as_str()) {
            faults.push(PackFault::new(
                format!("{place}.id"),
                format!("Trường hợp \"{}\" bị lặp", case.id),
            ));
        }
        case_faults(case, &place, faults);
    }
}

fn case_faults(case: &Case, place: &str, faults: &mut Vec<PackFault>) {
    if let Some(time) = &case.time {
        time_faults(time, &format!("{place}.time"), faults);
    }
    if case.components.is_empty() {
        faults.push(PackFault::new(
            format!("{place}.components"),
            "Phải có ít nhất một thành phần hồ sơ",
        ));
    }
    for (i, component) in case.components.iter().enumerate() {
        component_faults(component, &format!("{place}.components[{i}]"), faults);
    }
}

fn component_faults(component: &Component, place: &str, faults: &mut Vec<PackFault>) {
    let mut fault = |field: &str, message: String| {
        faults.push(PackFault::new(format!("{place}.{field}"), message))
    };
    let length = component.label.chars().count();
    if !(4..=LABEL_CHARS_MAX).contains(&length) {
        fault("label", format!("Nhãn phải dài 4–{LABEL_CHARS_MAX} ký tự, đang dài {length}"));
    }
    if component.label.contains('…') || component.label.contains("...") {
        fault("label", "Nhãn bị cắt cụt (có dấu ba chấm)".into());
    }
    let copies = &component.copies;
    if [copies.original, copies.certified, copies.plain].into_iter().any(|n| n > COPIES_MAX) {
        fault("copies", format!("Số bản quá {COPIES_MAX}: hãy kiểm tra lại"));
    }
    if component.kind == ComponentKind::DataReplaced
        && copies.original + copies.certified + copies.plain > 0
    {
        fault("copies", "Giấy tờ đã thay bằng dữ liệu thì không ghi số bản".into());
    }
}

fn time_faults(time: &TimeRule, place: &str, faults: &mut Vec<PackFault>) {
    let counted =
        matches!(time.unit, TimeUnit::WorkingDay | TimeUnit::CalendarDay | TimeUnit::Hour);
    if counted && time.value.unwrap_or(0) == 0 {
        faults.push(PackFault::new(format!("{place}.value"), "Thời hạn phải là số từ 1 trở lên"));
    }
    if time.cutoff_hour.is_some_and(|hour| !(0..=23).contains(&hour)) {
        faults.push(PackFault::new(format!("{place}.cutoff_hour"), "Giờ chốt phải từ 0 đến 23"));
    }
}

fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 8
        && bytes[1] == b'.'
        && bytes.iter().enumerate().all(|(i, b)| i == 1 || b.is_ascii_digit())
}
