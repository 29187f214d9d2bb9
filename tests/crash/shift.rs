//! An officer's shift: dossiers taken in, alone and in baskets, steps recorded, papers attached, as the seed has it.

use crate::dice::Dice;
use crate::promises::{Promise, paper};
use app::inputs::{ActInput, read_value};
use app::{ApiError, Office, Result};
use domain::dossier::Reception;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::rows::{Order, RowFilter};

const NAMES: [&str; 6] = [
    "Đặng Văn Lượng",
    "Hoàng Thị Nết",
    "Nguyễn Thị Mỹ Hạnh",
    "Giàng A Páo",
    "Lò Thị Ương",
    "Trần Quốc Khánh",
];
const PROCEDURES: [(&str, Option<&str>); 5] = [
    ("1.004873", Some("lan_dau")),
    ("1.004772", None),
    ("1.013314", None),
    ("2.000942", None),
    ("3.000412", None),
];
const BASKET_MAX: usize = 4;
const PAPER_BYTES_MAX: usize = 40_000;
/// Dossiers that steps are recorded on: the newest.
const AT_HAND: u32 = 30;

/// A shift at an open desk.
pub struct Shift<'o> {
    office: &'o Office,
    dice: Dice,
    scans: PathBuf,
    seed: u64,
    baskets: u32,
    at_hand: Vec<String>,
}

impl<'o> Shift<'o> {
    /// Sits down; `scans` is a folder for what the scanner saves.
    pub fn new(office: &'o Office, seed: u64, scans: PathBuf) -> Result<Self> {
        let rows = office
            .read(|c| store::rows::list(c, &RowFilter::default(), Order::Newest(None), AT_HAND))?;
        let at_hand = rows.into_iter().map(|row| row.id.to_string()).collect();
        Ok(Self { office, dice: Dice::new(seed), scans, seed, baskets: 0, at_hand })
    }

    /// One use case, whatever comes next; what it promises.
    pub fn step(&mut self) -> Result<Vec<Promise>> {
        match self.dice.below(10) {
            _ if self.at_hand.is_empty() => self.receive(1),
            0..=2 => self.receive(1),
            3..=4 => {
                let several = 2 + self.dice.below(BASKET_MAX - 1);
                self.receive(several)
            }
            5..=7 => self.act(),
            _ => self.attach(),
        }
    }

    /// Takes `several` dossiers of one person in, in one commit.
    pub fn receive(&mut self, several: usize) -> Result<Vec<Promise>> {
        let items = self.basket(several)?;
        let accepted = self.office.accept(items)?;
        self.at_hand.extend(accepted.iter().map(|one| one.id.clone()));
        Ok(accepted
            .into_iter()
            .map(|one| Promise::Received { id: one.id, number: one.number, status: one.status })
            .collect())
    }

    /// What the next basket holds. Every dossier says in its note which basket it is of, and how many there are.
    pub fn basket(&mut self, several: usize) -> Result<Vec<Reception>> {
        self.baskets += 1;
        let name = *self.dice.pick(&NAMES);
        let id_number = format!("0150950{:05}", self.dice.below(100_000));
        let note = format!("giỏ {:x}-{} có {several}", self.seed, self.baskets);
        (0..several)
            .map(|_| {
                let (procedure, case) = *self.dice.pick(&PROCEDURES);
                let mut item = tests::reception(procedure, name, &id_number);
                item["case"] = json!(case);
                item["note"] = json!(note);
                read_value(item)
            })
            .collect()
    }

    /// Records a step that the dossier allows.
    pub fn act(&mut self) -> Result<Vec<Promise>> {
        let id = self.dice.pick(&self.at_hand).clone();
        let allowed = self.office.dossier(&id)?.actions;
        let steps: Vec<ActInput> = allowed
            .iter()
            .filter(|a| a.allowed && a.warns.is_none())
            .filter_map(|a| step_of(&a.action))
            .collect();
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let step = self.dice.pick(&steps).clone();
        let view = self.office.act(&id, &[step])?;
        let id_of = id.parse().map_err(|_| ApiError::not_found("id"))?;
        let records = self
            .office
            .read(|c| store::log::records_of(c, domain::ids::DossierId::bytes(&id_of)))?
            .len();
        Ok(vec![Promise::Acted { id, status: view.row.status, records }])
    }

    /// Attaches a scanned paper.
    pub fn attach(&mut self) -> Result<Vec<Promise>> {
        let id = self.dice.pick(&self.at_hand).clone();
        let (seed, bytes) = (self.dice.roll() >> 1, 10 + self.dice.below(PAPER_BYTES_MAX));
        let scan = self.scans.join(format!("quét {seed:x}.pdf"));
        std::fs::write(&scan, paper(seed, bytes)).map_err(|fault| ApiError::internal(&fault))?;
        let before: Vec<String> = self.office.files(&id)?.into_iter().map(|file| file.id).collect();
        let attached = self.office.attach(&id, None, &[&scan]);
        let _ = std::fs::remove_file(&scan);
        attached?;
        let new = self.office.files(&id)?.into_iter().find(|file| !before.contains(&file.id));
        let file = new.ok_or_else(|| ApiError::not_found("the document just attached"))?.id;
        Ok(vec![Promise::Filed { id, file, seed, bytes }])
    }
}

fn step_of(action: &str) -> Option<ActInput> {
    let args: Value = match action {
        "note" => json!({ "text": "Công dân hẹn chiều quay lại." }),
        "forward" => json!({ "to": "Công chức tư pháp – hộ tịch" }),
        "assign" => json!({ "to": "Nguyễn Văn Bình" }),
        "number_result" => json!({ "number": "12/GXN" }),
        "finish" => json!({ "shelf": "A3" }),
        "set_shelf" => json!({ "shelf": "B1" }),
        "examine" | "check" | "sign" => Value::Null,
        _ => return None,
    };
    Some(ActInput { action: action.into(), args, done_by: None, at: None, paper_number: None })
}
