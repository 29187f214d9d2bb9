//! What is measured: `quay-gateway` as it is shipped, with TLS, on a PostgreSQL of its own, each a process whose time and
//! memory are read from the system.

use crate::cluster::Cluster;
use crate::desk::Desk;
use anyhow::{Context, Result, bail, ensure};
use gateway::Settings;
use gateway::keys::{Keys, MASTER_BYTES};
use gateway::settings::LedgerPlace;
use protocol::wire::Enrolment;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A little memory for the server, and room in its log, as an operator would give; `fsync` stays on.
const SERVER: [&str; 3] = ["shared_buffers=1GB", "max_wal_size=2GB", "wal_compression=on"];
const MASTER: [u8; MASTER_BYTES] = [9; MASTER_BYTES];
const CODE_LIFE: Duration = Duration::from_secs(3_600);
/// Where it answers in a namespace, which holds nothing else.
const PORT: u16 = 8700;
/// Clock ticks a second, as Linux reports processor time.
const TICKS: f64 = 100.0;

/// A gateway and its database.
pub struct Place {
    /// The database's server.
    pub cluster: Cluster,
    /// The database's address.
    pub database: String,
    /// Where the gateway answers.
    pub address: SocketAddr,
    /// The authority whose certificates it shows, PEM.
    pub authority: String,
    program: PathBuf,
    /// The network namespace it runs in, when it is not this machine's own.
    namespace: Option<String>,
    folder: TempDir,
    serving: Option<Child>,
}

/// Processor time used up to a moment, seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// By the gateway.
    pub gateway: f64,
    /// By PostgreSQL, all its processes.
    pub database: f64,
    /// By the desks, which is this process.
    pub desks: f64,
}

