//! The payload builder that all transports share: a dossier as `DongBoHoSoMC`, its steps as `CapNhatTienDoHoSoMC`.
//!
//! Nothing is made up: a dossier without an official number, an owner without a number that the code table knows, a
//! field of law without a code are not sent; they wait with the reason.

use super::vocabulary::{cut, moment, moment_or_empty};
use domain::dossier::event::{IntakeChannel, ReturnMethod, ScanState};
use domain::dossier::{Dossier, Event, Stage, Status};
use domain::party::{IdKind, Party, PartyKind};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most steps of one call of `CapNhatTienDoHoSoMC`.
pub const STEPS_MAX: usize = 10;

/// What differs from province to province.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name of the processing unit of each site (`DonViXuLy`).
    #[serde(default)]
    pub units: BTreeMap<String, String>,
    /// Code of each field of law (`MaLinhVuc`), by its name.
    #[serde(default)]
    pub field_codes: BTreeMap<String, String>,
    /// Codes of identity papers (`LoaiDinhDanh`) beyond 1 and 2, which are known: `passport`, `other`.
    #[serde(default)]
    pub id_kinds: BTreeMap<String, String>,
    /// Where the national portal fetches files: `{site}` and `{sha256}` are filled in.
    #[serde(default)]
    pub file_address: String,
}

/// Why a dossier is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// Only a *mã tạm*, or none.
    #[error("no official number yet")]
    Number,
    /// The owner's number is missing or of a kind without a code.
    #[error("the owner has no number that the code table knows")]
    Identity,
    /// The field of law has no code in the profile.
    #[error("the field of law has no code")]
    Field,
    /// The site has no name of its unit in the profile.
    #[error("the unit has no name")]
    Unit,
    /// The portal brought it, and no desk has answered.
    #[error("no desk has answered yet")]
    Unanswered,
    /// Desks dispute a field: a supervisor decides first.
    #[error("desks dispute a field")]
    Disputed,
}

/// One element of `DongBoHoSoMC`. `has_file` says whether a file is whole here: those still travelling are left out and
/// follow with an update.
///
/// # Errors
/// [`Unsendable`].
pub fn dossier(
    dossier: &Dossier,
    site: &str,
    profile: &Profile,
    has_file: impl Fn(&str) -> bool,
) -> Result<Value, Unsendable> {
    if !dossier.disputes.is_empty() {
        return Err(Unsendable::Disputed);
    }
    if dossier.stage == Stage::Submitted {
        return Err(Unsendable::Unanswered);
    }
    let number = number(dossier)?;
    let (id_kind, id_number) = identity(&dossier.applicant, profile)?;
    let field = &dossier.procedure.field;
    let field_code = profile.field_codes.get(field).ok_or(Unsendable::Field)?;
    let unit = profile.units.get(site).ok_or(Unsendable::Unit)?;
    let papers = papers(dossier, site, profile, has_file);
    let scanned =
        dossier.components.iter().any(|c| c.scan == ScanState::Scanned) || !papers.is_empty();
    let party = &dossier.applicant;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Ok(json!({
        "MaHoSo": number,
        "MaTTHC": dossier.procedure.code,
        "TenTTHC": dossier.procedure.name,
        "MaLinhVuc": field_code,
        "TenLinhVuc": cut(field, 500),
        "KenhThucHien": channel(dossier.channel),
        "ChuHoSo": cut(&party.full_name, 500),
        "LoaiDoiTuong": match party.kind { PartyKind::Person => "1", PartyKind::Organisation => "2" },
        "SoGiayToChuHoSo": id_number,
        "DinhDanhCHS": [{ "LoaiDinhDanh": id_kind, "SoDinhDanh": id_number }],
        "Email": cut(&text(&party.email), 100),
        "SoDienThoai": cut(&text(&party.phone), 50),
        "TrichYeuHoSo": cut(&dossier.procedure.short_name, 1000),
        "NgayNopHoSo": moment(filed_at(dossier)),
        "NgayTiepNhan": moment_or_empty(Some(dossier.received_at).filter(|_| dossier.stage.is_accepted())),
        "NgayHenTra": moment_or_empty(dossier.due.at),
        "TrangThaiHoSo": status(dossier),
        "NgayTra": moment_or_empty(dossier.returned_at),
        "NgayKetThucXuLy": moment_or_empty(dossier.finished_at.filter(|_| dossier.stage.is_finished())),
        "HinhThuc": match dossier.return_method { ReturnMethod::Post => "1", _ => "0" },
        "DonViXuLy": unit,
        "GhiChu": cut(&answer_words(dossier), 500),
        "NgayTuChoi": moment_or_empty(dossier.finished_at.filter(|_| dossier.stage == Stage::NotAccepted)),
        "TaiLieuNop": papers,
        "DanhSachLePhi": fees(dossier),
        "NoiNopHoSo": if dossier.submission.is_some() { "1" } else { "2" },
        "HoSoCoThanhPhanSoHoa": if scanned { "1" } else { "0" },
        "TaiKhoanDuocXacThucVoiVNeID": "0",
        "DuocThanhToanTrucTuyen": "0",
        "DSKetNoiCSDL": [],
    }))
}

