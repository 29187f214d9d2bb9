//! Search, lists and counts over every local record, drafts included.

use crate::error::{ApiError, Result};
use crate::inputs::SearchFilter;
use crate::office::Office;
use crate::present::{self, SOON_DAYS};
use crate::views::{
    CountsView, DossierRowView, DraftHit, ListView, ScanView, SearchView, StatusCount,
};
use domain::dossier::Status;
use domain::refusal::Refusal;
use domain::text::fold;
use domain::time::{instant, office_time, parse_rfc3339};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use store::rows::{Order, RowFilter};

/// Counting stops here: a bigger number is no use while typing.
const COUNT_MAX: u32 = 1_000;
const LIMIT_MAX: u32 = 200;
const WAITING: [u8; 3] = [5, 6, 7];
const RUNNING: [u8; 2] = [2, 4];

impl Office {
    /// Finds dossiers by number, card number, phone, name with or without tone marks; exact accents first. A procedure's
    /// alias finds its dossiers; drafts are found by their title.
    ///
    /// # Errors
    /// Unreadable filters; broken stores.
    pub fn search(&self, text: &str, filter: &SearchFilter, limit: u32) -> Result<SearchView> {
        let started = std::time::Instant::now();
        let limit = limit.clamp(1, LIMIT_MAX);
        let now = self.now();
        let text = slip_number(text.trim());
        let mut rows = self.read(|c| store::search::search(c, text, limit as usize))?;
        let mut total = self.read(|c| store::search::count(c, text, COUNT_MAX))?;
        let procedure = self.procedure_named(text);
        if rows.is_empty()
            && let Some(hit) = &procedure
        {
            let of_procedure =
                RowFilter { procedure: Some(hit.code.clone()), ..RowFilter::default() };
            rows =
                self.read(|c| store::rows::list(c, &of_procedure, Order::Newest(None), limit))?;
            total = self.read(|c| store::rows::count(c, &of_procedure, COUNT_MAX))?;
        }
        let wanted = self.row_filter(filter)?;
        let hits = rows
            .iter()
            .map(|row| present::row(row, now))
            .filter(|row| passes(row, &wanted, filter))
            .collect();
        Ok(SearchView {
            total,
            total_is_exact: total < COUNT_MAX,
            hits,
            drafts: self.draft_hits(text)?,
            procedure,
            took_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        })
    }

