//! Which device this is. The marks outside the database tell a restored or copied folder from the living one; a restore
//! becomes a new device that points at the old head, so that no number and no place in a log is ever used twice. So does a
//! machine that the province revoked and somebody found again.

use super::OpenFault;
use crate::entropy;
use crate::exchange::enrolment;
use crate::office::Device;
use crate::places::Places;
use domain::ids::DeviceId;
use domain::office::{ContinuedHead, DeviceStarted, OfficeFact};
use domain::officer::Officer;
use domain::site::Site;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Mutex;
use store::{Connection, Head, Pen, Store, StoreFault};
use vault::OsRandom;
use vault::disk::RealDisk;
use vault::keys::MasterKey;
use vault::marks::{MarkFault, MarkFile, Marks};
use vault::signing::DeviceSigner;

/// What the marks say.
pub enum Found {
    /// This installation, going on.
    Same(Box<Device>),
    /// A restored or copied folder, or a device whose word ended, with the last head found in it.
    Restored {
        /// Device and head in the database.
        continues: ContinuedHead,
    },
}

/// Compares the database with the marks.
pub fn find(places: &Places, store: &Store, master: &MasterKey) -> Result<Found, OpenFault> {
    let Some((device, head)) = store.read(newest)? else {
        return Err(OpenFault::DatabaseMissing);
    };
    let restored = |reason: &str| Found::Restored {
        continues: ContinuedHead {
            device: DeviceId(uuid::Uuid::from_bytes(device)),
            seq: head.seq,
            hash: hex(&head.hash),
            reason: reason.to_owned(),
        },
    };
    let signer = DeviceSigner::load(&RealDisk, &places.state, device, &master.device_key())
        .map_err(OpenFault::identity)?;
    let Some(signer) = signer else {
        return Ok(restored("máy này không có khóa ký của thiết bị"));
    };
    let (file, marks) = match MarkFile::open(&places.state, device) {
        Ok(opened) => opened,
        Err(MarkFault::AlreadyOpen) => return Err(OpenFault::SecondInstance),
        Err(fault) => return Err(OpenFault::identity(fault)),
    };
    let Some(marks) = marks else {
        return Ok(restored("máy này không có dấu mốc của thiết bị"));
    };
    let behind = marks.seq > head.seq;
    let other = marks.seq > 0
        && !behind
        && store.read(|c| hash_at(c, &device, marks.seq))? != Some(marks.hash);
    if behind || other {
        return Ok(restored("cơ sở dữ liệu cũ hơn dấu mốc giữ ngoài nó"));
    }
    if store.read(|connection| enrolment::was_revoked(connection, &device))? {
        return Ok(restored("tỉnh đã thu hồi thiết bị này"));
    }
    let after_restore = store.read(|connection| began_after_restore(connection, &device))?;
    Ok(Found::Same(Box::new(Device { id: device, signer, marks: Mutex::new(file), after_restore })))
}

/// The device to go on as: the same, or a new one whose first record points at the old head.
pub fn settle(
    found: Found,
    places: &Places,
    store: &Store,
    master: &MasterKey,
    site: &Site,
    officer: &Officer,
    now: Timestamp,
) -> Result<Device, OpenFault> {
    match found {
        Found::Same(device) => Ok(*device),
        Found::Restored { continues } => {
            let device = create(places, master, now, true)?;
            let pen = pen(&device, site, officer, now);
            let head = store.write(Some(pen), |tx| -> Result<Option<Head>, OpenFault> {
                tx.append_office(started(&device, Some(continues)))?;
                Ok(tx.head())
            })?;
            keep(&device, head)?;
            Ok(device)
        }
    }
}

/// A new device: id, signing key and empty marks in the state folder.
pub fn create(
    places: &Places,
    master: &MasterKey,
    now: Timestamp,
    after_restore: bool,
) -> Result<Device, OpenFault> {
    let id = *entropy::id(now)?.as_bytes();
    std::fs::create_dir_all(&places.state)?;
    let signer =
        DeviceSigner::create(&RealDisk, &places.state, id, &master.device_key(), &mut OsRandom)
            .map_err(OpenFault::identity)?;
    let (mut marks, _) = MarkFile::open(&places.state, id).map_err(OpenFault::identity)?;
    marks
        .write(&Marks { device: id, seq: 0, hash: [0; 32], series: BTreeMap::new() })
        .and_then(|()| marks.sync())
        .map_err(OpenFault::identity)?;
    Ok(Device { id, signer, marks: Mutex::new(marks), after_restore })
}

/// The first record of a device.
pub fn started(device: &Device, continues: Option<ContinuedHead>) -> OfficeFact {
    OfficeFact::DeviceStarted(Box::new(DeviceStarted {
        device: DeviceId(uuid::Uuid::from_bytes(device.id)),
        public_key: hex(&device.signer.public_key()),
        continues,
    }))
}

/// A pen for the first records, before there is an office.
pub fn pen<'a>(device: &'a Device, site: &Site, officer: &Officer, now: Timestamp) -> Pen<'a> {
    Pen {
        site: site.code.clone(),
        device: device.id,
        actor: *officer.id.bytes(),
        at_ms: now.as_millisecond(),
        salt: Box::new(|| entropy::bytes().map_err(|_| StoreFault::Value("randomness"))),
        sign: Box::new(|message| device.signer.sign(message)),
    }
}

/// Keeps the head outside the database, durably.
pub fn keep(device: &Device, head: Option<Head>) -> Result<(), OpenFault> {
    let Some(head) = head else { return Ok(()) };
    let mut marks = device.marks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    marks
        .write(&Marks {
            device: device.id,
            seq: head.seq,
            hash: head.hash,
            series: BTreeMap::new(),
        })
        .and_then(|()| marks.sync())
        .map_err(OpenFault::identity)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn newest(connection: &Connection) -> store::Result<Option<([u8; 16], Head)>> {
    let Some(device) = store::office::newest_device(connection)? else {
        return Ok(None);
    };
    let no = store::log::device_no(connection, &device)?;
    Ok(Some((device, store::log::head_of(connection, no)?)))
}

fn hash_at(
    connection: &Connection,
    device: &[u8; 16],
    seq: u64,
) -> store::Result<Option<[u8; 32]>> {
    store::log::hash_at(connection, device, seq)
}

fn began_after_restore(connection: &Connection, device: &[u8; 16]) -> store::Result<bool> {
    let records = store::log::records_of(connection, &store::log::DEVICES)?;
    Ok(records.iter().filter(|record| record.name.device == *device).any(|record| {
        record.body.as_deref().is_some_and(|body| {
            matches!(
                protocol::Fact::decode(&record.kind, body),
                Ok(protocol::Fact::Office(OfficeFact::DeviceStarted(started))) if started.continues.is_some()
            )
        })
    }))
}
