//! `bad-line`: measures the exchange over bad lines, and prints a line of a Markdown table for each course.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("bad lines are made of Linux's network namespaces");
}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Context, Result, anyhow, ensure};
    use app::Office;
    use app::exchange::{Exchange, Headline, Policy};
    use clap::{Parser, Subcommand};
    use line::courses::{self, Row};
    use line::dictionary;
    use line::link::Link;
    use line::place::{self, SENT_RECORDS};
    use line::work::Work;
    use serde_json::json;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// Measures a desk and a gateway with TLS over lines that are slow, far, lossy or cut. Wants root.
    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        what: What,
    }

    #[derive(Subcommand)]
    enum What {
        /// Every course, one after the other.
        All,
        /// 1,000 dossiers with five steps each, over 1 Mbit/s and over 512 kbit/s with losses.
        Backlog {
            /// Seeds of the losses.
            #[arg(long, default_value_t = 10)]
            seeds: u64,
        },
        /// The same over a line that lives ten seconds and is dead three.
        Flapping {
            /// Seeds of the losses.
            #[arg(long, default_value_t = 3)]
            seeds: u64,
        },
        /// Twenty scans over 512 kbit/s with losses while dossiers are taken in.
        Scans {
            /// Seed of the losses.
            #[arg(long, default_value_t = 1)]
            seed: u64,
        },
        /// Twenty scans over 1 Mbit/s, cut five times.
        Cuts,
        /// Twenty scans over 1 Mbit/s, the desk's program killed twelve times.
        Kills,
        /// A day with all its pages over 128 kbit/s.
        Day,
        /// A new desk joins a commune of ten years over 1 Mbit/s.
        Joining {
            /// Dossiers of the commune.
            #[arg(long, default_value_t = 150_000)]
            dossiers: u32,
        },
        /// Trains the dictionary that records are packed with, on made-up work, and writes it to a file.
        Dictionary {
            /// Where to write it.
            file: PathBuf,
        },
        /// A desk that sends what it has while dossiers are taken in: runs on the desk's host.
        #[command(hide = true)]
        Desk {
            data: PathBuf,
            state: PathBuf,
            #[arg(long)]
            every_s: u64,
        },
    }

    pub fn main() -> Result<()> {
        match Cli::parse().what {
            What::All => {
                backlog(10)?;
                print(&courses::flapping(3)?);
                print(&courses::scans(1)?);
                print(&courses::five_cuts()?);
                print(&courses::kills()?);
                print(&courses::day()?);
                print(&courses::joining(150_000)?);
            }
            What::Backlog { seeds } => backlog(seeds)?,
            What::Flapping { seeds } => print(&courses::flapping(seeds)?),
            What::Scans { seed } => print(&courses::scans(seed)?),
            What::Cuts => print(&courses::five_cuts()?),
            What::Kills => print(&courses::kills()?),
            What::Day => print(&courses::day()?),
            What::Joining { dossiers } => print(&courses::joining(dossiers)?),
            What::Dictionary { file } => std::fs::write(file, dictionary::trained()?)?,
            What::Desk { data, state, every_s } => {
                desk(place::open(&data, &state)?, Duration::from_secs(every_s))?;
            }
        }
        Ok(())
    }

    fn backlog(seeds: u64) -> Result<()> {
        print(&courses::backlog(Link::ONE_MEGABIT, 1, [1.3, 1.3])?);
        print(&courses::backlog(Link::HALF_MEGABIT, seeds, [1.4, 1.8])?);
        Ok(())
    }

    fn print(row: &Row) {
        println!("| {} | {} | {} |", row.what, row.figures, row.bar);
    }

    /// Dossiers of a day that come in the midst of the documents.
    const DAY: usize = 60;
    /// How often a dossier is taken in before that day comes.
    const BEFORE: usize = 8;
    const PATIENCE: Duration = Duration::from_secs(1_200);
    const GLANCE: Duration = Duration::from_millis(50);

    fn desk(office: Office, every: Duration) -> Result<()> {
        let office = Arc::new(office);
        let exchange = Exchange::start(&office, Policy::default())
            .map_err(|no| anyhow!("{no:?}"))?
            .context("an enrolled desk")?;
        let mut work = Work::new(99)?;
        let (mut ones, mut bytes, mut day, begun) = (Vec::new(), Vec::new(), None, Instant::now());
        while !sent(&office) {
            ensure!(begun.elapsed() < PATIENCE, "it was not all sent");
            let next = Instant::now() + every;
            while Instant::now() < next && !sent(&office) {
                std::thread::sleep(GLANCE);
            }
            if sent(&office) {
                break;
            }
            if ones.len() == BEFORE && day.is_none() {
                let since_ms = place::now_ms();
                let numbers = work.finished(&office, DAY)?;
                let (last, committed) = (numbers.last().context("a number")?, Instant::now());
                day = Some((
                    arrival(&office, last, committed)?,
                    place::sent(&office, since_ms, &[SENT_RECORDS])?,
                ));
            } else {
                let (since_ms, number) = (place::now_ms(), work.take_in(&office)?);
                ones.push(arrival(&office, &number, Instant::now())?);
                bytes.push(place::sent(&office, since_ms, &[SENT_RECORDS])?);
            }
        }
        drop(exchange);
        ones.sort();
        bytes.sort_unstable();
        let (day, day_bytes) = day.context("the documents were sent before the day came")?;
        println!(
            "{}",
            json!({
                "ones": ones.len(),
                "one_median_s": ones.get(ones.len() / 2).map(Duration::as_secs_f64),
                "one_most_s": ones.last().map(Duration::as_secs_f64),
                "one_bytes": bytes.get(bytes.len() / 2),
                "day_s": day.as_secs_f64(),
                "day_bytes": day_bytes,
                "dossiers": ones.len() + DAY * 6 + 1,
            })
        );
        Ok(())
    }

    fn sent(office: &Office) -> bool {
        office.shown_state().is_some_and(|state| {
            state.headline == Headline::SentAll && state.agreed_at_ms.is_some()
        })
    }

    /// How long after its commit the gateway confirmed the last record of a dossier.
    fn arrival(office: &Office, number: &str, committed: Instant) -> Result<Duration> {
        loop {
            let view = office.dossier(number).map_err(|no| anyhow!("{no:?}"))?;
            if view.sync.code == "received" {
                return Ok(committed.elapsed());
            }
            ensure!(committed.elapsed() < PATIENCE, "it did not arrive");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
