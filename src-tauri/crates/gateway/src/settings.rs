//! What a gateway has to be told.

use crate::clock::Clock;
use crate::keys::Keys;
use crate::outbound::National;
use crate::province::payload::Profile;
use std::path::PathBuf;
use std::time::Duration;

/// Everything a gateway has to be told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the ledger lies.
    pub ledger: LedgerPlace,
    /// Where files lie.
    pub files: FilesPlace,
    /// The master key, from which all others come.
    pub keys: Keys,
    /// What differs from province to province in the national vocabulary.
    pub profile: Profile,
    /// How dossiers are passed on to the national portal; without it they stay here for the province to read.
    pub national: Option<National>,
    /// Bounds on what is taken.
    pub limits: Limits,
    /// Certificate chain and private key (PEM); plain HTTP without.
    pub tls: Option<Tls>,
    /// The clock.
    pub clock: Clock,
}

/// Where the ledger lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerPlace {
    /// A file on this machine, for one instance.
    Sqlite(PathBuf),
    /// A `PostgreSQL` database for any number of instances, as `postgresql://user@host/database`.
    Postgres(String),
}

/// Where files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesPlace {
    /// A folder, shared by all instances.
    Folder(PathBuf),
    /// An S3-compatible store: `s3://bucket/prefix` with options such as `aws_endpoint`, `aws_access_key_id`.
    Bucket {
        /// The address.
        url: String,
        /// Options as `object_store` names them.
        options: Vec<(String, String)>,
    },
}

/// Certificate chain and private key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificates, the server's own first.
    pub certificates: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
}

/// Bounds on what is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a request's body, files apart.
    pub body_bytes_max: usize,
    /// Most bytes of a file.
    pub file_bytes_max: u64,
    /// Most connections to `PostgreSQL`.
    pub connections_max: usize,
    /// Most requests a minute of one caller at this instance.
    pub requests_per_minute_max: u32,
    /// Most requests worked on at once; more are told to come later.
    pub requests_at_once_max: usize,
    /// Longest time for one request.
    pub request_max: Duration,
    /// Longest wait for an answer of the national portal.
    pub national_call_max: Duration,
    /// Longest wait for running requests when the gateway stops.
    pub shutdown_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: protocol::series::SERIES_BYTES_MAX,
            file_bytes_max: 512 * 1024 * 1024,
            connections_max: 24,
            requests_per_minute_max: 6_000,
            requests_at_once_max: 512,
            request_max: Duration::from_secs(60),
            national_call_max: Duration::from_secs(60),
            shutdown_max: Duration::from_secs(20),
        }
    }
}

impl Settings {
    /// A gateway with an embedded ledger in `folder`, everything else as usual.
    pub fn embedded(folder: impl Into<PathBuf>, master: [u8; crate::keys::MASTER_BYTES]) -> Self {
        let folder: PathBuf = folder.into();
        Self {
            ledger: LedgerPlace::Sqlite(folder.join("ledger.db")),
            files: FilesPlace::Folder(folder.join("files")),
            keys: Keys::new(master),
            profile: Profile::default(),
            national: None,
            limits: Limits::default(),
            tls: None,
            clock: Clock::system(),
        }
    }
}
