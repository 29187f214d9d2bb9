//! Two and three desks work on one dossier without knowing of each other: every interleaving, every order of arrival.

#![allow(clippy::unwrap_used, reason = "a story that cannot be told must stop")]

#[path = "common/hall.rs"]
mod hall;

use domain::dossier::event::{Event, RecordName, Settled, overlap};
use domain::dossier::merge::{Dispute, Merged, Past, compare, merge};
use domain::dossier::{Command, StepFacts};
use domain::ids::DeviceId;
use domain::officer::Role;
use domain::procedure::Workflow;
use hall::{Hall, morning};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Desks that each know some of the records; record `i` is known to the desks in `known[i]`.
struct Hamlet<'a> {
    hall: &'a Hall,
    records: Vec<Past>,
    known: Vec<BTreeSet<usize>>,
    /// For each record those its writer knew: the oracle of what is concurrent, kept by the test.
    saw: Vec<BTreeSet<usize>>,
    seqs: [u64; 3],
}

impl<'a> Hamlet<'a> {
    /// Every desk knows the reception.
    fn new(hall: &'a Hall) -> Self {
        let mut hamlet =
            Self { hall, records: Vec::new(), known: Vec::new(), saw: Vec::new(), seqs: [0; 3] };
        let received = hall.received(Workflow::Short, morning());
        hamlet.append(0, Event::Received(Box::new(received)));
        hamlet.exchange();
        hamlet
    }

    fn view(&self, desk: usize) -> Merged {
        let known = self.records.iter().zip(&self.known);
        let known: Vec<Past> = known
            .filter(|(_, desks)| desks.contains(&desk))
            .map(|(past, _)| past.clone())
            .collect();
        merge(&known)
    }

    /// A desk does something, if what it knows allows it.
    fn act(&mut self, desk: usize, command: Command) -> Option<usize> {
        let n = i64::try_from(self.records.len()).unwrap();
        // The clocks of the desks are years apart; nothing may come of it.
        let skew = SignedDuration::from_hours(24 * 365 * [9, 2, 5][desk]);
        let now = morning() + SignedDuration::from_mins(n) + skew;
        let dossier = self.view(desk).dossier?;
        let event = dossier.decide(command, StepFacts::default(), &self.hall.context(now)).ok()?;
        Some(self.append(desk, event))
    }

    fn append(&mut self, desk: usize, event: Event) -> usize {
        let view = self.view(desk);
        self.seqs[desk] += 1;
        let device = DeviceId(uuid::Uuid::from_u128([7, 3, 5][desk]));
        self.records.push(Past {
            name: RecordName { device, seq: self.seqs[desk] },
            depth: view.depth + 1,
            parents: view.heads,
            event: Some(event),
        });
        let saw = (0..self.known.len()).filter(|index| self.known[*index].contains(&desk));
        self.saw.push(saw.collect());
        self.known.push(BTreeSet::from([desk]));
        self.records.len() - 1
    }

    fn exchange(&mut self) {
        self.known.iter_mut().for_each(|desks| desks.extend([0, 1, 2]));
    }

    fn event(&self, index: usize) -> &Event {
        self.records[index].event.as_ref().unwrap()
    }

    /// Fields that two records wrote without knowing of each other, by the test's own book-keeping.
    fn collisions(&self) -> BTreeSet<(String, RecordName, RecordName)> {
        let mut found = BTreeSet::new();
        for later in 0..self.records.len() {
            for earlier in (0..later).filter(|earlier| !self.saw[later].contains(earlier)) {
                for field in self.event(later).writes() {
                    if self.event(earlier).writes().iter().any(|other| overlap(other, &field)) {
                        let names = (self.records[earlier].name, self.records[later].name);
                        found.insert((field, names.0, names.1));
                    }
                }
            }
        }
        found
    }
}

