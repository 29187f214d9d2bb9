//! Due dates whose answers are known: from the law, from practice, from the calendar of 2026.

mod common;

use common::{at, calendar, limit, rules};
use domain::deadline::{DueDate, StepCode, due};

fn answer(received: &str, limit_text: &str) -> DueDate {
    due(limit(limit_text), at(received), &calendar(), &rules()).expect("within the calendar")
}

/// The rule a case defends, when it was received, its limit, and the answer.
fn check(cases: &[(&str, &str, &str, &str)]) {
    for (rule, received, limit_text, expected) in cases {
        let due = answer(received, limit_text);
        assert_eq!(due.due_at, Some(at(expected)), "{rule}: {received} {limit_text}");
    }
}

#[test]
fn the_suggested_answers_of_2026() {
    check(&[
        ("same day", "2026-11-26 09:10", "same-day", "2026-11-26 17:00"),
        ("after 15:00 the next working day", "2026-11-26 15:20", "same-day", "2026-11-27 17:00"),
        ("24/11 is a holiday", "2026-11-23 10:00", "3wd", "2026-11-27 10:00"),
        ("Tết 16 to 20/2", "2026-02-13 10:00", "2wd", "2026-02-24 10:00"),
        ("27/4 off in lieu of Giỗ Tổ", "2026-04-24 09:00", "2wd", "2026-04-29 09:00"),
        ("Saturday 22/8 is worked", "2026-08-21 09:00", "1wd", "2026-08-22 09:00"),
        ("30 days", "2026-03-30 09:00", "30cd", "2026-04-29 09:00"),
        ("a period ending on 1/5 rolls to Monday", "2026-04-01 09:00", "30cd", "2026-05-04 09:00"),
    ]);
}

#[test]
fn what_arrives_outside_office_hours_counts_from_the_next_session() {
    check(&[
        ("before opening", "2026-11-25 06:50", "1wd", "2026-11-26 07:30"),
        ("in the lunch break", "2026-11-25 12:10", "1wd", "2026-11-26 13:30"),
        ("after closing", "2026-11-25 18:05", "1wd", "2026-11-27 07:30"),
        ("on a Sunday", "2026-11-22 09:00", "1wd", "2026-11-25 07:30"),
        ("on a holiday", "2026-11-24 09:00", "1wd", "2026-11-26 07:30"),
        ("on Friday night", "2026-11-27 21:00", "2h", "2026-11-30 09:30"),
        ("at the closing minute it is still today", "2026-11-25 17:00", "1wd", "2026-11-26 17:00"),
        ("at the last minute of the morning", "2026-11-25 11:30", "1wd", "2026-11-26 11:30"),
        ("seconds are not on the slip", "2026-11-25 17:00:59", "1wd", "2026-11-26 17:00"),
        ("same day on a Saturday", "2026-11-28 09:00", "same-day", "2026-11-30 17:00"),
        ("same day in the evening", "2026-11-25 19:00", "same-day", "2026-11-26 17:00"),
        ("calendar days from a Saturday", "2026-11-28 09:00", "3cd", "2026-12-03 07:30"),
    ]);
}

#[test]
fn the_same_day_cut_off_includes_its_own_minute() {
    check(&[
        ("15:00 is in time", "2026-11-26 15:00", "same-day", "2026-11-26 17:00"),
        ("15:01 is not", "2026-11-26 15:01", "same-day", "2026-11-27 17:00"),
        ("after 15:00 on Friday", "2026-11-27 15:01", "same-day", "2026-11-30 17:00"),
        ("after 15:00 before a holiday", "2026-11-23 16:00", "same-day", "2026-11-25 17:00"),
        ("before a worked Saturday", "2026-08-21 16:00", "same-day", "2026-08-22 17:00"),
    ]);
}

