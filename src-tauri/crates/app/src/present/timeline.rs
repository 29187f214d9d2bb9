//! The timeline: who, when, what, in words. Records of a newer version are shown as such, never hidden.

use super::{at, due, limit_words};
use crate::views::TimelineEntry;
use domain::dossier::event::{CollectorKind, Event};
use domain::officer::Act;
use domain::procedure::vnd;
use domain::time::{long_time, office_time, short_date};
use protocol::{Fact, FactFault, Header};
use store::StoredRecord;

/// One entry a record, oldest first.
pub fn timeline(records: &[StoredRecord]) -> Vec<TimelineEntry> {
    records.iter().filter_map(entry).collect()
}

fn entry(record: &StoredRecord) -> Option<TimelineEntry> {
    let Some(body) = &record.body else {
        return Some(strange(record, "Nội dung đã được hủy theo quy định"));
    };
    let later = "Việc do phiên bản phần mềm mới hơn ghi nhận";
    if Header::placed(&record.header).is_ok_and(|header| header.is_newer()) {
        return Some(strange(record, later));
    }
    match Fact::decode(&record.kind, body) {
        Ok(Fact::Dossier(event)) => Some(known(&event)),
        Ok(Fact::Office(_)) => None,
        Err(FactFault::UnknownKind(_)) => Some(strange(record, later)),
        Err(FactFault::Body { .. }) => Some(strange(record, "Bản ghi không đọc được")),
    }
}

fn known(event: &Event) -> TimelineEntry {
    let act = event.act();
    let (title, mut lines) = words(event);
    common_lines(act, &mut lines);
    TimelineEntry {
        at: at(act.at),
        at_words: long_time(office_time(act.at)),
        title,
        lines,
        done_by: act.done_by.clone(),
        recorded_by: act.recorded_by_name.clone(),
        late: matches!(event, Event::Received(received) if received.late.is_some()),
        kind: event.kind().word().into(),
    }
}

fn strange(record: &StoredRecord, title: &str) -> TimelineEntry {
    TimelineEntry {
        at: String::new(),
        at_words: String::new(),
        title: title.into(),
        lines: vec![record.kind.clone()],
        done_by: String::new(),
        recorded_by: String::new(),
        late: false,
        kind: record.kind.clone(),
    }
}

fn common_lines(act: &Act, lines: &mut Vec<String>) {
    if act.done_by != act.recorded_by_name {
        lines.push(format!(
            "Ghi nhận thay: {} thực hiện, {} ghi.",
            act.done_by, act.recorded_by_name
        ));
    }
    if let Some(number) = &act.paper_number {
        lines.push(format!("Theo văn bản số {number}."));
    }
    if let Some(note) = &act.note {
        lines.push(note.clone());
    }
}

