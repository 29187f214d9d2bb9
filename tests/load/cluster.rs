//! A PostgreSQL server of its own in a temporary folder, for as long as whoever started it lives. `fsync` is on.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot set itself up must stop"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Ends with its starter, however that ends: the shell waits for its input to close. Every line before that throws the
/// server down as a power cut does, and starts it again.
const LIFE: &str = r#"
set -e
# A signal to its starter's whole group must not keep it from clearing up.
trap '' INT TERM HUP
bin=$1
shift
folder=$(mktemp -d "${TMPDIR:-/tmp}/quay-pg.XXXXXX")
"$bin/initdb" -D "$folder/data" -U app --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
server() { "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 120 "$@" </dev/null >/dev/null 2>&1; }
server -o "-k $folder -c listen_addresses= -c max_connections=200 $*" start
echo "$folder"
while read -r asked; do
    server -m immediate restart
    echo again
done
server -m immediate stop || true
rm -rf "$folder"
"#;

static SHARED: OnceLock<Cluster> = OnceLock::new();

/// A server.
pub struct Cluster {
    folder: PathBuf,
    databases: AtomicU32,
    life: Child,
    asks: Option<ChildStdin>,
    says: BufReader<ChildStdout>,
}

/// The address of a new, empty database on the server that all stories of a process share.
pub fn new_database() -> String {
    SHARED.get_or_init(|| Cluster::start(&[])).new_database()
}

impl Cluster {
    /// Starts a server with settings such as `shared_buffers=1GB` over Debian's own.
    pub fn start(settings: &[&str]) -> Self {
        // The server refuses to run as root.
        let root = std::fs::metadata("/proc/self").is_ok_and(|of| {
            use std::os::unix::fs::MetadataExt;
            of.uid() == 0
        });
        let mut command = if root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "bash"]);
            command
        } else {
            Command::new("bash")
        };
        command.args(["-c", LIFE, "cluster"]).arg(programs()).current_dir("/");
        command.args(settings.iter().flat_map(|setting| ["-c", setting]));
        let mut life = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a cluster starts: is Debian's postgresql installed?");
        let asks = life.stdin.take();
        let mut says = BufReader::new(life.stdout.take().expect("its output"));
        let mut folder = String::new();
        says.read_line(&mut folder).expect("its folder");
        assert!(!folder.is_empty(), "the cluster did not start");
        Self { folder: folder.trim().into(), databases: AtomicU32::new(0), life, asks, says }
    }

    /// The address of a new, empty database.
    pub fn new_database(&self) -> String {
        let name = format!("ledger_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(programs().join("createdb"))
            .args(["-U", "app", "-h"])
            .arg(&self.folder)
            .arg(&name)
            .status()
            .expect("createdb runs");
        assert!(made.success(), "createdb {name}");
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://app@{folder}/{name}")
    }

    /// Throws the server down without a word to anybody and starts it again: it recovers from its log.
    pub fn restart_at_once(&mut self) {
        let asks = self.asks.as_mut().expect("its input");
        asks.write_all(b"restart\n").expect("it hears");
        let mut said = String::new();
        self.says.read_line(&mut said).expect("it answers");
        assert_eq!(said, "again\n", "the server did not come back");
    }

    /// Process id of the server; all its others are children of this one.
    pub fn process(&self) -> u32 {
        let file = self.folder.join("data/postmaster.pid");
        let text = std::fs::read_to_string(&file).expect("the server's process file");
        text.lines().next().and_then(|line| line.parse().ok()).expect("a process id")
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.asks = None;
        // Whatever became of it, there is nobody left to tell.
        let _ = self.life.wait();
    }
}

/// Where Debian keeps the programs of the newest version.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("Debian's postgresql is installed")
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().expect("a version of postgresql with its server")
}
