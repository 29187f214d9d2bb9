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
    use line::arrivals::Arrivals;
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
            /// There is nothing but what is taken in.
            #[arg(long)]
            alone: bool,
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
            What::Desk { data, state, every_s, alone } => {
                desk(place::open(&data, &state)?, Duration::from_secs(every_s), alone)?;
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

    /// Dossiers of a day that comes in the midst of the documents.
    const DAY: usize = 60;
    /// Dossiers taken in one by one before each of those days.
    const BEFORE: usize = 4;
    /// How many such days come.
    const DAYS: usize = 4;
    const PATIENCE: Duration = Duration::from_secs(1_200);
    const GLANCE: Duration = Duration::from_millis(50);

    fn desk(office: Office, every: Duration, alone: bool) -> Result<()> {
        let office = Arc::new(office);
        let exchange = Exchange::start(&office, Policy::default())
            .map_err(|no| anyhow!("{no:?}"))?
            .context("an enrolled desk")?;
        let (mut ones, mut days, begun) =
            (Arrivals::default(), Arrivals::default(), Instant::now());
        if alone {
            let mut work = Work::new(98)?;
            for _ in 0..DAYS {
                std::thread::sleep(every);
                arrive(&office, &mut work, DAY, &mut days)?;
            }
        } else {
            let mut work = Work::new(99)?;
            while rested(&office, every) {
                ensure!(begun.elapsed() < PATIENCE, "it was not all sent");
                let day = days.count() < DAYS && ones.count() >= BEFORE * (1 + days.count());
                match day {
                    true => arrive(&office, &mut work, DAY, &mut days)?,
                    false => arrive(&office, &mut work, 1, &mut ones)?,
                }
            }
            ensure!(days.count() == DAYS, "the documents were sent before {DAYS} days came");
        }
        drop(exchange);
        println!("{}", json!({ "one": ones, "day": days }));
        Ok(())
    }

    /// Waits; whether there is still something to send then.
    fn rested(office: &Office, every: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < every && !sent(office) {
            std::thread::sleep(GLANCE);
        }
        !sent(office)
    }

    /// One dossier is taken in, or many are and brought to their end: how long until the gateway has the last of them.
    fn arrive(
        office: &Office,
        work: &mut Work,
        dossiers: usize,
        took: &mut Arrivals,
    ) -> Result<()> {
        let since_ms = place::now_ms();
        let last = match dossiers {
            1 => work.take_in(office)?,
            _ => work.finished(office, dossiers)?.pop().context("a number")?,
        };
        let arrival = arrival(office, &last, Instant::now())?;
        took.push(arrival, place::sent(office, since_ms, &[SENT_RECORDS])?);
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
