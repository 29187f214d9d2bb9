//! A line that breaks, lies and stays silent: nothing is lost, nothing arrives twice, and nobody is told that something
//! was refused when only the line was bad.

use super::proxy::{Line, Mode};
use super::verified;
use crate::place::{Place, SITE};
use app::Office;
use app::exchange::{Exchange, Headline, Policy, SyncState};
use domain::dossier::Reception;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::{Desk, Quay, reception};

/// Offsets at which a reply is cut; all of a kilobyte with `QUAY_LINE_OFFSETS=1024`.
const OFFSETS: usize = 48;
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_cut_at_any_byte_neither_loses_nor_doubles_a_record() {
    // Its clock stands, so nobody's allowance of requests would ever grow again.
    let place = Place::with(|settings| settings.limits.requests_per_minute_max = u32::MAX).await;
    let desk = Online::new(&place).await;
    let offsets = offsets();
    let mut numbers = BTreeSet::new();
    for round in 0..offsets {
        desk.line.set(Mode::CutReply(round * 1024 / offsets));
        let number = desk.take_in(round);
        desk.has_sent(&number);
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), offsets, "every dossier has a number of its own");
    desk.arrived_once(&place, &numbers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_in_the_gateways_place_changes_nothing_and_the_desk_goes_on_after() {
    let place = Place::embedded().await;
    let desk = Online::new(&place).await;
    let number = desk.take_in(0);
    desk.has_sent(&number);
    let mut numbers = BTreeSet::from([number]);
    let strangers: [(&str, IsShown); 5] = [
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 29\r\n\r\n<html>Wi-Fi cong cong</html>\n",
            |headline| matches!(headline, Headline::NotTheGateway { safe_here: 1 }),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://wifi.local/\r\nContent-Length: 0\r\n\r\n",
            |headline| matches!(headline, Headline::NotTheGateway { safe_here: 1 }),
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
            |headline| matches!(headline, Headline::Sending { .. }),
        ),
        ("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", |headline| {
            matches!(headline, Headline::Sending { .. })
        }),
        ("not HTTP at all", |headline| matches!(headline, Headline::NoLine { safe_here: 1 })),
    ];
    for (round, (answer, shown)) in strangers.into_iter().enumerate() {
        desk.line.set(Mode::Stranger(answer.into()));
        let number = desk.take_in(round + 1);
        let failed = desk.failures();
        desk.until(answer, |state| desk.failures() > failed && shown(&state.headline));
        desk.line.set(Mode::Open);
        desk.has_sent(&number);
        numbers.insert(number);
    }
    for mode in [Mode::Dead, Mode::Silent] {
        desk.line.set(mode);
        let number = desk.take_in(numbers.len());
        desk.until("no line", |state| matches!(state.headline, Headline::NoLine { .. }));
        desk.line.set(Mode::Open);
        desk.has_sent(&number);
        numbers.insert(number);
    }
    desk.arrived_once(&place, &numbers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_and_every_stream_of_documents_have_a_connection_of_their_own() {
    let (authority, tls) = super::secure::certificates(None);
    let place = Place::with(|settings| settings.tls = Some(tls)).await;
    let line = Line::to(place.serving.address).await;
    let desk = Online::over(&place, line, Some(&authority)).await;
    desk.sends_papers();
    let bytes = desk.line.bytes_by_connection();
    let documents = bytes.iter().filter(|bytes| **bytes > PAPER_BYTES as u64 / 2).count();
    assert_eq!(documents, 4, "{bytes:?}");
    assert!(bytes.iter().any(|bytes| (1..=30_000).contains(bytes)), "the records: {bytes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_follows_records_only_where_an_answer_is_long_in_coming() {
    let (authority, tls) = super::secure::certificates(None);
    let place = Place::with(|settings| settings.tls = Some(tls)).await;
    let line = Line::to(place.serving.address).await;
    let desk = Online::over(&place, line, Some(&authority)).await;
    let certificate = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    let operator = reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap();
    let metrics = format!("https://{}/metrics", place.serving.address);
    let questions = async || {
        let told = operator.get(&metrics).send().await.unwrap().text().await.unwrap();
        let of = |line: &&str| line.contains("requests_total") && line.contains("/health/live");
        let count = told.lines().find(of).and_then(|line| line.rsplit(' ').next());
        count.map_or(0, |count| count.parse::<u64>().unwrap())
    };
    for (far, follow) in [(Duration::ZERO, false), (Duration::from_millis(300), true)] {
        desk.line.set(Mode::Far(far));
        // Connections are there from now on.
        desk.has_sent(&desk.take_in(0));
        let before = questions().await;
        desk.has_sent(&desk.take_in(1));
        let after = questions().await;
        assert_eq!(after > before, follow, "{far:?}: {before}, then {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_http_1_alone_is_spoken_a_document_never_stands_before_a_record_either() {
    let place = Place::embedded().await;
    let desk = Online::new(&place).await;
    desk.sends_papers();
    let carried = desk.line.carried();
    let documents =
        |paths: &BTreeSet<String>| paths.iter().any(|path| path.starts_with("/v1/files"));
    let records = |paths: &BTreeSet<String>| paths.iter().any(|path| path.ends_with("/records"));
    let count = carried.iter().filter(|paths| documents(paths)).count();
    assert!((4..=8).contains(&count), "{carried:?}");
    assert!(!carried.iter().any(|paths| documents(paths) && records(paths)), "{carried:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_breaks_cost_no_more_than_a_twentieth_of_the_bytes() {
    let mut carried = Vec::new();
    for breaks in [0, 12] {
        let place = Place::embedded().await;
        let desk = Online::new(&place).await;
        let number = desk.take_in(0);
        let papers: Vec<_> = (0..PAPERS).map(|page| desk.paper(page)).collect();
        let papers: Vec<_> = papers.iter().map(std::path::PathBuf::as_path).collect();
        desk.has_sent(&number);
        desk.office.attach(&number, None, &papers).unwrap();
        let total = desk.line.bytes_up() + (PAPERS * PAPER_BYTES) as u64;
        for done in 1..=breaks {
            let next = total * done / (breaks + 1);
            desk.until("a stretch", |_| {
                desk.exchange.send_now();
                desk.line.bytes_up() >= next
            });
            desk.line.set(Mode::Dead);
            desk.line.set(Mode::Open);
        }
        desk.has_sent(&number);
        carried.push(desk.line.bytes_up());
    }
    let [whole, broken] = carried[..] else { panic!("two runs") };
    assert!(broken * 100 <= whole * 105, "{broken} bytes after 12 breaks, {whole} without");
}

/// Papers that are broken off: 24 MB, a busy day's scans at one desk.
const PAPERS: usize = 16;
/// Bytes of a test's paper: large enough that a break loses a part, not a document.
const PAPER_BYTES: usize = 1_500_000;

/// Whether the status bar says what it should.
type IsShown = fn(&Headline) -> bool;

/// A desk in this process that exchanges over a line of its own.
pub struct Online {
    desk: Desk,
    pub office: Arc<Office>,
    pub exchange: Exchange,
    pub line: Line,
}

impl Online {
    pub async fn new(place: &Place) -> Self {
        Self::over(place, Line::to(place.serving.address).await, None).await
    }

    /// Takes a dossier in and sends eight papers of it.
    fn sends_papers(&self) {
        let number = self.take_in(0);
        let papers: Vec<_> = (0..8).map(|page| self.paper(page)).collect();
        let papers: Vec<_> = papers.iter().map(std::path::PathBuf::as_path).collect();
        self.office.attach(&number, None, &papers).unwrap();
        self.has_sent(&number);
    }

    /// A desk over a line of one's own; with an authority it speaks TLS and trusts that alone.
    pub async fn over(place: &Place, line: Line, authority: Option<&str>) -> Self {
        let code = place.code(SITE).await;
        let desk = Desk::new();
        let (office, exchange) = {
            let office = Arc::new(desk.open());
            let (asked, address) = (Arc::clone(&office), line.address);
            let authority = authority.map(str::to_owned);
            let enrol = move || asked.enrol(&url(address, &authority), authority.as_deref(), &code);
            let enrolled = std::thread::spawn(enrol).join().unwrap();
            assert!(enrolled.unwrap().lane);
            let exchange = Exchange::start(&office, Policy::default()).unwrap().unwrap();
            (office, exchange)
        };
        Self { desk, office, exchange, line }
    }

    pub fn take_in(&self, n: usize) -> String {
        self.take_in_named("Đặng Văn Lượng", n)
    }

    /// Takes a dossier in for another person each time.
    pub fn take_in_person(&self, n: usize) -> String {
        const FAMILIES: [&str; 7] = ["Đặng", "Nguyễn", "Giàng", "Lò", "Hoàng", "Trần", "Vàng"];
        const MIDDLES: [&str; 5] = ["Văn", "Thị", "A", "Minh", "Thu"];
        const GIVEN: [&str; 11] =
            ["Lượng", "Sử", "Pành", "Nết", "Dung", "Khoa", "Mai", "Sinh", "Páo", "Hạnh", "Đức"];
        let of = |names: &[&str], n: usize| names[n % names.len()].to_owned();
        let name = [of(&FAMILIES, n * 3), of(&MIDDLES, n * 7 / 2), of(&GIVEN, n * 5)].join(" ");
        self.take_in_named(&name, n)
    }

    fn take_in_named(&self, name: &str, n: usize) -> String {
        let input = reception("1.004772", name, &format!("01509500{n:04}"));
        let input: Reception = serde_json::from_value(input).unwrap();
        self.office.accept(vec![input]).unwrap().remove(0).number.unwrap()
    }

    /// Dossiers that this desk can show, its own and others'.
    pub fn known_dossiers(&self) -> usize {
        self.office.counts().unwrap().by_status.iter().map(|status| status.count as usize).sum()
    }

    /// How long the log before the database is now, bytes.
    pub fn wal_bytes(&self) -> u64 {
        let log = self.desk.data().join("quay.db-wal");
        std::fs::metadata(log).map_or(0, |metadata| metadata.len())
    }

    fn paper(&self, n: usize) -> std::path::PathBuf {
        let path = self.desk.folder().join(format!("{n}.jpg"));
        let mut noise = 0x9e37_79b9_u32 ^ u32::try_from(n).unwrap();
        let bytes = std::iter::repeat_with(|| {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            noise.to_le_bytes()[0]
        });
        let head = [0xff, 0xd8, 0xff, 0xe0];
        let page: Vec<u8> = head.into_iter().chain(bytes).take(PAPER_BYTES).collect();
        std::fs::write(&path, page).unwrap();
        path
    }

    /// Lines of the exchange log that tell of a failure.
    fn failures(&self) -> usize {
        let lines = self.office.exchange_lines(1_000).unwrap();
        lines.iter().filter(|line| line.tone == "soon").count()
    }

    /// The gateway has a dossier with its documents, and the exchange is at rest.
    pub fn has_sent(&self, number: &str) {
        self.until("all is sent", |state| {
            if matches!(state.headline, Headline::NoLine { .. } | Headline::NotTheGateway { .. }) {
                self.exchange.send_now();
            }
            self.line.is_open()
                && state.agreed_at_ms.is_some()
                && state.headline == Headline::SentAll
                && self.office.dossier(number).unwrap().sync.code == "received"
        });
    }

    pub fn until(&self, what: &str, is_so: impl Fn(&SyncState) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let state = self.office.shown_state().unwrap();
            if is_so(&state) {
                return;
            }
            assert!(Instant::now() < end, "{what}: {state:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The gateway has each of these dossiers once, and another desk sees them all.
    async fn arrived_once(self, place: &Place, numbers: &BTreeSet<String>) {
        self.arrived_once_with(place, numbers, None).await;
    }

    pub async fn arrived_once_with(
        self,
        place: &Place,
        numbers: &BTreeSet<String>,
        authority: Option<&str>,
    ) {
        drop(self.exchange);
        drop(self.office);
        let status = place.gateway().status().await.unwrap().unwrap();
        assert_eq!(status["sites"][0]["held"], json!(0));
        let other = Quay::desk(2, "Cán bộ bàn 2");
        let code = place.code(SITE).await;
        let url = url(place.serving.address, &authority);
        let mut enrol = vec!["enrol", "--gateway", &url, "--code", &code];
        let file = other.path("ca.pem");
        if let Some(authority) = authority {
            std::fs::write(&file, authority).unwrap();
            enrol.extend(["--ca", file.to_str().unwrap()]);
        }
        other.done(&enrol, &Value::Null);
        super::sync(&other);
        let seen: BTreeSet<String> = super::dossiers(&other).into_keys().collect();
        assert_eq!(&seen, numbers);
        verified(&other);
        let here = self.desk.open();
        assert!(here.verify(&mut app::unfollowed).unwrap().ok);
    }
}

fn url<T>(address: std::net::SocketAddr, authority: &Option<T>) -> String {
    let scheme = if authority.is_some() { "https" } else { "http" };
    format!("{scheme}://{address}")
}

fn offsets() -> usize {
    let said = std::env::var("QUAY_LINE_OFFSETS").ok();
    said.map_or(OFFSETS, |text| text.parse().expect("a number of offsets"))
}
