//! Made-up people and papers. A small generator of our own, so that a seed means the same people in every version.

use super::reception_of;
use domain::dossier::Reception;
use domain::party::{IdKind, Party, PartyKind, Registered};
use domain::procedure::Procedure;
use domain::sex::Sex;
use jiff::civil::date;

const FAMILY: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Đỗ", "Vũ", "Ngô", "Dương", "Lý", "Hà",
    "Nông", "Triệu", "Lương", "Giàng", "Sùng", "Thào", "Lò", "Vàng", "Hứa", "Cháng", "Mùa", "Đinh",
    "Phùng", "Quàng", "Tòng", "Lường", "Bàn",
];
const MIDDLE_MALE: &[&str] =
    &["Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Mạnh", "Đình", "Công", "Tiến", "Seo", "A"];
const MIDDLE_FEMALE: &[&str] =
    &["Thị", "Ngọc", "Thanh", "Thu", "Hồng", "Kim", "Phương", "Thùy", "Mỹ", "Bích", "Láo"];
const GIVEN_MALE: &[&str] = &[
    "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hòa", "Hùng", "Huy", "Khánh",
    "Lâm", "Long", "Lượng", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Sơn", "Tài", "Thắng",
    "Thành", "Thịnh", "Tuấn", "Tùng", "Việt", "Páo", "Chứ",
];
const GIVEN_FEMALE: &[&str] = &[
    "Ánh",
    "Bích",
    "Chi",
    "Diệp",
    "Duyên",
    "Hà",
    "Hạnh",
    "Hằng",
    "Hiền",
    "Hoa",
    "Huệ",
    "Hương",
    "Lan",
    "Liên",
    "Linh",
    "Loan",
    "Mai",
    "Nga",
    "Ngân",
    "Nhung",
    "Oanh",
    "Phượng",
    "Quyên",
    "Thảo",
    "Thủy",
    "Trang",
    "Tuyết",
    "Vân",
    "Yến",
    "Mỷ",
];
const HAMLETS: &[&str] = &[
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
    "Thôn Hợp Nhất",
    "Tổ dân phố Hồng Hà",
    "Tổ dân phố Yên Hòa",
];
const DIVISIONS: &[&str] = &[
    "Phòng Kinh tế",
    "Phòng Văn hóa – Xã hội",
    "Công chức tư pháp – hộ tịch",
    "Văn phòng HĐND và UBND",
];

/// A seeded source of chance (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// Chance from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to `bound`, not reached; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// One of several; the slice must not be empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap_or(0);
        &from[index.min(from.len().saturating_sub(1))]
    }

    /// A procedure: two in three from the busiest.
    pub fn procedure<'a>(&mut self, all: &[&'a Procedure], busiest: &[String]) -> &'a Procedure {
        if self.below(3) < 2 && !busiest.is_empty() {
            let place = self.below(busiest.len() as u64).min(self.below(busiest.len() as u64));
            let code = &busiest[usize::try_from(place).unwrap_or(0)];
            if let Some(procedure) = all.iter().find(|procedure| procedure.code == *code) {
                return procedure;
            }
        }
        let chosen: &&Procedure = self.pick(all);
        chosen
    }

    /// A whole reception for a procedure.
    pub fn reception(&mut self, procedure: &Procedure) -> Reception {
        let case = usize::try_from(self.below(8)).unwrap_or(0);
        let registered = procedure
            .subject_roles
            .iter()
            .filter(|role| {
                matches!(role.as_str(), "child" | "deceased" | "wife" | "husband" | "spouse")
            })
            .take(1)
            .map(|role| {
                let person = self.person();
                Registered {
                    role: role.clone(),
                    full_name: person.full_name,
                    id_number: None,
                    birth_date: person.birth_date,
                }
            })
            .collect();
        Reception { applicant: self.person(), registered, ..reception_of(procedure, case) }
    }

    /// Hours between reception and the returned result: mostly early, sometimes late.
    pub fn pace_hours(&mut self, promised: i64) -> i64 {
        let percent = match self.below(100) {
            0..70 => 30 + self.below(60),
            70..94 => 85 + self.below(15),
            _ => 110 + self.below(60),
        };
        promised * i64::try_from(percent).unwrap_or(100) / 100
    }

    /// A division of the commune.
    pub fn division(&mut self) -> &'static str {
        let division: &&'static str = self.pick(DIVISIONS);
        division
    }

    /// A shelf.
    pub fn shelf(&mut self) -> String {
        format!(
            "{}{}",
            ["A", "B", "C"][usize::try_from(self.below(3)).unwrap_or(0)],
            self.below(12) + 1
        )
    }

    /// Number of a paper.
    pub fn paper_number(&mut self) -> String {
        format!("{}/UBND", self.below(4000) + 1)
    }

    /// A scanned page: a small but real PDF head and incompressible bytes.
    pub fn scan(&mut self) -> Vec<u8> {
        let mut bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let size = 8_000 + self.below(24_000);
        while (bytes.len() as u64) < size {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.extend(b"\n%%EOF\n");
        bytes
    }

    fn person(&mut self) -> Party {
        let female = self.below(2) == 1;
        let (middle, given, sex) = if female {
            (self.pick(MIDDLE_FEMALE), self.pick(GIVEN_FEMALE), Sex::Female)
        } else {
            (self.pick(MIDDLE_MALE), self.pick(GIVEN_MALE), Sex::Male)
        };
        let year = 1940 + i16::try_from(self.below(66)).unwrap_or(0);
        let month = 1 + i8::try_from(self.below(12)).unwrap_or(0);
        let day = 1 + i8::try_from(self.below(28)).unwrap_or(0);
        let province = if self.below(3) == 0 { "010" } else { "015" };
        let century = if year < 2000 { u8::from(female) } else { 2 + u8::from(female) };
        let number = format!("{province}{century}{:02}{:06}", year % 100, self.below(1_000_000));
        Party {
            kind: PartyKind::Person,
            full_name: format!("{} {middle} {given}", self.pick(FAMILY)),
            id_kind: Some(IdKind::CanCuoc),
            id_number: Some(number),
            birth_date: Some(date(year, month, day)),
            sex: Some(sex),
            phone: (self.below(10) > 0).then(|| format!("09{:08}", self.below(100_000_000))),
            address: Some(format!("{}, xã Đông Cuông, tỉnh Lào Cai", self.pick(HAMLETS))),
            ..Party::default()
        }
    }
}
