//! A line between a desk and its gateway that fails on demand.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does to connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// It carries everything.
    Open,
    /// It carries everything, and replies so much later.
    Far(Duration),
    /// It refuses every connection.
    Dead,
    /// It takes what is sent and never answers.
    Silent,
    /// Of the replies on the next connection it carries so many bytes, then breaks; connections after that are open.
    CutReply(usize),
    /// Of the replies on a connection it carries so many bytes, then it is dead.
    DeadAfter(usize),
    /// Somebody else answers every request with these bytes.
    Stranger(String),
}

/// A line; ends with this value.
pub struct Line {
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    target: Arc<Mutex<SocketAddr>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    up: AtomicU64,
    /// The same, by the number of the connection.
    up_by_connection: Mutex<Vec<u64>>,
    down: AtomicU64,
    /// What every connection was asked for.
    carried: Mutex<Vec<BTreeSet<String>>>,
}

impl Line {
    /// A line to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let target = Arc::new(Mutex::new(target));
        let leads_to = Arc::clone(&target);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, watched) = watch::channel(Mode::Open);
        let (counts, setting) = (Arc::new(Counts::default()), mode.clone());
        let counted = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let number = counted.begun();
                let now = watched.borrow().clone();
                if let Mode::CutReply(_) = now {
                    setting.send_replace(Mode::Open);
                }
                let mut changes = watched.clone();
                changes.mark_unchanged();
                let counts = Arc::clone(&counted);
                let target = *leads_to.lock().unwrap();
                let (setting, dies) = (setting.clone(), matches!(now, Mode::DeadAfter(_)));
                tokio::spawn(async move {
                    tokio::select! {
                        () = carry(desk, target, now, (counts, number)) => {
                            if dies {
                                setting.send_replace(Mode::Dead);
                            }
                        }
                        _ = changes.changed() => {}
                    }
                });
            }
        });
        Self { address, mode, target, counts }
    }

    /// New connections lead there.
    pub fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }

    /// From now on the line does this; connections that are open break.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Whether it carries everything.
    pub fn is_open(&self) -> bool {
        matches!(*self.mode.borrow(), Mode::Open | Mode::Far(_))
    }

    /// Bytes carried from the desk to the gateway.
    pub fn bytes_up(&self) -> u64 {
        self.counts.up.load(Ordering::Relaxed)
    }

    /// Bytes carried from the gateway to the desk.
    pub fn bytes_down(&self) -> u64 {
        self.counts.down.load(Ordering::Relaxed)
    }

    /// Bytes carried from the desk to the gateway by every connection.
    pub fn bytes_by_connection(&self) -> Vec<u64> {
        self.counts.up_by_connection.lock().unwrap().clone()
    }

    /// What every connection was asked for, as addresses without their questions.
    pub fn carried(&self) -> Vec<BTreeSet<String>> {
        self.counts.carried.lock().unwrap().clone()
    }
}

impl Counts {
    fn begun(&self) -> usize {
        let mut carried = self.carried.lock().unwrap();
        carried.push(BTreeSet::new());
        self.up_by_connection.lock().unwrap().push(0);
        carried.len() - 1
    }

    /// Notes the address when a request begins here.
    fn asked(&self, number: usize, bytes: &[u8]) {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let mut words = text.split([' ', '?', '\r']);
        if let (Some("GET" | "HEAD" | "PATCH" | "POST"), Some(path)) = (words.next(), words.next())
        {
            self.carried.lock().unwrap()[number].insert(path.to_owned());
        }
    }
}

/// The counts of the line, and the number of a connection in them.
type Counted = (Arc<Counts>, usize);

async fn carry(mut desk: TcpStream, target: SocketAddr, mode: Mode, counts: Counted) {
    match mode {
        Mode::Dead => {}
        Mode::Silent => {
            let mut bytes = [0; 4096];
            while desk.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
        }
        Mode::Stranger(answer) => {
            let mut bytes = [0; 4096];
            if desk.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                let _ = desk.write_all(answer.as_bytes()).await;
            }
        }
        Mode::Open => pass(desk, target, u64::MAX, Duration::ZERO, &counts).await,
        Mode::Far(later) => pass(desk, target, u64::MAX, later, &counts).await,
        Mode::CutReply(bytes) | Mode::DeadAfter(bytes) => {
            pass(desk, target, bytes as u64, Duration::ZERO, &counts).await
        }
    }
}

/// Carries everything up, and so many bytes down, each so much later.
async fn pass(
    desk: TcpStream,
    target: SocketAddr,
    down_max: u64,
    later: Duration,
    (counts, number): &Counted,
) {
    let Ok(gateway) = TcpStream::connect(target).await else { return };
    let _ = gateway.set_nodelay(true);
    let _ = desk.set_nodelay(true);
    let (mut from_desk, mut to_desk) = desk.into_split();
    let (mut from_gateway, mut to_gateway) = gateway.into_split();
    let up = async {
        let mut bytes = [0; 16_384];
        while let Ok(read) = from_desk.read(&mut bytes).await {
            if read == 0 || to_gateway.write_all(&bytes[..read]).await.is_err() {
                return;
            }
            counts.asked(*number, &bytes[..read]);
            counts.up.fetch_add(read as u64, Ordering::Relaxed);
            counts.up_by_connection.lock().unwrap()[*number] += read as u64;
        }
    };
    let down = async {
        let mut left = down_max;
        let mut bytes = [0; 16_384];
        while let Ok(read) = from_gateway.read(&mut bytes).await {
            tokio::time::sleep(later).await;
            let carried = (read as u64).min(left) as usize;
            if read == 0 || to_desk.write_all(&bytes[..carried]).await.is_err() {
                return;
            }
            left -= carried as u64;
            counts.down.fetch_add(carried as u64, Ordering::Relaxed);
            if left == 0 {
                return;
            }
        }
    };
    tokio::select! { () = up => {}, () = down => {} }
}
