//! A PostgreSQL cluster of its own in a temporary folder, for as long as the tests run.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Ends with the tests, however they end: the shell waits for its input to close.
const LIFE: &str = r#"
set -e
folder=$(mktemp -d "${TMPDIR:-/tmp}/quay-pg.XXXXXX")
"$1/initdb" -D "$folder/data" -U app --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
"$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 >"$folder/log" 2>&1 &
server=$!
for wait in $(seq 300); do
    "$1/pg_isready" -q -h "$folder" && break
    sleep 0.1
done
echo "$folder"
read -r end || true
kill -INT $server
wait $server || true
rm -rf "$folder"
"#;

static CLUSTER: OnceLock<(PathBuf, Child)> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new, empty database.
pub fn new_database() -> String {
    let (folder, _) = CLUSTER.get_or_init(start);
    let name = format!("ledger_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let made = Command::new(programs().join("createdb"))
        .args(["-U", "app", "-h"])
        .arg(folder)
        .arg(&name)
        .status()
        .expect("createdb runs");
    assert!(made.success(), "createdb {name}");
    let folder = folder.display().to_string().replace('/', "%2F");
    format!("postgresql://app@{folder}/{name}")
}

fn start() -> (PathBuf, Child) {
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
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a cluster starts: is Debian's postgresql installed?");
    let mut folder = String::new();
    BufReader::new(child.stdout.take().expect("its output"))
        .read_line(&mut folder)
        .expect("folder");
    assert!(!folder.is_empty(), "the cluster did not start");
    (folder.trim().into(), child)
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
