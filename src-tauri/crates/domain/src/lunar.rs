//! The Vietnamese lunar calendar (âm lịch), kept at UTC+07:00 since 1968.
//!
//! The months begin on the day of the new moon *in Ha Noi*, so a new moon between 23:00 and midnight there
//! falls a day later in Beijing: Tết of 1985, 2007, 2030 and 2053 differs from the Chinese new year.
//! Astronomy comes from `calendrical_calculations` (the library behind ICU4X); only the zone is ours.

use calendrical_calculations::chinese_based::{
    ChineseBased, YearBounds, chinese_based_date_from_fixed, month_structure_for_year,
};
use calendrical_calculations::gregorian::{fixed_from_gregorian, gregorian_from_fixed};
use calendrical_calculations::rata_die::RataDie;
use jiff::civil::Date;

/// A day of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LunarDate {
    /// The Gregorian year in which this lunar year began.
    pub year: i16,
    /// 1 to 12 (tháng Giêng to tháng Chạp).
    pub month: i8,
    /// Whether this is the repeated month of that number (tháng nhuận).
    pub leap: bool,
    /// 1 to 30.
    pub day: i8,
}

impl LunarDate {
    /// Day `day` of the ordinary month `month`.
    pub const fn new(year: i16, month: i8, day: i8) -> Self {
        Self { year, month, day, leap: false }
    }
}

/// The lunar date of a Gregorian day. Proven against published tables for 1968 to 2053.
pub fn lunar_date(date: Date) -> LunarDate {
    let found = chinese_based_date_from_fixed::<Vietnamese>(fixed(date));
    let months = Months::of(found.year_bounds);
    let (month, leap) = months.name_of(found.month);
    let year = gregorian_year(found.year_bounds.new_year, date);
    LunarDate { year, month, leap, day: small(found.day) }
}

/// The Gregorian day of a lunar date, or nothing where that month has no such day.
pub fn solar_date(lunar: LunarDate) -> Option<Date> {
    let months = Months::of(bounds(lunar.year)?);
    let first_of_month = months.start_of(lunar.month, lunar.leap)?;
    let date = solar(first_of_month + i64::from(lunar.day) - 1)?;
    // A day 30 in a month of 29 would silently be the first of the next.
    (lunar_date(date) == lunar).then_some(date)
}

/// Mùng một Tết of the lunar year that begins in the Gregorian `year`.
pub fn tet(year: i16) -> Option<Date> {
    solar(bounds(year)?.new_year)
}

/// Months observed at UTC+07:00.
struct Vietnamese;

impl ChineseBased for Vietnamese {
    fn utc_offset(_: RataDie) -> f64 {
        7.0 / 24.0
    }

    // Only the library's own count of years depends on it; ours are read from the new year's Gregorian date.
    const EPOCH: RataDie = fixed_from_gregorian(-2636, 2, 15);
    const DEBUG_NAME: &'static str = "vietnamese";
}

/// The months of one lunar year, in order.
struct Months {
    new_year: RataDie,
    long: [bool; 13],
    /// Position, from 1, of the leap month.
    leap: Option<u8>,
}

impl Months {
    fn of(bounds: YearBounds) -> Self {
        let (long, leap) =
            month_structure_for_year::<Vietnamese>(bounds.new_year, bounds.next_new_year);
        Self { new_year: bounds.new_year, long, leap }
    }

    /// Number and leap mark of the month at `position`, from 1.
    fn name_of(&self, position: u8) -> (i8, bool) {
        match self.leap {
            Some(leap) if position == leap => (small(position) - 1, true),
            Some(leap) if position > leap => (small(position) - 1, false),
            _ => (small(position), false),
        }
    }

    fn start_of(&self, month: i8, leap: bool) -> Option<RataDie> {
        let count = if self.leap.is_some() { 13 } else { 12 };
        let position = (1..=count).find(|position| self.name_of(*position) == (month, leap))?;
        let before = self.long.iter().take(usize::from(position) - 1);
        let days: i64 = before.map(|long| if *long { 30 } else { 29 }).sum();
        Some(self.new_year + days)
    }
}

/// Bounds of the lunar year that begins in the Gregorian `year`; every lunar new year falls before July.
fn bounds(year: i16) -> Option<YearBounds> {
    let summer = Date::new(year, 7, 1).ok()?;
    Some(YearBounds::compute::<Vietnamese>(fixed(summer)))
}

fn gregorian_year(new_year: RataDie, within: Date) -> i16 {
    solar(new_year).map_or(within.year(), Date::year)
}

fn fixed(date: Date) -> RataDie {
    fixed_from_gregorian(
        i32::from(date.year()),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
    )
}

fn solar(day: RataDie) -> Option<Date> {
    let (year, month, day) = gregorian_from_fixed(day).ok()?;
    Date::new(i16::try_from(year).ok()?, small(month), small(day)).ok()
}

/// Days and months are below 32.
fn small(number: u8) -> i8 {
    i8::try_from(number).unwrap_or(i8::MAX)
}
