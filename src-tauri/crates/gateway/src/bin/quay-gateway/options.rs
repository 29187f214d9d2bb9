//! What the operator says: flags before environment before file.

use anyhow::{Context, Result, bail};
use clap::Args;
use gateway::keys::{Keys, MASTER_BYTES};
use gateway::outbound::National;
use gateway::province::payload::Profile;
use gateway::settings::{FilesPlace, LedgerPlace, Limits, Settings, Tls};
use protocol::receipt::hex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Settings of the gateway.
#[derive(Args, Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A TOML file with any of the settings below.
    #[arg(long, global = true, env = "QUAY_GATEWAY_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Where the ledger lies: a PostgreSQL address (postgresql://user@host/database) for several instances, or the path
    /// of a file for one.
    #[arg(
        long,
        global = true,
        env = "QUAY_GATEWAY_LEDGER",
        value_name = "ADDRESS|FILE",
        hide_env_values = true
    )]
    pub ledger: Option<String>,

    /// Where files lie: a folder that all instances share, or s3://bucket/prefix.
    #[arg(long, global = true, env = "QUAY_GATEWAY_FILES", value_name = "FOLDER|ADDRESS")]
    pub files: Option<String>,

    /// Options of the object store, such as aws_endpoint=https://s3.example.vn; may be given several times.
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = pair)]
    #[serde(skip)]
    pub files_option: Vec<(String, String)>,

    /// The same, in the file: a table of names and values.
    #[arg(skip)]
    #[serde(default)]
    pub files_options: BTreeMap<String, String>,

    /// File with the master key: 64 hexadecimal digits, the same for every instance. `quay-gateway new-key` makes one.
    /// Without this key neither receipts can be given nor files opened: keep a copy under lock.
    #[arg(long, global = true, env = "QUAY_GATEWAY_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,

    /// Address to serve on.
    #[arg(long, global = true, env = "QUAY_GATEWAY_LISTEN", value_name = "IP:PORT")]
    pub listen: Option<String>,

    /// Certificate chain, PEM. Without it plain HTTP is served, which is for a proxy on the same machine only.
    #[arg(long, global = true, env = "QUAY_GATEWAY_TLS_CERTIFICATES", value_name = "FILE")]
    pub tls_certificates: Option<PathBuf>,

    /// Private key of the certificate, PEM.
    #[arg(long, global = true, env = "QUAY_GATEWAY_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// What differs from province to province in the national vocabulary: in the file only, as the table [profile] with
    /// units, field_codes, id_kinds and file_address.
    #[arg(skip)]
    pub profile: Option<Profile>,

    /// How dossiers are passed on to the national portal: in the file only, as the table [national] with driver =
    /// "xrd-adapter", "facade-array" or "facade-three" and what that driver needs.
    #[arg(skip)]
    pub national: Option<National>,

    /// Most bytes of one file [default: 536870912].
    #[arg(long, global = true, env = "QUAY_GATEWAY_FILE_BYTES_MAX", value_name = "BYTES")]
    pub file_bytes_max: Option<u64>,

    /// Most connections to PostgreSQL [default: 24].
    #[arg(long, global = true, env = "QUAY_GATEWAY_CONNECTIONS_MAX", value_name = "COUNT")]
    pub connections_max: Option<usize>,

    /// Most requests a minute of one device, before it is told to come later [default: 6000].
    #[arg(long, global = true, env = "QUAY_GATEWAY_REQUESTS_PER_MINUTE_MAX", value_name = "COUNT")]
    pub requests_per_minute_max: Option<u32>,

    /// Longest time for one request, seconds, files apart [default: 60].
    #[arg(long, global = true, env = "QUAY_GATEWAY_REQUEST_SECONDS_MAX", value_name = "SECONDS")]
    pub request_seconds_max: Option<u64>,

    /// Longest wait for running requests when the gateway stops, seconds [default: 20].
    #[arg(long, global = true, env = "QUAY_GATEWAY_SHUTDOWN_SECONDS_MAX", value_name = "SECONDS")]
    pub shutdown_seconds_max: Option<u64>,

    /// What is logged: error, warn, info, debug, or finer (module=level,…) [default: info].
    #[arg(long, global = true, env = "QUAY_GATEWAY_LOG", value_name = "LEVEL")]
    pub log: Option<String>,
}

