//! What the operator of a gateway may do: look, revoke, adopt, and say that the ledger came from a backup.

use crate::database::{Tx, Value};
use crate::entropy;
use crate::gateway::Gateway;
use crate::intake::consequences;
use crate::keys::{Keys, Use};
use crate::ledger::devices::{self, Device};
use crate::ledger::own::{self, OwnFact};
use crate::ledger::records;
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault};
use crate::outbound::jobs;
use crate::problems::{not_found, validation};
use crate::province::clients::{self, Client};
use data_encoding::BASE64;
use domain::ids::DeviceId;
use domain::office::{DeviceEnrolled, DeviceRevoked, OfficeFact, RecordAdopted};
use protocol::receipt::hex;
use protocol::{Content, Entry, Name};
use serde_json::{Value as Json, json};
use sync::intake::Head;
use uuid::Uuid;

const NAME_CHARS_MAX: usize = 200;
const REASON_CHARS_MAX: usize = 500;

impl Gateway {
    /// Every commune.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sites(&self) -> Result<Answer<Vec<Site>>, Fault> {
        self.ledger.read(|tx| sites::all(tx).map(Ok)).await
    }

    /// The devices of a commune, as JSON for people and scripts.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn devices(&self, site: &str) -> Result<Answer<Json>, Fault> {
        let site = site.to_owned();
        self.ledger
            .read(move |tx| {
                let devices = devices::of_site(tx, &site)?;
                Ok(Ok(devices.iter().map(described).collect::<Json>()))
            })
            .await
    }

    /// Admits a system of the province; its id is what it signs its assertions with.
    ///
    /// # Errors
    /// [`Fault`]; a name out of bounds is a [`protocol::wire::Problem`].
    pub async fn add_province_client(
        &self,
        name: &str,
        public_key: [u8; 32],
    ) -> Result<Answer<Json>, Fault> {
        if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
            return Ok(Err(validation("name: 1 to 200 characters")));
        }
        let now_ms = self.clock.now_ms();
        let client = Client { id: entropy::id(now_ms)?, name: name.to_owned(), public_key };
        self.ledger
            .write(move |tx| {
                clients::insert(tx, &client, now_ms)?;
                Ok(Ok(json!({ "client": hex::text(&client.id), "name": client.name })))
            })
            .await
    }

    /// A device's word no longer counts from here on.
    ///
    /// # Errors
    /// [`Fault`]; a device that is not here or was revoked before is a [`protocol::wire::Problem`].
    pub async fn revoke(&self, device: [u8; 16], reason: &str) -> Result<Answer<Json>, Fault> {
        if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
            return Ok(Err(validation("reason: 1 to 500 characters")));
        }
        let (keys, now_ms, reason) = (self.keys.clone(), self.clock.now_ms(), reason.to_owned());
        self.ledger.write(move |tx| revoke(tx, &keys, &device, &reason, now_ms)).await
    }

    /// A record of a revoked device counts after all.
    ///
    /// # Errors
    /// [`Fault`]; a record that is not in quarantine is a [`protocol::wire::Problem`].
    pub async fn adopt(&self, device: [u8; 16], seq: u64) -> Result<Answer<Json>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger.write(move |tx| adopt(tx, &keys, &device, seq, now_ms)).await
    }

    /// Gives a device the lane of its desk.
    ///
    /// # Errors
    /// [`Fault`]; a device that does not sit at its desk is a [`protocol::wire::Problem`].
    pub async fn grant_lane(&self, device: [u8; 16]) -> Result<Answer<Json>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger.write(move |tx| grant_lane(tx, &keys, &device, now_ms)).await
    }

    /// What happened to a dossier, by its UUID or number: headers only, nothing of what records say.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn dossier(&self, site: &str, dossier: &str) -> Result<Answer<Json>, Fault> {
        let (site, dossier) = (site.to_owned(), dossier.to_owned());
        self.ledger.read(move |tx| history(tx, &site, &dossier)).await
    }

    /// Dossiers that the national portal refused too often, with its reason.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn dead_letters(&self) -> Result<Answer<Json>, Fault> {
        self.ledger
            .read(|tx| {
                let lines = jobs::dead(tx)?.into_iter().map(|(site, dossier, reason)| {
                    let dossier = Uuid::from_bytes(dossier).to_string();
                    json!({ "site": site, "dossier": dossier, "reason": reason })
                });
                Ok(Ok(lines.collect()))
            })
            .await
    }

    /// Gives every dead letter another chance; the count of them.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn requeue_dead_letters(&self) -> Result<Answer<u64>, Fault> {
        let now_ms = self.clock.now_ms();
        self.ledger.write(move |tx| jobs::requeue(tx, now_ms).map(Ok)).await
    }

    /// Records, devices and files in numbers.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn status(&self) -> Result<Answer<Json>, Fault> {
        self.ledger.read(|tx| status(tx).map(Ok)).await
    }

    /// The ledger came from a backup: a new epoch, and for every commune a new device of the gateway, since nobody
    /// knows what its old one had written after that backup.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn restored(&self) -> Result<Answer<u64>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger
            .write(move |tx| {
                tx.execute("UPDATE ledger SET epoch = epoch + 1 WHERE one = 1", &[])?;
                for site in sites::all(tx)? {
                    begin_anew(tx, &keys, &site, now_ms)?;
                }
                Ok(Ok(sites::epoch(tx)?))
            })
            .await
    }
}

