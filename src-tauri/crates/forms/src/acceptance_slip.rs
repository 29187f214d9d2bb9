//! Giấy tiếp nhận hồ sơ và hẹn trả kết quả (form 01 of Circular 03/2025/TT-VPCP, Annex I).

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use crate::paper::Paper;
use crate::template::SlipTemplate;
use crate::{FormFault, slip};

/// What one acceptance slip says. Only this is printed: texts come reviewed, dates as stored.
///
/// Texts may be decomposed or carry line breaks; they are composed to NFC and printed on one
/// flowing line. An absent or blank text leaves its line out or as dots, as the template says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceSlip {
    /// The agency above the centre, upper case ("UBND PHƯỜNG YÊN BÁI"): head, left. ≤ 200 characters.
    pub authority: String,
    /// Where the slip is made ("Yên Bái"): head, right. ≤ 100 characters.
    pub place: String,
    /// The day printed in the head; the day of reception.
    pub issued_on: Date,
    /// The number of the dossier.
    pub number: DossierNumber,
    /// How many times it was printed again: 0 for the first print, then "BẢN IN LẠI (lần n)".
    #[serde(default)]
    pub reprint: u32,
    /// A paper of a training store: marked "TẬP HUẤN" across the sheet.
    #[serde(default)]
    pub training: bool,
    /// "Bộ phận tiếp nhận và trả kết quả: …".
    pub reception_unit: String,
    /// "Tiếp nhận hồ sơ của: …", the applicant (chủ hồ sơ): a person or an organisation.
    pub applicant: String,
    /// "Người nộp: …" when another than the applicant; may carry the relation.
    #[serde(default)]
    pub submitter: Option<String>,
    /// "Địa chỉ: …", as on the card.
    #[serde(default)]
    pub address: Option<String>,
    /// "Số điện thoại: …".
    #[serde(default)]
    pub phone: Option<String>,
    /// "Email: …".
    #[serde(default)]
    pub email: Option<String>,
    /// "Số CMND/Thẻ căn cước/Hộ chiếu: …".
    #[serde(default)]
    pub identity: Option<String>,
    /// "Nội dung yêu cầu giải quyết: …": the procedure, with its case where it has cases.
    pub procedure: String,
    /// The papers received, in the order of the form's table. Reviewed texts only.
    pub components: Vec<Component>,
    /// "Giấy tờ bản chính giữ lại: …": originals the desk keeps until the result.
    #[serde(default)]
    pub originals_kept: Vec<String>,
    /// "2. Số lượng hồ sơ: … (bộ)".
    pub sets: u16,
    /// "3. Thời gian giải quyết hồ sơ theo quy định là: …", in words ("3 ngày làm việc").
    #[serde(default)]
    pub time_limit: Option<String>,
    /// "4. Thời gian nhận hồ sơ: …": the legal moment of reception, local time.
    pub received_at: DateTime,
    /// When it was typed in, if later than received (nhập bổ sung): both times are printed.
    #[serde(default)]
    pub entered_at: Option<DateTime>,
    /// "5. Thời gian trả kết quả giải quyết hồ sơ: …", as stored; local time.
    /// Absent only where no time is regulated.
    #[serde(default)]
    pub due_at: Option<DateTime>,
    /// "6. Đăng ký nhận kết quả tại: …".
    pub return_place: String,
    /// The fee line, in words ("Miễn phí", "8.000 đồng (đã thu)"); left out when absent.
    #[serde(default)]
    pub fee: Option<String>,
    /// The place in the register, where the commune keeps one on paper.
    #[serde(default)]
    pub register: Option<RegisterEntry>,
    /// Further notes under the template's own.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The name under "NGƯỜI NỘP HỒ SƠ"; blank leaves room to write it.
    #[serde(default)]
    pub submitter_signs: Option<String>,
    /// The name under "NGƯỜI TIẾP NHẬN HỒ SƠ".
    pub officer: String,
}

/// The number of a dossier as paper carries it: in words, as QR and as Code 128.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierNumber {
    /// The number itself, 1 to 50 printable ASCII characters ("H38.04252-261123-1001").
    pub text: String,
    /// The check code printed beside it and in the QR, 1 to 16 printable ASCII characters.
    pub check_code: String,
    /// A mã tạm: the official number comes later. The slip says so.
    #[serde(default)]
    pub provisional: bool,
}

/// A row of "Thành phần hồ sơ, số lượng mỗi loại giấy tờ".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The paper's name.
    pub name: String,
    /// A remark after the name, in italics ("đã đối chiếu, trả lại bản chính").
    #[serde(default)]
    pub remark: Option<String>,
    /// Bản chính: how many originals.
    #[serde(default)]
    pub originals: u16,
    /// Bản chứng thực: how many certified copies.
    #[serde(default)]
    pub certified: u16,
    /// Bản photo: how many plain copies.
    #[serde(default)]
    pub copies: u16,
}

/// "Vào Sổ theo dõi hồ sơ, Quyển số: … Số thứ tự: …".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterEntry {
    /// Quyển số.
    pub volume: String,
    /// Số thứ tự.
    pub ordinal: String,
}

/// The slip as a PDF, both copies (liên), on `paper`. `created` (local time) goes into the file's
/// properties only.
///
/// # Errors
/// [`FormFault::Field`] for a number that no code can carry or a head text far too long.
pub fn acceptance_slip(
    slip: &AcceptanceSlip,
    template: &SlipTemplate,
    paper: Paper,
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    acceptance_slips(&[(slip, template)], paper, created)
}

/// Several slips as one PDF, each by its own template: a basket of one citizen, printed in one
/// press. (Files of single slips put one after the other are not a PDF.)
///
/// # Errors
/// As [`acceptance_slip`]; [`FormFault::Field`] too when there is no slip at all.
pub fn acceptance_slips(
    slips: &[(&AcceptanceSlip, &SlipTemplate)],
    paper: Paper,
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    let contents = slips.iter().map(|(slip, template)| slip::Content::filled(slip, template));
    let contents = contents.collect::<Result<Vec<_>, _>>()?;
    slip::print(&contents, paper, created)
}