#[test]
fn hours_run_only_while_the_office_is_open() {
    check(&[
        ("within the morning", "2026-11-25 08:00", "2h", "2026-11-25 10:00"),
        ("across lunch", "2026-11-25 10:30", "2h", "2026-11-25 14:30"),
        ("overnight", "2026-11-25 16:00", "2h", "2026-11-26 08:30"),
        ("across a holiday", "2026-11-23 16:00", "2h", "2026-11-25 08:30"),
        ("across a weekend", "2026-11-27 16:30", "1h", "2026-11-30 08:00"),
        ("a session used up ends at its closing", "2026-11-25 07:30", "4h", "2026-11-25 11:30"),
        (
            "eight hours are more than a day of seven and a half",
            "2026-11-25 07:30",
            "8h",
            "2026-11-26 08:00",
        ),
        ("into a worked Saturday", "2026-08-21 16:00", "2h", "2026-08-22 08:30"),
        ("from the closing minute", "2026-11-25 17:00", "1h", "2026-11-26 08:30"),
    ]);
}

#[test]
fn every_holiday_of_2025_is_off_and_its_swap_is_worked() {
    check(&[
        ("Tết Dương lịch", "2024-12-31 09:00", "1wd", "2025-01-02 09:00"),
        ("Tết Ất Tỵ 27 to 31/1", "2025-01-24 09:00", "1wd", "2025-02-03 09:00"),
        ("Giỗ Tổ on Monday 7/4", "2025-04-04 09:00", "1wd", "2025-04-08 09:00"),
        ("Saturday 26/4 is worked for 2/5", "2025-04-25 09:00", "1wd", "2025-04-26 09:00"),
        ("30/4, 1/5 and the swapped 2/5", "2025-04-29 09:00", "1wd", "2025-05-05 09:00"),
        ("Quốc khánh 1 and 2/9", "2025-08-29 09:00", "1wd", "2025-09-03 09:00"),
        ("24/11 was a working day before 2026", "2025-11-21 09:00", "1wd", "2025-11-24 09:00"),
    ]);
}

#[test]
fn quoc_khanh_2026_is_five_days_in_exchange_for_a_saturday() {
    check(&[
        ("31/8 swapped, 1 and 2/9", "2026-08-28 09:00", "1wd", "2026-09-03 09:00"),
        (
            "the worked Saturday is a day like any other",
            "2026-08-22 09:00",
            "1wd",
            "2026-08-24 09:00",
        ),
    ]);
}

#[test]
fn a_year_not_yet_announced_is_counted_provisionally_and_says_so() {
    // Tết Đinh Mùi is Saturday 6/2/2027: Friday to Tuesday off, and two working days in lieu.
    let due = answer("2027-02-04 09:00", "1wd");
    assert_eq!(due.due_at, Some(at("2027-02-12 09:00")));
    assert!(due.provisional);
    let said = due.steps.iter().find(|step| step.code == StepCode::Provisional).expect("a step");
    assert_eq!(
        said.text,
        "Lịch nghỉ năm 2027 chưa công bố, tạm tính theo ngày lễ cố định và âm lịch."
    );
}

#[test]
fn a_late_entry_of_a_year_before_the_pack_says_so_too() {
    let due = answer("2024-12-30 09:00", "1wd");
    let said = due.steps.iter().find(|step| step.code == StepCode::Provisional).expect("a step");
    assert_eq!(
        said.text,
        "Lịch nghỉ năm 2024 không có trong gói lịch, tạm tính theo ngày lễ cố định và âm lịch."
    );
}

#[test]
fn an_announced_year_is_not_called_provisional() {
    assert!(!answer("2026-11-23 10:00", "3wd").provisional);
    assert!(answer("2026-12-30 10:00", "3wd").provisional, "1/1/2027 is counted");
}

#[test]
fn a_procedure_without_a_limit_has_no_due_date() {
    let due = answer("2026-11-23 10:00", "none");
    assert_eq!(due.due_at, None);
    assert_eq!(due.steps.last().map(|step| step.code), Some(StepCode::NoLimit));
}

#[test]
fn a_count_past_the_last_day_of_the_calendar_is_refused() {
    let result = due(limit("30wd"), at("9999-12-20 09:00"), &calendar(), &rules());
    assert!(result.is_err());
}