fn described(device: &Device) -> Json {
    json!({
        "device": hex::text(&device.id), "own": device.own, "desk": device.desk, "lane": device.lane,
        "records": device.seq, "reads": device.reads, "application": device.application,
        "revoked_after": device.revoked.map(|head| head.seq),
    })
}

fn revoke(
    tx: &mut dyn Tx,
    keys: &Keys,
    id: &[u8; 16],
    reason: &str,
    now_ms: i64,
) -> Result<Answer<Json>, Fault> {
    let Some(device) = devices::lock(tx, id)?.filter(|device| !device.own) else {
        return Ok(Err(not_found()));
    };
    if device.revoked.is_some() {
        return Ok(Err(validation("device: revoked before")));
    }
    let site = site_of(tx, &device)?;
    let accepted = Head { seq: device.seq, hash: device.hash };
    devices::set_revoked(tx, id, accepted, now_ms)?;
    let fact = OfficeFact::DeviceRevoked(Box::new(DeviceRevoked {
        device: DeviceId(Uuid::from_bytes(*id)),
        seq: accepted.seq,
        hash: hex::text(&accepted.hash),
        reason: reason.to_owned(),
    }));
    own::append(tx, keys, &site, vec![OwnFact::office(&site, fact)], now_ms)?;
    Ok(Ok(json!({ "device": hex::text(id), "revoked_after": accepted.seq })))
}

fn adopt(
    tx: &mut dyn Tx,
    keys: &Keys,
    id: &[u8; 16],
    seq: u64,
    now_ms: i64,
) -> Result<Answer<Json>, Fault> {
    let Some(device) = devices::lock(tx, id)? else { return Ok(Err(not_found())) };
    if device.revoked.is_none_or(|accepted| seq <= accepted.seq) {
        return Ok(Err(validation("record: it stands already")));
    }
    let rows = tx.query(
        "SELECT header, salt, body FROM record WHERE site = $1 AND device = $2 AND seq = $3
         AND body IS NOT NULL",
        &[(&device.site).into(), id.into(), Value::place(seq)],
    )?;
    let Some(row) = rows.first() else { return Ok(Err(not_found())) };
    let fact = OfficeFact::RecordAdopted(Box::new(RecordAdopted {
        device: DeviceId(Uuid::from_bytes(*id)),
        seq,
        header: BASE64.encode(row.bytes(0)?),
        salt: BASE64.encode(row.bytes(1)?),
        body: BASE64.encode(row.bytes(2)?),
    }));
    let once = tx.execute(
        "INSERT INTO adopted(site, device, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[(&device.site).into(), id.into(), Value::place(seq)],
    )?;
    if once == 0 {
        return Ok(Err(validation("record: adopted before")));
    }
    let site = site_of(tx, &device)?;
    own::append(tx, keys, &site, vec![OwnFact::office(&site, fact)], now_ms)?;
    let (header, content) = (row.bytes(0)?.to_vec(), (row.array(1)?, row.bytes(2)?.to_vec()));
    let entry = Entry::new(header, Some(Content { salt: content.0, body: content.1 }));
    let name = Name { device: *id, seq };
    consequences(tx, keys, &site, false, [(name, &entry)], now_ms)?;
    Ok(Ok(json!({ "device": hex::text(id), "adopted": seq })))
}

fn grant_lane(
    tx: &mut dyn Tx,
    keys: &Keys,
    id: &[u8; 16],
    now_ms: i64,
) -> Result<Answer<Json>, Fault> {
    let Some(device) = devices::lock(tx, id)?.filter(|device| device.revoked.is_none()) else {
        return Ok(Err(not_found()));
    };
    if devices::at_desk(tx, &device.site, device.desk)? != Some(*id) {
        return Ok(Err(validation("device: another sits at its desk now")));
    }
    let site = site_of(tx, &device)?;
    tx.execute("UPDATE device SET lane = 1 WHERE id = $1", &[id.into()])?;
    let fact = enrolled(&Device { lane: true, ..device.clone() });
    own::append(tx, keys, &site, vec![OwnFact::office(&site, fact)], now_ms)?;
    Ok(Ok(json!({ "device": hex::text(id), "desk": device.desk, "lane": true })))
}

