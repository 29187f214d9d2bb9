//! What every experiment shares: how many rounds, a desk with its keys at hand, the worker's process, the shims.

use crate::judge::{Verdict, judge};
use crate::promises::Promise;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use store::verify::{Outside, Report, verify};
use store::{DatabaseKey, Store};
use tests::PASSPHRASE;
use vault::blobs::BlobStore;
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace, MasterKey, Unlock};

/// Without a budget: enough to see that everything still works, little enough to be run at every push.
const ROUNDS_USUAL: usize = 16;

/// How many faults of each kind.
pub fn rounds() -> usize {
    std::env::var("QUAY_CRASH_ROUNDS")
        .ok()
        .and_then(|word| word.parse().ok())
        .unwrap_or(ROUNDS_USUAL)
}

/// The seed everything begins from; another one by `QUAY_CRASH_SEED`.
pub fn seed() -> u64 {
    std::env::var("QUAY_CRASH_SEED").ok().and_then(|word| word.parse().ok()).unwrap_or(20_261_123)
}

/// The keys of a desk, unlocked once: deriving them from the passphrase takes longer than most experiments.
pub struct Keys(MasterKey);

impl Keys {
    /// Unlocks the key file of a data folder.
    pub fn of(data: &Path) -> Self {
        let file = KeyFile::load(&KeyPlace::new(data.join("keys")))
            .expect("key file")
            .expect("a key file");
        Self(file.unlock(Unlock::Passphrase(PASSPHRASE)).expect("the passphrase opens it"))
    }

    /// The master key.
    pub fn master(&self) -> &MasterKey {
        &self.0
    }

    /// The database key.
    pub fn database(&self) -> DatabaseKey {
        DatabaseKey::new(&self.0.database_key().pragma_value())
    }

    /// Opens the store of a data folder.
    pub fn store(&self, data: &Path) -> store::Result<Store> {
        Store::open(&data.join("quay.db"), &self.database())
    }

    /// Opens the documents of a data folder.
    pub fn documents(&self, data: &Path) -> BlobStore {
        BlobStore::new(data.join("documents"), self.0.blob_keys(), Arc::new(RealDisk))
            .expect("the documents' folder")
    }

    /// Opens store and documents, and judges them.
    pub fn judge(&self, data: &Path, promises: &[Promise]) -> store::Result<Verdict> {
        let store = self.store(data)?;
        store.read(|connection| judge(connection, &self.documents(data), promises))
    }

    /// Verifies the store of a data folder.
    pub fn verify(&self, data: &Path) -> store::Result<Report> {
        self.store(data)?.read(|connection| {
            verify(connection, &Outside::default(), &mut |_, _, _| ControlFlow::Continue(()))
        })
    }
}

/// The worker at its desk.
pub struct Worker {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts a shift.
    pub fn start(folder: &Path, seed: u64, steps: u32) -> Self {
        Self::start_under(folder, seed, steps, &[])
    }

    /// Starts a shift with more in its environment.
    pub fn start_under(
        folder: &Path,
        seed: u64,
        steps: u32,
        environment: &[(&str, String)],
    ) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_crash-worker"))
            .arg(folder)
            .args([seed.to_string(), steps.to_string()])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the worker starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// The next line it says.
    pub fn line(&mut self) -> Option<String> {
        self.lines.next().and_then(std::result::Result::ok)
    }

    /// Waits until it says something that begins with `word`; what it said until then, this line included.
    pub fn until(&mut self, word: &str) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(line) = self.line() {
            let found = line.starts_with(word);
            said.push(line);
            if found {
                break;
            }
        }
        said
    }

    /// `kill -9`; what it had still said.
    pub fn kill(mut self) -> Vec<String> {
        let _ = self.child.kill();
        let said = self.lines.by_ref().map_while(std::result::Result::ok).collect();
        let _ = self.child.wait();
        said
    }

    /// Lets it work to its end: what it said, and whether it ended well.
    pub fn finish(mut self) -> (Vec<String>, Option<i32>) {
        let said = self.lines.by_ref().map_while(std::result::Result::ok).collect();
        (said, self.child.wait().ok().and_then(|status| status.code()))
    }
}

/// Compiles a shim that is loaded under the worker (`LD_PRELOAD`).
pub fn shim(folder: &Path, name: &str) -> PathBuf {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/shims").join(name).with_extension("c");
    let library = folder.join(name).with_extension("so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let done = Command::new(compiler)
        .args(["-O2", "-Wall", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .expect("a C compiler");
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    library
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if entry.file_name() != "quay.db-shm" {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
