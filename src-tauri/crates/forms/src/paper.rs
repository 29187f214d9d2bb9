//! The paper a form is printed on.

use serde::Deserialize;

/// A paper size the desk's printers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 148 × 210 mm, upright: each copy (liên) on its own sheet, as Circular 03/2025/TT-VPCP has it.
    A5,
    /// 297 × 210 mm, lying: both copies side by side, to be cut in the middle.
    A4,
}

/// Width and height of an upright A5 sheet, in millimetres.
pub(crate) const A5_MM: (f32, f32) = (148.0, 210.0);
/// Width and height of a lying A4 sheet, in millimetres.
pub(crate) const A4_MM: (f32, f32) = (297.0, 210.0);
/// Width and height of an upright A4 sheet, in millimetres.
pub(crate) const A4_UPRIGHT_MM: (f32, f32) = (A4_MM.1, A4_MM.0);