fn begin_anew(tx: &mut dyn Tx, keys: &Keys, site: &Site, now_ms: i64) -> Result<(), Fault> {
    let device = Device {
        id: entropy::id(now_ms)?,
        site: site.code.clone(),
        public_key: keys.public(Use::Words),
        own: true,
        desk: 0,
        lane: false,
        reads: 0,
        application: String::new(),
        seq: 0,
        hash: Default::default(),
        revoked: None,
    };
    devices::insert(tx, &device, now_ms)?;
    tx.execute(
        "UPDATE site SET device = $2 WHERE code = $1",
        &[(&site.code).into(), (&device.id).into()],
    )?;
    let site = Site { device: device.id, ..site.clone() };
    let fact = OwnFact::office(&site, enrolled(&device));
    own::append(tx, keys, &site, vec![fact], now_ms)?;
    Ok(())
}

fn enrolled(device: &Device) -> OfficeFact {
    OfficeFact::DeviceEnrolled(Box::new(DeviceEnrolled {
        device: DeviceId(Uuid::from_bytes(device.id)),
        public_key: hex::text(&device.public_key),
        desk: device.desk,
        lane: device.lane,
    }))
}

fn site_of(tx: &mut dyn Tx, device: &Device) -> Result<Site, Fault> {
    sites::find(tx, &device.site)?.ok_or(Fault::Broken("a device without a site"))
}

fn history(tx: &mut dyn Tx, site: &str, dossier: &str) -> Result<Answer<Json>, Fault> {
    let id = match Uuid::parse_str(dossier) {
        Ok(id) => id.into_bytes(),
        Err(_) => {
            let sql = "SELECT holder FROM number WHERE text = $1 AND site = $2 AND pad = 0";
            match tx.query(sql, &[dossier.into(), site.into()])?.first() {
                Some(row) => row.array(0)?,
                None => return Ok(Err(not_found())),
            }
        }
    };
    let records = records::history(tx, site, &id)?;
    if records.is_empty() {
        return Ok(Err(not_found()));
    }
    let lines = records.iter().filter_map(|record| {
        let header = records::read_header(&record.entry.header)?;
        Some(json!({
            "kind": header.kind, "device": hex::text(&record.name.device), "seq": record.name.seq,
            "depth": header.depth, "at_ms": header.at_ms, "feed": record.feed,
            "disposed": record.entry.content.is_none(),
        }))
    });
    let held = tx.query(
        "SELECT device, seq, problem FROM held WHERE site = $1 AND dossier = $2 ORDER BY at",
        &[site.into(), (&id).into()],
    )?;
    let held: Vec<Json> = held
        .iter()
        .map(|row| {
            let device = hex::text(row.bytes(0)?);
            Ok(json!({"device": device, "seq": row.int(1)?, "problem": row.text(2)?}))
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Ok(json!({
        "dossier": Uuid::from_bytes(id).to_string(), "records": lines.collect::<Json>(), "held": held,
    })))
}

fn status(tx: &mut dyn Tx) -> Result<Json, Fault> {
    let mut lines = Vec::new();
    for site in sites::all(tx)? {
        let mut count = |sql: &str| -> Result<i64, Fault> {
            let rows = tx.query(sql, &[(&site.code).into()])?;
            Ok(rows.first().ok_or(Fault::Broken("a count"))?.int(0)?)
        };
        lines.push(json!({
            "site": site.code,
            "records": count("SELECT next FROM site_feed WHERE site = $1")?,
            "devices": count("SELECT count(*) FROM device WHERE site = $1 AND own = 0")?,
            "held": count("SELECT count(*) FROM held WHERE site = $1")?,
            "quarantined": count("SELECT count(*) FROM record WHERE site = $1 AND feed IS NULL")?,
            "to_be_told": count("SELECT count(*) FROM outbound WHERE site = $1 AND state = 'due'")?,
            "dead_letters": count("SELECT count(*) FROM outbound WHERE site = $1 AND state = 'dead'")?,
            "files": count("SELECT count(*) FROM file WHERE site = $1")?,
            "uploads": count("SELECT count(*) FROM upload WHERE site = $1 AND done = 0")?,
        }));
    }
    Ok(json!({ "ledger_epoch": sites::epoch(tx)?, "sites": lines }))
}
