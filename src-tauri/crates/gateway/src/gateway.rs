//! One instance of the gateway: ledger, keys, clock. What an operator and what the routes ask of it.

use crate::clock::Clock;
use crate::database::DatabaseFault;
use crate::database::postgres::Postgres;
use crate::database::sqlite::Sqlite;
use crate::enrolment;
use crate::entropy;
use crate::feed;
use crate::files::store::Files;
use crate::intake::{self, Taken};
use crate::keys::{Keys, Use};
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault, Ledger, admission, devices};
use crate::metrics::Metrics;
use crate::open;
use crate::problems::{not_found, not_your_site, problem, validation};
use crate::province::payload::Profile;
use crate::rate::Rate;
use crate::settings::{FilesPlace, LedgerPlace, Limits, Settings};
use crate::tokens::{self, Bearer};
use crate::turns::Turns;
use data_encoding::BASE32_NOPAD;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use protocol::receipt::signed_time;
use protocol::wire::{
    Enrolled, Enrolment, FeedPage, Heads, Problem, ProblemType, TimeReply, Token,
};
use protocol::{OpenPage, Series};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};

const NAME_BYTES_MAX: usize = 200;
const NONCE_BYTES_MAX: usize = 128;

/// One instance of the gateway.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) ledger: Ledger,
    pub(crate) files: Files,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) profile: Arc<Profile>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) rate: Arc<Rate>,
    pub(crate) at_once: Arc<Semaphore>,
    pub(crate) turns: Arc<Turns>,
}

