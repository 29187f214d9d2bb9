//! What the officer reads out: the sentences behind a due date.

mod common;

use common::{at, calendar, limit, rules};
use domain::deadline::{
    DeadlineRules, DueDate, ExtendFault, Extension, Supplement, SupplementRule, Terms,
    after_supplement, due, extend,
};

fn answer(received: &str, limit_text: &str) -> DueDate {
    due(limit(limit_text), at(received), &calendar(), &rules()).expect("within the calendar")
}

/// The story as `code: sentence` lines.
fn story(due: &DueDate) -> Vec<String> {
    due.steps.iter().map(|step| format!("{}: {}", step.code.as_str(), step.text)).collect()
}

fn check(due: &DueDate, expected: &[&str]) {
    assert_eq!(story(due), expected);
}

#[test]
fn a_holiday_on_the_way_is_named_with_its_resolution() {
    check(
        &answer("2026-11-23 10:00", "3wd"),
        &[
            "received: Tiếp nhận lúc 10:00, Thứ Hai, 23/11/2026.",
            "limit: Thời hạn 3 ngày làm việc; ngày đầu 23/11/2026 không tính (Điều 147 Bộ luật Dân sự 2015).",
            "day_off: Thứ Ba, 24/11/2026: nghỉ Ngày Văn hóa Việt Nam (NQ 28/2026/QH16), không tính.",
            "counted: Thứ Tư, 25/11/2026 đến Thứ Sáu, 27/11/2026: ngày làm việc thứ 1 đến thứ 3.",
            "due: Hẹn trả: 10 giờ 00 phút, ngày 27 tháng 11 năm 2026 (Thứ Sáu).",
        ],
    );
}

#[test]
fn tet_is_told_in_one_sentence_with_every_day_in_it() {
    let due = answer("2026-02-13 10:00", "2wd");
    check(
        &due,
        &[
            "received: Tiếp nhận lúc 10:00, Thứ Sáu, 13/02/2026.",
            "limit: Thời hạn 2 ngày làm việc; ngày đầu 13/02/2026 không tính (Điều 147 Bộ luật Dân sự 2015).",
            "weekly_rest: Thứ Bảy, 14/02/2026 và Chủ Nhật, 15/02/2026: nghỉ hằng tuần, không tính.",
            "day_off: Thứ Hai, 16/02/2026 đến Thứ Sáu, 20/02/2026: nghỉ Tết Nguyên đán (TB 9441/TB-BNV), không tính.",
            "weekly_rest: Thứ Bảy, 21/02/2026 và Chủ Nhật, 22/02/2026: nghỉ hằng tuần, không tính.",
            "counted: Thứ Hai, 23/02/2026 đến Thứ Ba, 24/02/2026: ngày làm việc thứ 1 đến thứ 2.",
            "due: Hẹn trả: 10 giờ 00 phút, ngày 24 tháng 02 năm 2026 (Thứ Ba).",
        ],
    );
    assert_eq!(due.steps[3].skipped.len(), 5);
}

#[test]
fn reception_in_the_lunch_break_says_the_hours_and_from_when_it_counts() {
    check(
        &answer("2026-11-25 12:10", "2h"),
        &[
            "received: Tiếp nhận lúc 12:10, Thứ Tư, 25/11/2026.",
            "next_session: Nhận ngoài giờ làm việc (07:30–11:30, 13:30–17:00): tính từ 13:30, Thứ Tư, 25/11/2026.",
            "limit: Thời hạn 2 giờ làm việc: chỉ tính trong giờ làm việc.",
            "counted: Thứ Tư, 25/11/2026: tính 2 giờ là đủ.",
            "due: Hẹn trả: 15 giờ 30 phút, ngày 25 tháng 11 năm 2026 (Thứ Tư).",
        ],
    );
}

#[test]
fn a_day_that_gave_no_minute_is_not_told_as_counted() {
    let told = story(&answer("2026-11-25 17:00", "1h"));
    assert_eq!(
        told[2..],
        [
            "counted: Thứ Năm, 26/11/2026: tính 1 giờ là đủ.",
            "due: Hẹn trả: 08 giờ 30 phút, ngày 26 tháng 11 năm 2026 (Thứ Năm).",
        ]
    );
}

#[test]
fn reception_on_friday_night_explains_the_weekend_before_the_count_begins() {
    check(
        &answer("2026-11-27 21:00", "8h"),
        &[
            "received: Tiếp nhận lúc 21:00, Thứ Sáu, 27/11/2026.",
            "weekly_rest: Thứ Bảy, 28/11/2026 và Chủ Nhật, 29/11/2026: nghỉ hằng tuần, không tính.",
            "next_session: Nhận ngoài giờ làm việc (07:30–11:30, 13:30–17:00): tính từ 07:30, Thứ Hai, 30/11/2026.",
            "limit: Thời hạn 8 giờ làm việc: chỉ tính trong giờ làm việc.",
            "counted: Thứ Hai, 30/11/2026 đến Thứ Ba, 01/12/2026: tính 8 giờ là đủ.",
            "due: Hẹn trả: 08 giờ 00 phút, ngày 01 tháng 12 năm 2026 (Thứ Ba).",
        ],
    );
}