impl Options {
    /// These options over those of the file they name.
    pub fn with_file(self) -> Result<Self> {
        let Some(path) = &self.config else { return Ok(self) };
        let text = read_text(path)?;
        let file: Options =
            toml::from_str(&text).with_context(|| format!("settings in {}", path.display()))?;
        Ok(self.over(file))
    }

    /// The settings of an instance.
    pub fn settings(&self) -> Result<Settings> {
        let ledger = self.ledger.as_deref().context("--ledger is missing")?;
        let files = self.files.as_deref().context("--files is missing")?;
        let mut settings = Settings {
            ledger: ledger_place(ledger),
            files: self.files_place(files),
            keys: self.keys()?,
            profile: self.profile.clone().unwrap_or_default(),
            national: self.national.clone(),
            limits: self.limits(),
            tls: None,
            clock: gateway::clock::Clock::system(),
        };
        settings.tls = match (&self.tls_certificates, &self.tls_key) {
            (Some(certificates), Some(key)) => {
                Some(Tls { certificates: read(certificates)?, key: read(key)? })
            }
            (None, None) => None,
            _ => bail!("--tls-certificates and --tls-key belong together"),
        };
        Ok(settings)
    }

    fn over(self, file: Options) -> Self {
        Self {
            config: self.config,
            ledger: self.ledger.or(file.ledger),
            files: self.files.or(file.files),
            files_option: self.files_option,
            files_options: file.files_options,
            master_key_file: self.master_key_file.or(file.master_key_file),
            listen: self.listen.or(file.listen),
            tls_certificates: self.tls_certificates.or(file.tls_certificates),
            tls_key: self.tls_key.or(file.tls_key),
            profile: self.profile.or(file.profile),
            national: self.national.or(file.national),
            file_bytes_max: self.file_bytes_max.or(file.file_bytes_max),
            connections_max: self.connections_max.or(file.connections_max),
            requests_per_minute_max: self.requests_per_minute_max.or(file.requests_per_minute_max),
            request_seconds_max: self.request_seconds_max.or(file.request_seconds_max),
            shutdown_seconds_max: self.shutdown_seconds_max.or(file.shutdown_seconds_max),
            log: self.log.or(file.log),
        }
    }

    fn files_place(&self, place: &str) -> FilesPlace {
        if !place.contains("://") {
            return FilesPlace::Folder(place.into());
        }
        let options = self.files_options.clone().into_iter().chain(self.files_option.clone());
        FilesPlace::Bucket { url: place.to_owned(), options: options.collect() }
    }

    fn keys(&self) -> Result<Keys> {
        let path = self.master_key_file.as_deref().context("--master-key-file is missing")?;
        let master = hex::read::<MASTER_BYTES>(read_text(path)?.trim());
        Ok(Keys::new(master.context("the master key file does not hold 64 hexadecimal digits")?))
    }

    fn limits(&self) -> Limits {
        let usual = Limits::default();
        let seconds = |given: Option<u64>, usual| given.map_or(usual, Duration::from_secs);
        Limits {
            file_bytes_max: self.file_bytes_max.unwrap_or(usual.file_bytes_max),
            connections_max: self.connections_max.unwrap_or(usual.connections_max),
            requests_per_minute_max: self
                .requests_per_minute_max
                .unwrap_or(usual.requests_per_minute_max),
            request_max: seconds(self.request_seconds_max, usual.request_max),
            shutdown_max: seconds(self.shutdown_seconds_max, usual.shutdown_max),
            ..usual
        }
    }
}

fn ledger_place(place: &str) -> LedgerPlace {
    if place.starts_with("postgres://") || place.starts_with("postgresql://") {
        LedgerPlace::Postgres(place.to_owned())
    } else {
        LedgerPlace::Sqlite(place.into())
    }
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
