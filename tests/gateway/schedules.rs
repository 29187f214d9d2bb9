//! Two instances behind one PostgreSQL, one of them paused between taking its places in the feed and its commit, in
//! seeded orders: whatever a reader has read, nothing ever appears behind it.

use crate::desk::Desk;
use crate::exchange::Dice;
use crate::place::NOW_MS;
use gateway::database::postgres::Postgres;
use gateway::database::{DatabaseFault, Row, Tx, Value};
use gateway::feed;
use gateway::intake::{self, Taken};
use gateway::keys::Keys;
use gateway::ledger::devices::{self, Device};
use gateway::ledger::sites::{self, Site};
use gateway::ledger::{Fault, Ledger};
use protocol::Series;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Schedules in a run; 10,000 with `QUAY_SCHEDULES=10000`.
const SCHEDULES: u64 = 60;
/// Worlds told at once: each on a site of its own.
const AT_ONCE: u64 = 4;
const DESKS: u8 = 3;
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_instance_paused_between_its_places_in_the_feed_and_its_commit_makes_no_reader_skip() {
    let count = std::env::var("QUAY_SCHEDULES").map_or(SCHEDULES, |text| text.parse().unwrap());
    let told = told(count, Places::InTheTransaction).await;
    println!("{count} schedules: {told:?}");
    assert_eq!(told.skipped, 0);
    assert!(told.read_while_paused > count, "nobody read while an instance was paused: {told:?}");
    assert!(told.died > 0 && told.waited > 0, "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn places_taken_outside_the_storing_transaction_would_be_skipped() {
    let told = told(SCHEDULES, Places::Apart).await;
    assert!(told.skipped > 0, "these stories cannot see the fault they are for: {told:?}");
}

/// How places in the feed are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Places {
    /// As the gateway does it.
    InTheTransaction,
    /// The fault that the stories are for.
    Apart,
}

/// What happened in all schedules together.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    batches: u64,
    records: usize,
    skipped: usize,
    read_while_paused: u64,
    waited: u64,
    died: u64,
}

async fn told(count: u64, places: Places) -> Told {
    let url = load::cluster::new_database();
    let instances = Arc::new([instance(&url).await, instance(&url).await]);
    let keys = Keys::new([9; 32]);
    let client = crate::desk::client();
    let mut sum = Told::default();
    for first in (0..count).step_by(AT_ONCE as usize) {
        let worlds = (first..count.min(first + AT_ONCE)).map(|seed| {
            let (instances, keys) = (Arc::clone(&instances), keys.clone());
            let client = client.clone();
            tokio::spawn(async move {
                let mut world = World::new(seed, places, instances, keys, &client).await;
                world.live().await;
                world.end().await
            })
        });
        for told in futures_util::future::join_all(worlds).await {
            let told = told.unwrap();
            sum.batches += told.batches;
            sum.records += told.records;
            sum.skipped += told.skipped;
            sum.read_while_paused += told.read_while_paused;
            sum.waited += told.waited;
            sum.died += told.died;
        }
    }
    sum
}

async fn instance(url: &str) -> Ledger {
    Ledger::new(Arc::new(Postgres::open(url, 24).await.unwrap()))
}

/// One schedule: a site, its desks, two instances, a reader.
struct World {
    seed: u64,
    dice: Dice,
    places: Places,
    instances: Arc<[Ledger; 2]>,
    keys: Keys,
    site: Site,
    writers: Vec<Writer>,
    flights: Vec<Flight>,
    tells: UnboundedSender<u64>,
    hears: UnboundedReceiver<u64>,
    cursor: u64,
    read: Vec<([u8; 16], u64)>,
    told: Told,
}

/// A desk, and the batches of its log that are not yet receipted.
struct Writer {
    desk: Desk,
    batches: Vec<(usize, usize)>,
    in_flight: bool,
}

/// A batch on its way through an instance.
struct Flight {
    id: u64,
    writer: usize,
    paused: bool,
    go_on: Sender<Next>,
    ended: JoinHandle<bool>,
}

/// What a paused instance does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Commit,
    Die,
}