    /// How many dossiers match, however many.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn search_total(&self, text: &str) -> Result<u32> {
        self.read(|c| store::search::count(c, slip_number(text.trim()), u32::MAX))
    }

    /// A page of a list; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// Unreadable filters or places.
    pub fn list(&self, filter: &SearchFilter, after: Option<&str>, limit: u32) -> Result<ListView> {
        let limit = limit.clamp(1, LIMIT_MAX);
        let now = self.now();
        let wanted = self.row_filter(filter)?;
        let after = after.map(place_of).transpose()?;
        let urgent = wanted.due_from.is_some() || wanted.due_before.is_some();
        let order = if urgent { Order::Urgent(after) } else { Order::Newest(after) };
        let rows = self.read(|c| store::rows::list(c, &wanted, order, limit))?;
        let next = (rows.len() == limit as usize).then(|| rows.last()).flatten().map(|row| {
            let key = if urgent { row.due_at.unwrap_or(0) } else { row.received_at };
            format!("{key}:{}", row.n)
        });
        Ok(ListView {
            total: self.read(|c| store::rows::count(c, &wanted, COUNT_MAX))?,
            rows: rows.iter().map(|row| present::row(row, now)).collect(),
            next,
        })
    }

    /// Counts for the navigation and the filters.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn counts(&self) -> Result<CountsView> {
        let tally = self.read(store::rows::tally)?;
        let of = |statuses: &[u8]| {
            tally.iter().filter(|(s, _)| statuses.contains(s)).map(|(_, n)| n).sum()
        };
        let count = |filter: RowFilter| self.read(|c| store::rows::count(c, &filter, u32::MAX));
        let (overdue, today, soon) = (
            self.lateness_filter("overdue")?,
            self.lateness_filter("today")?,
            self.lateness_filter("soon")?,
        );
        let (overdue, due_today, soon) = (count(overdue)?, count(today)?, count(soon)?);
        let running: u32 = of(&RUNNING);
        let start = self.day_start(office_time(self.now()).date())?;
        let today = RowFilter { received_from: Some(start), ..RowFilter::default() };
        let received_today = count(today.clone())?;
        // What a citizen filed on a portal today is nobody's reception yet.
        let filed_today = count(RowFilter { statuses: vec![1], ..today })?;
        Ok(CountsView {
            due_today,
            overdue,
            soon,
            in_time: running.saturating_sub(overdue + due_today + soon),
            waiting: of(&WAITING),
            ready_to_return: of(&[9]),
            in_progress: running + of(&WAITING),
            received_today: received_today.saturating_sub(filed_today),
            by_status: tally
                .iter()
                .map(|(status, count)| StatusCount {
                    status: *status,
                    words: Status(*status).words().into(),
                    count: *count,
                })
                .collect(),
        })
    }

    /// What a scan was: a card, one of our slips, or just text.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn scan_resolve(&self, raw: &str) -> Result<ScanView> {
        let nothing = ScanView {
            kind: "text".into(),
            card: None,
            dossier: None,
            text: raw.trim().to_owned(),
        };
        if raw.matches('|').count() >= 5 {
            return match self.card_read(raw) {
                Ok(card) => Ok(ScanView { kind: "card".into(), card: Some(card), ..nothing }),
                Err(ApiError::Refused { .. }) => Ok(nothing),
                Err(error) => Err(error),
            };
        }
        match self.row(slip_number(raw.trim())) {
            Ok(row) => Ok(ScanView { kind: "dossier".into(), dossier: Some(row), ..nothing }),
            Err(ApiError::NotFound { .. }) => Ok(nothing),
            Err(error) => Err(error),
        }
    }

    fn row_filter(&self, filter: &SearchFilter) -> Result<RowFilter> {
        let mut wanted = match filter.lateness.as_deref() {
            Some(lateness) => self.lateness_filter(lateness)?,
            None => RowFilter::default(),
        };
        if let Some(status) = filter.status {
            wanted.statuses = vec![status];
        }
        wanted.procedure.clone_from(&filter.procedure);
        wanted.received_from = self.moment(filter.received_from.as_deref(), "received_from")?;
        wanted.received_to = self.moment(filter.received_to.as_deref(), "received_to")?;
        if let Some(before) = self.moment(filter.due_before.as_deref(), "due_before")? {
            wanted.due_before = Some(before);
        }
        wanted.officer = filter
            .officer
            .as_deref()
            .and_then(|id| uuid::Uuid::parse_str(id).ok())
            .map(|id| *id.as_bytes());
        Ok(wanted)
    }

    fn lateness_filter(&self, lateness: &str) -> Result<RowFilter> {
        let now = self.now();
        let today = office_time(now).date();
        let after = |days: i32| self.day_start(today.saturating_add(days.days()));
        let (now, tomorrow) = (now.as_second(), after(1)?);
        let running = |from: Option<i64>, before: Option<i64>| RowFilter {
            statuses: RUNNING.to_vec(),
            due_from: from,
            due_before: before,
            ..RowFilter::default()
        };
        Ok(match lateness {
            "overdue" => running(None, Some(now)),
            "today" => running(Some(now), Some(tomorrow)),
            "soon" => running(Some(tomorrow), Some(after(SOON_DAYS + 1)?)),
            "in_time" => running(Some(after(SOON_DAYS + 1)?), None),
            "waiting" => RowFilter { statuses: WAITING.to_vec(), ..RowFilter::default() },
            "finished" => RowFilter { statuses: vec![3, 8, 9, 10], ..RowFilter::default() },
            other => {
                return Err(Refusal::of(
                    "lateness_unknown",
                    "lateness",
                    format!("Không có bộ lọc \"{other}\"."),
                )
                .into());
            }
        })
    }

    /// A filter's moment: RFC 3339 or a date, which begins at midnight.
    fn moment(&self, text: Option<&str>, field: &str) -> Result<Option<i64>> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if let Ok(date) = text.parse::<Date>() {
            return self.day_start(date).map(Some);
        }
        let at = parse_rfc3339(text)
            .map_err(|fault| Refusal::of("date_unreadable", field, fault.to_string()))?;
        Ok(Some(second(at)?))
    }

    fn day_start(&self, date: Date) -> Result<i64> {
        second(date.to_datetime(jiff::civil::Time::midnight()))
    }

    fn draft_hits(&self, text: &str) -> Result<Vec<DraftHit>> {
        let folded = fold(text);
        let drafts = self.read(store::local::drafts)?;
        Ok(drafts
            .into_iter()
            .filter(|draft| !folded.is_empty() && fold(&draft.title).contains(&folded))
            .map(|draft| DraftHit {
                slot: draft.slot,
                title: draft.title,
                saved_at: present::at_second(draft.saved_at),
            })
            .collect())
    }
}

/// The number inside a scan of our own slip (`QMC1|number|check`), or the text itself.
pub(crate) fn slip_number(text: &str) -> &str {
    text.strip_prefix("QMC1|").and_then(|rest| rest.split('|').next()).unwrap_or(text)
}

fn passes(row: &DossierRowView, wanted: &RowFilter, filter: &SearchFilter) -> bool {
    (wanted.statuses.is_empty() || wanted.statuses.contains(&row.status))
        && filter.lateness.as_ref().is_none_or(|lateness| *lateness == row.lateness)
        && wanted.procedure.as_ref().is_none_or(|procedure| *procedure == row.procedure_code)
}

fn second(at: DateTime) -> Result<i64> {
    let moment: Timestamp = instant(at)
        .map_err(|fault| ApiError::from(Refusal::act("date_unreadable", fault.to_string())))?;
    Ok(moment.as_second())
}

fn place_of(after: &str) -> Result<(i64, i64)> {
    after
        .split_once(':')
        .and_then(|(key, n)| Some((key.parse().ok()?, n.parse().ok()?)))
        .ok_or_else(|| {
            Refusal::of("place_unreadable", "after", "Vị trí trang tiếp theo không đọc được.")
                .into()
        })
}
