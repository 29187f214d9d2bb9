//! The shipped calendar, and what happens to a calendar that breaks the rules.

mod common;

use common::{CALENDAR, calendar, calendar_pack, rules_pack};
use domain::calendar::{Calendar, CalendarPack, SpecialKind};
use domain::deadline::{DeadlineRulesPack, SupplementRule};
use domain::lunar::{LunarDate, solar_date};
use jiff::ToSpan;
use jiff::civil::{Date, date, datetime, time};
use serde_json::{Value, json};

/// The shipped calendar with one thing changed, and the places of its faults.
fn faults_after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut file: Value = serde_json::from_str(CALENDAR).expect("JSON");
    change(&mut file);
    let pack: CalendarPack = serde_json::from_value(file).expect("the shape is kept");
    pack.faults().into_iter().map(|fault| fault.place).collect()
}

/// Position in the file of the special day of that date.
fn special(file: &Value, day: &str) -> usize {
    let days = file["special_days"].as_array().expect("special days");
    days.iter().position(|entry| entry["date"] == day).expect("that day")
}

/// The place of the shipped special day of that date.
fn place(day: &str) -> String {
    let file: Value = serde_json::from_str(CALENDAR).expect("JSON");
    format!("special_days[{}]", special(&file, day))
}

#[test]
fn the_shipped_calendar_and_rules_have_no_faults() {
    assert_eq!(calendar_pack().faults(), []);
    assert_eq!(rules_pack().faults(), []);
    assert_eq!(calendar().version(), "2026.11.23");
}

#[test]
fn every_weekday_off_in_2026_is_known_by_name() {
    let calendar = calendar();
    let off: Vec<String> = date(2026, 1, 1)
        .series(1.day())
        .take(365)
        .filter(|day| !calendar.is_working_day(*day))
        .filter_map(|day| {
            calendar.day(day).special.map(|special| format!("{day} {}", special.name))
        })
        .collect();
    assert_eq!(
        off,
        [
            "2026-01-01 Tết Dương lịch",
            "2026-01-02 dịp Tết Dương lịch",
            "2026-02-16 Tết Nguyên đán",
            "2026-02-17 Tết Nguyên đán",
            "2026-02-18 Tết Nguyên đán",
            "2026-02-19 Tết Nguyên đán",
            "2026-02-20 Tết Nguyên đán",
            "2026-04-26 Giỗ Tổ Hùng Vương",
            "2026-04-27 Giỗ Tổ Hùng Vương",
            "2026-04-30 Ngày Chiến thắng",
            "2026-05-01 Ngày Quốc tế lao động",
            "2026-08-31 dịp Quốc khánh",
            "2026-09-01 Quốc khánh",
            "2026-09-02 Quốc khánh",
            "2026-11-24 Ngày Văn hóa Việt Nam",
        ]
    );
}

#[test]
fn the_announced_years_agree_with_the_moon() {
    let calendar = calendar();
    for year in [2025, 2026] {
        for (month, day) in [(1, 1), (1, 2), (1, 3), (3, 10)] {
            let holiday = solar_date(LunarDate::new(year, month, day)).expect("a lunar day");
            let special = calendar.day(holiday).special.expect("a special day");
            assert_eq!(special.kind, SpecialKind::Holiday, "{holiday}");
        }
    }
}

#[test]
fn a_computed_year_matches_an_announced_one_but_for_what_only_the_government_decides() {
    let mut file: Value = serde_json::from_str(CALENDAR).expect("JSON");
    file["years"] = json!([]);
    file["special_days"] = json!([]);
    let pack: CalendarPack = serde_json::from_value(file).expect("shape");
    let computed = Calendar::from_pack(&pack, None).expect("no faults");
    let announced = calendar();
    let differing: Vec<Date> = date(2026, 1, 1)
        .series(1.day())
        .take(365)
        .filter(|day| computed.is_working_day(*day) != announced.is_working_day(*day))
        .collect();
    let exchanged = [date(2026, 1, 2), date(2026, 1, 10), date(2026, 8, 22), date(2026, 8, 31)];
    assert_eq!(differing, exchanged, "only exchanged days differ");
}

