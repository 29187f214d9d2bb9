//! The first run: commune, desk number, first officer. Two minutes, and then the desk is open.

use super::identity::{create, keep, pen, started};
use super::{OpenFault, Secret, open_with, take_lock};
use crate::clock::Clock;
use crate::entropy;
use crate::error::ApiError;
use crate::office::{Office, database_key};
use crate::packs::{Packs, SHIPPED, sha256_hex};
use crate::places::{Places, sync_folder};
use domain::ids::OfficerId;
use domain::office::{OfficeFact, OfficerSet, PackAdopted, SiteCommissioned};
use domain::officer::{Officer, Role};
use domain::refusal::Refusal;
use domain::site::Site;
use domain::text::normalise;
use jiff::Timestamp;
use std::fs;
use store::{Head, Store};
use vault::OsRandom;
use vault::keys::{KeyFile, KeyPlace, Lock, MasterKey};

/// What the commissioning sheet says.
#[derive(Debug, Clone)]
pub struct FirstRun {
    /// Five-digit unit code.
    pub site: String,
    /// Desk number, 1 to 9.
    pub desk: u8,
    /// Full name of the first officer.
    pub officer: String,
    /// Mã định danh cơ quan; the pack's pattern when absent.
    pub agency_code: Option<String>,
    /// Training store.
    pub training: bool,
    /// What will open the store: a passphrase, or the keyring.
    pub secret: Secret,
}

const PASSPHRASE_CHARS_MIN: usize = 8;

/// Commissions a desk and opens it.
///
/// # Errors
/// A refusal naming `site`, `desk`, `officer`, `agency_code` or `passphrase`; faults of keys, disk and keyring.
pub fn begin(places: Places, input: &FirstRun, clock: Clock) -> Result<Office, OpenFault> {
    let packs = Packs::shipped(Some(&input.site))?;
    let site = site_of(input, &packs)?;
    let name = officer_name(&input.officer)?;
    refuse_existing(&places)?;
    fs::create_dir_all(&places.data)?;
    let lock = take_lock(&places)?;
    clear_unfinished(&places)?;
    fs::write(places.unfinished(), b"")?;
    sync_folder(&places.data)?;
    let now = clock.now();
    let officer = Officer { id: OfficerId(entropy::id(now)?), name, roles: Role::ALL.to_vec() };
    let (keys, master) = make_keys(&places, &input.secret, now)?;
    commission(&places, &master, &site, &officer, now)?;
    fs::remove_file(places.unfinished())?;
    sync_folder(&places.data)?;
    open_with(places, keys, master, clock, lock)
}

fn site_of(input: &FirstRun, packs: &Packs) -> Result<Site, OpenFault> {
    let unit = packs.units.units.iter().find(|unit| unit.code == input.site).ok_or_else(|| {
        refusal(
            "unit_unknown",
            "site",
            format!("Không có xã, phường nào mã \"{}\" trong danh mục đang dùng.", input.site),
        )
    })?;
    if !(1..=9).contains(&input.desk) {
        return Err(refusal(
            "desk_out_of_range",
            "desk",
            "Số bàn phải từ 1 đến 9, theo phiếu cấu hình.".into(),
        ));
    }
    let agency_code =
        match input.agency_code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            Some(code) => agency_code(code)?,
            None => packs.numbers.agency_code_pattern.replace("{unit}", &unit.code),
        };
    Ok(Site {
        code: unit.code.clone(),
        name: unit.name.clone(),
        level: unit.level.to_lowercase(),
        province: packs.units.province.name.clone(),
        agency_code,
        desk: input.desk,
        training: input.training,
        mountainous: packs.units.mountainous.holds(&unit.code),
    })
}

fn agency_code(code: &str) -> Result<String, OpenFault> {
    let good = code.len() <= 35
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.');
    if good {
        return Ok(code.to_owned());
    }
    Err(refusal(
        "agency_code_shape",
        "agency_code",
        "Mã định danh cơ quan gồm chữ in hoa, chữ số và dấu chấm, tối đa 35 ký tự (QĐ 20/2020/QĐ-TTg).".into(),
    ))
}

