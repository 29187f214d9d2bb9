//! The Vietnamese lunar calendar against published dates.
//!
//! Tết dates 1968 to 2053 are those of the Vietnamese tables (Hồ Ngọc Đức), which two other programs give
//! too; the six that differ from the Chinese new year are listed apart because they are where a calendar for
//! Beijing would be wrong.

use domain::lunar::{LunarDate, lunar_date, solar_date, tet};
use jiff::ToSpan;
use jiff::civil::{Date, date};

const TET: &str = "
1968-01-29 1969-02-16 1970-02-06 1971-01-27 1972-02-15 1973-02-03 1974-01-23 1975-02-11 1976-01-31
1977-02-18 1978-02-07 1979-01-28 1980-02-16 1981-02-05 1982-01-25 1983-02-13 1984-02-02 1985-01-21
1986-02-09 1987-01-29 1988-02-17 1989-02-06 1990-01-27 1991-02-15 1992-02-04 1993-01-23 1994-02-10
1995-01-31 1996-02-19 1997-02-07 1998-01-28 1999-02-16 2000-02-05 2001-01-24 2002-02-12 2003-02-01
2004-01-22 2005-02-09 2006-01-29 2007-02-17 2008-02-07 2009-01-26 2010-02-14 2011-02-03 2012-01-23
2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12
2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-02
2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
2040-02-12 2041-02-01 2042-01-22 2043-02-10 2044-01-30 2045-02-17 2046-02-06 2047-01-26 2048-02-14
2049-02-02 2050-01-23 2051-02-11 2052-02-01 2053-02-18";

/// Leap months of the Vietnamese calendar, 1968 to 2053.
const LEAP_MONTHS: &str = "
1968/7 1971/5 1974/4 1976/8 1979/6 1982/4 1985/2 1987/7 1990/5 1993/3 1995/8 1998/5 2001/4 2004/2
2006/7 2009/5 2012/4 2014/9 2017/6 2020/4 2023/2 2025/6 2028/5 2031/3 2033/11 2036/6 2039/5 2042/2
2044/7 2047/5 2050/3 2052/8";

#[test]
fn tet_falls_on_the_published_day_of_every_year() {
    let mut years = 0;
    for published in TET.split_whitespace() {
        let day: Date = published.parse().unwrap();
        assert_eq!(tet(day.year()), Some(day));
        assert_eq!(lunar_date(day), LunarDate::new(day.year(), 1, 1));
        years += 1;
    }
    assert_eq!(years, 86);
}

#[test]
fn tet_differs_from_beijing_where_the_new_moon_falls_between_the_two_midnights() {
    for (hanoi, beijing) in [
        (date(1968, 1, 29), date(1968, 1, 30)),
        (date(1969, 2, 16), date(1969, 2, 17)),
        (date(1985, 1, 21), date(1985, 2, 20)),
        (date(2007, 2, 17), date(2007, 2, 18)),
        (date(2030, 2, 2), date(2030, 2, 3)),
        (date(2053, 2, 18), date(2053, 2, 19)),
    ] {
        assert_eq!(tet(hanoi.year()), Some(hanoi));
        assert_ne!(tet(hanoi.year()), Some(beijing));
    }
}

#[test]
fn leap_months_are_the_published_ones() {
    let mut found = Vec::new();
    for year in 1968..=2053 {
        for month in 1..=12 {
            if solar_date(LunarDate { year, month, leap: true, day: 1 }).is_some() {
                found.push(format!("{year}/{month}"));
            }
        }
    }
    assert_eq!(found, LEAP_MONTHS.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn gio_to_is_the_tenth_of_the_third_month() {
    for (year, day) in [
        (2023, date(2023, 4, 29)),
        (2024, date(2024, 4, 18)),
        (2025, date(2025, 4, 7)),
        (2026, date(2026, 4, 26)),
        (2027, date(2027, 4, 16)),
    ] {
        assert_eq!(solar_date(LunarDate::new(year, 3, 10)), Some(day));
    }
}

#[test]
fn every_day_follows_the_one_before_and_reads_back() {
    // From before the leap eleventh month of 2033, the hardest year of the century, to after it.
    let mut day = date(2030, 2, 2);
    let mut before = lunar_date(day);
    while day < date(2035, 2, 8) {
        day += 1.day();
        let lunar = lunar_date(day);
        let next_in_month = lunar.day == before.day + 1 && lunar.month == before.month;
        assert!(next_in_month || (lunar.day == 1 && before.day >= 29), "{before:?} then {lunar:?}");
        assert_eq!(solar_date(lunar), Some(day));
        before = lunar;
    }
}

#[test]
fn a_lunar_day_that_does_not_exist_is_none() {
    assert_eq!(solar_date(LunarDate::new(2026, 13, 1)), None);
    assert_eq!(solar_date(LunarDate::new(2026, 1, 31)), None);
    assert_eq!(solar_date(LunarDate::new(2026, 1, 0)), None);
    let no_leap_that_year = LunarDate { year: 2026, month: 3, leap: true, day: 1 };
    assert_eq!(solar_date(no_leap_that_year), None);
}

#[test]
fn years_far_from_now_do_not_fail() {
    for year in [i16::MIN, -9999, 0, 1, 9999, i16::MAX] {
        let _ = (tet(year), solar_date(LunarDate::new(year, 1, 1)));
    }
    for day in [Date::MIN, Date::MAX, date(1600, 1, 1), date(3000, 1, 1)] {
        let _ = lunar_date(day);
    }
}