#[test]
fn tet_2027_is_computed_with_its_days_in_lieu() {
    let calendar = calendar();
    let off: Vec<Date> = date(2027, 2, 1)
        .series(1.day())
        .take(14)
        .filter(|day| calendar.day(*day).special.is_some())
        .collect();
    // 5/2 to 9/2; Saturday 6 and Sunday 7 are made good on 10 and 11.
    let expected: Vec<Date> = (5..=11).map(|day| date(2027, 2, day)).collect();
    assert_eq!(off, expected);
    assert!(calendar.day(date(2027, 2, 10)).special.is_some_and(|day| day.provisional));
    assert!(!calendar.is_working_day(date(2027, 4, 16)), "Giỗ Tổ 2027");
    assert!(!calendar.is_working_day(date(2027, 11, 24)), "Ngày Văn hóa Việt Nam");
}

#[test]
fn ngay_van_hoa_on_a_weekend_gives_no_day_in_lieu() {
    let calendar = calendar();
    // 24/11/2029 is a Saturday.
    assert!(!calendar.is_working_day(date(2029, 11, 24)));
    assert!(calendar.is_working_day(date(2029, 11, 26)));
    assert!(!calendar.day(date(2024, 11, 24)).special.is_some_and(|day| day.provisional));
}

#[test]
fn a_site_with_hours_of_its_own_keeps_them() {
    let mut file: Value = serde_json::from_str(CALENDAR).expect("JSON");
    let morning = json!([{ "opens": "08:00", "closes": "12:00" }]);
    file["office_hours"].as_array_mut().expect("hours").push(
        json!({ "sites": ["04252"], "monday": morning, "saturday": morning, "source": "QĐ của tỉnh" }),
    );
    file["special_days"].as_array_mut().expect("days").push(json!({
        "date": "2026-12-25", "kind": "holiday", "name": "Lễ riêng của xã", "source": "QĐ của xã", "sites": ["04252"]
    }));
    let pack: CalendarPack = serde_json::from_value(file).expect("shape");
    let own = Calendar::from_pack(&pack, Some("04252")).expect("no faults");
    let other = Calendar::from_pack(&pack, Some("04300")).expect("no faults");
    assert!(own.is_open(datetime(2026, 11, 28, 9, 0, 0, 0)), "Saturday morning");
    assert!(!own.is_working_day(date(2026, 11, 25)), "no hours on Wednesday");
    assert_eq!(own.closing(date(2026, 11, 28)), Some(time(12, 0, 0, 0)));
    assert!(!other.is_working_day(date(2026, 11, 28)));
    assert!(other.is_working_day(date(2026, 12, 25)));
}

#[test]
fn a_worked_saturday_has_the_hours_of_the_day_it_replaces() {
    let calendar = calendar();
    let worked = calendar.day(date(2026, 8, 22));
    assert_eq!(worked.sessions, calendar.day(date(2026, 8, 24)).sessions);
    assert_eq!(worked.minutes(), 450);
    assert_eq!(worked.why(), "làm bù cho Thứ Hai, 31/08/2026 (TB 9441/TB-BNV)");
}

#[test]
fn working_days_between_two_dates_count_forward_and_back() {
    let calendar = calendar();
    let (monday, friday) = (date(2026, 11, 23), date(2026, 11, 27));
    assert_eq!(calendar.working_days_between(monday, friday), 3);
    assert_eq!(calendar.working_days_between(friday, monday), -3);
    assert_eq!(calendar.working_days_between(monday, monday), 0);
}

#[test]
fn a_date_mistyped_by_one_day_does_not_quietly_make_a_holiday_a_working_day() {
    let faults = faults_after(|file| {
        let i = special(file, "2026-11-24");
        file["special_days"][i]["date"] = json!("2026-11-25");
    });
    assert_eq!(faults, ["years[1]"]);
}

#[test]
fn half_an_exchange_is_a_fault() {
    let faults = faults_after(|file| {
        let i = special(file, "2026-08-22");
        file["special_days"].as_array_mut().expect("days").remove(i);
    });
    assert_eq!(faults.len(), 1);
    assert!(faults[0].ends_with(".swap"), "{faults:?}");
}

