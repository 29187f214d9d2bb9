//! How the database means to carry out every statement of intake and feed, on a ledger as full as it is.

use crate::desk::Desk;
use crate::office::Dossiers;
use crate::place::Place;
use anyhow::{Context, Result, anyhow};
use gateway::database::postgres::Postgres;
use gateway::database::{Database, DatabaseFault, End, Row, Tx, Value};
use gateway::ledger::sites;
use gateway::{feed, intake};
use protocol::Series;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Tables that grow with every record. A plan that reads one of them from end to end grows with it.
const GROWING: [&str; 6] = ["record", "number", "outbound", "file_named", "held", "nonce"];

/// Statements with their plans.
pub type Plans = BTreeMap<String, String>;

/// Takes a batch and reads a page as the gateway does, and asks for the plan of every statement. Nothing is kept.
///
/// # Errors
/// The database's.
pub async fn of(place: &Place, desk: &mut Desk, dossiers: &Dossiers) -> Result<Plans> {
    let database = Postgres::open(&place.database, 1).await?;
    let plans: Arc<Mutex<Plans>> = Arc::default();
    let (prev, first) = (desk.head, desk.seq + 1);
    let mut entries = Vec::new();
    let mut signature = [0; 64];
    for record in desk.write(dossiers, 16)? {
        entries.push(record.entry);
        signature = record.signature.unwrap_or(signature);
    }
    let (site, device) = (desk.site.clone(), desk.device);
    let series = Series { site: site.clone(), device, first, prev, entries, signature };
    let (keys, seen) = (place.keys(), Arc::clone(&plans));
    let said: Arc<Mutex<Option<String>>> = Arc::default();
    let fault = Arc::clone(&said);
    let job = move |tx: &mut dyn Tx| {
        let mut tx = Explained { tx, plans: &seen };
        let outcome = (|| {
            let site = sites::find(&mut tx, &site)?.ok_or(DatabaseFault::Ended)?;
            let at = feed_end(&mut tx, &site.code)?;
            let taken = intake::take(&mut tx, &keys, &site, &device, &series, crate::desk::DAY_MS)?;
            let page = feed::page(&mut tx, &site, &[0xff; 16], at.saturating_sub(300))?;
            feed::heads(&mut tx, &site)?;
            Ok::<_, gateway::ledger::Fault>(taken.is_ok() && page.is_ok())
        })();
        let problem = match outcome {
            Ok(true) => None,
            Ok(false) => Some("refused".to_owned()),
            Err(fault) => Some(format!("{fault:?}")),
        };
        *fault.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        Ok(End::Rollback)
    };
    database.write(Box::new(job)).await?;
    if let Some(problem) = said.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(anyhow!("a batch: {problem}"));
    }
    let plans = Arc::try_unwrap(plans).ok().context("the plans are in use")?;
    Ok(plans.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn feed_end(tx: &mut dyn Tx, site: &str) -> Result<u64, gateway::ledger::Fault> {
    sites::feed_end(tx, site)
}

/// Statements that read a growing table from end to end.
pub fn growing(plans: &Plans) -> Vec<&str> {
    let reads_all = |plan: &str| {
        GROWING.iter().any(|table| {
            plan.lines().any(|line| {
                line.split("Seq Scan on ").nth(1).is_some_and(|of| of.starts_with(table))
            })
        })
    };
    plans.iter().filter(|(_, plan)| reads_all(plan)).map(|(sql, _)| sql.as_str()).collect()
}

struct Explained<'a> {
    tx: &'a mut dyn Tx,
    plans: &'a Mutex<Plans>,
}

impl Explained<'_> {
    fn explain(&mut self, sql: &str, values: &[Value<'_>]) -> Result<(), DatabaseFault> {
        let short: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = short.chars().take(110).collect();
        let rows = self.tx.query(&format!("EXPLAIN (COSTS OFF) {sql}"), values)?;
        let lines: Result<Vec<&str>, _> = rows.iter().map(|row| row.text(0)).collect();
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.insert(short, lines?.join("\n"));
        Ok(())
    }
}

impl Tx for Explained<'_> {
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, DatabaseFault> {
        self.explain(sql, values)?;
        self.tx.query(sql, values)
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, DatabaseFault> {
        self.explain(sql, values)?;
        self.tx.execute(sql, values)
    }
}