fn edit(phone: Option<&str>, address: Option<&str>) -> Command {
    Command::Correct {
        reason: "ghi nhầm".into(),
        full_name: None,
        phone: phone.map(str::to_owned),
        email: None,
        address: address.map(str::to_owned),
        id_number: None,
        birth_date: None,
    }
}

/// Where the dossier stands when the desks lose sight of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Taken in: it may be forwarded.
    Received,
    /// With a specialist: it may be given to another.
    Processing,
}

/// What a desk may do, told apart by `n` so that no two desks write the same value: the same field, different fields,
/// finish, and pass on to somebody else.
fn commands(start: Start, n: usize) -> [Command; 4] {
    let to = format!("Phòng {n}");
    [
        edit(Some(&format!("091234567{n}")), None),
        edit(None, Some(&format!("Tổ {n}, phường Yên Bái"))),
        Command::Finish { result: None, shelf: Some(format!("A{n}")) },
        match start {
            Start::Received => Command::Forward { to },
            Start::Processing => Command::Assign { to },
        },
    ]
}

/// Which desk, which of its commands, whether everything is exchanged afterwards.
type Act = (usize, usize, bool);

/// Every way in which `count` acts fall to `desks` desks, each perhaps followed by an exchange; one in `of` of them is
/// told. How many were told.
fn courses(count: usize, desks: usize, of: usize, tell: &mut dyn FnMut(&[Act])) -> usize {
    let choices: Vec<Act> = (0..desks)
        .flat_map(|desk| (0..4).flat_map(move |what| [(desk, what, false), (desk, what, true)]))
        .collect();
    let all = choices.len().pow(u32::try_from(count).unwrap());
    for course in (0..all).step_by(of) {
        let digits = std::iter::successors(Some(course), |rest| Some(rest / choices.len()));
        let acts: Vec<Act> =
            digits.take(count).map(|digit| choices[digit % choices.len()]).collect();
        tell(&acts);
    }
    all.div_ceil(of)
}

fn play<'a>(hall: &'a Hall, start: Start, acts: &[Act]) -> Hamlet<'a> {
    let mut hamlet = Hamlet::new(hall);
    if start == Start::Processing {
        hamlet.act(0, Command::Forward { to: "Phòng Tư pháp".into() }).unwrap();
        hamlet.exchange();
    }
    for (n, (desk, what, exchange)) in acts.iter().enumerate() {
        hamlet.act(*desk, commands(start, n)[*what].clone());
        if *exchange {
            hamlet.exchange();
        }
    }
    hamlet.exchange();
    hamlet
}

/// The promises of a merge, for one course of events.
fn check(hamlet: &Hamlet<'_>, acts: &[Act]) {
    let merged = merge(&hamlet.records);
    let mut reversed = hamlet.records.clone();
    reversed.reverse();
    assert_eq!(merge(&reversed), merged, "another order of arrival, another state: {acts:?}");
    assert!(merged.waiting.is_empty());
    let dossier = merged.dossier.unwrap();
    for (field, one, other) in hamlet.collisions() {
        // Of each branch the last word is a side: the record itself, or one that its writer knew.
        let speaks = |side: &RecordName, of: RecordName| {
            let index = |name| hamlet.records.iter().position(|past| past.name == name).unwrap();
            *side == of || hamlet.saw[index(*side)].contains(&index(of))
        };
        let open = dossier.disputes.iter().any(|dispute| {
            overlap(&dispute.field, &field)
                && dispute.sides.iter().any(|side| speaks(side, one))
                && dispute.sides.iter().any(|side| speaks(side, other))
                && dispute.sides.len() > 1
        });
        assert!(open, "{field} of {one:?} and {other:?} was merged without a word: {acts:?}");
    }
    check_values(hamlet, &dossier, acts);
}

