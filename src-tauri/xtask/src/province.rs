//! The province on this machine, for the demo: a gateway with its ledger in a file, and a second desk that has sent work
//! there before the window opens. Everything lies in the demo's folder and goes with it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program::{Program, Service};
use crate::training::{Filled, SITE, TrainingStore};
use crate::workspace::{Profile, Workspace};

const SITE_NAME: &str = "phường Yên Bái";
/// What the second desk brings along.
const DOSSIERS_OF_SECOND_DESK: u32 = 40;
/// Two telephones that two officers wrote down while their desks were apart.
const TELEPHONES: [&str; 2] = ["0912 345 678", "0987 654 321"];

/// A gateway that serves until this value is dropped.
pub struct Province {
    _gateway: Service,
}

impl Province {
    /// Serves; the first time also enrols the desk and a second one and lets them exchange.
    pub fn open(
        workspace: &Workspace,
        profile: Profile,
        desk: &Filled,
        log: &Path,
    ) -> Result<Self> {
        let gateway = Gateway {
            program: workspace.built(profile, "quay-gateway"),
            folder: desk.folder().join("province"),
        };
        let joined = desk.folder().join("joined");
        if joined.exists() {
            return Ok(Self { _gateway: gateway.serve(log)? });
        }
        println!("enrolling the demo's desks with a gateway of their own");
        gateway.found()?;
        let codes = [gateway.code()?, gateway.code()?];
        let province = Self { _gateway: gateway.serve(log)? };
        let second = second_desk(workspace, profile)?;
        let quay = workspace.built(profile, "quay");
        let desks = [desk, &second].map(|filled| Desk { quay: &quay, filled });
        for (desk, code) in desks.iter().zip(&codes) {
            desk.say(&["enrol", "--gateway", &gateway.url()?, "--code", code])?;
        }
        let [first, second] = &desks;
        exchange(first, second)?;
        std::fs::write(joined, "")?;
        Ok(province)
    }
}

/// Both desks learn of each other; then each writes another telephone into the same dossier. The window shows what comes
/// of it: the second desk has sent, the first sends when the window opens.
fn exchange(first: &Desk, second: &Desk) -> Result<()> {
    for desk in [second, first, second] {
        desk.say(&["sync", "--once"])?;
    }
    let number = second.newest_number()?;
    for (desk, telephone) in [first, second].into_iter().zip(TELEPHONES) {
        desk.correct(&number, telephone)?;
    }
    second.say(&["sync", "--once"])?;
    Ok(())
}

fn second_desk(workspace: &Workspace, profile: Profile) -> Result<Filled> {
    let name = "demo/desk-2".to_owned();
    TrainingStore { name, desk: 2, dossiers: DOSSIERS_OF_SECOND_DESK, seed: 2 }
        .provide(workspace, profile)
}

/// The gateway's program and where it keeps everything.
struct Gateway {
    program: PathBuf,
    folder: PathBuf,
}

impl Gateway {
    /// A new ledger that knows the demo's commune. What an interrupted run left is cleared away.
    fn found(&self) -> Result<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        std::fs::create_dir_all(self.folder.join("files"))?;
        // The desks keep the address: the port must be the same at every start.
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        std::fs::write(self.port_file(), free.to_string())?;
        Program::new(&self.program).args(["new-key".as_ref(), self.key().as_os_str()]).run()?;
        self.operator(&["site", "add", SITE, SITE_NAME])?;
        Ok(())
    }

    fn code(&self) -> Result<String> {
        let said = self.operator(&["enrol-code", SITE])?;
        Ok(said["code"].as_str().context("the gateway gave no code")?.to_owned())
    }

    fn serve(&self, log: &Path) -> Result<Service> {
        let listen = format!("127.0.0.1:{}", self.port()?);
        let (service, _) = self.on_its_ledger().args(["--listen", &listen, "serve"]).serve(log)?;
        Ok(service)
    }

    fn url(&self) -> Result<String> {
        Ok(format!("http://127.0.0.1:{}", self.port()?))
    }

    fn operator(&self, arguments: &[&str]) -> Result<Value> {
        Ok(serde_json::from_str(&self.on_its_ledger().args(arguments).read()?)?)
    }

    fn on_its_ledger(&self) -> Program {
        Program::new(&self.program)
            .args(["--ledger".as_ref(), self.folder.join("ledger.db").as_os_str()])
            .args(["--files".as_ref(), self.folder.join("files").as_os_str()])
            .args(["--master-key-file".as_ref(), self.key().as_os_str()])
    }

    fn port(&self) -> Result<String> {
        let file = self.port_file();
        std::fs::read_to_string(&file).with_context(|| file.display().to_string())
    }

    fn port_file(&self) -> PathBuf {
        self.folder.join("port")
    }

    fn key(&self) -> PathBuf {
        self.folder.join("master.key")
    }
}

/// A desk as its officer uses it from a terminal.
struct Desk<'a> {
    quay: &'a Path,
    filled: &'a Filled,
}

impl Desk<'_> {
    fn say(&self, arguments: &[&str]) -> Result<Value> {
        let said = self.filled.program(self.quay, None).args(arguments).read()?;
        Ok(serde_json::from_str(&said)?)
    }

    fn newest_number(&self) -> Result<String> {
        let page = self.say(&["list", "--limit", "1"])?;
        Ok(page["hits"][0]["number"].as_str().context("the desk has no dossier")?.to_owned())
    }

    fn correct(&self, number: &str, telephone: &str) -> Result<()> {
        let input = self.filled.folder().join("correction.json");
        let correction =
            serde_json::json!({ "phone": telephone, "reason": "Công dân đọc lại số điện thoại" });
        std::fs::write(&input, correction.to_string())?;
        let act = self.filled.program(self.quay, None).args(["act", number, "correct"]);
        act.reading(&input)?.read()?;
        Ok(())
    }
}