#[test]
fn all_faults_are_told_at_once_each_with_its_place() {
    let faults = faults_after(|file| {
        file["pack"]["kind"] = json!("procedures");
        file["office_hours"][0]["monday"][0]["opens"] = json!("7h30");
        file["office_hours"][0]["tuesday"] = json!([{ "opens": "13:00", "closes": "08:00" }]);
        file["office_hours"][0]["friday"] = json!([{ "opens": "07:30", "closes": "12:00" }, { "opens": "11:00", "closes": "17:00" }]);
        file["years"][0]["source"] = json!(" ");
        file["special_days"][0]["kind"] = json!("vacation");
        file["special_days"][1]["date"] = json!("2025-02-30");
        file["special_days"][2]["date"] = json!("2031-01-01");
        file["special_days"][3]["sessions"] = json!([{ "opens": "08:00", "closes": "09:00" }]);
        file["special_days"][4]["date"] = json!("2025-01-31");
        file["special_days"][6]["name"] = json!("");
        file["special_days"][6]["sites"] = json!(["4252"]);
        file["usual_holidays"][3]["solar"] = json!("30/4");
        file["usual_holidays"][4]["lunar"] = json!("01-01");
    });
    let expected = [
        "pack.kind",
        "office_hours[0].monday[0].opens",
        "office_hours[0].tuesday[0]",
        "office_hours[0].friday[1]",
        "years[0].source",
        "special_days[0].kind",
        "special_days[1].date",
        "special_days[2].date",
        "special_days[3].sessions",
        "special_days[6].name",
        "special_days[6].sites[0]",
        "special_days[5].date",
        "usual_holidays[3].solar",
        "usual_holidays[4]",
    ];
    for place in expected {
        assert!(faults.iter().any(|fault| fault == place), "no fault at {place}: {faults:#?}");
    }
}

#[test]
fn what_would_leave_no_working_day_is_refused() {
    let faults = faults_after(|file| {
        for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
            file["office_hours"][0][day] = json!([]);
        }
    });
    assert!(faults.contains(&"office_hours[0]".to_owned()), "{faults:?}");
    let faults = faults_after(|file| file["office_hours"] = json!([]));
    assert!(faults.contains(&"office_hours".to_owned()), "{faults:?}");
}

