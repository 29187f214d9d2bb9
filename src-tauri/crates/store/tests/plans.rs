//! How SQLite means to answer the questions an officer waits for: with an index, whatever the size of the store. Every
//! statement that the store really runs is caught and its plan read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set itself up must stop"
)]

use domain::ids::{DossierId, FileId};
use rusqlite::StatementStatus;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use store::rows::{Order, RowFilter};
use store::{
    Connection, DatabaseKey, Store, StoreFault, exchange, files, log, office, people, rows, search,
    series,
};
use uuid::Uuid;

/// Tables that grow with every dossier.
const BIG: [&str; 7] = ["dossier", "record", "ahead", "number", "party_link", "file", "print"];

#[test]
fn lists_and_their_counts_never_read_a_whole_table() {
    let newest = [Order::Newest(None), Order::Newest(Some((1_700_000_000, 5)))];
    let urgent = [Order::Urgent(None), Order::Urgent(Some((1_700_000_000, 5)))];
    for orders in [newest, urgent] {
        for order in orders {
            for filter in filters(matches!(order, Order::Urgent(_))) {
                check(|c| {
                    rows::list(c, &filter, order, 50).unwrap();
                    rows::count(c, &filter, 1_000).unwrap();
                });
            }
        }
    }
}

#[test]
fn a_dossier_is_found_by_its_index_whatever_is_known_of_it() {
    let id = DossierId(Uuid::from_bytes([7; 16]));
    check(|c| {
        rows::by_id(c, id).unwrap();
        rows::by_n(c, 5).unwrap();
        rows::by_number(c, "H38.16-261123-10001").unwrap();
        people::dossiers_of(c, "i:015095001234", 20).unwrap();
        people::latest_of(c, "i:015095001234").unwrap();
        people::in_progress(c, "i:015095001234", "1.004772").unwrap();
        files::by_id(c, FileId(Uuid::from_bytes([7; 16]))).unwrap();
        office::prints(c, id).unwrap();
        exchange::standing(c, id.bytes(), &[1; 16]).unwrap();
    });
}

#[test]
fn search_asks_the_text_index_and_reads_only_what_it_found() {
    check(|c| {
        // The last one holds a sign that the index splits at: once it refused to look for the two parts.
        for typed in ["d", "dang van luong", "Đặng Văn Lượng", "dayL\u{5b0}ợng"] {
            search::search(c, typed, 50).unwrap();
            search::count(c, typed, 1_000).unwrap();
        }
    });
}

#[test]
fn an_accept_and_a_start_read_only_the_ends_of_the_log() {
    check(|c| {
        log::records_of(c, &[7; 16]).unwrap();
        log::headers_of(c, &log::ACCOUNTS).unwrap();
        log::head_of(c, 1).unwrap();
        log::head_of_device(c, &[7; 16]).unwrap();
        log::hash_at(c, &[7; 16], 5).unwrap();
        log::run(c, &[7; 16], 5, 100).unwrap();
        log::newest_moment_ms(c).unwrap();
        office::newest_device(c).unwrap();
        office::uses(c).unwrap();
        series::last(c, "H38.16-261123-1").unwrap();
        series::is_taken(c, "H38.16-261123-10001").unwrap();
        rows::tally(c).unwrap();
        files::contents(c, "ab", 20).unwrap();
    });
}

#[test]
fn a_plan_without_an_index_would_be_seen() {
    let faults = faults(|c| {
        let all = "SELECT count(*) FROM dossier WHERE shelf = 'A1'";
        c.query_row(all, [], |row| row.get::<_, i64>(0)).unwrap();
    });
    assert_eq!(faults.len(), 1, "{faults:?}");
}

