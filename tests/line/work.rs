//! What there is to send, entered through the real use cases.

use anyhow::{Context, Result, anyhow};
use app::Office;
use app::inputs::ActInput;
use domain::dossier::Reception;
use domain::procedure::{ProcedurePack, Reception as Where, Workflow};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Records of one dossier: taken in, and five steps.
pub const RECORDS: u64 = 6;
/// Bytes of twenty scans.
pub const SCANS_BYTES: u64 = 14_711_995;
/// How many scans that is.
pub const SCANS: usize = 20;
/// Bytes of a page of a day's papers.
pub const PAGE_BYTES: usize = 60_000;

const FAMILIES: [&str; 24] = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Đỗ", "Vũ", "Ngô", "Dương", "Lý", "Hà",
    "Nông", "Triệu", "Lương", "Giàng", "Sùng", "Thào", "Lò", "Vàng", "Hứa", "Cháng", "Mùa",
];
const MIDDLES: [&str; 14] = [
    "Văn", "Thị", "Đức", "Minh", "Ngọc", "Thanh", "Quang", "Hữu", "Xuân", "Thu", "Hồng", "Seo",
    "A", "Láo",
];
const GIVEN: [&str; 30] = [
    "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hòa", "Hùng", "Huy", "Khánh",
    "Lâm", "Long", "Lượng", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Ánh", "Duyên", "Hạnh",
    "Hằng", "Lan", "Loan", "Mai", "Nhung", "Thảo", "Yến",
];
const HAMLETS: [&str; 12] = [
    "Bản Bay",
    "Bản Hẻo",
    "Cốc Mỳ",
    "Khe Dài",
    "Làng Nhì",
    "Nà Lốc",
    "Nậm Pung",
    "Pá Khoang",
    "Phiêng Khoài",
    "Tà Xùa",
    "Thôn Đồng Tâm",
    "Tổ dân phố Hồng Hà",
];
const NOTES: [&str; 7] = [
    "Công dân ở xa, xin nhận kết quả vào phiên chợ chủ nhật.",
    "Bổ sung bản sao giấy chứng sinh trước khi nhận kết quả.",
    "Người nộp không biết chữ, đã đọc lại nội dung cho nghe và điểm chỉ.",
    "Đã đối chiếu bản chính, trả lại bản chính cho công dân.",
    "Liên hệ qua trưởng bản vì không có điện thoại.",
    "Thửa đất chưa có bản đồ địa chính, chuyển cán bộ địa chính đo đạc thực địa.",
    "Tên trên giấy chứng sinh viết thiếu dấu, đề nghị công dân cam đoan.",
];

/// People, papers and procedures as chance will have them.
pub struct Work {
    procedures: Vec<String>,
    chance: u64,
    taken: usize,
}

impl Work {
    /// Other people for another seed.
    ///
    /// # Errors
    /// When the shipped pack cannot be read.
    pub fn new(seed: u64) -> Result<Self> {
        let pack: ProcedurePack =
            serde_json::from_str(include_str!("../../src-tauri/data/procedures.json"))?;
        let fits = |p: &domain::procedure::Procedure| {
            p.workflow == Workflow::Full
                && p.cases.len() == 1
                && p.reception == Where::Desk
                && p.superseded_by.is_none()
        };
        let procedures = pack.procedures.into_iter().filter(fits).map(|p| p.code).collect();
        Ok(Self { procedures, chance: seed, taken: 0 })
    }

    /// Takes one dossier in; gives its number.
    ///
    /// # Errors
    /// What the office says.
    pub fn take_in(&mut self, office: &Office) -> Result<String> {
        let input: Reception = serde_json::from_value(self.reception())?;
        let received = office.accept(vec![input]).map_err(|no| anyhow!("{no:?}"))?;
        self.taken += 1;
        received.into_iter().next().and_then(|of| of.number).context("a number")
    }

    /// Takes dossiers in and brings each to its end in five steps; gives their numbers.
    ///
    /// # Errors
    /// What the office says.
    pub fn finished(&mut self, office: &Office, dossiers: usize) -> Result<Vec<String>> {
        (0..dossiers)
            .map(|_| {
                let number = self.take_in(office)?;
                for step in self.steps() {
                    office.act(&number, &[step]).map_err(|no| anyhow!("{no:?}"))?;
                }
                Ok(number)
            })
            .collect()
    }

    /// So many scans of so many bytes in all, from a tenth of the largest up to it, as JPEG.
    ///
    /// # Errors
    /// What the disk says.
    pub fn scans(&mut self, folder: &Path, count: usize, bytes: u64) -> Result<Vec<PathBuf>> {
        let weight = |i: usize| 10_f64.powf((i * 7 % count) as f64 / count as f64);
        let whole: f64 = (0..count).map(weight).sum();
        (0..count)
            .map(|i| self.scan(folder, i, (bytes as f64 * weight(i) / whole) as usize))
            .collect()
    }

    /// Pages of the same size.
    ///
    /// # Errors
    /// What the disk says.
    pub fn pages(&mut self, folder: &Path, count: usize) -> Result<Vec<PathBuf>> {
        (0..count).map(|i| self.scan(folder, i, PAGE_BYTES)).collect()
    }

    fn scan(&mut self, folder: &Path, n: usize, bytes: usize) -> Result<PathBuf> {
        let mut page = vec![0xff, 0xd8, 0xff, 0xe0];
        while page.len() < bytes {
            page.extend(self.next().to_le_bytes());
        }
        page.truncate(bytes);
        let path = folder.join(format!("quet-{n:03}.jpg"));
        std::fs::write(&path, page)?;
        Ok(path)
    }

    fn reception(&mut self) -> Value {
        let place = self.below(self.procedures.len());
        let procedure = self.procedures.get(place).cloned();
        let name = [self.of(&FAMILIES), self.of(&MIDDLES), self.of(&GIVEN)].join(" ");
        let address =
            format!("{} {}, phường Yên Bái, tỉnh Lào Cai", self.of(&HAMLETS), 1 + self.below(9));
        let note = (self.below(2) == 0).then(|| self.of(&NOTES));
        json!({
            "procedure": procedure,
            "applicant": {
                "kind": "person", "full_name": name, "id_kind": "can_cuoc",
                "id_number": format!("0150{:02}{:06}", 40 + self.below(60), self.below(1_000_000)),
                "phone": format!("09{:08}", self.below(100_000_000)), "address": address,
            },
            "note": note,
        })
    }

    fn steps(&mut self) -> [ActInput; 5] {
        let result = format!("{}/UBND", 1 + self.taken);
        let shelf = format!("A{}", self.below(12));
        let steps = [
            ("forward", json!({ "to": "Phòng Văn hóa – Xã hội", "note": self.of(&NOTES) })),
            ("examine", json!({})),
            ("sign", json!({})),
            ("number_result", json!({ "number": result })),
            ("finish", json!({ "shelf": shelf })),
        ];
        steps.map(|(action, args)| ActInput {
            action: action.into(),
            args,
            done_by: None,
            at: None,
            paper_number: None,
        })
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }

    /// splitmix64
    fn next(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