/// Nothing but a decision closes what is open, and a decision of everything closes it all.
fn check_closing(hamlet: &mut Hamlet<'_>, acts: &[Act]) {
    let open = |hamlet: &Hamlet<'_>| merge(&hamlet.records).dossier.unwrap().disputes;
    let before = open(hamlet);
    hamlet.act(1, Command::Note { text: "đã xem".into() }).unwrap();
    hamlet.exchange();
    assert_eq!(open(hamlet), before, "an ordinary record closed a dispute: {acts:?}");
    if before.is_empty() {
        return;
    }
    let last = |dispute: &Dispute| *dispute.sides.last().unwrap();
    let fields = before
        .iter()
        .map(|dispute| Settled { field: dispute.field.clone(), stands: last(dispute) })
        .collect();
    let reason = "đã hỏi lại công dân".into();
    hamlet.act(1, Command::Resolve { fields, reason }).unwrap();
    assert_eq!(open(hamlet), [], "a decision left something open: {acts:?}");
}

/// Nothing undisputed is lost: the applicant has the particulars that somebody gave last, as each writer knew it.
fn check_values(hamlet: &Hamlet<'_>, dossier: &domain::dossier::Dossier, acts: &[Act]) {
    let disputed =
        |field: &str| dossier.disputes.iter().any(|dispute| overlap(&dispute.field, field));
    for (field, found) in [
        ("people.applicant.phone", &dossier.applicant.phone),
        ("people.applicant.address", &dossier.applicant.address),
        ("holder", &dossier.holder),
    ] {
        let mut writes = (0..hamlet.records.len())
            .filter(|index| hamlet.event(*index).writes().iter().any(|written| written == field));
        let expected = writes.next_back().and_then(|index| match hamlet.event(index) {
            Event::Corrected(e) if field.ends_with("phone") => e.applicant.phone.clone(),
            Event::Corrected(e) => e.applicant.address.clone(),
            Event::Forwarded(e) | Event::Assigned(e) => Some(e.to.clone()),
            _ => None,
        });
        if !disputed(field) {
            assert_eq!(*found, expected, "{field} lost: {acts:?}");
        }
    }
}

fn check_courses(count: usize, desks: usize, of: usize) -> usize {
    let hall = Hall::new(&Role::ALL);
    let of_start = |start| {
        courses(count, desks, of, &mut |acts| {
            let mut hamlet = play(&hall, start, acts);
            check(&hamlet, acts);
            check_closing(&mut hamlet, acts);
        })
    };
    [Start::Received, Start::Processing].into_iter().map(of_start).sum()
}

#[test]
fn two_desks_up_to_three_acts_every_interleaving() {
    let told: usize = (1..=3).map(|count| check_courses(count, 2, 1)).sum();
    assert_eq!(told, 2 * (16 + 16 * 16 + 16 * 16 * 16));
}

#[test]
fn two_and_three_desks_four_acts_a_share_of_all_interleavings() {
    // Primes that divide neither 16 nor 24, so that every choice is met in every place.
    assert_eq!(check_courses(4, 2, 31) + check_courses(4, 3, 97), 2 * (2_115 + 3_421));
}

#[test]
#[ignore = "all 65,536 courses of two desks and 331,776 of three, from both starts, take minutes: cargo test -p domain --test merge -- --ignored"]
fn two_and_three_desks_four_acts_every_interleaving() {
    for desks in [2, 3] {
        check_courses(4, desks, 1);
    }
}

#[test]
fn no_event_writes_beyond_what_its_kind_declares() {
    let hall = Hall::new(&Role::ALL);
    for what in 0..4 {
        let hamlet = play(&hall, Start::Received, &[(0, what, true)]);
        let event = hamlet.event(1);
        for path in event.writes() {
            let declared = event.kind().fields().iter().any(|field| overlap(field, &path));
            assert!(declared, "{} writes {path}", event.kind().word());
        }
    }
}

