//! The rules of the office, as the shipped packs give them: what is recorded in the simulation was decided by the real
//! domain.

use domain::calendar::{Calendar, CalendarPack};
use domain::deadline::{DeadlineRules, DeadlineRulesPack};
use domain::dossier::event::{Document, Event, FileAttached, PackVersions, Settled};
use domain::dossier::number::Number;
use domain::dossier::{Command, Context, Dossier, Reception, StepFacts, Taken, receive};
use domain::ids::{DossierId, FileId, OfficerId};
use domain::officer::{Act, Officer, Role};
use domain::party::Party;
use domain::procedure::{Procedure, ProcedurePack, Reception as Where, Workflow};
use domain::site::Site;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Unit code of the commune.
pub const SITE: &str = "04252";

/// The office, read once.
pub static OFFICE: LazyLock<Office> = LazyLock::new(Office::shipped);

/// Packs, people and place.
pub struct Office {
    calendar: Calendar,
    rules: DeadlineRules,
    procedure: Procedure,
    officer: Officer,
    site: Site,
}

impl Office {
    #[allow(
        clippy::expect_used,
        reason = "without the shipped packs there is no office to simulate"
    )]
    fn shipped() -> Self {
        let calendar: CalendarPack =
            serde_json::from_str(include_str!("../../src-tauri/data/calendar.json"))
                .expect("calendar");
        let rules: DeadlineRulesPack =
            serde_json::from_str(include_str!("../../src-tauri/data/deadline_rules.json"))
                .expect("rules");
        let procedures: ProcedurePack =
            serde_json::from_str(include_str!("../../src-tauri/data/procedures.json"))
                .expect("procedures");
        let fits = |p: &Procedure| {
            p.workflow == Workflow::Short && p.cases.len() == 1 && p.reception == Where::Desk
        };
        Self {
            calendar: Calendar::from_pack(&calendar, Some(SITE)).expect("calendar"),
            rules: DeadlineRules::from_pack(&rules).expect("rules"),
            procedure: procedures.procedures.into_iter().find(fits).expect("a simple procedure"),
            officer: Officer {
                id: OfficerId(uuid::Uuid::nil()),
                name: "Hoàng Thị Nết".into(),
                roles: Role::ALL.to_vec(),
            },
            site: Site {
                code: SITE.into(),
                name: "Yên Bái".into(),
                level: "phường".into(),
                province: "tỉnh Lào Cai".into(),
                agency_code: "H38.04252".into(),
                desk: 1,
                training: true,
                mountainous: true,
            },
        }
    }

    fn context(&self, now: Timestamp) -> Context<'_> {
        Context {
            now,
            actor: &self.officer,
            supervisors: &[],
            calendar: &self.calendar,
            rules: &self.rules,
        }
    }

    /// A dossier taken in. `mark` is unique in a world: the oracle counts it.
    pub fn received(
        &self,
        id: [u8; 16],
        number: Number,
        mark: &str,
        now: Timestamp,
    ) -> Option<Event> {
        let input = Reception {
            procedure: self.procedure.code.clone(),
            applicant: Party { full_name: "Đặng Văn Lượng".into(), ..Party::default() },
            sets: 1,
            ..Reception::default()
        };
        let taken = Taken {
            procedure: Some(&self.procedure),
            known_roles: &BTreeSet::new(),
            packs: PackVersions::default(),
            site: &self.site,
            reviewed: true,
            received_for_others: false,
            site_fee: None,
        };
        let id = DossierId(uuid::Uuid::from_bytes(id));
        let mut received = receive(id, input, &taken, &self.context(now)).ok()?;
        received.number = Some(number);
        received.act.paper_number = Some(mark.to_owned());
        Some(Event::Received(Box::new(received)))
    }

    /// What follows from a command, `None` if the rules refuse it.
    pub fn decide(
        &self,
        dossier: &Dossier,
        command: Command,
        mark: &str,
        now: Timestamp,
    ) -> Option<Event> {
        let facts = StepFacts { paper_number: Some(mark.to_owned()), ..StepFacts::default() };
        // The legal time of an act is never before the reception, whatever this desk's clock says.
        dossier.decide(command, facts, &self.context(now.max(dossier.received_at))).ok()
    }

    /// A paper attached.
    pub fn attached(
        &self,
        id: [u8; 16],
        size_bytes: u64,
        sha256: &str,
        mark: &str,
        now: Timestamp,
    ) -> Event {
        Event::FileAttached(Box::new(FileAttached {
            act: Act {
                at: now,
                done_by: self.officer.name.clone(),
                recorded_by: self.officer.id,
                recorded_by_name: self.officer.name.clone(),
                paper_number: Some(mark.to_owned()),
                note: None,
            },
            file: Document {
                id: FileId(uuid::Uuid::from_bytes(id)),
                component: None,
                name: "to-khai.pdf".into(),
                mime: "application/pdf".into(),
                size_bytes,
                sha256: sha256.to_owned(),
            },
        }))
    }
}

/// What an officer may do to a dossier, the `n`-th kind, with a value of its own.
pub fn command(n: usize, value: &str) -> Command {
    let edit = |phone: Option<String>, address: Option<String>| Command::Correct {
        reason: "ghi nhầm".into(),
        full_name: None,
        phone,
        email: None,
        address,
        id_number: None,
        birth_date: None,
    };
    let digits =
        value.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    match n {
        0 | 1 => edit(Some(format!("09{:08}", digits % 100_000_000)), None),
        2 => edit(None, Some(format!("Tổ {value}"))),
        3 => Command::Forward { to: value.into() },
        4 => Command::Assign { to: value.into() },
        5 => Command::Finish { result: None, shelf: Some(value.into()) },
        6 => Command::SetShelf { shelf: value.into() },
        7 => Command::ReturnResult { collector: None, lost_slip: false, originals_returned: true },
        8 => Command::RequestSupplement {
            components: vec!["Tờ khai".into()],
            reason: value.into(),
        },
        9 => Command::SetExternalNumber {
            system: "hộ tịch".into(),
            number: value.into(),
            date: jiff::civil::date(2026, 11, 16),
        },
        _ => Command::Note { text: value.into() },
    }
}

/// A supervisor's decision of every open dispute, by its `n`-th side.
pub fn decision(dossier: &Dossier, n: usize) -> Command {
    let settled = dossier.disputes.iter().map(|dispute| Settled {
        field: dispute.field.clone(),
        stands: dispute.sides[n % dispute.sides.len()],
    });
    Command::Resolve { fields: settled.collect(), reason: "đã hỏi lại công dân".into() }
}
