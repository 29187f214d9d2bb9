//! Numbers on paper: the desk's own lane, a *mã tạm*, or none. Drawn inside the transaction that uses them.

use crate::entropy;
use crate::error::Result;
use crate::office::Office;
use domain::dossier::event::Received;
use domain::dossier::number::{
    Drawn, LANE_SIZE, Number, NumberSource, lane_series, lane_text, provisional_series,
    provisional_text,
};
use domain::ids::DossierId;
use domain::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use store::{Connection, Tx};

/// Crockford's alphabet: no letter that a citizen reads as a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECK_CHARS: usize = 6;

impl Office {
    /// The number a dossier gets now.
    pub(crate) fn number_for(
        &self,
        tx: &Tx<'_>,
        received: &Received,
        reserved: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Number>> {
        if let Some(text) = reserved {
            return reserved_number(tx.connection(), text).map(Some);
        }
        let source = self.packs().numbers.of(&received.procedure.code);
        let day = domain::time::office_time(now).date();
        match source {
            NumberSource::None => Ok(None),
            NumberSource::Provincial => self.provisional(tx.connection(), day).map(Some),
            NumberSource::Lane
                if self.device.after_restore || self.clock_in_doubt(tx.connection(), now)? =>
            {
                self.provisional(tx.connection(), day).map(Some)
            }
            NumberSource::Lane => self.lane(tx.connection(), day).map(Some),
        }
    }

    /// The next number of the desk's lane, or a *mã tạm* when the lane of the day is used up.
    pub(crate) fn lane(&self, connection: &Connection, day: Date) -> Result<Number> {
        let series = lane_series(day, self.site.desk);
        let place = store::series::last(connection, &series)? + 1;
        if place > LANE_SIZE {
            return self.provisional(connection, day);
        }
        let width = self.packs().numbers.width;
        let text = lane_text(&self.site.agency_code, day, self.site.desk, place, width);
        Ok(Number { text, provisional: false, drawn: Some(Drawn { series, place }) })
    }

    /// The number `further` places after `first`, for a pad of blank slips.
    pub(crate) fn lane_after(&self, first: &Number, day: Date, further: u32) -> Result<Number> {
        let place = first.drawn.as_ref().map_or(0, |drawn| u32::from(drawn.place)) + further;
        let place = u16::try_from(place)
            .ok()
            .filter(|place| *place <= LANE_SIZE && !first.provisional)
            .ok_or_else(|| {
                Refusal::of(
                    "lane_used_up",
                    "count",
                    format!(
                        "Dãy số của bàn trong ngày chỉ có {LANE_SIZE} số, không đủ cho tập này."
                    ),
                )
            })?;
        let text = lane_text(
            &self.site.agency_code,
            day,
            self.site.desk,
            place,
            self.packs().numbers.width,
        );
        Ok(Number {
            text,
            provisional: false,
            drawn: Some(Drawn { series: lane_series(day, self.site.desk), place }),
        })
    }

    fn provisional(&self, connection: &Connection, day: Date) -> Result<Number> {
        let series = format!("{}/{}", provisional_series(day), self.device_tag());
        let place = store::series::last(connection, &series)? + 1;
        let text = provisional_text(&self.device_tag(), day, place);
        Ok(Number { text, provisional: true, drawn: Some(Drawn { series, place }) })
    }

    /// Five characters of the device's id: provisional numbers of two devices never meet.
    pub(crate) fn device_tag(&self) -> String {
        crockford(&Sha256::digest(self.device.id), 5)
    }

    /// A clock behind the newest record has gone wrong; training stores move it on purpose.
    fn clock_in_doubt(&self, connection: &Connection, now: Timestamp) -> Result<bool> {
        if self.site.training {
            return Ok(false);
        }
        let newest = store::log::newest_moment_ms(connection)?;
        const TOLERANCE_MS: i64 = 60 * 60 * 1000;
        Ok(newest.is_some_and(|newest| now.as_millisecond() + TOLERANCE_MS < newest))
    }
}

/// The check code on paper: six characters that nobody can guess from the number.
pub(crate) fn check_code(id: DossierId, received_at: Timestamp) -> String {
    let mut digest = Sha256::new();
    digest.update(b"quay check code v1\0");
    digest.update(id.bytes());
    digest.update(received_at.as_millisecond().to_be_bytes());
    crockford(&digest.finalize(), CHECK_CHARS)
}

/// A fresh dossier id.
pub(crate) fn dossier_id(now: Timestamp) -> Result<DossierId> {
    entropy::id(now).map(DossierId)
}

fn reserved_number(connection: &Connection, text: &str) -> Result<Number> {
    let text = text.trim();
    match store::series::reserved(connection, text)? {
        Some((series, place)) => Ok(Number {
            text: text.to_owned(),
            provisional: false,
            drawn: series.zip(place).map(|(series, place)| Drawn { series, place }),
        }),
        None => Err(Refusal::of(
            "number_not_reserved",
            "reserved_number",
            format!("Số {text} không nằm trong tập giấy hẹn trắng chưa dùng của quầy này."),
        )
        .into()),
    }
}

fn crockford(digest: &[u8], chars: usize) -> String {
    digest.iter().take(chars).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