#[test]
fn every_order_of_arrival_ends_alike_and_what_came_too_early_waits() {
    let hall = Hall::new(&Role::ALL);
    let acts = [(0, 0, false), (1, 0, false), (0, 3, true), (1, 1, true)];
    let hamlet = play(&hall, Start::Received, &acts);
    let whole = merge(&hamlet.records);
    for order in permutations(hamlet.records.len()) {
        let mut arrived = Vec::new();
        for (count, index) in order.iter().enumerate() {
            arrived.push(hamlet.records[*index].clone());
            let here: BTreeSet<usize> = order[..=count].iter().copied().collect();
            let early = here.iter().filter(|index| !hamlet.saw[**index].is_subset(&here));
            let early: BTreeSet<RecordName> =
                early.map(|index| hamlet.records[*index].name).collect();
            let merged = merge(&arrived);
            assert_eq!(BTreeSet::from_iter(merged.waiting), early);
            assert_eq!(merged.dossier.is_some(), here.contains(&0));
        }
        assert_eq!(merge(&arrived), whole);
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(count - 1) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            all.push(longer);
        }
    }
    all
}

#[test]
fn different_particulars_are_both_kept_and_the_same_one_is_asked_about() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    hamlet.act(1, edit(None, Some("Tổ 5"))).unwrap();
    let dossier = merge(&hamlet.records).dossier.unwrap();
    assert_eq!(dossier.disputes, []);
    assert_eq!(dossier.applicant.phone.as_deref(), Some("0911111111"));
    assert_eq!(dossier.applicant.address.as_deref(), Some("Tổ 5"));

    hamlet.act(2, edit(Some("0922222222"), None)).unwrap();
    let dossier = merge(&hamlet.records).dossier.unwrap();
    let disputed: Vec<&str> = dossier.disputes.iter().map(|d| d.field.as_str()).collect();
    assert_eq!(disputed, ["people.applicant.phone"]);
}

#[test]
fn of_each_desk_the_last_word_is_put_to_the_supervisor() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    let last = hamlet.act(0, edit(Some("0911111112"), None)).unwrap();
    let other = hamlet.act(1, edit(Some("0922222222"), None)).unwrap();
    let dossier = merge(&hamlet.records).dossier.unwrap();
    let sides = BTreeSet::from_iter(dossier.disputes[0].sides.iter().copied());
    assert_eq!(sides, BTreeSet::from([last, other].map(|index| hamlet.records[index].name)));
}

#[test]
fn an_edit_that_came_too_late_for_a_finished_dossier_is_asked_about() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    hamlet.act(1, Command::Finish { result: None, shelf: None }).unwrap();
    let dossier = merge(&hamlet.records).dossier.unwrap();
    assert_eq!(dossier.disputes.len(), 1, "{:?}", dossier.disputes);
    assert_eq!(dossier.applicant.phone.as_deref(), Some("0911111111"), "kept meanwhile");
}

#[test]
fn only_a_resolution_closes_a_dispute_and_the_value_chosen_stands() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    let first = hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    let second = hamlet.act(1, edit(Some("0922222222"), None)).unwrap();
    hamlet.exchange();
    hamlet.act(2, Command::Note { text: "đã xem".into() }).unwrap();
    hamlet.exchange();
    let view = hamlet.view(2);
    assert_eq!(view.heads.len(), 1, "the note stands over both");
    assert_eq!(view.dossier.unwrap().disputes.len(), 1, "and closes nothing");

    for (stands, phone) in [(first, "0911111111"), (second, "0922222222")] {
        let settled =
            Settled { field: "people.applicant.phone".into(), stands: hamlet.records[stands].name };
        let resolve =
            Command::Resolve { fields: vec![settled], reason: "gọi lại công dân".into() };
        let mut hamlet = Hamlet {
            hall: &hall,
            records: hamlet.records.clone(),
            known: hamlet.known.clone(),
            saw: hamlet.saw.clone(),
            seqs: hamlet.seqs,
        };
        hamlet.act(2, resolve).unwrap();
        let dossier = merge(&hamlet.records).dossier.unwrap();
        assert_eq!(dossier.disputes, []);
        assert_eq!(dossier.applicant.phone.as_deref(), Some(phone));
    }
}