impl World {
    async fn new(
        seed: u64,
        places: Places,
        instances: Arc<[Ledger; 2]>,
        keys: Keys,
        client: &reqwest::Client,
    ) -> Self {
        let site = Site {
            code: format!("{:05}", seed % 100_000),
            name: String::new(),
            device: id(seed, 0),
        };
        let mut dice = Dice(seed);
        let writers: Vec<Writer> =
            (1..=DESKS).map(|desk| writer(seed, desk, &site.code, client, &mut dice)).collect();
        let known: Vec<Device> = writers.iter().map(|writer| known(&writer.desk)).collect();
        let (added, of) = (site.clone(), keys.clone());
        let done = instances[0].write(move |tx| {
            sites::add(tx, &added, &of, NOW_MS)?;
            for device in &known {
                devices::insert(tx, device, NOW_MS)?;
            }
            Ok(Ok(()))
        });
        done.await.unwrap().unwrap();
        let (tells, hears) = unbounded_channel();
        let (flights, read) = (Vec::new(), Vec::new());
        let told = Told::default();
        let cursor = 0;
        Self {
            seed,
            dice,
            places,
            instances,
            keys,
            site,
            writers,
            flights,
            tells,
            hears,
            cursor,
            read,
            told,
        }
    }

    /// Until every desk has sent everything: a batch begins, a paused one ends, somebody reads.
    async fn live(&mut self) {
        while !(self.flights.is_empty() && self.writers.iter().all(|w| w.batches.is_empty())) {
            match self.dice.below(3) {
                0 => self.begin().await,
                1 => self.finish().await,
                _ => self.look().await,
            }
        }
    }

    /// A desk that is not waiting for an answer sends its next batch through either instance.
    async fn begin(&mut self) {
        let writer = self.dice.below(u64::from(DESKS)) as usize;
        let at = &mut self.writers[writer];
        let Some((first, last)) = at.batches.first().copied().filter(|_| !at.in_flight) else {
            return;
        };
        at.in_flight = true;
        let series = at.desk.series(first, last);
        let (go_on, waits) = channel();
        self.told.batches += 1;
        let id = self.told.batches;
        let ledger = self.instances[self.dice.below(2) as usize].clone();
        let pause = Pause { id, tells: self.tells.clone(), waits: Arc::new(Mutex::new(waits)) };
        let ended = tokio::spawn(stored(
            ledger,
            self.site.clone(),
            self.keys.clone(),
            series,
            self.places,
            pause,
        ));
        self.flights.push(Flight { id, writer, paused: false, go_on, ended });
        self.hear().await;
    }

    /// Notes who has paused. If nobody has, somebody must get there: whoever waits, waits for a paused one.
    async fn hear(&mut self) {
        while let Ok(id) = self.hears.try_recv() {
            self.has_paused(id);
        }
        if !self.flights.is_empty() && !self.flights.iter().any(|flight| flight.paused) {
            let id = timeout(PATIENCE, self.hears.recv()).await.ok().flatten();
            self.has_paused(id.unwrap_or_else(|| panic!("seed {}: nobody goes on", self.seed)));
        }
    }

    fn has_paused(&mut self, id: u64) {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id) {
            flight.paused = true;
        }
    }

    /// A paused instance goes on to its commit, or dies. A batch of one that died is sent again.
    async fn finish(&mut self) {
        self.hear().await;
        let paused: Vec<usize> =
            (0..self.flights.len()).filter(|n| self.flights[*n].paused).collect();
        if paused.is_empty() {
            return;
        }
        let which = paused[self.dice.below(paused.len() as u64) as usize];
        let dies = self.dice.below(5) == 0;
        let flight = self.flights.remove(which);
        self.told.waited += self.flights.iter().filter(|other| !other.paused).count() as u64;
        flight.go_on.send(if dies { Next::Die } else { Next::Commit }).unwrap();
        let stored = flight.ended.await.unwrap();
        assert_eq!(stored, !dies, "seed {}", self.seed);
        let writer = &mut self.writers[flight.writer];
        writer.in_flight = false;
        if stored {
            writer.batches.remove(0);
        }
        self.told.died += u64::from(dies);
    }

    /// Reads a page through either instance and never looks back.
    async fn look(&mut self) {
        self.told.read_while_paused += u64::from(self.flights.iter().any(|flight| flight.paused));
        let ledger = self.instances[self.dice.below(2) as usize].clone();
        let (site, cursor) = (self.site.clone(), self.cursor);
        let page = ledger.read(move |tx| feed::page(tx, &site, &[0xff; 16], cursor));
        let page = page.await.unwrap().unwrap();
        assert!(page.next >= self.cursor, "seed {}: the feed went back", self.seed);
        self.cursor = page.next;
        for run in &page.series {
            self.read.extend(run.named().map(|(name, _)| (name.device, name.seq)));
        }
    }

    /// All is committed: whoever reads on to the end has read everything once, each desk's in order.
    async fn end(mut self) -> Told {
        self.look().await;
        let seen: BTreeSet<_> = self.read.iter().copied().collect();
        assert_eq!(seen.len(), self.read.len(), "seed {}: a record came twice", self.seed);
        for writer in &self.writers {
            let all = writer.desk.log.len();
            let read: Vec<u64> = self.of(writer.desk.device).collect();
            assert!(read.is_sorted(), "seed {}: out of order", self.seed);
            self.told.records += all;
            self.told.skipped += all - read.len();
        }
        self.told
    }

    fn of(&self, device: [u8; 16]) -> impl Iterator<Item = u64> {
        self.read.iter().filter(move |(of, _)| *of == device).map(|(_, seq)| *seq)
    }
}

