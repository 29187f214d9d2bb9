//! Believable work for training stores and measurements: the real use cases with made-up people. A bulk of dossiers shares
//! a transaction, but every record is the one the desk would write.

mod made_up;

use crate::changed::Topic;
use crate::documents::{FILE_BYTES_MAX, act_of, blob_error, document_of};
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::reception::Knowledge;
use domain::dossier::event::FileAttached;
use domain::dossier::{Command, Context, Dossier, Event, Reception, StepFacts};
use domain::officer::Officer;
use domain::procedure::{Procedure, Reception as Counter, Workflow};
use domain::time::{instant, office_time};
use jiff::civil::{Date, DateTime, time};
use jiff::{Timestamp, ToSpan};
use made_up::Chance;
use serde::Serialize;
use store::Tx;
use vault::OsRandom;

/// Dossiers of a working day in a commune.
const DOSSIERS_A_DAY: u32 = 60;
/// Ten years: made-up people were born before. More dossiers make fuller days, not older ones.
const WORKING_DAYS_MAX: u32 = 2_500;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoOutcome {
    /// Dossiers taken in.
    pub dossiers: u32,
    /// Steps done on them.
    pub steps: u32,
    /// Documents attached.
    pub documents: u32,
    /// First and last day of reception.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// The day's work: who sits at the desk, when, and what may be taken in.
struct Day<'a> {
    office: &'a Office,
    officer: &'a Officer,
    supervisors: &'a [String],
    procedures: &'a [&'a Procedure],
    busiest: &'a [String],
    document_every: u32,
    /// Nothing happens after it.
    end: Timestamp,
}

impl Office {
    /// Takes `dossiers` made-up dossiers in, spread over the working days before now, and walks them through the office.
    /// The same seed gives the same people and procedures.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] outside training stores.
    pub fn demo(
        &self,
        dossiers: u32,
        seed: u64,
        document_every: u32,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<DemoOutcome> {
        if !self.site().training {
            return Err(ApiError::NotAllowed {
                message: "Chỉ tạo dữ liệu mẫu trong kho tập huấn (quay init --training).".into(),
            });
        }
        let packs = self.packs();
        let end = self.now();
        let days = self.days_before(end, working_days_of(dossiers));
        let procedures: Vec<&Procedure> =
            packs.procedures.procedures.iter().filter(|procedure| is_usual(procedure)).collect();
        let busiest = packs.procedures.busiest.clone();
        let mut chance = Chance::new(seed);
        let officer = self.officer();
        let supervisors = self.supervisors()?;
        let mut outcome = DemoOutcome {
            dossiers: 0,
            steps: 0,
            documents: 0,
            from: days.first().map(Date::to_string).unwrap_or_default(),
            to: days.last().map(Date::to_string).unwrap_or_default(),
        };
        for (i, day) in days.iter().enumerate() {
            let left = dossiers - outcome.dossiers;
            let today = left.div_ceil(u32::try_from(days.len() - i).unwrap_or(1));
            let work = Day {
                office: self,
                officer: &officer,
                supervisors: &supervisors,
                procedures: &procedures,
                busiest: &busiest,
                document_every,
                end,
            };
            self.transact(&[], |tx, _| work.day(tx, *day, today, &mut chance, &mut outcome))?;
            progress(outcome.dossiers.into(), dossiers.into());
        }
        self.tell(&[Topic::Dossiers, Topic::Backlog]);
        Ok(outcome)
    }

    /// The `count` working days that end with today, oldest first.
    fn days_before(&self, end: Timestamp, count: u32) -> Vec<Date> {
        let calendar = &self.packs().calendar;
        let mut day = office_time(end).date();
        let mut days = Vec::new();
        while days.len() < count as usize && day.year() > 2000 {
            if calendar.is_working_day(day) {
                days.push(day);
            }
            day = day.saturating_sub(1.day());
        }
        days.reverse();
        days
    }
}

impl Day<'_> {
    /// One day's receptions, each walked as far as the days since then would have brought it.
    fn day(
        &self,
        tx: &mut Tx<'_>,
        day: Date,
        count: u32,
        chance: &mut Chance,
        outcome: &mut DemoOutcome,
    ) -> Result<()> {
        for at in self.moments(day, count, chance)? {
            let packs = self.office.packs();
            let context = self.context(at, &packs);
            let knowledge = Knowledge::read(tx.connection(), self.office, &packs)?;
            let procedure = chance.procedure(self.procedures, self.busiest);
            let reception = chance.reception(procedure);
            tx.set_moment(at.as_millisecond());
            let received = self.office.take_in(tx, &context, &knowledge, reception, "")?;
            let mut dossier = Dossier::new(&received);
            outcome.dossiers += 1;
            if self.document_every > 0 && outcome.dossiers.is_multiple_of(self.document_every) {
                self.attach_scan(tx, &mut dossier, at, chance)?;
                outcome.documents += 1;
            }
            outcome.steps += self.walk(tx, &mut dossier, at, chance)?;
        }
        Ok(())
    }