#[test]
fn a_worked_day_needs_hours_from_somewhere() {
    let faults = faults_after(|file| {
        file["special_days"].as_array_mut().expect("days").push(json!({
            "date": "2026-12-26", "kind": "worked", "name": "Làm thêm", "source": "QĐ"
        }));
    });
    assert!(!faults.is_empty(), "a Saturday has no hours to borrow");
    let faults = faults_after(|file| {
        file["special_days"].as_array_mut().expect("days").push(json!({
            "date": "2026-12-26", "kind": "worked", "name": "Làm thêm", "source": "QĐ",
            "sessions": [{ "opens": "08:00", "closes": "11:00" }]
        }));
    });
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_day_off_in_lieu_must_take_a_working_day_away_and_a_swap_must_add_one() {
    let faults = faults_after(|file| {
        let lieu = special(file, "2026-04-27");
        file["special_days"][lieu]["date"] = json!("2026-04-25");
    });
    assert_eq!(faults, [place("2026-04-27") + ".date"], "25/4/2026 is a Saturday");
    let faults = faults_after(|file| {
        let (worked, off) = (special(file, "2026-08-22"), special(file, "2026-08-31"));
        file["special_days"][worked]["date"] = json!("2026-08-21");
        file["special_days"][off]["swap"] = json!("2026-08-21");
    });
    assert_eq!(faults, [place("2026-08-22") + ".date"], "21/8/2026 is worked anyway");
    let faults = faults_after(|file| {
        let (worked, off) = (special(file, "2026-08-22"), special(file, "2026-08-31"));
        file["special_days"][off]["date"] = json!("2026-08-30");
        file["special_days"][worked]["swap"] = json!("2026-08-30");
    });
    let sunday = [place("2026-08-22"), place("2026-08-31") + ".date"];
    assert_eq!(faults, sunday, "30/8/2026 is a Sunday");
}

#[test]
fn a_usual_holiday_is_a_day_of_its_calendar_and_not_a_season() {
    for (field, value, faults) in [
        ("solar", json!("12-31"), 0),
        ("solar", json!("12-32"), 1),
        ("solar", json!("13-01"), 1),
        ("solar", json!("00-01"), 1),
        ("solar", json!("1-1"), 1),
        ("lunar", json!("12-30"), 1),
        ("days_before", json!(10), 0),
        ("days_before", json!(11), 1),
        ("days_after", json!(11), 1),
        ("source", json!(" "), 1),
        ("name", json!(""), 1),
    ] {
        let found = faults_after(|file| {
            file["years"] = json!([]);
            file["special_days"] = json!([]);
            file["usual_holidays"][0][field] = value.clone();
        });
        assert_eq!(found.len(), faults, "{field} = {value}: {found:?}");
    }
}

#[test]
fn one_day_has_one_meaning_for_each_site() {
    let again = json!({
        "date": "2026-12-25", "kind": "holiday", "name": "Lễ", "source": "QĐ", "sites": ["04252"]
    });
    let faults = faults_after(|file| {
        let days = file["special_days"].as_array_mut().expect("days");
        days.extend([again.clone(), again.clone()]);
    });
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].ends_with(".date"));
    let mut elsewhere = again.clone();
    elsewhere["sites"] = json!(["04300"]);
    let faults = faults_after(|file| {
        file["special_days"].as_array_mut().expect("days").extend([again, elsewhere]);
    });
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn only_exchanged_days_name_a_partner() {
    let faults = faults_after(|file| {
        let i = special(file, "2026-11-24");
        file["special_days"][i]["swap"] = json!("2026-11-28");
    });
    let swap = place("2026-11-24") + ".swap";
    assert_eq!(faults, [swap.clone(), swap], "not for a holiday, and its partner is not there");
}

#[test]
fn an_unknown_field_is_not_overlooked() {
    let mut file: Value = serde_json::from_str(CALENDAR).expect("JSON");
    file["special_days"][0]["comfirmed"] = json!(false);
    assert!(serde_json::from_value::<CalendarPack>(file).is_err(), "a misspelt field is refused");
}

#[test]
fn rules_that_break_the_rules_are_told_all_at_once() {
    let mut file: Value = serde_json::from_str(common::RULES).expect("JSON");
    file["pack"]["kind"] = json!("calendar");
    file["same_day_cutoff"] = json!("15h");
    file["hours_per_day"] = json!(25);
    file["supplement"]["clock"] = json!("stop");
    file["mountainous"]["source"] = json!("");
    let pack: DeadlineRulesPack = serde_json::from_value(file).expect("shape");
    let places: Vec<String> = pack.faults().into_iter().map(|fault| fault.place).collect();
    assert_eq!(
        places,
        ["mountainous.source", "pack.kind", "hours_per_day", "same_day_cutoff", "supplement.clock"]
    );
}

#[test]
fn the_numbers_of_the_rules_have_bounds() {
    for (field, allowed, refused) in [
        ("/hours_per_day", 24, 25),
        ("/hours_per_day", 1, 0),
        ("/mountainous/extra_days", 60, 61),
        ("/supplement/request_within_working_days", 1, 0),
    ] {
        for (value, faults) in [(allowed, 0), (refused, 1)] {
            let mut file: Value = serde_json::from_str(common::RULES).expect("JSON");
            *file.pointer_mut(field).expect("the field") = json!(value);
            let pack: DeadlineRulesPack = serde_json::from_value(file).expect("shape");
            assert_eq!(pack.faults().len(), faults, "{field} = {value}");
        }
    }
}

#[test]
fn the_shipped_rules_are_those_of_the_decree() {
    let rules = common::rules();
    assert_eq!(rules.supplement, SupplementRule::Restart);
    assert_eq!(rules.same_day_cutoff, time(15, 0, 0, 0));
    assert_eq!((rules.supplement_requests_max, rules.reappointments_max), (1, 1));
    assert_eq!(rules.hours_of_days(30), 240);
}
