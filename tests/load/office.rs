//! What a day at a desk writes: dossiers as the shipped packs and the real rules make them, each taken in and brought to
//! its end in five steps.

use anyhow::{Context as _, Result, anyhow};
use domain::calendar::{Calendar, CalendarPack};
use domain::deadline::{DeadlineRules, DeadlineRulesPack};
use domain::dossier::event::{Event, PackVersions};
use domain::dossier::number::{Drawn, Number};
use domain::dossier::{Command, Context, Dossier, Reception, StepFacts, Taken, receive};
use domain::ids::{DossierId, OfficerId};
use domain::officer::{Officer, Role};
use domain::party::{IdKind, Party};
use domain::procedure::{Procedure, ProcedurePack, Reception as Where, Workflow};
use domain::site::Site;
use jiff::Timestamp;
use protocol::Fact;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Records of one dossier.
pub const RECORDS: usize = 6;

/// A number of the same length as every other; see [`Dossiers::bodies`].
const NUMBER: &str = "H38.04252-261123-1001";
const LANE: &str = "lane/261123/1";
const FAMILIES: [&str; 7] = ["Đặng", "Nguyễn", "Giàng", "Lò", "Hoàng", "Trần", "Vàng"];
const MIDDLES: [&str; 5] = ["Văn", "Thị", "A", "Minh", "Thu"];
const GIVEN: [&str; 11] =
    ["Lượng", "Sử", "Pành", "Nết", "Dung", "Khoa", "Mai", "Sinh", "Páo", "Hạnh", "Đức"];

/// What one record says: word of its kind, exact bytes of its body.
pub type Said = (&'static str, Vec<u8>);

/// Dossiers of people who differ, to be written under other numbers.
pub struct Dossiers(Vec<[Said; RECORDS]>);

impl Dossiers {
    /// So many different ones.
    ///
    /// # Errors
    /// What the packs or the rules say against it.
    pub fn new(count: usize) -> Result<Self> {
        let office = Office::shipped()?;
        (0..count).map(|n| office.dossier(n)).collect::<Result<_>>().map(Self)
    }

    /// What the records of the `n`-th dossier say under a number and in a lane of its own. Both have the length of those
    /// on paper, so that they are written into the bytes in place.
    pub fn bodies(&self, n: usize, number: &str, lane: &str) -> [Said; RECORDS] {
        let mut bodies = self.0.get(n % self.0.len()).cloned().unwrap_or_default();
        for (_, body) in &mut bodies {
            put(body, NUMBER, number);
            put(body, LANE, lane);
        }
        bodies
    }
}

fn put(body: &mut [u8], from: &str, to: &str) {
    let at = body.windows(from.len()).position(|window| window == from.as_bytes());
    if let Some(place) = at.and_then(|at| body.get_mut(at..at + to.len())) {
        place.copy_from_slice(to.as_bytes());
    }
}

struct Office {
    calendar: Calendar,
    rules: DeadlineRules,
    procedure: Procedure,
    officer: Officer,
    site: Site,
}

impl Office {
    fn shipped() -> Result<Self> {
        let calendar: CalendarPack =
            serde_json::from_str(include_str!("../../src-tauri/data/calendar.json"))?;
        let rules: DeadlineRulesPack =
            serde_json::from_str(include_str!("../../src-tauri/data/deadline_rules.json"))?;
        let procedures: ProcedurePack =
            serde_json::from_str(include_str!("../../src-tauri/data/procedures.json"))?;
        let fits = |p: &Procedure| {
            p.workflow == Workflow::Short && p.cases.len() == 1 && p.reception == Where::Desk
        };
        let code = "04252";
        Ok(Self {
            calendar: Calendar::from_pack(&calendar, Some(code))
                .map_err(|fault| anyhow!("calendar: {fault:?}"))?,
            rules: DeadlineRules::from_pack(&rules).map_err(|fault| anyhow!("rules: {fault:?}"))?,
            procedure: procedures.procedures.into_iter().find(fits).context("a short procedure")?,
            officer: Officer {
                id: OfficerId(Uuid::from_u128(1)),
                name: "Hoàng Thị Nết".into(),
                roles: Role::ALL.to_vec(),
            },
            site: Site {
                code: code.into(),
                name: "Yên Bái".into(),
                level: "phường".into(),
                province: "tỉnh Lào Cai".into(),
                agency_code: "H38.04252".into(),
                desk: 1,
                training: false,
                mountainous: true,
            },
        })
    }

    fn dossier(&self, n: usize) -> Result<[Said; RECORDS]> {
        let mut events = vec![self.received(n)?];
        for command in steps(n) {
            let dossier = Dossier::fold(&events).context("a history")?;
            let event = dossier
                .decide(command, StepFacts::default(), &self.context(events.len())?)
                .map_err(|refusal| anyhow!("a step: {refusal:?}"))?;
            events.push(event);
        }
        let said = events.into_iter().map(said).collect::<Result<Vec<_>>>()?;
        said.try_into().map_err(|said: Vec<Said>| anyhow!("{} records", said.len()))
    }

    fn received(&self, n: usize) -> Result<Event> {
        let taken = Taken {
            procedure: Some(&self.procedure),
            known_roles: &BTreeSet::new(),
            packs: PackVersions::default(),
            site: &self.site,
            reviewed: true,
            received_for_others: false,
            site_fee: None,
        };
        let input = Reception {
            procedure: self.procedure.code.clone(),
            applicant: person(n),
            sets: 1,
            ..Reception::default()
        };
        let id = DossierId(Uuid::from_u128(n as u128));
        let mut received = receive(id, input, &taken, &self.context(0)?)
            .map_err(|refusal| anyhow!("a reception: {refusal:?}"))?;
        let drawn = Some(Drawn { series: LANE.into(), place: 1 });
        received.number = Some(Number { text: NUMBER.into(), provisional: false, drawn });
        Ok(Event::Received(Box::new(received)))
    }

    /// Minutes after eight in the morning of 23/11/2026 in Vietnam.
    fn context(&self, minutes: usize) -> Result<Context<'_>> {
        Ok(Context {
            now: Timestamp::from_second(1_795_395_600 + 60 * minutes as i64)?,
            actor: &self.officer,
            supervisors: &[],
            calendar: &self.calendar,
            rules: &self.rules,
        })
    }
}

fn said(event: Event) -> Result<Said> {
    let fact = Fact::Dossier(event);
    Ok((fact.kind(), fact.encode()?))
}

fn steps(n: usize) -> [Command; RECORDS - 1] {
    [
        Command::Forward { to: "Tư pháp - Hộ tịch".into() },
        Command::Examine {},
        Command::Sign {},
        Command::NumberResult { number: format!("{}/TLKS", n + 1), date: None },
        Command::Finish { result: None, shelf: Some(format!("A{}", n % 12)) },
    ]
}

fn person(n: usize) -> Party {
    let of = |names: &[&str], n: usize| names[n % names.len()].to_owned();
    let name = [of(&FAMILIES, n * 3), of(&MIDDLES, n * 7 / 2), of(&GIVEN, n * 5)].join(" ");
    Party {
        full_name: name,
        id_kind: Some(IdKind::CanCuoc),
        id_number: Some(format!("0150950{:05}", n * 17 % 100_000)),
        phone: Some(format!("09{:08}", n * 7_919 % 100_000_000)),
        address: Some(format!("Tổ {}, phường Yên Bái, tỉnh Lào Cai", n % 30)),
        ..Party::default()
    }
}
