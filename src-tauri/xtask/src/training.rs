//! Training stores filled with believable data, through the same program that a desk would use.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::home::Home;
use crate::old_machine::OldMachine;
use crate::program::Program;
use crate::workspace::{Profile, Workspace};

/// Phường Yên Bái. Nothing in a training store is about a real person.
pub const SITE: &str = "04252";
const OFFICERS: [&str; 2] = ["Lò Thị Mai", "Giàng A Páo"];
const PASSPHRASE: &str = "hoc de lam viec";

/// A training store that is wanted.
pub struct TrainingStore {
    /// Its folder's name.
    pub name: String,
    /// Its desk, 1 or 2.
    pub desk: u8,
    /// How many dossiers it holds.
    pub dossiers: u32,
    /// The same seed gives the same dossiers.
    pub seed: u64,
}

/// A training store that is there.
pub struct Filled {
    folder: PathBuf,
    /// Where its programs keep what lies outside the store.
    pub home: Home,
}

impl TrainingStore {
    /// Fills the store, unless it is there from before with the same contents.
    pub fn provide(&self, workspace: &Workspace, profile: Profile) -> Result<Filled> {
        let folder = workspace.scratch("stores")?.join(&self.name);
        let mark = folder.join("filled");
        let contents = format!("{} dossiers, seed {}\n", self.dossiers, self.seed);
        if std::fs::read_to_string(&mark).is_ok_and(|found| found == contents) {
            return Filled::open(folder);
        }
        // Half filled by an interrupted run, or filled otherwise.
        remove(&folder)?;
        let filled = Filled::open(folder)?;
        println!("filling the training store `{}`: {}", self.name, contents.trim());
        self.fill(&filled, &workspace.built(profile, "quay"))?;
        std::fs::write(&mark, contents)?;
        Ok(filled)
    }

    fn fill(&self, filled: &Filled, quay: &Path) -> Result<()> {
        std::fs::write(filled.passphrase(), PASSPHRASE)?;
        let officer = OFFICERS[usize::from(self.desk - 1) % OFFICERS.len()];
        let desk = self.desk.to_string();
        let place = ["init", "--training", "--site", SITE, "--desk", &desk, "--officer", officer];
        filled.program(quay, None).args(place).read()?;
        if self.dossiers == 0 {
            return Ok(());
        }
        let (dossiers, seed) = (self.dossiers.to_string(), self.seed.to_string());
        let demo =
            filled.program(quay, None).args(["demo", "--dossiers", &dossiers, "--seed", &seed]);
        demo.read()?;
        Ok(())
    }
}

impl Filled {
    fn open(folder: PathBuf) -> Result<Self> {
        let home = Home::at(&folder.join("home"))?;
        Ok(Self { folder, home })
    }

    /// What the app and `quay` must hear to open this store.
    pub fn arguments(&self) -> Vec<PathBuf> {
        let flag = PathBuf::from;
        vec![flag("--data"), self.data(), flag("--passphrase-file"), self.passphrase()]
    }

    /// A copy to work on: the database anew, the sealed documents as links, for no document is ever written twice.
    pub fn copied(&self, folder: &Path) -> Result<Filled> {
        remove(folder)?;
        let linked = Program::new("cp").args(["--archive", "--link"]);
        linked.args([&self.folder, folder]).run()?;
        for written in ["store/quay.db", "home"] {
            let (from, to) = (self.folder.join(written), folder.join(written));
            Program::new("rm").args(["-r".as_ref(), to.as_os_str()]).run()?;
            Program::new("cp").args(["--archive"]).args([&from, &to]).run()?;
        }
        Filled::open(folder.to_path_buf())
    }

    /// The folder of store, home and passphrase.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store's own folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// A program that opens this store, on this machine or on an old one.
    pub fn program(&self, program: &Path, old: Option<&OldMachine>) -> Program {
        let started = match old {
            Some(old) => Program::new(&old.runner).args([program]),
            None => Program::new(program),
        };
        started.args(self.arguments()).envs(self.home.variables())
    }

    fn passphrase(&self) -> PathBuf {
        self.folder.join("passphrase")
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