/// Elements of `CapNhatTienDoHoSoMC` in the order given, in calls of at most [`STEPS_MAX`].
///
/// # Errors
/// [`Unsendable::Number`].
pub fn steps(dossier: &Dossier, events: &[Event]) -> Result<Vec<Vec<Value>>, Unsendable> {
    let number = number(dossier)?;
    // Before acceptance a refusal is status 3, after it 8.
    let mut accepted = dossier.submission.is_none();
    let steps: Vec<Value> = events
        .iter()
        .filter_map(|event| {
            let status = step_status(event, accepted)?;
            accepted |= matches!(event, Event::Received(_));
            let act = event.act();
            Some(json!({
                "MaHoSo": number,
                "NguoiXuLy": cut(&act.done_by, 50),
                "ChucDanh": "",
                "ThoiDiemXuLy": moment(act.at),
                "PhongBanXuLy": "",
                "NoiDungXuLy": status.words(),
                "TrangThai": status.0.to_string(),
                "NgayBatDau": moment(dossier.received_at),
                "NgayKetThucTheoQuyDinh": moment_or_empty(dossier.due.at),
            }))
        })
        .collect();
    Ok(steps.chunks(STEPS_MAX).map(<[Value]>::to_vec).collect())
}

/// The number the province knows the dossier by: the official one, or before acceptance the portal's own.
///
/// # Errors
/// [`Unsendable::Number`].
pub fn number(dossier: &Dossier) -> Result<&str, Unsendable> {
    match &dossier.submission {
        Some(submission) if !dossier.stage.is_accepted() => Ok(&submission.number),
        _ => official_number(dossier),
    }
}

/// The number, when it is official.
///
/// # Errors
/// [`Unsendable::Number`].
pub fn official_number(dossier: &Dossier) -> Result<&str, Unsendable> {
    let number = dossier.number.as_ref().filter(|number| !number.provisional);
    number.map(|number| number.text.as_str()).ok_or(Unsendable::Number)
}

/// The national status as it is: a dossier that waits for papers, money or a decision is never told as finished.
fn status(dossier: &Dossier) -> String {
    dossier.status().0.to_string()
}

fn filed_at(dossier: &Dossier) -> jiff::Timestamp {
    dossier.submission.as_ref().map_or(dossier.received_at, |submission| submission.filed_at)
}

/// Why a portal's dossier was sent back or not accepted, for its citizen to read.
fn answer_words(dossier: &Dossier) -> String {
    let answered = dossier.submission.as_ref().filter(|_| !dossier.stage.is_accepted());
    answered
        .and_then(|submission| submission.answer.as_ref())
        .map(|answer| answer.words.clone())
        .unwrap_or_default()
}

fn step_status(event: &Event, accepted: bool) -> Option<Status> {
    let stage = match event {
        Event::Received(_) => Stage::Received,
        Event::Forwarded(_)
        | Event::SupplementReceived(_)
        | Event::PaymentConfirmed(_)
        | Event::ResultTakenBack(_) => Stage::Processing,
        Event::SupplementRequested(_) => Stage::AwaitingSupplement,
        Event::PaymentRequested(_) => Stage::AwaitingPayment,
        Event::WithdrawalRequested(_) => Stage::WithdrawalRequested,
        Event::Refused(_) if !accepted => Stage::NotAccepted,
        Event::Stopped(_) | Event::Refused(_) => Stage::Stopped,
        Event::ResultReady(_) => Stage::Ready,
        Event::ResultReturned(_) => Stage::Returned,
        _ => return None,
    };
    Some(stage.into())
}

fn identity<'a>(party: &'a Party, profile: &'a Profile) -> Result<(&'a str, &'a str), Unsendable> {
    let number = party.id_number.as_deref().ok_or(Unsendable::Identity)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let kind = match party.id_kind {
        Some(IdKind::CanCuoc | IdKind::ChildNumber) if digits && number.len() == 12 => Some("1"),
        Some(IdKind::Cmnd) if digits && number.len() == 9 => Some("2"),
        Some(IdKind::Passport) => profile.id_kinds.get("passport").map(String::as_str),
        Some(IdKind::Other) => profile.id_kinds.get("other").map(String::as_str),
        _ => None,
    };
    Ok((kind.ok_or(Unsendable::Identity)?, number))
}

fn channel(channel: IntakeChannel) -> &'static str {
    match channel {
        IntakeChannel::Direct => "1",
        IntakeChannel::Online => "2",
        IntakeChannel::Post => "3",
    }
}

fn papers(
    dossier: &Dossier,
    site: &str,
    profile: &Profile,
    has_file: impl Fn(&str) -> bool,
) -> Vec<Value> {
    let address =
        |sha256: &str| profile.file_address.replace("{site}", site).replace("{sha256}", sha256);
    let here = dossier.files.iter().filter(|attached| has_file(&attached.file.sha256));
    here.map(|attached| {
        json!({
            "TepDinhKemId": attached.file.id.to_string(),
            "TenTepDinhKem": cut(&attached.file.name, 4000),
            "IsDeleted": if attached.replaced { "True" } else { "False" },
            "MaThanhPhanHoSo": "",
            "DuongDanTaiTepTin": address(&attached.file.sha256),
            "DuocSoHoa": "1",
            "DuocTaiSuDung": "0",
            "DuocLayTuKhoDMQG": "0",
            "MaKetQuaThayThe": "",
        })
    })
    .collect()
}

fn fees(dossier: &Dossier) -> Vec<Value> {
    let amount = dossier.fee.amount_vnd;
    let line = |amount: u32| {
        json!({
            "TenPhiLePhi": cut(&dossier.fee.words, 500), "MaPhiLePhi": "", "HinhThucThu": "",
            "Gia": amount.to_string(), "LoaiPhiLePhi": "",
        })
    };
    amount.map(line).into_iter().collect()
}