/// What the screens ask for: everything, one status, each group of statuses, one procedure, a day.
fn filters(urgent: bool) -> Vec<RowFilter> {
    let of = |statuses: &[u8]| RowFilter { statuses: statuses.to_vec(), ..RowFilter::default() };
    if urgent {
        let running =
            |from, before| RowFilter { due_from: from, due_before: before, ..of(&[2, 4]) };
        return vec![
            running(None, Some(1_700_000_000)),
            running(Some(1_700_000_000), Some(1_700_086_400)),
            running(Some(1_700_000_000), None),
        ];
    }
    let statuses = [&[][..], &[9], &[5, 6, 7], &[3, 8, 9, 10], &[2, 4]];
    let mut filters: Vec<RowFilter> = statuses.into_iter().map(of).collect();
    let procedure = Some("1.004772".to_owned());
    filters.push(RowFilter { procedure: procedure.clone(), ..RowFilter::default() });
    filters.push(RowFilter { procedure, ..of(&[9]) });
    filters.push(RowFilter { received_from: Some(1_700_000_000), ..RowFilter::default() });
    filters
}

#[test]
fn a_statement_is_planned_once_whatever_is_bound() {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
    let store = Store::create(&folder.path().join("quay.db"), &key).unwrap();
    let planned_again = |connection: &Connection| {
        let sql = "SELECT n FROM dossier WHERE due_at > ?1 AND status IN (2, 4) LIMIT ?2";
        let mut statement = connection.prepare(sql).unwrap();
        for n in 1..5 {
            assert!(!statement.exists([n, n]).unwrap());
        }
        statement.get_status(StatementStatus::RePrepare)
    };
    assert_eq!(planned_again(&store.writer()), 0);
    assert_eq!(store.read(|connection| Ok::<_, StoreFault>(planned_again(connection))).unwrap(), 0);
}

fn check(ask: impl FnOnce(&Connection)) {
    let faults = faults(ask);
    assert!(faults.is_empty(), "read as a whole, or sorted as a whole:\n{}", faults.join("\n"));
}

/// Runs the questions and gives those whose plan grows with the store.
fn faults(ask: impl FnOnce(&Connection)) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
    let store = Store::create(&folder.path().join("quay.db"), &key).unwrap();
    let mut connection = store.writer();
    let run = Arc::new(Mutex::new(BTreeSet::new()));
    let heard = Arc::clone(&run);
    let listen = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event {
            heard.lock().unwrap().insert(sql.to_owned());
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(listen)).unwrap();
    ask(&connection);
    let none: Option<fn(TraceEvent<'_>)> = None;
    connection.trace_v2(TraceEventCodes::empty(), none).unwrap();
    let run = std::mem::take(&mut *run.lock().unwrap());
    // The text index's questions to its own tables are told as comments: they are its own affair.
    let ours = run.iter().filter(|sql| sql.trim_start().starts_with("SELECT"));
    ours.filter_map(|sql| fault(&connection, sql)).collect()
}

fn fault(connection: &Connection, sql: &str) -> Option<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Nothing is bound: a plan of this store does not depend on it.
    let lines = statement.raw_query().mapped(|row| row.get::<_, String>(3));
    let plan: Vec<String> = lines.map(Result::unwrap).collect();
    let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    let grows = plan
        .iter()
        .any(|line| is_scan_of_a_big_table(line, sql) || (sorts && reads_a_big_one(line)));
    grows.then(|| format!("{sql}\n    {}", plan.join("\n    ")))
}

/// Up to a limit, walking an index in the order wanted, or taking whatever comes first, is no scan that grows.
fn is_scan_of_a_big_table(line: &str, sql: &str) -> bool {
    let takes_what_comes = !sql.contains("WHERE") || sql.contains("WHERE 1 ");
    let walks = line.contains(" USING ") && sql.contains("ORDER BY");
    let ends = sql.contains("LIMIT") && (takes_what_comes || walks);
    line.strip_prefix("SCAN ").is_some_and(is_big) && !ends
}

fn reads_a_big_one(line: &str) -> bool {
    line.strip_prefix("SEARCH ").is_some_and(is_big) && !line.contains("rowid=?")
}

/// `dossier USING INDEX …`, or an alias as our queries give them.
fn is_big(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    BIG.contains(&name) || ["r", "l", "a"].contains(&name)
}