fn words(event: &Event) -> (String, Vec<String>) {
    let title = |text: &str| text.to_owned();
    match event {
        Event::Submitted(e) => (
            format!("Nộp trực tuyến trên {}", e.system),
            vec![format!("Số trên cổng: {}.", e.number), format!("Thủ tục: {}.", e.procedure_name)],
        ),
        Event::Resubmitted(e) => {
            (title("Công dân đã bổ sung trên cổng"), e.words.iter().cloned().collect())
        }
        Event::Received(e) => {
            let mut lines = Vec::new();
            if let Some(number) = &e.number {
                let kind = if number.provisional { "mã tạm" } else { "mã hồ sơ" };
                lines.push(format!("Cấp {kind} {}.", number.text));
            }
            lines.push(format!(
                "Thời hạn {}; hẹn trả {}.",
                limit_words(&e.due.limit).to_lowercase(),
                due(&e.due).words
            ));
            if let Some(late) = &e.late {
                lines.push(format!(
                    "Nhập bổ sung lúc {}; lý do: {}; {} đồng ý.",
                    long_time(office_time(e.recorded_at)),
                    late.reason,
                    late.approved_by
                ));
            }
            (title("Tiếp nhận hồ sơ"), lines)
        }
        Event::Forwarded(e) => (format!("Chuyển xử lý: {}", e.to), Vec::new()),
        Event::Assigned(e) => (format!("Phân công: {}", e.to), Vec::new()),
        Event::Examined(_) => (title("Thẩm định xong"), Vec::new()),
        Event::Checked(_) => (title("Trưởng phòng chuyên môn đã kiểm tra"), Vec::new()),
        Event::Signed(_) => (title("Lãnh đạo đã ký"), Vec::new()),
        Event::ResultNumbered(e) => {
            let date = e.date.map(|date| format!(" ngày {}", short_date(date))).unwrap_or_default();
            (format!("Văn thư cấp số {}{date}", e.number), Vec::new())
        }
        Event::ResultReady(e) => {
            let lines = [e.result.clone(), e.shelf.as_ref().map(|shelf| format!("Ngăn {shelf}."))];
            (title("Đã có kết quả tại quầy"), lines.into_iter().flatten().collect())
        }
        Event::ResultReturned(e) => returned(e),
        Event::ResultTakenBack(e) => (
            title("Thu hồi kết quả để giải quyết lại"),
            reasons(&e.reason, e.approved_by.as_deref()),
        ),
        Event::SupplementRequested(e) => {
            let mut lines = vec![format!("Cần bổ sung: {}.", e.components.join("; "))];
            lines.extend(reasons(&e.reason, e.approved_by.as_deref()));
            let when = match e.ordinal {
                0 => "trước khi tiếp nhận".to_owned(),
                ordinal => format!("lần {ordinal}"),
            };
            (format!("Yêu cầu bổ sung {when}"), lines)
        }
        Event::SupplementReceived(e) => {
            let mut lines = vec![format!("Hẹn trả mới: {}.", due(&e.due).words)];
            if !e.components.is_empty() {
                lines.insert(0, format!("Đã nhận: {}.", e.components.join("; ")));
            }
            (title("Đã nhận đủ bổ sung, tính lại thời hạn"), lines)
        }
        Event::PaymentRequested(e) => (
            format!("Yêu cầu nghĩa vụ tài chính {}", vnd(i64::from(e.amount_vnd))),
            reasons(&e.reason, None),
        ),
        Event::PaymentConfirmed(e) => {
            let receipt = e.receipt_number.as_ref().map(|number| format!("Biên lai {number}."));
            (format!("Đã nộp tiền ({})", e.method), receipt.into_iter().collect())
        }
        Event::Extended(e) => {
            let mut lines = vec![format!("Hẹn trả mới: {}.", due(&e.due).words)];
            lines.extend(reasons(&e.reason, Some(&e.approved_by)));
            (format!("Xin lỗi, hẹn lại lần {}", e.ordinal), lines)
        }
        Event::WithdrawalRequested(e) => {
            (title("Công dân yêu cầu rút hồ sơ"), reasons(&e.reason, None))
        }
        Event::Stopped(e) => {
            (format!("Dừng giải quyết, {} quyết định", e.decided_by), reasons(&e.reason, None))
        }
        Event::Refused(e) => {
            (format!("Từ chối giải quyết, {} quyết định", e.decided_by), reasons(&e.reason, None))
        }
        Event::ShelfSet(e) => (format!("Đặt kết quả vào ngăn {}", e.shelf), Vec::new()),
        Event::ApplicantCalled(_) => (title("Đã gọi công dân"), Vec::new()),
        Event::ExternalNumberSet(e) => (
            format!("Số bên {}: {}", e.system, e.number),
            vec![format!("Ngày {}.", short_date(e.date))],
        ),
        Event::NumberGiven(e) => (format!("Số chính thức {}", e.number.text), Vec::new()),
        Event::Corrected(e) => {
            let mut lines: Vec<String> = e
                .changes
                .iter()
                .map(|change| {
                    format!("{}: \"{}\" thành \"{}\".", change.field, change.from, change.to)
                })
                .collect();
            lines.extend(reasons(&e.reason, None));
            (title("Sửa thông tin chủ hồ sơ"), lines)
        }
        Event::Noted(_) => (title("Ghi chú"), Vec::new()),
        Event::FileAttached(e) => (format!("Đính kèm {}", e.file.name), Vec::new()),
        Event::FileReplaced(e) => (format!("Thay tài liệu bằng {}", e.file.name), Vec::new()),
        Event::Resolved(e) => (
            format!("Đã chọn thông tin đúng cho {} mục", e.fields.len()),
            reasons(&e.reason, Some(&e.approved_by)),
        ),
    }
}

fn returned(event: &domain::dossier::event::ResultReturned) -> (String, Vec<String>) {
    let collector = &event.collector;
    let as_whom = match collector.kind {
        CollectorKind::Applicant => "chủ hồ sơ",
        CollectorKind::Submitter => "người nộp",
        CollectorKind::Proxy => "người nhận thay",
    };
    let mut lines = vec![format!("Người nhận: {} ({as_whom}).", collector.full_name)];
    if let Some(paper) = &collector.authority_paper {
        lines.push(format!("Giấy tờ nhận thay: {paper}."));
    }
    if event.lost_slip {
        lines.push("Mất giấy hẹn, đã kiểm tra giấy tờ tùy thân.".into());
    }
    if event.originals_returned {
        lines.push("Đã trả lại bản chính.".into());
    }
    ("Đã trả kết quả".into(), lines)
}

fn reasons(reason: &str, approved_by: Option<&str>) -> Vec<String> {
    let mut lines = vec![format!("Lý do: {reason}.")];
    if let Some(name) = approved_by {
        lines.push(format!("{name} đồng ý."));
    }
    lines
}