#[test]
fn a_same_day_paper_received_late_says_the_cut_off_and_the_worked_saturday() {
    check(
        &answer("2026-08-21 15:30", "same-day"),
        &[
            "received: Tiếp nhận lúc 15:30, Thứ Sáu, 21/08/2026.",
            "limit: Thời hạn trong ngày (nhận sau 15:00 thì trả ngày làm việc tiếp theo).",
            "after_cutoff: Nhận sau 15:00: trả vào ngày làm việc tiếp theo, lúc hết giờ làm việc.",
            "worked_day: Thứ Bảy, 22/08/2026: làm bù cho Thứ Hai, 31/08/2026 (TB 9441/TB-BNV).",
            "due: Hẹn trả: 17 giờ 00 phút, ngày 22 tháng 8 năm 2026 (Thứ Bảy).",
        ],
    );
}

#[test]
fn an_evening_before_a_worked_saturday_counts_from_that_saturday_and_says_why() {
    check(
        &answer("2026-08-21 18:00", "1wd"),
        &[
            "received: Tiếp nhận lúc 18:00, Thứ Sáu, 21/08/2026.",
            "next_session: Nhận ngoài giờ làm việc (07:30–11:30, 13:30–17:00): tính từ 07:30, Thứ Bảy, 22/08/2026.",
            "worked_day: Thứ Bảy, 22/08/2026: làm bù cho Thứ Hai, 31/08/2026 (TB 9441/TB-BNV).",
            "limit: Thời hạn 1 ngày làm việc; ngày đầu 22/08/2026 không tính (Điều 147 Bộ luật Dân sự 2015).",
            "weekly_rest: Chủ Nhật, 23/08/2026: nghỉ hằng tuần, không tính.",
            "counted: Thứ Hai, 24/08/2026: ngày làm việc thứ 1.",
            "due: Hẹn trả: 07 giờ 30 phút, ngày 24 tháng 8 năm 2026 (Thứ Hai).",
        ],
    );
}

#[test]
fn a_calendar_period_that_ends_on_a_holiday_says_why_it_moves() {
    check(
        &answer("2026-04-01 09:00", "30cd"),
        &[
            "received: Tiếp nhận lúc 09:00, Thứ Tư, 01/04/2026.",
            "limit: Thời hạn 30 ngày, kể cả ngày nghỉ; ngày đầu 01/04/2026 không tính (Điều 147 Bộ luật Dân sự 2015).",
            "counted: Đếm 30 ngày liên tục từ Thứ Năm, 02/04/2026 đến Thứ Sáu, 01/05/2026.",
            "day_off: Thứ Sáu, 01/05/2026: nghỉ Ngày Quốc tế lao động (Bộ luật Lao động 2019, Điều 112), hạn không kết thúc vào ngày nghỉ.",
            "weekly_rest: Thứ Bảy, 02/05/2026 và Chủ Nhật, 03/05/2026: nghỉ hằng tuần, hạn không kết thúc vào ngày nghỉ.",
            "rolled: Hạn chuyển sang ngày làm việc tiếp theo: Thứ Hai, 04/05/2026.",
            "due: Hẹn trả: 09 giờ 00 phút, ngày 04 tháng 5 năm 2026 (Thứ Hai).",
        ],
    );
}

#[test]
fn a_swap_whose_document_was_not_read_says_so() {
    let told = story(&answer("2025-12-31 10:00", "1wd")).join("\n");
    assert!(
        told.contains(
            "Thứ Sáu, 02/01/2026: nghỉ hoán đổi dịp Tết Dương lịch, làm bù Thứ Bảy, 10/01/2026 \
             (CV 12729/VPCP-KGVX; chưa đối chiếu văn bản), không tính."
        ),
        "{told}"
    );
}

#[test]
fn a_long_limit_is_told_by_the_month_and_still_names_every_weekend() {
    let due = answer("2026-06-01 09:00", "60wd");
    assert!(due.steps.len() <= 10, "{:#?}", story(&due));
    let told = story(&due).join("\n");
    assert!(
        told.contains("không tính nghỉ hằng tuần 06/06/2026, 07/06/2026, 13/06/2026"),
        "{told}"
    );
    assert!(told.contains("Thứ Bảy, 22/08/2026: làm bù cho Thứ Hai, 31/08/2026"), "{told}");
}

#[test]
fn a_mountain_commune_gets_ten_days_more_and_reads_why() {
    let terms = Terms { limit: limit("20wd"), extra_days: rules().mountainous_extra_days };
    let due = due(terms, at("2026-06-01 09:00"), &calendar(), &rules()).expect("in the calendar");
    assert_eq!(due.due_at, answer("2026-06-01 09:00", "30wd").due_at);
    assert_eq!(
        due.steps[1].text,
        "Thời hạn 20 ngày làm việc cộng 10 ngày do địa bàn (xã miền núi, biên giới; đảo; vùng khó \
         khăn: tăng thêm 10 ngày với thủ tục đất đai)."
    );
}