fn writer(seed: u64, desk: u8, site: &str, client: &reqwest::Client, dice: &mut Dice) -> Writer {
    let mut desk = Desk::of(id(seed, desk), site, client.clone());
    let mut batches = Vec::new();
    for _ in 0..=dice.below(3) {
        let first = desk.log.len() + 1;
        desk.write_notes(1 + dice.below(4) as usize);
        batches.push((first, desk.log.len()));
    }
    Writer { desk, batches, in_flight: false }
}

fn id(seed: u64, desk: u8) -> [u8; 16] {
    let mut id = [desk; 16];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    id
}

fn known(desk: &Desk) -> Device {
    Device {
        id: desk.device,
        site: desk.site.clone(),
        public_key: desk.key.verifying_key().to_bytes(),
        own: false,
        desk: desk.device[15],
        lane: true,
        reads: 0,
        application: String::new(),
        seq: 0,
        hash: [0; 32],
        revoked: None,
    }
}

/// Where an instance stops before its commit, and is told how to go on.
#[derive(Clone)]
struct Pause {
    id: u64,
    tells: UnboundedSender<u64>,
    waits: Arc<Mutex<Receiver<Next>>>,
}

/// Takes a batch as the gateway does, and pauses before the commit. Whether it was stored.
async fn stored(
    ledger: Ledger,
    site: Site,
    keys: Keys,
    series: Series,
    places: Places,
    pause: Pause,
) -> bool {
    let apart = ledger.clone();
    let handle = Handle::current();
    let taken = ledger.write(move |tx| {
        let taken = match places {
            Places::InTheTransaction => {
                intake::take(tx, &keys, &site, &series.device, &series, NOW_MS)?
            }
            Places::Apart => {
                let mut tx = Apart { tx, ledger: &apart, handle: &handle };
                intake::take(&mut tx, &keys, &site, &series.device, &series, NOW_MS)?
            }
        };
        pause.tells.send(pause.id).unwrap();
        match pause.waits.lock().unwrap().recv().unwrap() {
            Next::Commit => Ok(taken),
            Next::Die => Err(Fault::Broken("died before its commit")),
        }
    });
    matches!(taken.await, Ok(Ok(Taken::Stored(_))))
}

/// A transaction whose places in the feed are taken in another one, which ends at once.
struct Apart<'a> {
    tx: &'a mut dyn Tx,
    ledger: &'a Ledger,
    handle: &'a Handle,
}

impl Tx for Apart<'_> {
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, DatabaseFault> {
        let [Value::Text(site), Value::Int(count)] = values else {
            return self.tx.query(sql, values);
        };
        if !sql.starts_with("UPDATE site_feed") {
            return self.tx.query(sql, values);
        }
        let (site, count) = ((*site).to_owned(), count.unsigned_abs());
        let taken = self.ledger.write(move |tx| sites::take_positions(tx, &site, count).map(Ok));
        let first = self.handle.block_on(taken).unwrap().unwrap();
        let end = i64::try_from(first + count - 1).unwrap();
        Ok(vec![Row(vec![gateway::database::Cell::Int(end)])])
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, DatabaseFault> {
        self.tx.execute(sql, values)
    }
}