    /// A scan of the first paper, sealed before the record that names it.
    fn attach_scan(
        &self,
        tx: &mut Tx<'_>,
        dossier: &mut Dossier,
        at: Timestamp,
        chance: &mut Chance,
    ) -> Result<()> {
        let component = dossier.components.first().and_then(|component| component.index);
        let scan = chance.scan();
        let documents = self.office.documents();
        let sealed = documents.put(&mut scan.as_slice(), FILE_BYTES_MAX, &mut OsRandom);
        let blob = sealed.map_err(blob_error)?;
        let file = document_of(at, component, "ban-quet.pdf".into(), "application/pdf", &blob)?;
        let attached = FileAttached { act: act_of(self.officer, at), file };
        let event = Event::FileAttached(Box::new(attached));
        dossier.apply(&event);
        tx.append(dossier.id, event)?;
        Ok(())
    }

    /// Moments of reception inside the sessions of a day, in order, none after now.
    fn moments(&self, day: Date, count: u32, chance: &mut Chance) -> Result<Vec<Timestamp>> {
        let mut moments: Vec<Timestamp> = (0..count)
            .map(|_| {
                let hour = chance.pick(&[7, 8, 8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16]);
                let minute = i8::try_from(
                    chance.below(if *hour == 11 { 25 } else { 30 })
                        + if *hour == 7 || *hour == 13 { 30 } else { 0 },
                );
                let at = DateTime::from_parts(day, time(*hour, minute.unwrap_or(0).min(59), 0, 0));
                instant(at).map(|at| at.min(self.end))
            })
            .collect::<std::result::Result<_, _>>()
            .map_err(|fault| ApiError::internal(&fault))?;
        moments.sort_unstable();
        Ok(moments)
    }

    fn context<'c>(&'c self, now: Timestamp, packs: &'c crate::packs::Packs) -> Context<'c> {
        Context {
            now,
            actor: self.officer,
            supervisors: self.supervisors,
            calendar: &packs.calendar,
            rules: &packs.rules,
        }
    }

    /// The steps that happened before now; most results are returned within the promise.
    fn walk(
        &self,
        tx: &mut Tx<'_>,
        dossier: &mut Dossier,
        received: Timestamp,
        chance: &mut Chance,
    ) -> Result<u32> {
        let commands = match dossier.procedure.workflow {
            Workflow::Short => {
                vec![Command::Finish { result: None, shelf: Some(chance.shelf()) }, returned()]
            }
            Workflow::Full => vec![
                Command::Forward { to: chance.division().to_owned() },
                Command::Examine {},
                Command::Sign {},
                Command::NumberResult { number: chance.paper_number(), date: None },
                Command::Finish { result: None, shelf: Some(chance.shelf()) },
                returned(),
            ],
        };
        let pace_hours = chance.pace_hours(
            dossier.due.at.map_or(24, |due| due.duration_since(received).as_hours().max(2)),
        );
        let share = pace_hours / i64::try_from(commands.len()).unwrap_or(1).max(1);
        let mut steps = 0;
        let mut at = received;
        for command in commands {
            at = at
                .saturating_add(jiff::SignedDuration::from_mins((share * 60).max(7)))
                .unwrap_or(self.end);
            if at > self.end {
                break;
            }
            let packs = self.office.packs();
            let event = dossier
                .decide(command, StepFacts::default(), &self.context(at, &packs))
                .map_err(ApiError::from)?;
            dossier.apply(&event);
            tx.set_moment(at.as_millisecond());
            tx.append(dossier.id, event)?;
            steps += 1;
        }
        Ok(steps)
    }
}

/// Working days over which so many dossiers are spread.
fn working_days_of(dossiers: u32) -> u32 {
    dossiers.div_ceil(DOSSIERS_A_DAY).clamp(1, WORKING_DAYS_MAX)
}

fn returned() -> Command {
    Command::ReturnResult { collector: None, lost_slip: false, originals_returned: false }
}

fn is_usual(procedure: &Procedure) -> bool {
    procedure.reception == Counter::Desk && procedure.superseded_by.is_none()
}

/// A reception as the desk would hand it over.
pub(crate) fn reception_of(procedure: &Procedure, case: usize) -> Reception {
    Reception {
        procedure: procedure.code.clone(),
        case: (procedure.cases.len() > 1)
            .then(|| procedure.cases[case % procedure.cases.len()].id.clone()),
        sets: 1,
        ..Reception::default()
    }
}

#[cfg(test)]
mod tests {
    use super::working_days_of;

    #[test]
    fn a_commune_takes_sixty_in_a_day_and_a_larger_store_never_reaches_back_before_its_people_were_born()
     {
        assert_eq!(working_days_of(0), 1);
        assert_eq!(working_days_of(61), 2);
        assert_eq!(working_days_of(150_000), 2_500);
        assert_eq!(working_days_of(1_000_000), 2_500);
    }
}
