//! The proof of reception as a paper, for a dossier or a period: it tells in words and times what the file beside it proves.

use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::present;
use crate::printing::{RECEPTION_UNIT, procedure_words};
use crate::views::{ProofPeriodView, ProofRowView};
use data_encoding::{BASE64, HEXLOWER};
use domain::refusal::Refusal;
use domain::time::{instant, office_time, short_date};
use forms::{ProofReceipt, ProofRow, ProofSheet};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};
use protocol::{Header, Receipt};
use std::collections::BTreeMap;
use store::StoredRecord;
use store::rows::{Order, RowFilter};

/// Dossiers of one paper: a month of a busy commune.
const DOSSIERS_MAX: u32 = 2_000;
/// Codes of one paper.
const RECEIPTS_MAX: usize = 12;

impl Office {
    /// The paper of a dossier's proof.
    ///
    /// # Errors
    /// As [`Office::proof`].
    pub fn proof_pdf(&self, id_or_number: &str) -> Result<Vec<u8>> {
        let proof = self.proof(id_or_number)?;
        let opened = self.opened(id_or_number)?;
        let dossier = &opened.dossier;
        let number = dossier.number.as_ref().map_or("chưa có mã", |number| number.text.as_str());
        let mut facts = vec![
            ("Mã hồ sơ".to_owned(), number.to_owned()),
            ("Thủ tục".to_owned(), procedure_words(dossier)),
            ("Chủ hồ sơ".to_owned(), dossier.applicant.full_name.clone()),
        ];
        facts.extend(dossier.external_numbers.iter().map(|n| (n.system.clone(), n.number.clone())));
        let rows =
            opened.records.iter().map(|record| self.proof_row(record)).collect::<Result<_>>()?;
        let receipts = proof.runs.iter().map(|run| Receipt::from(run.receipt.clone()));
        self.proof_paper("Bản ghi của hồ sơ", facts, rows, receipts, &proof.gateway_key)
    }

    /// Dossiers received from one day to another, with when the province signed for each.
    ///
    /// # Errors
    /// A refusal naming `from` or `to`.
    pub fn proof_of_period(&self, from: &str, to: &str) -> Result<ProofPeriodView> {
        let rows = self.period_rows(from, to)?;
        let view = |(row, _): &(ProofRow, Option<Receipt>)| ProofRowView {
            what: row.what.clone(),
            recorded_at: local(row.recorded_at),
            received_at: row.received_at.map(local),
        };
        Ok(ProofPeriodView {
            waiting: u32::try_from(rows.iter().filter(|(_, receipt)| receipt.is_none()).count())
                .unwrap_or(u32::MAX),
            rows: rows.iter().map(view).collect(),
        })
    }

    /// The paper of a period.
    ///
    /// # Errors
    /// As [`Office::proof_of_period`]; a refusal when the province has signed for nothing of it.
    pub fn proof_period_pdf(&self, from: &str, to: &str) -> Result<Vec<u8>> {
        let enrolled = self.enrolled()?.ok_or_else(|| {
            Refusal::of(
                "not_enrolled",
                "from",
                "Máy này chưa ghi danh với tỉnh nên chưa có biên nhận.",
            )
        })?;
        let rows = self.period_rows(from, to)?;
        let waiting = rows.iter().filter(|(_, receipt)| receipt.is_none()).count();
        // A receipt covers all its device wrote before: of each device the last one says it all.
        let mut last: BTreeMap<[u8; 16], Receipt> = BTreeMap::new();
        for receipt in rows.iter().filter_map(|(_, receipt)| *receipt) {
            let known = last.entry(receipt.name.device).or_insert(receipt);
            if known.name.seq < receipt.name.seq {
                *known = receipt;
            }
        }
        let days = format!("{} đến {}", short_date(day(from, "from")?), short_date(day(to, "to")?));
        let facts = vec![
            ("Hồ sơ tiếp nhận từ ngày".to_owned(), days),
            ("Số hồ sơ".to_owned(), rows.len().to_string()),
            ("Tỉnh chưa ký nhận".to_owned(), waiting.to_string()),
        ];
        let rows = rows.into_iter().map(|(row, _)| row).collect();
        self.proof_paper("Hồ sơ", facts, rows, last.into_values(), &enrolled.gateway_key)
    }

