//! What an operator can ask for. Answers are JSON lines on standard output.

use crate::options::Options;
use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use gateway::ledger::{Answer, Fault};
use gateway::{Gateway, serve};
use protocol::receipt::hex;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

const USUAL_ADDRESS: &str = "127.0.0.1:8443";

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serves until it is told to stop (SIGTERM, SIGINT): then it takes no new request and lets the running ones end.
    Serve,
    /// Makes a master key file, readable by its owner only. Refuses to overwrite one.
    NewKey {
        /// Where to.
        file: PathBuf,
    },
    /// Communes.
    #[command(subcommand)]
    Site(SiteCommand),
    /// Makes a one-time code that admits one desk to a commune.
    EnrolCode {
        /// Five-digit unit code of the commune.
        site: String,
        /// How long it holds, hours.
        #[arg(long, default_value_t = 72)]
        hours: u64,
    },
    /// Devices.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Dossiers.
    #[command(subcommand)]
    Dossier(DossierCommand),
    /// Dossiers that the national portal refused too often.
    #[command(subcommand)]
    DeadLetters(DeadLetterCommand),
    /// Admits a system of the province: it signs its assertions (RFC 7523) with its own Ed25519 key.
    ProvinceClient {
        /// Its name, written into records as the one who recorded them.
        name: String,
        /// Its public key, 64 hexadecimal digits.
        public_key: String,
    },
    /// Records, devices and files in numbers, per commune.
    Status,
    /// Says that the ledger was put back from a backup: desks then send again what the backup lacks. To be run once,
    /// before the gateway serves.
    Restored,
}

/// About communes.
#[derive(Subcommand)]
pub enum SiteCommand {
    /// Adds a commune; adding it again changes nothing.
    Add {
        /// Five-digit unit code.
        code: String,
        /// Its name.
        name: String,
    },
    /// Lists them.
    List,
}

/// About devices.
#[derive(Subcommand)]
pub enum DeviceCommand {
    /// Lists the devices of a commune.
    List {
        /// Five-digit unit code.
        site: String,
    },
    /// From now on a device's records are kept apart; those before stay valid for ever.
    Revoke {
        /// The device, 32 hexadecimal digits.
        device: String,
        /// Why; every desk of the commune will read it.
        #[arg(long)]
        reason: String,
    },
    /// Takes a record of a revoked device from quarantine into the commune's history, after a person has looked.
    Adopt {
        /// The device, 32 hexadecimal digits.
        device: String,
        /// Place of the record in its log.
        seq: u64,
    },
    /// Gives a device the lane of its desk, after the last number given there was confirmed.
    GrantLane {
        /// The device, 32 hexadecimal digits.
        device: String,
    },
}

/// About what was not taken.
#[derive(Subcommand)]
pub enum DeadLetterCommand {
    /// Lists them with the portal's reason.
    List,
    /// Gives every one another chance.
    Requeue,
}

/// About dossiers.
#[derive(Subcommand)]
pub enum DossierCommand {
    /// What happened to a dossier: its records without their contents.
    Show {
        /// Five-digit unit code.
        site: String,
        /// The dossier's UUID, or its number.
        dossier: String,
    },
}

/// Does it.
pub async fn run(command: Command, options: Options) -> Result<()> {
    if let Command::NewKey { file } = command {
        return new_key(&file);
    }
    if matches!(command, Command::Serve) {
        return serve_until_told(&options).await;
    }
    let gateway = Gateway::open(&options.settings()?).await?;
    let said = ask(&gateway, command).await?;
    println!("{said}");
    Ok(())
}

async fn ask(gateway: &Gateway, command: Command) -> Result<Value> {
    match command {
        Command::Serve | Command::NewKey { .. } => Ok(Value::Null),
        Command::Site(SiteCommand::Add { code, name }) => {
            done(gateway.add_site(&code, &name).await).map(|()| json!({ "site": code }))
        }
        Command::Site(SiteCommand::List) => done(gateway.sites().await).map(|sites| {
            sites.iter().map(|site| json!({"site": site.code, "name": site.name})).collect()
        }),
        Command::EnrolCode { site, hours } => {
            let life = Duration::from_secs(hours.saturating_mul(3600));
            done(gateway.enrolment_code(&site, life).await)
                .map(|code| json!({"code": code, "site": site, "hours": hours}))
        }
        Command::Device(DeviceCommand::List { site }) => done(gateway.devices(&site).await),
        Command::Device(DeviceCommand::Revoke { device, reason }) => {
            done(gateway.revoke(id(&device)?, &reason).await)
        }
        Command::Device(DeviceCommand::Adopt { device, seq }) => {
            done(gateway.adopt(id(&device)?, seq).await)
        }
        Command::Device(DeviceCommand::GrantLane { device }) => {
            done(gateway.grant_lane(id(&device)?).await)
        }
        Command::Dossier(DossierCommand::Show { site, dossier }) => {
            done(gateway.dossier(&site, &dossier).await)
        }
        Command::DeadLetters(DeadLetterCommand::List) => done(gateway.dead_letters().await),
        Command::DeadLetters(DeadLetterCommand::Requeue) => {
            done(gateway.requeue_dead_letters().await).map(|count| json!({ "requeued": count }))
        }
        Command::ProvinceClient { name, public_key } => {
            let key = hex::read(&public_key).context("a public key is 64 hexadecimal digits")?;
            done(gateway.add_province_client(&name, key).await)
        }
        Command::Status => done(gateway.status().await),
        Command::Restored => {
            done(gateway.restored().await).map(|epoch| json!({ "ledger_epoch": epoch }))
        }
    }
}

async fn serve_until_told(options: &Options) -> Result<()> {
    let address = options.listen.as_deref().unwrap_or(USUAL_ADDRESS);
    let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    let serving = serve(&options.settings()?, listener).await?;
    println!("{}", json!({ "serving": serving.address.to_string() }));
    told_to_stop().await?;
    tracing::info!("stopping");
    Ok(serving.stop().await?)
}

#[cfg(unix)]
async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}

fn new_key(file: &std::path::Path) -> Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file).with_context(|| format!("making {}", file.display()))?;
    writeln!(file, "{}", hex::text(&gateway::keys::new_master()?))?;
    Ok(file.sync_all()?)
}

fn id(text: &str) -> Result<[u8; 16]> {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    hex::read(&plain).context("a device is 32 hexadecimal digits")
}

fn done<T>(result: Result<Answer<T>, Fault>) -> Result<T> {
    result?.map_err(|problem| {
        let detail = problem.detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        anyhow!("{}{detail}", problem.title)
    })
}