impl Place {
    /// A database, the gateway's settings, a free port. Nothing serves yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(program: &Path) -> Result<Self> {
        Self::on(program, Ipv4Addr::LOCALHOST, None)
    }

    /// The same at an address of a network namespace.
    ///
    /// # Errors
    /// What the system says.
    pub fn on(program: &Path, host: Ipv4Addr, namespace: Option<&str>) -> Result<Self> {
        let cluster = Cluster::start(&SERVER);
        let database = cluster.new_database();
        let folder = TempDir::new()?;
        let port = match namespace {
            Some(_) => PORT,
            None => std::net::TcpListener::bind((host, 0))?.local_addr()?.port(),
        };
        let address = SocketAddr::from((host, port));
        let authority = certificates(folder.path(), host)?;
        fs::write(folder.path().join("master.key"), data_encoding::HEXLOWER.encode(&MASTER))?;
        let settings = format!(
            "ledger = {database:?}\nfiles = \"files\"\nmaster_key_file = \"master.key\"\nlisten = \"{address}\"\n\
             tls_certificates = \"own.pem\"\ntls_key = \"own.key\"\n"
        );
        fs::write(folder.path().join("gateway.toml"), settings)?;
        Ok(Self {
            cluster,
            database,
            address,
            authority,
            program: program.to_owned(),
            namespace: namespace.map(str::to_owned),
            folder,
            serving: None,
        })
    }

    /// Adds a site for each desk and enrols the desk there.
    ///
    /// # Errors
    /// What the gateway says.
    pub async fn enrol(&self, desks: &[Desk]) -> Result<[u8; 32]> {
        let gateway = self.opened().await?;
        for desk in desks {
            gateway.add_site(&desk.site, "xã").await?.map_err(refused)?;
            let code = gateway.enrolment_code(&desk.site, CODE_LIFE).await?.map_err(refused)?;
            let asked = Enrolment {
                code,
                site: desk.site.clone(),
                device: desk.device,
                public_key: desk.key.verifying_key().to_bytes(),
                desk: 1,
                series: Vec::new(),
                continues: None,
                reads: 0,
                application: "0.1.0".into(),
            };
            gateway.enrol(asked).await?.map_err(refused)?;
        }
        Ok(gateway.public_key())
    }

    /// Adds a site; gives the code by which a desk joins it.
    ///
    /// # Errors
    /// What the gateway says.
    pub async fn code(&self, site: &str) -> Result<String> {
        let gateway = self.opened().await?;
        gateway.add_site(site, "xã").await?.map_err(refused)?;
        gateway.enrolment_code(site, CODE_LIFE).await?.map_err(refused)
    }

    /// What an operator's command answers.
    ///
    /// # Errors
    /// What it says against it.
    pub fn operator(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.program);
        command.args(["--config", "gateway.toml"]).args(arguments).current_dir(self.folder.path());
        let done = command.output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).context("its answer")
    }

    /// The same gateway in this process, on the same ledger.
    async fn opened(&self) -> Result<gateway::Gateway> {
        let settings = Settings {
            ledger: LedgerPlace::Postgres(self.database.clone()),
            ..Settings::embedded(self.folder.path(), MASTER)
        };
        Ok(gateway::Gateway::open(&settings).await?)
    }

    /// The gateway's keys, for those who write into its ledger as it would.
    pub fn keys(&self) -> Keys {
        Keys::new(MASTER)
    }

    /// Serves.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn serve(&mut self) -> Result<()> {
        let mut command = match &self.namespace {
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        let mut child = command
            .args(["--config", "gateway.toml", "serve"])
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            // The log as an operator keeps it.
            .stderr(fs::File::create(self.folder.path().join("log"))?)
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("its output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).context("where it serves")?;
        if said["serving"] != Value::String(self.address.to_string()) {
            bail!("it serves elsewhere: {said}");
        }
        self.serving = Some(child);
        Ok(())
    }

    /// Processor time used up to now.
    ///
    /// # Errors
    /// When a process is gone.
    pub fn used(&self) -> Result<Used> {
        let server = self.cluster.process();
        let mut database = seconds_of(server)?;
        for entry in fs::read_dir("/proc")? {
            let id = entry?.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some(id) = id.filter(|id| parent_of(*id) == Some(server)) {
                database += seconds_of(id).unwrap_or(0.0);
            }
        }
        let desks = seconds_of(std::process::id())?;
        Ok(Used { gateway: seconds_of(self.gateway_process()?)?, database, desks })
    }

    /// Memory of the gateway that is its own, bytes: now, and the most there ever was.
    ///
    /// # Errors
    /// When it is gone.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.gateway_process()?))?;
        let kib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        let (now, most) = (kib("VmRSS:"), kib("VmHWM:"));
        Ok((now.context("VmRSS")? * 1024, most.context("VmHWM")? * 1024))
    }

    fn gateway_process(&self) -> Result<u32> {
        self.serving.as_ref().map(Child::id).context("the gateway does not run")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(serving) = &mut self.serving {
            // It may have ended already.
            let _ = serving.kill();
            let _ = serving.wait();
        }
    }
}

impl Used {
    /// Since an earlier moment.
    pub fn since(self, before: Self) -> Self {
        Self {
            gateway: self.gateway - before.gateway,
            database: self.database - before.database,
            desks: self.desks - before.desks,
        }
    }
}

/// A refusal of the gateway that nobody expected.
fn refused(problem: protocol::wire::Problem) -> anyhow::Error {
    anyhow::anyhow!("refused: {problem:?}")
}

/// Fields of `/proc/…/stat` behind the name, which may hold anything.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

fn parent_of(process: u32) -> Option<u32> {
    stat(process)?.get(1)?.parse().ok()
}

/// Its own time and that of children it waited for, in user and system mode.
fn seconds_of(process: u32) -> Result<f64> {
    let fields = stat(process).with_context(|| format!("process {process}"))?;
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((11..=14).map(ticks).sum::<f64>() / TICKS)
}

/// An authority, and the certificate of a machine that it gave.
fn certificates(folder: &Path, host: Ipv4Addr) -> Result<String> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let signed = authority.self_signed(&key)?;
    let issuer = Issuer::from_params(&authority, &key);
    let own = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec![host.to_string()])?;
    fs::write(folder.join("own.pem"), leaf.signed_by(&own, &issuer)?.pem())?;
    fs::write(folder.join("own.key"), own.serialize_pem())?;
    Ok(signed.pem())
}
