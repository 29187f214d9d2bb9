//! Joining a site: a one-time code from the provincial team makes this device known to the gateway, and the gateway's key
//! known to this device.

use super::runtime;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::opening::hex;
use data_encoding::HEXLOWER;
use domain::office::OfficeFact;
use domain::officer::Role;
use domain::refusal::Refusal;
use protocol::receipt;
use protocol::wire::{Enrolment, HeadOf, Problem, ProblemType, SeriesUse};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::StoreFault;
use sync::engine::Failure;
use transport::http::{AddressFault, Gateway, Identity, enrol};

/// The newest record version this application reads.
const READS: u16 = 0;
/// Setting: the device of this store, hexadecimal, of which the gateway said that it was revoked.
const REVOKED: &str = "revoked_device";
const WAS_REVOKED: &str = "Tỉnh đã thu hồi máy này. Hồ sơ trên máy vẫn còn nguyên: hãy đóng ứng dụng, mở lại để làm việc tiếp \
     như một máy mới (số mã tạm), rồi ghi danh lần nữa bằng chính mã này.";

/// What enrolment left here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Address of the gateway.
    pub address: String,
    /// A certificate to trust besides the system's, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The device that was enrolled. After a restore this installation is another one and enrols anew.
    #[serde(with = "receipt::hex")]
    pub device: [u8; 16],
    /// The gateway's key, pinned.
    #[serde(with = "receipt::hex")]
    pub gateway_key: [u8; 32],
    /// The device under which the gateway writes its own records.
    #[serde(with = "receipt::hex")]
    pub gateway_device: [u8; 16],
    /// Whether the lane of the desk is this device's.
    pub lane: bool,
}

impl Office {
    /// The enrolment of this device; `None` before it, and after a restore made this another device.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn enrolled(&self) -> Result<Option<Enrolled>> {
        let json = self.read(store::exchange::enrolment)?;
        let enrolled: Option<Enrolled> = json
            .map(|json| serde_json::from_str(&json).map_err(|_| StoreFault::Value("enrolment")))
            .transpose()?;
        Ok(enrolled.filter(|enrolled| enrolled.device == self.device.id))
    }

    /// Asks the gateway at `address` to take this device in, with a one-time code; waits for its answer.
    ///
    /// # Errors
    /// A refusal naming `gateway`, `ca` or `code`; [`ApiError::NotAllowed`] for anybody but an administrator.
    pub fn enrol(&self, address: &str, authority: Option<&str>, code: &str) -> Result<Enrolled> {
        self.require(Role::Administrator, "ghi danh máy này với tỉnh")?;
        let asked = self.enrolment(code)?;
        let answer = runtime()?
            .block_on(enrol(address, authority.map(str::as_bytes), &asked))
            .map_err(address_refused)?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(Failure::Refused(Problem { kind: ProblemType::Revoked, .. })) => {
                return Err(self.ends_as_device()?);
            }
            Err(failure) => return Err(enrolment_refused(failure)),
        };
        let enrolled = Enrolled {
            address: address.trim().trim_end_matches('/').to_owned(),
            authority: authority.map(str::to_owned),
            device: self.device.id,
            gateway_key: answer.gateway_key,
            gateway_device: answer.gateway_device,
            lane: answer.lane,
        };
        let json = serde_json::to_string(&enrolled).map_err(|fault| ApiError::internal(&fault))?;
        self.store().write(None, |tx| -> store::Result<()> {
            store::exchange::set_enrolment(tx.connection(), &json)
        })?;
        self.tell(&[crate::Topic::Sync]);
        Ok(enrolled)
    }

    /// The province ended this device's word: nothing more is written under it, and the store is opened as another device.
    fn ends_as_device(&self) -> Result<ApiError> {
        let device = hex(&self.device.id);
        self.store().write(None, |tx| -> store::Result<()> {
            store::local::set_setting(tx.connection(), REVOKED, Some(&device))
        })?;
        self.stop_intake(WAS_REVOKED);
        Ok(Refusal::of("device_revoked", "code", WAS_REVOKED).into())
    }

    fn enrolment(&self, code: &str) -> Result<Enrolment> {
        let series = self.read(store::series::all)?;
        let started = self.read(|connection| continued(connection, &self.device.id))?;
        Ok(Enrolment {
            code: code.trim().to_owned(),
            site: self.site.code.clone(),
            device: self.device.id,
            public_key: self.device.signer.public_key(),
            desk: self.site.desk,
            series: series.into_iter().map(|(name, last)| SeriesUse { name, last }).collect(),
            continues: started,
            reads: READS,
            application: env!("CARGO_PKG_VERSION").into(),
        })
    }
}

