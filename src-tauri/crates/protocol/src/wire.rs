//! What desk and gateway say to each other: the JSON of the small calls, the page of the feed, the problems.
//! The paths and the rules are in `ARCHITECTURE.md`, "The wire".

use crate::receipt::{WireReceipt, hex};
use crate::record::Hash;
use crate::series::{SERIES_BYTES_MAX, Series, SeriesFault};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Media type of a series or a feed page, compressed; the parameter names the dictionary by its SHA-256.
pub const MEDIA_TYPE: &str = "application/vnd.quay.records+zstd";
/// Most bytes of an unfolded feed page.
pub const PAGE_BYTES_MAX: usize = 4 * SERIES_BYTES_MAX;

/// `GET /v1/time?nonce=…`: server time, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeReply {
    /// Server time, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The caller's nonce, given back.
    pub nonce: String,
    /// The gateway's public key.
    #[serde(with = "hex")]
    pub gateway_key: [u8; 32],
    /// Signature over nonce and time.
    #[serde(with = "hex")]
    pub signature: [u8; 64],
}

/// `POST /v1/enrolments`: a device asks to belong to a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The one-time code from the provincial team.
    pub code: String,
    /// Unit code of the site.
    pub site: String,
    /// The device, hexadecimal.
    #[serde(with = "hex")]
    pub device: [u8; 16],
    /// Its Ed25519 public key.
    #[serde(with = "hex")]
    pub public_key: [u8; 32],
    /// Desk number of the commissioning sheet, 1 to 9.
    pub desk: u8,
    /// The last place of every series this device has drawn from.
    pub series: Vec<SeriesUse>,
    /// The device whose log this one goes on from after a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<HeadOf>,
    /// The newest record version this application reads.
    pub reads: u16,
    /// Version of the application, for the provincial team.
    pub application: String,
}

/// The last place drawn from a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesUse {
    /// Such as `lane/261123/1`.
    pub name: String,
    /// The last place drawn.
    pub last: u16,
}

/// The answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Unit code of the site.
    pub site: String,
    /// Desk number from now on.
    pub desk: u8,
    /// Whether the lane of that desk is this device's: `false` leaves it with *mã tạm*.
    pub lane: bool,
    /// The gateway's public key for the site, to be pinned.
    #[serde(with = "hex")]
    pub gateway_key: [u8; 32],
    /// The device id under which the gateway writes its own records for the site.
    #[serde(with = "hex")]
    pub gateway_device: [u8; 16],
    /// See [`Heads::ledger_epoch`].
    pub ledger_epoch: u64,
}

/// `POST /oauth/token` (RFC 6749 §4.4, RFC 7523).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The bearer token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
}

/// The answer to records: one receipt for all, and the exceptions only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsReply {
    /// Covers every record up to its place.
    pub receipt: WireReceipt,
    /// Records of this batch that wait for a person before they go on to the province.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldRecord>,
}

/// What came of records that were kept until their turn came (202): the end of that answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenLater {
    /// They were taken.
    Taken(RecordsReply),
    /// They were not, as any answer would say it.
    Refused(Problem),
}

/// A record that was stored but not passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRecord {
    /// Its place in the device's log.
    pub seq: u64,
    /// Problem type, such as `number-taken`.
    pub problem: ProblemType,
}

/// `GET /v1/sites/{site}/heads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heads {
    /// Changes when the gateway was restored from a backup: what it once had may be gone.
    pub ledger_epoch: u64,
    /// How far the feed of the site goes.
    pub cursor: u64,
    /// How far each device was read.
    pub heads: Vec<HeadOf>,
}

/// The end of a device's log as somebody has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadOf {
    /// The device, hexadecimal.
    #[serde(with = "hex")]
    pub device: [u8; 16],
    /// Place of its last record; 0 when nothing is there.
    pub seq: u64,
    /// Hash of that record's header.
    #[serde(with = "hex")]
    pub hash: Hash,
}

/// `GET /v1/sites/{site}/records?after={cursor}`: what the site has and the caller did not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// See [`Heads::ledger_epoch`].
    pub ledger_epoch: u64,
    /// Cursor to ask with next.
    pub next: u64,
    /// Whether there is more already.
    pub more: bool,
    /// Runs of records, each ending where its device signed.
    pub series: Vec<Series>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackedPage {
    #[n(0)]
    ledger_epoch: u64,
    #[n(1)]
    next: u64,
    #[n(2)]
    more: bool,
    #[n(3)]
    series: Vec<ByteVec>,
}

