//! A step as a province's system writes it, field by field.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A step of a dossier, in the national vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// Names this step: posted again it changes nothing.
    #[serde(rename = "MaSuKien")]
    pub id: Uuid,
    /// `TrangThai`: 3, 4, 5, 6, 8 or 9.
    #[serde(rename = "TrangThai")]
    pub status: String,
    /// `NguoiXuLy`.
    #[serde(rename = "NguoiXuLy")]
    pub by: String,
    /// `ThoiDiemXuLy`, `yyyyMMddHHmmss` in Vietnam.
    #[serde(rename = "ThoiDiemXuLy")]
    pub at: String,
    /// `NoiDungXuLy`: why, or what was done.
    #[serde(rename = "NoiDungXuLy")]
    pub content: String,
    /// `PhongBanXuLy`; needed for status 4.
    #[serde(rename = "PhongBanXuLy", default)]
    pub department: String,
    /// Number of the paper that shows it.
    #[serde(rename = "SoVanBan", default)]
    pub paper_number: Option<String>,
    /// Papers asked for; needed for status 5.
    #[serde(rename = "DanhSachGiayToBoSung", default)]
    pub papers: Vec<String>,
    /// Đồng; needed for status 6.
    #[serde(rename = "SoTien", default)]
    pub amount_vnd: Option<u32>,
    /// Results, whose files are here already; for status 9.
    #[serde(rename = "DanhSachGiayToKetQua", default)]
    pub results: Vec<PostedResult>,
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostedResult {
    /// `GiayToId`.
    #[serde(rename = "GiayToId")]
    pub id: Uuid,
    /// `TenGiayTo`.
    #[serde(rename = "TenGiayTo")]
    pub name: String,
    /// Media type.
    #[serde(rename = "LoaiTep")]
    pub mime: String,
    /// Bytes.
    #[serde(rename = "KichThuoc")]
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    #[serde(rename = "SHA256")]
    pub sha256: String,
}
