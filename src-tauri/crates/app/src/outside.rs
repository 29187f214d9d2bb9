//! What this machine knows from outside the database: marks and keys of every installation it has been for this store.
//! Somebody who holds the database's keys can write any history; these were not in his hands.

use crate::error::Result;
use crate::office::Office;
use data_encoding::HEXLOWER;
use domain::office::{ContinuedHead, OfficeFact};
use protocol::{Fact, Name};
use std::sync::PoisonError;
use store::Connection;
use store::verify::{Anchor, Outside};
use vault::DeviceId;
use vault::disk::RealDisk;
use vault::marks::{MarkFile, Marks};
use vault::signing::DeviceSigner;

const BY_MARKS: &str = "dấu mốc ngoài cơ sở dữ liệu";

impl Office {
    /// Heads and keys known from outside the database: of this installation, and of those it was before a restore.
    pub(crate) fn outside(&self) -> Result<Outside> {
        let own = self.device.marks.lock().unwrap_or_else(PoisonError::into_inner).last().cloned();
        let mut outside = Outside {
            anchors: own
                .map(|marks| anchor(&marks))
                .into_iter()
                .filter(|anchor| anchor.name.seq > 0)
                .collect(),
            public_keys: vec![(self.device.id, self.device.signer.public_key())],
        };
        for earlier in self.earlier_devices() {
            let known = self.read(|connection| earlier_head(connection, earlier.marks))?;
            outside.public_keys.push((earlier.device, earlier.public_key));
            outside.anchors.extend(known);
        }
        Ok(outside)
    }

    /// Installations in the state folder whose signing key opens with this store's key; another process's are passed over.
    fn earlier_devices(&self) -> Vec<Earlier> {
        let Ok(entries) = std::fs::read_dir(&self.places.state) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let devices = names.filter_map(|name| device_of(name.strip_suffix(".marks")?));
        devices
            .filter(|device| *device != self.device.id)
            .filter_map(|device| self.earlier(device))
            .collect()
    }

    fn earlier(&self, device: DeviceId) -> Option<Earlier> {
        let key = self.master.device_key();
        let signer = DeviceSigner::load(&RealDisk, &self.places.state, device, &key).ok()??;
        let (_, marks) = MarkFile::open(&self.places.state, device).ok()?;
        Some(Earlier { device, public_key: signer.public_key(), marks: marks? })
    }
}

struct Earlier {
    device: DeviceId,
    public_key: [u8; 32],
    marks: Marks,
}

/// The mark of an earlier installation, as far as it binds this database. A copied folder that never saw the device owes
/// it nothing; one restored to an earlier head, which a record of the restore tells, owes it that head and no later one.
fn earlier_head(connection: &Connection, marks: Marks) -> store::Result<Option<Anchor>> {
    let head = store::log::head_of_device(connection, &marks.device)?;
    if head.seq == 0 || marks.seq == 0 {
        return Ok(None);
    }
    let restored = restores(connection)?.into_iter().find(|continued| {
        continued.device.bytes() == &marks.device
            && continued.seq == head.seq
            && continued.seq < marks.seq
    });
    Ok(match restored {
        Some(_) => None,
        None => Some(anchor(&marks)),
    })
}

/// The heads from which later installations went on.
fn restores(connection: &Connection) -> store::Result<Vec<ContinuedHead>> {
    let records = store::log::records_of(connection, &store::log::DEVICES)?;
    Ok(records
        .iter()
        .filter_map(|record| continued(&record.kind, record.body.as_deref()?))
        .collect())
}

fn continued(kind: &str, body: &[u8]) -> Option<ContinuedHead> {
    match Fact::decode(kind, body) {
        Ok(Fact::Office(OfficeFact::DeviceStarted(started))) => started.continues,
        _ => None,
    }
}

fn anchor(marks: &Marks) -> Anchor {
    Anchor {
        name: Name { device: marks.device, seq: marks.seq },
        hash: marks.hash,
        source: BY_MARKS,
    }
}

fn device_of(hex: &str) -> Option<DeviceId> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}