impl Gateway {
    /// Opens the ledger and brings its schema up to date.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn open(settings: &Settings) -> Result<Self, Fault> {
        let ledger = match &settings.ledger {
            LedgerPlace::Sqlite(path) => {
                let (path, key) = (path.clone(), settings.keys.derive(Use::Ledger));
                let open = move || Sqlite::open(&path, &key);
                let sqlite =
                    tokio::task::spawn_blocking(open).await.map_err(|_| DatabaseFault::Ended)??;
                Ledger::new(Arc::new(sqlite))
            }
            LedgerPlace::Postgres(url) => {
                let postgres = Postgres::open(url, settings.limits.connections_max).await?;
                Ledger::new(Arc::new(postgres))
            }
        };
        Ok(Self {
            ledger,
            files: Files::new(objects(&settings.files)?, settings.keys.clone()),
            keys: settings.keys.clone(),
            clock: settings.clock.clone(),
            limits: settings.limits,
            profile: Arc::new(settings.profile.clone()),
            metrics: Arc::default(),
            turns: Arc::default(),
            rate: Arc::new(Rate::new(settings.limits.requests_per_minute_max)),
            at_once: Arc::new(Semaphore::new(settings.limits.requests_at_once_max)),
        })
    }

    /// The public key that desks pin and proofs are checked with.
    pub fn public_key(&self) -> [u8; 32] {
        self.keys.public(Use::Words)
    }

    /// Adds a commune; adding it again changes nothing.
    ///
    /// # Errors
    /// [`Fault`]; a code or name out of bounds is a [`Problem`].
    pub async fn add_site(&self, code: &str, name: &str) -> Result<Answer<()>, Fault> {
        let five_digits = code.len() == 5 && code.bytes().all(|digit| digit.is_ascii_digit());
        if !five_digits || name.len() > NAME_BYTES_MAX {
            return Ok(Err(validation("site: five digits and a name of at most 200 bytes")));
        }
        let now_ms = self.clock.now_ms();
        let site = Site { code: code.into(), name: name.into(), device: entropy::id(now_ms)? };
        let keys = self.keys.clone();
        self.ledger.write(move |tx| sites::add(tx, &site, &keys, now_ms).map(|_| Ok(()))).await
    }

    /// A new one-time code that admits one device to a site, as `XXXX-XXXX-XXXX-XXXX`.
    ///
    /// # Errors
    /// [`Fault`]; an unknown site is a [`Problem`].
    pub async fn enrolment_code(
        &self,
        site: &str,
        life: Duration,
    ) -> Result<Answer<String>, Fault> {
        let code = BASE32_NOPAD.encode(&entropy::bytes::<10>()?);
        let groups: Vec<&str> =
            [0, 4, 8, 12].iter().filter_map(|at| code.get(*at..at + 4)).collect();
        let (code, site) = (groups.join("-"), site.to_owned());
        let life_ms = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        let until_ms = self.clock.now_ms().saturating_add(life_ms);
        self.ledger
            .write(move |tx| {
                if sites::find(tx, &site)?.is_none() {
                    return Ok(Err(not_found()));
                }
                admission::add_code(tx, &code, &site, until_ms)?;
                Ok(Ok(code.clone()))
            })
            .await
    }

    /// Server time over a caller's nonce, signed.
    ///
    /// # Errors
    /// A nonce out of bounds is a [`Problem`].
    pub fn time(&self, nonce: &str) -> Answer<TimeReply> {
        if nonce.len() > NONCE_BYTES_MAX {
            return Err(validation("nonce: at most 128 bytes"));
        }
        let at_ms = self.clock.now_ms();
        Ok(TimeReply {
            at_ms,
            nonce: nonce.to_owned(),
            gateway_key: self.public_key(),
            signature: self.keys.sign(Use::Words, &signed_time(nonce, at_ms)),
        })
    }

    /// Takes a device into a site.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn enrol(&self, asked: Enrolment) -> Result<Answer<Enrolled>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger.write(move |tx| enrolment::enrol(tx, &keys, &asked, now_ms)).await
    }

    /// A token for a client assertion.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn token(&self, assertion: String) -> Result<Answer<Token>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger.write(move |tx| tokens::give(tx, &keys, &assertion, now_ms)).await
    }

    /// Who a token speaks for.
    ///
    /// # Errors
    /// A [`Problem`].
    pub fn bearer(&self, token: &str) -> Result<Bearer, Problem> {
        let bearer = tokens::bearer(&self.keys, &self.clock, token)?;
        if self.rate.admits(&bearer.sub, self.clock.now_ms()) {
            Ok(bearer)
        } else {
            Err(problem(ProblemType::RetryLater, 429, "Too many requests of this device"))
        }
    }

    /// Takes a batch of records.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn take(&self, bearer: Bearer, series: Series) -> Result<Answer<Taken>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger
            .write(move |tx| match sites::find(tx, &bearer.site)? {
                Some(site) => intake::take(tx, &keys, &site, &bearer.sub, &series, now_ms),
                None => Ok(Err(not_your_site())),
            })
            .await
    }

    /// Takes a batch of records that may have overtaken the one before it, and waits up to `wait` for that. `waits` hears
    /// that it does.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn take_in_turn(
        &self,
        bearer: Bearer,
        series: Series,
        wait: Duration,
        waits: &Notify,
    ) -> Result<Answer<Taken>, Fault> {
        let device = series.device;
        let mut turn = self.turns.begin(device, wait);
        loop {
            turn.looks();
            let taken = self.take(bearer.clone(), series.clone()).await?;
            let early = matches!(&taken, Err(problem) if problem.kind == ProblemType::Gap);
            if taken.is_ok() {
                self.turns.grown(&device);
            }
            if early && turn.has_time() {
                waits.notify_one();
            }
            if !early || !turn.may_have_come().await {
                return Ok(taken);
            }
        }
    }

    /// A page of the feed for a device.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn feed(&self, bearer: Bearer, after: u64) -> Result<Answer<FeedPage>, Fault> {
        self.ledger
            .read(move |tx| match admitted(tx, &bearer)? {
                Ok(site) => feed::page(tx, &site, &bearer.sub, after),
                Err(problem) => Ok(Err(problem)),
            })
            .await
    }

    /// A page of the open dossiers of the caller's site, for a desk that joins.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn open_dossiers(
        &self,
        bearer: Bearer,
        after: [u8; 16],
    ) -> Result<Answer<OpenPage>, Fault> {
        let keys = self.keys.clone();
        self.ledger
            .read(move |tx| match admitted(tx, &bearer)? {
                Ok(site) => open::page(tx, &keys, &site, after),
                Err(problem) => Ok(Err(problem)),
            })
            .await
    }

    /// How far every device of the caller's site was read.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn heads(&self, bearer: Bearer) -> Result<Answer<Heads>, Fault> {
        self.ledger
            .read(move |tx| match admitted(tx, &bearer)? {
                Ok(site) => feed::heads(tx, &site).map(Ok),
                Err(problem) => Ok(Err(problem)),
            })
            .await
    }

    /// Whether the ledger answers.
    ///
    /// # Errors
    /// [`Fault`] when it does not.
    pub async fn ready(&self) -> Result<(), Fault> {
        self.ledger.read(|tx| sites::epoch(tx).map(|_| Ok(()))).await?.ok();
        Ok(())
    }
}

fn objects(place: &FilesPlace) -> Result<Arc<dyn ObjectStore>, Fault> {
    match place {
        FilesPlace::Folder(folder) => {
            std::fs::create_dir_all(folder).map_err(Fault::Disk)?;
            Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)))
        }
        FilesPlace::Bucket { url, options } => {
            let url = url.parse().map_err(|_| Fault::Broken("the address of the file store"))?;
            let (store, prefix) = object_store::parse_url_opts(&url, options.clone())?;
            Ok(Arc::new(PrefixStore::new(store, prefix)))
        }
    }
}

/// The bearer's site, unless the device was revoked since the token was given.
pub(crate) fn admitted(
    tx: &mut dyn crate::database::Tx,
    bearer: &Bearer,
) -> Result<Answer<Site>, Fault> {
    let Some(device) = devices::find(tx, &bearer.sub)?.filter(|device| device.site == bearer.site)
    else {
        return Ok(Err(not_your_site()));
    };
    if let Some(accepted) = device.revoked {
        return Ok(Err(sync::intake::Refused::Revoked { accepted: accepted.seq }.problem()));
    }
    Ok(sites::find(tx, &bearer.site)?.ok_or_else(not_your_site))
}
