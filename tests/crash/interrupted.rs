//! Every step of a write interrupted: SQLite stops at the first, the second, the third … place where it can be stopped,
//! until the use case gets through. Each time nothing has changed, and the next dossier is taken in.

use crate::lab::{Keys, seed};
use crate::shift::Shift;
use app::Office;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Connection;
use tests::Desk;

/// Steps of SQLite's machine between two places where it can be stopped: each one.
const EVERY_STEP: i32 = 1;
/// An accept in between proves that the store goes on.
const INTERRUPTIONS_AN_ACCEPT: i64 = 25;
const INTERRUPTIONS_MAX: i64 = 200_000;

/// A use case by name, and whether it was acknowledged.
type UseCase = (&'static str, fn(&mut Shift<'_>) -> bool);

#[test]
fn an_interrupted_write_leaves_nothing_behind() {
    let desk = Desk::new();
    let office = desk.open();
    let stop_at = Arc::new(AtomicI64::new(0));
    let left = Arc::clone(&stop_at);
    office
        .with_writer(|writer| {
            writer.progress_handler(
                EVERY_STEP,
                Some(move || left.fetch_sub(1, Ordering::Relaxed) == 1),
            )
        })
        .expect("a progress handler");
    let mut shift = Shift::new(&office, seed(), desk.folder().to_owned()).expect("a shift");
    shift.receive(3).expect("dossiers to work on");
    let cases: [UseCase; 4] = [
        ("accept one", |shift| shift.receive(1).is_ok()),
        ("accept a basket of three", |shift| shift.receive(3).is_ok()),
        ("act", |shift| shift.act().is_ok_and(|promises| !promises.is_empty())),
        ("attach", |shift| shift.attach().is_ok()),
    ];
    for (what, use_case) in cases {
        let interrupted = interrupt_everywhere(&office, &mut shift, &stop_at, what, use_case);
        println!(
            "interrupted: {what}: every one of {interrupted} places, nothing changed, goes on; seed {}",
            seed()
        );
        assert!(interrupted > 20, "{what}: only {interrupted} places");
    }
    let report = office.verify(&mut app::unfollowed).expect("verify");
    assert!(report.ok, "{report:?}");
    drop(office);
    let verdict = Keys::of(&desk.data()).judge(&desk.data(), &[]).expect("judged");
    verdict.must_be_clean("after all interruptions");
}

fn interrupt_everywhere(
    office: &Office,
    shift: &mut Shift<'_>,
    stop_at: &AtomicI64,
    what: &str,
    use_case: fn(&mut Shift<'_>) -> bool,
) -> i64 {
    for n in 1..INTERRUPTIONS_MAX {
        let before = everything(office);
        stop_at.store(n, Ordering::Relaxed);
        let through = use_case(shift);
        let interrupted = stop_at.swap(0, Ordering::Relaxed) <= 0;
        if through && !interrupted {
            return n - 1;
        }
        assert!(
            !through || everything(office) != before,
            "{what}, place {n}: through, and nothing written"
        );
        assert!(through || everything(office) == before, "{what}, place {n}: something changed");
        if n % INTERRUPTIONS_AN_ACCEPT == 0 {
            let next = shift.receive(1);
            assert!(next.is_ok(), "{what}, place {n}: the next dossier: {next:?}");
        }
    }
    INTERRUPTIONS_MAX
}

/// What a half write would show in: every table of log and projections.
fn everything(office: &Office) -> Vec<String> {
    office.read(fingerprint).expect("read")
}

fn fingerprint(connection: &Connection) -> store::Result<Vec<String>> {
    const QUESTIONS: [&str; 7] = [
        "SELECT count(*) || ' ' || coalesce(max(arrival), 0) || ' ' || total(length(body)) FROM record",
        "SELECT coalesce(hex(hash), '') FROM record ORDER BY arrival DESC LIMIT 1",
        "SELECT count(*) || ' ' || total(status) || ' ' || coalesce(group_concat(number), '') FROM dossier",
        "SELECT coalesce(group_concat(text), '') FROM number",
        "SELECT coalesce(group_concat(name || last), '') FROM series",
        "SELECT coalesce(group_concat(status || ':' || dossiers), '') FROM tally",
        "SELECT (SELECT count(*) FROM party_link) || ' ' || (SELECT count(*) FROM file) || ' ' || (SELECT count(*) FROM dossier_text_docsize)",
    ];
    QUESTIONS
        .iter()
        .map(|sql| Ok(connection.query_row(sql, [], |row| row.get::<_, String>(0))?))
        .collect()
}