#[test]
fn two_decisions_that_did_not_know_of_each_other_are_a_dispute_again() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    let sides = [
        hamlet.act(0, edit(Some("0911111111"), None)).unwrap(),
        hamlet.act(1, edit(Some("0922222222"), None)).unwrap(),
    ];
    hamlet.exchange();
    for (desk, side) in sides.into_iter().enumerate() {
        let stands = hamlet.records[side].name;
        let fields = vec![Settled { field: "people.applicant.phone".into(), stands }];
        hamlet.act(desk, Command::Resolve { fields, reason: "xem giấy".into() }).unwrap();
    }
    let dossier = merge(&hamlet.records).dossier.unwrap();
    assert_eq!(dossier.disputes.len(), 1);
    assert_eq!(dossier.disputes[0].sides.len(), 2, "the two decisions: {:?}", dossier.disputes);
}

#[test]
fn a_decision_names_every_dispute_one_of_its_sides_a_reason_and_a_supervisor() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    let side = hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    hamlet.act(1, edit(Some("0922222222"), None)).unwrap();
    hamlet.exchange();
    let dossier = hamlet.view(0).dossier.unwrap();
    let field = "people.applicant.phone".to_owned();
    let stands = hamlet.records[side].name;
    let good = Settled { field: field.clone(), stands };
    let elsewhere = RecordName { seq: 99, ..stands };
    let refused = |hall: &Hall, fields: Vec<Settled>, reason: &str| {
        let command = Command::Resolve { fields, reason: reason.into() };
        let now = morning() + SignedDuration::from_hours(24 * 365 * 10);
        dossier.decide(command, StepFacts::default(), &hall.context(now)).unwrap_err().code
    };
    let odd = Settled { field: "shelf".into(), stands };
    let nowhere = Settled { field, stands: elsewhere };
    assert_eq!(refused(&hall, Vec::new(), "vì"), "dispute_open");
    assert_eq!(refused(&hall, vec![good.clone(), good.clone()], "vì"), "dispute_open");
    assert_eq!(refused(&hall, vec![good.clone(), odd], "vì"), "not_disputed");
    assert_eq!(refused(&hall, vec![nowhere], "vì"), "no_such_side");
    assert_eq!(refused(&hall, vec![good.clone()], " "), "field_empty");
    let clerk = Hall::new(&[Role::Reception]);
    assert_eq!(refused(&clerk, vec![good], "vì"), "needs_supervisor");
}

#[test]
fn the_screen_shows_what_it_was_what_each_made_of_it_and_what_merged_by_itself() {
    let hall = Hall::new(&Role::ALL);
    let mut hamlet = Hamlet::new(&hall);
    hamlet.act(2, edit(Some("0900000000"), None)).unwrap();
    hamlet.exchange();
    hamlet.act(0, edit(Some("0911111111"), None)).unwrap();
    hamlet.act(1, edit(Some("0922222222"), Some("Tổ 5"))).unwrap();
    let compared = compare(&hamlet.records);
    assert_eq!(compared.disputed.len(), 1);
    let row = &compared.disputed[0];
    assert_eq!(
        (row.field.as_str(), row.before.1.as_str()),
        ("people.applicant.phone", "0900000000")
    );
    let values: BTreeSet<&str> = row.sides.iter().map(|side| side.value.as_str()).collect();
    assert_eq!(values, BTreeSet::from(["0911111111", "0922222222"]));
    assert_eq!(row.sides[0].done_by, "Hoàng Thị Nết");
    let safe: Vec<&str> = compared.safe.iter().map(|row| row.field.as_str()).collect();
    assert_eq!(safe, ["people.applicant.address"]);
}