impl FeedPage {
    /// The bytes to send, before compression.
    ///
    /// # Errors
    /// [`SeriesFault`] of the first series that is too large.
    pub fn encode(&self) -> Result<Vec<u8>, SeriesFault> {
        let series = self.series.iter().map(|series| series.encode().map(ByteVec::from));
        let packed = PackedPage {
            ledger_epoch: self.ledger_epoch,
            next: self.next,
            more: self.more,
            series: series.collect::<Result<_, _>>()?,
        };
        minicbor::to_vec(packed).map_err(|fault| SeriesFault::Unreadable(fault.to_string()))
    }

    /// Reads a page and every series in it.
    ///
    /// # Errors
    /// [`SeriesFault`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SeriesFault> {
        let (found, max) = (bytes.len() as u64, PAGE_BYTES_MAX as u64);
        if found > max {
            return Err(SeriesFault::TooLarge { what: "bytes", found, max });
        }
        let packed: PackedPage =
            minicbor::decode(bytes).map_err(|fault| SeriesFault::Unreadable(fault.to_string()))?;
        let series = packed.series.iter().map(|bytes| Series::decode(bytes));
        Ok(Self {
            ledger_epoch: packed.ledger_epoch,
            next: packed.next,
            more: packed.more,
            series: series.collect::<Result<_, _>>()?,
        })
    }
}

/// Stable names of what can go wrong (RFC 9457 `type`, as `urn:quay:problem:<name>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemType {
    /// Another dossier has this number.
    NumberTaken,
    /// Another device has this desk or its lane.
    DeskTaken,
    /// Bytes and hash do not belong together.
    HashMismatch,
    /// The same place in a device's log with another hash.
    Fork,
    /// The device may not write any more.
    Revoked,
    /// A field breaks a rule; `detail` names both.
    Validation,
    /// Token and site do not belong together.
    NotYourSite,
    /// The feed position is no longer known: begin again.
    CursorExpired,
    /// Later; `Retry-After` says when.
    RetryLater,
    /// More bytes than are taken.
    TooLarge,
    /// The clock of the caller is not known well enough.
    Time,
    /// A signature does not hold.
    BadSignature,
    /// Records before these are missing; `expected` is the place the gateway waits for.
    Gap,
    /// No or no valid credentials.
    Unauthorized,
    /// Nothing there.
    NotFound,
    /// What was seen is no longer so (`If-Match`).
    Stale,
    /// The gateway's own fault.
    Internal,
}

/// A problem (RFC 9457, `application/problem+json`). Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind.
    #[serde(rename = "type", with = "problem_urn")]
    pub kind: ProblemType,
    /// Short words for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What exactly, field and rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// For [`ProblemType::Gap`]: the place that is waited for; for [`ProblemType::Fork`]: the place at odds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
}

mod problem_urn {
    use super::ProblemType;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const PREFIX: &str = "urn:quay:problem:";

    pub fn serialize<S: Serializer>(kind: &ProblemType, serializer: S) -> Result<S::Ok, S::Error> {
        let name = serde_json::to_value(kind).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or("internal");
        serializer.serialize_str(&format!("{PREFIX}{name}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ProblemType, D::Error> {
        let text = String::deserialize(deserializer)?;
        let name = text.strip_prefix(PREFIX).ok_or_else(|| D::Error::custom("unknown problem"))?;
        serde_json::from_value(serde_json::Value::String(name.to_owned()))
            .map_err(|_| D::Error::custom("unknown problem"))
    }
}

#[cfg(test)]
mod tests {
    use super::{FeedPage, Problem, ProblemType};

    #[test]
    fn a_problem_has_a_stable_name() {
        let problem = Problem {
            kind: ProblemType::DeskTaken,
            title: "Desk 1 is another device's".into(),
            status: 409,
            detail: None,
            expected: None,
        };
        let json = serde_json::to_string(&problem).unwrap();
        assert!(json.contains(r#""type":"urn:quay:problem:desk-taken""#), "{json}");
        assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
    }

    #[test]
    fn an_empty_page_reads_back() {
        let page = FeedPage { ledger_epoch: 3, next: 17, more: false, series: Vec::new() };
        assert_eq!(FeedPage::decode(&page.encode().unwrap()).unwrap(), page);
    }
}