    fn proof_row(&self, record: &StoredRecord) -> Result<ProofRow> {
        let title = present::timeline(std::slice::from_ref(record)).pop().map(|entry| entry.title);
        let receipt = self.read(|c| store::exchange::receipt_over(c, record.name))?;
        row(title.unwrap_or_else(|| record.kind.clone()), record, receipt)
    }

    fn period_rows(&self, from: &str, to: &str) -> Result<Vec<(ProofRow, Option<Receipt>)>> {
        let (from, to) = (day(from, "from")?, day(to, "to")?);
        if to < from {
            return Err(Refusal::of("period_backwards", "to", "Ngày cuối trước ngày đầu.").into());
        }
        let midnight = |date: Date| {
            instant(date.to_datetime(Time::midnight()))
                .map(Timestamp::as_second)
                .map_err(|fault| Refusal::of("time_out_of_range", "from", fault.to_string()))
        };
        let filter = RowFilter {
            received_from: Some(midnight(from)?),
            received_to: Some(midnight(to.saturating_add(1.days()))?),
            ..RowFilter::default()
        };
        let found =
            self.read(|c| store::rows::list(c, &filter, Order::Newest(None), DOSSIERS_MAX))?;
        let mut rows = Vec::new();
        for dossier in found.iter().rev() {
            let records = self.read(|c| store::log::records_of(c, dossier.id.bytes()))?;
            let Some(first) = records.first() else { continue };
            let number = dossier.number.clone().unwrap_or_else(|| "chưa có mã".into());
            let receipt = self.read(|c| store::exchange::receipt_over(c, first.name))?;
            rows.push((row(format!("{number} · {}", dossier.procedure), first, receipt)?, receipt));
        }
        if rows.is_empty() {
            let words = "Không có hồ sơ nào tiếp nhận trong những ngày này.";
            return Err(Refusal::of("nothing_received", "from", words).into());
        }
        Ok(rows)
    }

    fn proof_paper(
        &self,
        what: &str,
        facts: Vec<(String, String)>,
        rows: Vec<ProofRow>,
        receipts: impl Iterator<Item = Receipt>,
        gateway_key: &[u8; 32],
    ) -> Result<Vec<u8>> {
        let mut receipts = receipts.map(|r| self.proof_receipt(&r)).collect::<Result<Vec<_>>>()?;
        if receipts.is_empty() {
            let words = "Tỉnh chưa ký nhận hồ sơ nào trong số này.";
            return Err(Refusal::of("not_received", "from", words).into());
        }
        receipts.drain(..receipts.len().saturating_sub(RECEIPTS_MAX));
        let made_at = office_time(self.now());
        let sheet = ProofSheet {
            unit: format!("{RECEPTION_UNIT} {}", self.site.full_name()),
            facts,
            what: what.to_owned(),
            rows,
            receipts,
            gateway_key: HEXLOWER.encode(gateway_key),
            made_at,
            training: self.site.training,
        };
        forms::proof_sheet(&sheet, made_at).map_err(|fault| ApiError::internal(&fault))
    }

    /// A receipt as its code carries it: what [`protocol::receipt::signed_receipt`] signs, and the signature.
    fn proof_receipt(&self, receipt: &Receipt) -> Result<ProofReceipt> {
        let code = format!(
            "QMCR1|{}|{}|{}|{}|{}|{}",
            self.site.code,
            HEXLOWER.encode(&receipt.name.device),
            receipt.name.seq,
            HEXLOWER.encode(&receipt.hash),
            receipt.at_ms,
            BASE64.encode(&receipt.signature)
        );
        Ok(ProofReceipt { at: local_time(receipt.at_ms)?, code })
    }
}

fn row(what: String, record: &StoredRecord, receipt: Option<Receipt>) -> Result<ProofRow> {
    let header = Header::read(&record.header).map_err(|fault| ApiError::internal(&fault))?;
    Ok(ProofRow {
        what,
        recorded_at: local_time(header.at_ms)?,
        received_at: receipt.map(|receipt| local_time(receipt.at_ms)).transpose()?,
    })
}

fn local_time(at_ms: i64) -> Result<DateTime> {
    let at = Timestamp::from_millisecond(at_ms).map_err(|fault| ApiError::internal(&fault))?;
    Ok(office_time(at))
}

fn local(at: DateTime) -> String {
    instant(at).map(present::at).unwrap_or_default()
}

fn day(text: &str, field: &str) -> Result<Date> {
    text.parse()
        .map_err(|_| Refusal::of("date_unreadable", field, "Ngày viết như 2026-11-24.").into())
}
