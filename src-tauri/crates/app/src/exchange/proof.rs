//! Proof of reception of a dossier: its records as they were sent, and the gateway's receipts that cover them.

use crate::dossiers::find;
use crate::error::{ApiError, Result};
use crate::office::Office;
use domain::refusal::Refusal;
use protocol::proof::{FORMAT, Proof, ProvenBody, Run, encoded};
use protocol::{Name, Receipt};
use std::collections::BTreeMap;
use store::StoredRecord;

impl Office {
    /// The proof that a dossier's records reached the gateway, as far as this device sent them. Records of other desks are
    /// proven by those desks.
    ///
    /// # Errors
    /// A refusal when nothing of it has reached the gateway yet.
    pub fn proof(&self, id_or_number: &str) -> Result<Proof> {
        let enrolled = self.enrolled()?.ok_or_else(|| {
            Refusal::of(
                "not_enrolled",
                "number",
                "Máy này chưa ghi danh với tỉnh nên chưa có biên nhận.",
            )
        })?;
        let row = self.store().read(|connection| find(connection, id_or_number))?;
        let records = self.read(|c| store::log::records_of(c, row.id.bytes()))?;
        let mut by_receipt: BTreeMap<(Name, i64), (Receipt, Vec<&StoredRecord>)> = BTreeMap::new();
        for record in &records {
            let Some(receipt) = self.read(|c| store::exchange::receipt_over(c, record.name))?
            else {
                continue;
            };
            let key = (receipt.name, receipt.at_ms);
            by_receipt.entry(key).or_insert((receipt, Vec::new())).1.push(record);
        }
        if by_receipt.is_empty() {
            return Err(Refusal::of(
                "not_received",
                "number",
                "Chưa có biên nhận nào của tỉnh cho hồ sơ này: hồ sơ còn lưu tại máy này.",
            )
            .into());
        }
        let runs = by_receipt
            .into_values()
            .map(|(receipt, records)| self.run(&receipt, &records))
            .collect::<Result<_>>()?;
        Ok(Proof {
            format: FORMAT.into(),
            site: self.site.code.clone(),
            dossier: *row.id.bytes(),
            number: row.number.clone(),
            gateway_key: enrolled.gateway_key,
            runs,
        })
    }

    fn run(&self, receipt: &Receipt, records: &[&StoredRecord]) -> Result<Run> {
        let device = receipt.name.device;
        let first = records.iter().map(|record| record.name.seq).min().unwrap_or(receipt.name.seq);
        let length = u32::try_from(receipt.name.seq + 1 - first)
            .map_err(|fault| ApiError::internal(&fault))?;
        let shipped = self.read(|c| store::log::run(c, &device, first, length))?;
        let bodies = records.iter().filter_map(|record| {
            Some(ProvenBody {
                at: usize::try_from(record.name.seq - first).ok()?,
                salt: encoded(record.salt.as_ref()?),
                body: encoded(record.body.as_ref()?),
            })
        });
        Ok(Run {
            bodies: bodies.collect(),
            headers: shipped.iter().map(|record| encoded(&record.header)).collect(),
            receipt: (*receipt).into(),
        })
    }
}