fn supplemented(rule: SupplementRule) -> DueDate {
    let rules = DeadlineRules { supplement: rule, ..rules() };
    let original = answer("2026-11-23 10:00", "5wd");
    let supplement = Supplement {
        terms: limit("5wd").into(),
        due: &original,
        asked_at: at("2026-11-25 09:00"),
        completed_at: at("2026-11-30 15:00"),
    };
    after_supplement(&supplement, &calendar(), &rules).expect("in the calendar")
}

#[test]
fn a_completed_dossier_starts_the_whole_limit_again() {
    check(
        &supplemented(SupplementRule::Restart),
        &[
            "restarted: Hồ sơ được bổ sung đủ lúc 15:00, Thứ Hai, 30/11/2026: thời hạn tính lại từ đầu (NĐ 118/2025/NĐ-CP; trước là NĐ 61/2018/NĐ-CP, Điều 19 khoản 4).",
            "limit: Thời hạn 5 ngày làm việc; ngày đầu 30/11/2026 không tính (Điều 147 Bộ luật Dân sự 2015).",
            "counted: Thứ Ba, 01/12/2026 đến Thứ Sáu, 04/12/2026: ngày làm việc thứ 1 đến thứ 4.",
            "weekly_rest: Thứ Bảy, 05/12/2026 và Chủ Nhật, 06/12/2026: nghỉ hằng tuần, không tính.",
            "counted: Thứ Hai, 07/12/2026: ngày làm việc thứ 5.",
            "due: Hẹn trả: 15 giờ 00 phút, ngày 07 tháng 12 năm 2026 (Thứ Hai).",
        ],
    );
}

#[test]
fn where_the_rules_suspend_only_the_waiting_is_added() {
    // Waited 09:00 on Wednesday to 15:00 on Monday: 6 + 7.5 + 7.5 + 5.5 hours of open office.
    let due = supplemented(SupplementRule::Suspend);
    check(
        &due,
        &[
            "suspended: Tạm dừng từ 09:00, Thứ Tư, 25/11/2026 đến 15:00, Thứ Hai, 30/11/2026: 26 giờ 30 phút làm việc, cộng vào hạn cũ 10:00, Thứ Ba, 01/12/2026 (NĐ 118/2025/NĐ-CP; trước là NĐ 61/2018/NĐ-CP, Điều 19 khoản 4).",
            "counted: Thứ Ba, 01/12/2026 đến Thứ Sáu, 04/12/2026: tính 26 giờ 30 phút là đủ.",
            "due: Hẹn trả: 16 giờ 00 phút, ngày 04 tháng 12 năm 2026 (Thứ Sáu).",
        ],
    );
}

fn extended(extension: Extension) -> Result<DueDate, ExtendFault> {
    extend(&answer("2026-11-23 10:00", "3wd"), extension, &calendar(), &rules())
}

#[test]
fn an_extension_is_counted_from_the_due_date_or_from_the_beginning() {
    let added = extended(Extension::Add(limit("5wd"))).expect("later");
    assert_eq!(added.due_at, Some(at("2026-12-04 10:00")));
    assert_eq!(added.counted_from, at("2026-11-23 10:00"), "the first count keeps its beginning");
    let total = extended(Extension::Total(limit("5wd"))).expect("later");
    assert_eq!(total.due_at, Some(at("2026-12-01 10:00")));
    let agreed = extended(Extension::Until(at("2026-12-15 09:00"))).expect("later");
    check(
        &agreed,
        &[
            "extended: Gia hạn theo thỏa thuận đến 09:00, Thứ Ba, 15/12/2026; hạn cũ 10:00, Thứ Sáu, 27/11/2026.",
            "due: Hẹn trả: 09 giờ 00 phút, ngày 15 tháng 12 năm 2026 (Thứ Ba).",
        ],
    );
}

#[test]
fn an_extension_that_is_none_is_refused_by_its_rule() {
    for (extension, code) in [
        (Extension::Total(limit("3wd")), "extension_not_later"),
        (Extension::Total(limit("2wd")), "extension_not_later"),
        (Extension::Until(at("2026-11-27 10:00")), "extension_not_later"),
        (Extension::Until(at("2026-11-28 10:00")), "extension_office_closed"),
        (Extension::Until(at("2026-12-01 12:00")), "extension_office_closed"),
        (Extension::Add(limit("same-day")), "extension_not_a_length"),
        (Extension::Add(limit("none")), "extension_not_a_length"),
    ] {
        assert_eq!(extended(extension).expect_err("refused").code(), code, "{extension:?}");
    }
    let unlimited = answer("2026-11-23 10:00", "none");
    let refused = extend(&unlimited, Extension::Add(limit("5wd")), &calendar(), &rules());
    assert_eq!(refused.expect_err("refused").code(), "extension_no_due_date");
}

#[test]
fn a_stored_due_date_can_be_extended_without_its_story() {
    let stored = DueDate::stored(Some(at("2026-11-27 10:00")), at("2026-11-23 10:00"));
    let added = extend(&stored, Extension::Add(limit("5wd")), &calendar(), &rules());
    assert_eq!(added.expect("later").due_at, Some(at("2026-12-04 10:00")));
}
