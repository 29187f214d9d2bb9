//! `gateway-load`: measures a gateway, and prints a line of a Markdown table for each figure.

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use load::crowd;
use load::desk::Desk;
use load::office::Dossiers;
use load::place::Place;
use load::site::Comes;
use load::throughput::{self, Figures};
use load::{plans, stored};
use std::path::PathBuf;

/// Dossiers that differ; after that many, people come again under other numbers.
const PEOPLE: usize = 1_000;

/// Measures a gateway with TLS on a PostgreSQL of its own, with fsync.
#[derive(Parser)]
struct Cli {
    /// The gateway to measure; the one beside this program when it is not said.
    #[arg(long)]
    gateway: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Desks that send as fast as they are answered.
    Throughput {
        /// How many.
        #[arg(long, default_value_t = 300)]
        desks: u32,
        /// Dossiers of each, six records a dossier.
        #[arg(long, default_value_t = 100)]
        dossiers: u64,
    },
    /// Sites that return at once after an outage, each with a day's backlog.
    Crowd {
        /// How many.
        #[arg(long, default_value_t = 3_000)]
        sites: u32,
        /// Dossiers of each, six records a dossier.
        #[arg(long, default_value_t = 60)]
        dossiers: u64,
        /// Their own network was away, so that all try in the same moment; otherwise the gateway was.
        #[arg(long)]
        network: bool,
    },
    /// What a record costs when so many are stored already.
    Growth {
        /// Records in the ledger before each measurement.
        #[arg(long, value_delimiter = ',', default_values_t = [1_000_000_u64, 10_000_000])]
        stored: Vec<u64>,
        /// Desks.
        #[arg(long, default_value_t = 300)]
        desks: u32,
        /// Dossiers of each in a measurement.
        #[arg(long, default_value_t = 60)]
        dossiers: u64,
        /// Say how the database carries out every statement.
        #[arg(long)]
        plans: bool,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let program = match cli.gateway {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("quay-gateway"),
    };
    let mut place = Place::new(&std::fs::canonicalize(&program).context("quay-gateway")?)?;
    let dossiers = Dossiers::new(PEOPLE)?;
    match cli.what {
        What::Throughput { desks, dossiers: each } => {
            let mut desks: Vec<Desk> = (1..=desks).map(Desk::new).collect();
            place.enrol(&desks).await?;
            let ready = throughput::prepare(&place, &mut desks, &dossiers, each)?;
            place.serve()?;
            println!(
                "{}",
                line(&format!("{} desks", desks.len()), &throughput::run(&place, ready).await?)
            );
        }
        What::Crowd { sites, dossiers: each, network } => {
            let mut desks: Vec<Desk> = (1..=sites).map(Desk::new).collect();
            let key = place.enrol(&desks).await?;
            let ready = throughput::prepare(&place, &mut desks, &dossiers, each)?;
            place.serve()?;
            let comes = if network { Comes::Network } else { Comes::Gateway };
            let figures = crowd::run(&place, &desks, ready, key, comes).await?;
            println!("{}", crowd_line(comes, &figures));
            let mut client = stored::connect(&place.database).await?;
            let there = stored::records(&client).await?;
            let sent: u64 = desks.iter().map(|desk| desk.seq).sum();
            // Beside what the desks wrote, every site has the record of its desk's enrolment.
            ensure!(
                there == sent + desks.len() as u64,
                "{there} records in the ledger, {sent} sent"
            );
            client.transaction().await?.rollback().await?;
        }
        What::Growth { stored: wanted, desks, dossiers: each, plans: wants_plans } => {
            let mut desks: Vec<Desk> = (1..=desks).map(Desk::new).collect();
            place.enrol(&desks).await?;
            place.serve()?;
            let mut client = stored::connect(&place.database).await?;
            let mut costs = Vec::new();
            for wanted in wanted {
                stored::fill(&mut client, &mut desks, &dossiers, wanted).await?;
                let there = stored::records(&client).await?;
                // The first run finds the caches of the one before it; the second is counted.
                let warm = throughput::prepare(&place, &mut desks, &dossiers, 10)?;
                throughput::run(&place, warm).await?;
                let ready = throughput::prepare(&place, &mut desks, &dossiers, each)?;
                let figures = throughput::run(&place, ready).await?;
                println!("{}", line(&format!("{there} records stored"), &figures));
                costs.push(figures.us_a_record());
                if wants_plans {
                    let desk = desks.first_mut().context("a desk")?;
                    let plans = plans::of(&place, desk, &dossiers).await?;
                    for (sql, plan) in &plans {
                        println!("\n{sql}\n{plan}");
                    }
                    ensure!(plans::growing(&plans).is_empty(), "{:?}", plans::growing(&plans));
                }
            }
            if let (Some(first), Some(last)) = (costs.first(), costs.last()) {
                println!(
                    "| a record at the end against one at the beginning | {:.2} × |",
                    last / first
                );
            }
        }
    }
    Ok(())
}

fn line(what: &str, figures: &Figures) -> String {
    let [p50, p99] = figures.receipt.map(|time| time.as_millis());
    let seconds = figures.took.as_secs_f64();
    let share = |used: f64| used / seconds;
    format!(
        "| {what}, {} records | {:.0} records/s for {seconds:.1} s; receipt p50 {p50} ms, p99 {p99} ms; processors: gateway {:.2}, PostgreSQL {:.2}, desks {:.2}; {:.0} µs of gateway and PostgreSQL a record |",
        figures.records,
        figures.a_second(),
        share(figures.used.gateway),
        share(figures.used.database),
        share(figures.used.desks),
        figures.us_a_record(),
    )
}

fn crowd_line(comes: Comes, figures: &crowd::Figures) -> String {
    let [first, half, last] = figures.agreed.map(|time| time.as_secs_f64());
    let share = |count: usize| 100.0 * count as f64 / figures.sites as f64;
    let [at_once, later] = figures.came.map(share);
    let [most, idle] = figures.memory.map(|bytes| bytes / (1024 * 1024));
    format!(
        "| {} sites return, {} records, {} | {} failed; all sent: first {first:.1} s, median {half:.1} s, last {last:.1} s; sites that come in one second: the first {at_once:.1} %, any later {later:.1} %; that end in one second {:.1} %; told to come later {} times, sent again after overtaking {}, lines broken {}; gateway {idle} MB before, {most} MB at most |",
        figures.sites,
        figures.records,
        match comes {
            Comes::Gateway => "the gateway was away",
            Comes::Network => "all networks came back in one moment",
        },
        figures.failed,
        share(figures.ended),
        figures.sent_away,
        figures.overtaken,
        figures.broken,
    )
}