/// Whether the province ended a device's word, by its record or by its answer to an enrolment.
pub(crate) fn was_revoked(
    connection: &store::Connection,
    device: &[u8; 16],
) -> store::Result<bool> {
    let said = store::local::setting(connection, REVOKED)?;
    Ok(said == Some(hex(device)) || store::exchange::revoked(connection, device)?.is_some())
}

/// The gateway, as this device reaches it.
pub(super) fn gateway(office: &Arc<Office>, enrolled: &Enrolled) -> Result<Gateway> {
    let signer = Arc::clone(office);
    let device = office.device.id;
    let said_ms =
        office.read(|connection| store::exchange::newest_receipt_at_ms(connection, &device))?;
    let identity = Identity {
        device,
        gateway_key: enrolled.gateway_key,
        said_ms: said_ms.unwrap_or(0),
        sign: Box::new(move |message| signer.device.signer.sign(message)),
        nonce: Box::new(|| Some(hex(&entropy::bytes::<16>().ok()?))),
    };
    let authority = enrolled.authority.as_deref().map(str::as_bytes);
    Gateway::new(&enrolled.address, authority, &office.site.code, identity).map_err(address_refused)
}

/// The head this device goes on from after a restore.
fn continued(connection: &store::Connection, device: &[u8; 16]) -> store::Result<Option<HeadOf>> {
    let records = store::log::records_of(connection, &store::log::DEVICES)?;
    let own = records.iter().filter(|record| record.name.device == *device);
    let mut found = own.rev().filter_map(|record| {
        match protocol::Fact::decode(&record.kind, record.body.as_deref()?) {
            Ok(protocol::Fact::Office(OfficeFact::DeviceStarted(started))) => started.continues,
            _ => None,
        }
    });
    Ok(found.next().and_then(|head| {
        let hash = HEXLOWER.decode(head.hash.as_bytes()).ok()?.try_into().ok()?;
        Some(HeadOf { device: *head.device.bytes(), seq: head.seq, hash })
    }))
}

fn address_refused(fault: AddressFault) -> ApiError {
    let (code, field, words) = match fault {
        AddressFault::NotSecure => (
            "address_not_secure",
            "gateway",
            "Địa chỉ phải bắt đầu bằng https:// (http:// chỉ dùng được cho chính máy này).",
        ),
        AddressFault::Certificate => (
            "certificate_unreadable",
            "ca",
            "Tệp chứng thư không đọc được: cần chứng thư dạng PEM do tỉnh cấp.",
        ),
        AddressFault::System => (
            "certificates_missing",
            "gateway",
            "Không dùng được kho chứng thư của hệ điều hành trên máy này.",
        ),
    };
    Refusal::of(code, field, words).into()
}

fn enrolment_refused(failure: Failure) -> ApiError {
    let (code, field, words) = match failure {
        Failure::Refused(Problem { kind: ProblemType::Unauthorized, .. }) => (
            "code_not_taken",
            "code",
            "Mã ghi danh không đúng, đã dùng hoặc đã hết hạn, hoặc thuộc đơn vị khác. Hãy xin tỉnh mã mới.",
        ),
        Failure::Refused(Problem { kind: ProblemType::DeskTaken, .. }) => (
            "desk_taken",
            "code",
            "Số bàn của máy này đã thuộc một máy khác ở tỉnh. Hãy xem lại phiếu cấu hình hoặc nhờ tỉnh thu hồi máy cũ.",
        ),
        Failure::Refused(_) => (
            "enrolment_refused",
            "code",
            "Tỉnh không nhận yêu cầu ghi danh này. Hãy báo bộ phận kỹ thuật của tỉnh.",
        ),
        Failure::NoLine | Failure::Silent => (
            "no_line",
            "gateway",
            "Chưa kết nối được tới địa chỉ này. Hãy kiểm tra mạng và địa chỉ rồi thử lại.",
        ),
        Failure::NotTheGateway => (
            "not_the_gateway",
            "gateway",
            "Nơi trả lời không phải máy chủ của tỉnh: có thể mạng đòi đăng nhập, hoặc chứng thư không đúng.",
        ),
        Failure::RetryLater { .. } => {
            ("busy", "gateway", "Máy chủ của tỉnh đang bận. Hãy thử lại sau ít phút.")
        }
        Failure::Here => ("here", "gateway", "Máy này không gửi được yêu cầu."),
    };
    Refusal::of(code, field, words).into()
}
