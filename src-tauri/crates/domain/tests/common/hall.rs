//! A hall where dossiers are taken in: shipped packs, one officer.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a story that cannot be told must stop")]

use domain::calendar::{Calendar, CalendarPack};
use domain::deadline::{DeadlineRules, DeadlineRulesPack};
use domain::dossier::event::{PackVersions, Received};
use domain::dossier::{Context, Dossier, Reception, Taken, receive};
use domain::ids::{DossierId, OfficerId};
use domain::officer::{Officer, Role};
use domain::party::Party;
use domain::procedure::{ProcedurePack, Workflow};
use domain::site::Site;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A hall with the shipped packs and one officer.
pub struct Hall {
    calendar: Calendar,
    rules: DeadlineRules,
    procedures: ProcedurePack,
    officer: Officer,
    site: Site,
}

impl Hall {
    pub fn new(roles: &[Role]) -> Self {
        let read = |text: &str| serde_json::from_str::<CalendarPack>(text).unwrap();
        let calendar = read(include_str!("../../../../data/calendar.json"));
        let rules: DeadlineRulesPack =
            serde_json::from_str(include_str!("../../../../data/deadline_rules.json")).unwrap();
        Self {
            calendar: Calendar::from_pack(&calendar, Some("04252")).unwrap(),
            rules: DeadlineRules::from_pack(&rules).unwrap(),
            procedures: serde_json::from_str(include_str!("../../../../data/procedures.json"))
                .unwrap(),
            officer: Officer {
                id: OfficerId(uuid::Uuid::nil()),
                name: "Hoàng Thị Nết".into(),
                roles: roles.to_vec(),
            },
            site: Site {
                code: "04252".into(),
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

    pub fn context(&self, now: Timestamp) -> Context<'_> {
        Context {
            now,
            actor: &self.officer,
            supervisors: &[],
            calendar: &self.calendar,
            rules: &self.rules,
        }
    }

    pub fn take(&self, workflow: Workflow, now: Timestamp) -> Dossier {
        Dossier::new(&self.received(workflow, now))
    }

    pub fn received(&self, workflow: Workflow, now: Timestamp) -> Received {
        let procedure = self
            .procedures
            .procedures
            .iter()
            .find(|p| {
                p.workflow == workflow
                    && p.cases.len() == 1
                    && p.reception == domain::procedure::Reception::Desk
            })
            .unwrap();
        let input = Reception {
            procedure: procedure.code.clone(),
            applicant: Party { full_name: "Đặng Văn Lượng".into(), ..Party::default() },
            sets: 1,
            ..Reception::default()
        };
        let taken = Taken {
            procedure: Some(procedure),
            known_roles: &BTreeSet::new(),
            packs: PackVersions::default(),
            site: &self.site,
            reviewed: true,
            received_for_others: false,
            site_fee: None,
        };
        let id = DossierId(uuid::Uuid::nil());
        receive(id, input, &taken, &self.context(now)).unwrap()
    }
}

pub fn morning() -> Timestamp {
    "2026-11-16T09:00:00+07:00".parse().unwrap()
}