fn officer_name(name: &str) -> Result<String, OpenFault> {
    let name = normalise(name);
    if name.is_empty() || name.chars().count() > 100 || !name.chars().any(char::is_alphabetic) {
        return Err(refusal(
            "name_unreadable",
            "officer",
            "Ghi họ tên cán bộ, tối đa 100 ký tự.".into(),
        ));
    }
    Ok(name)
}

fn refuse_existing(places: &Places) -> Result<(), OpenFault> {
    if super::is_commissioned(places) {
        return Err(refusal(
            "already_commissioned",
            "data",
            "Thư mục này đã có dữ liệu của một quầy; không thiết lập đè lên.".into(),
        ));
    }
    Ok(())
}

/// A first run that was cut off took nothing in: its pieces may go.
fn clear_unfinished(places: &Places) -> Result<(), OpenFault> {
    if !places.unfinished().exists() {
        return Ok(());
    }
    if places.keys().exists() {
        fs::remove_dir_all(places.keys())?;
    }
    for suffix in ["", "-wal", "-shm"] {
        let file = places.data.join(format!("quay.db{suffix}"));
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Refuses a passphrase that is too short.
///
/// # Errors
/// A refusal naming `passphrase`.
pub fn check_passphrase(text: &str) -> Result<(), ApiError> {
    if text.chars().count() >= PASSPHRASE_CHARS_MIN {
        return Ok(());
    }
    let message = format!("Mật khẩu phải có ít nhất {PASSPHRASE_CHARS_MIN} ký tự.");
    Err(Refusal::of("passphrase_short", "passphrase", message).into())
}

fn make_keys(
    places: &Places,
    secret: &Secret,
    now: Timestamp,
) -> Result<(KeyFile, MasterKey), OpenFault> {
    let store = *entropy::id(now)?.as_bytes();
    let place = KeyPlace::new(places.keys());
    match secret {
        Secret::Passphrase(text) => {
            check_passphrase(text)?;
            Ok(KeyFile::create(&place, store, Lock::Passphrase(text), &mut OsRandom)?)
        }
        Secret::Keyring => {
            let secret = entropy::bytes::<32>()?;
            crate::keyring::keep(store, &secret)?;
            Ok(KeyFile::create(&place, store, Lock::KeyringSecret(&secret), &mut OsRandom)?)
        }
        Secret::Recovery(_) => {
            Err(refusal("passphrase_missing", "passphrase", "Phải đặt mật khẩu.".into()))
        }
    }
}

fn commission(
    places: &Places,
    master: &MasterKey,
    site: &Site,
    officer: &Officer,
    now: Timestamp,
) -> Result<(), OpenFault> {
    let store = Store::create(&places.database(), &database_key(master))?;
    let device = create(places, master, now, false)?;
    let head = store.write(
        Some(pen(&device, site, officer, now)),
        |tx| -> Result<Option<Head>, OpenFault> {
            tx.append_office(started(&device, None))?;
            tx.append_office(OfficeFact::SiteCommissioned(Box::new(SiteCommissioned {
                site: site.clone(),
            })))?;
            tx.append_office(OfficeFact::OfficerSet(Box::new(OfficerSet {
                officer: officer.clone(),
                active: true,
            })))?;
            for (kind, text) in SHIPPED {
                tx.append_office(adopted(kind, text, officer)?)?;
            }
            Ok(tx.head())
        },
    )?;
    store.checkpoint()?;
    keep(&device, head)
}

fn adopted(kind: &str, text: &str, officer: &Officer) -> Result<OfficeFact, OpenFault> {
    let file = crate::packs::check(text).map_err(|faults| {
        let words = faults
            .first()
            .map_or_else(String::new, |fault| format!("{}: {}", fault.place, fault.message));
        OpenFault::identity(words)
    })?;
    Ok(OfficeFact::PackAdopted(Box::new(PackAdopted {
        kind: kind.to_owned(),
        version: file.version,
        sha256: sha256_hex(text.as_bytes()),
        origin: "shipped".into(),
        by: officer.name.clone(),
    })))
}

fn refusal(code: &'static str, field: &str, message: String) -> OpenFault {
    OpenFault::Api(ApiError::from(Refusal::of(code, field, message)))
}
