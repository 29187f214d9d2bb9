//! A device asks to belong to a site: its code, its desk, the numbers it has already given.

use crate::database::Tx;
use crate::keys::{Keys, Use};
use crate::ledger::devices::{self, Device};
use crate::ledger::own::{self, OwnFact};
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault, admission};
use crate::problems::{desk_taken, detailed, unauthorized, validation};
use domain::ids::DeviceId;
use domain::office::{DeviceEnrolled, OfficeFact};
use protocol::receipt::hex;
use protocol::wire::{Enrolled, Enrolment, Problem, ProblemType};
use uuid::Uuid;

const DESKS: std::ops::RangeInclusive<u8> = 1..=9;
const SERIES_MAX: usize = 2_000;
const NAME_BYTES_MAX: usize = 64;

/// Enrols a device, or gives the same answer again to one whose reply was lost.
///
/// # Errors
/// [`Fault`]; a device that is not taken in is a [`Problem`] and nothing has changed.
pub fn enrol(
    tx: &mut dyn Tx,
    keys: &Keys,
    asked: &Enrolment,
    now_ms: i64,
) -> Result<Answer<Enrolled>, Fault> {
    if let Some(problem) = malformed(asked) {
        return Ok(Err(problem));
    }
    let Some(site) = admitted(tx, asked, now_ms)? else {
        return Ok(Err(unauthorized("the enrolment code is unknown, used or has ended")));
    };
    // The lock of the gateway's own device keeps two enrolments at one desk apart.
    devices::lock(tx, &site.device)?;
    if let Some(device) = devices::find(tx, &asked.device)? {
        return again(tx, keys, &site, &device, asked);
    }
    let seat = match seat(tx, &site, asked)? {
        Ok(seat) => seat,
        Err(problem) => return Ok(Err(problem)),
    };
    take_in(tx, keys, &site, asked, seat, now_ms)?;
    Ok(Ok(enrolled(tx, keys, &site, asked.desk, seat == Seat::WithLane)?))
}

/// How a desk is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    WithLane,
    /// The device before it may have given numbers that nobody here has heard of: *mã tạm* until an operator says so.
    WithoutLane,
}

fn malformed(asked: &Enrolment) -> Option<Problem> {
    if !DESKS.contains(&asked.desk) {
        return Some(validation("desk: 1 to 9"));
    }
    if asked.series.len() > SERIES_MAX {
        return Some(validation(format!("series: at most {SERIES_MAX}")));
    }
    if asked.series.iter().any(|series| series.name.len() > NAME_BYTES_MAX) {
        return Some(validation(format!("series.name: at most {NAME_BYTES_MAX} bytes")));
    }
    if asked.application.len() > NAME_BYTES_MAX {
        return Some(validation(format!("application: at most {NAME_BYTES_MAX} bytes")));
    }
    None
}

fn admitted(tx: &mut dyn Tx, asked: &Enrolment, now_ms: i64) -> Result<Option<Site>, Fault> {
    let Some(code) = admission::lock_code(tx, &asked.code)? else { return Ok(None) };
    let mine = code.device.is_none_or(|device| device == asked.device);
    let running = code.device.is_some() || code.expires_at_ms > now_ms;
    if code.site != asked.site || !mine || !running {
        return Ok(None);
    }
    sites::find(tx, &code.site)
}

fn again(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    device: &Device,
    asked: &Enrolment,
) -> Result<Answer<Enrolled>, Fault> {
    let same = device.site == site.code && device.public_key == asked.public_key && !device.own;
    if !same {
        return Ok(Err(validation("device: enrolled before with another key or at another site")));
    }
    if device.revoked.is_some() {
        let rule = "device: its word ended; the machine comes again as another device";
        return Ok(Err(detailed(ProblemType::Revoked, 403, "this device was revoked", rule)));
    }
    Ok(Ok(enrolled(tx, keys, site, device.desk, device.lane)?))
}

fn seat(tx: &mut dyn Tx, site: &Site, asked: &Enrolment) -> Result<Answer<Seat>, Fault> {
    for used in asked.series.iter().filter(|used| used.name.starts_with("lane/")) {
        if let Some((device, _)) = devices::series_used(tx, &site.code, &used.name)?
            && !goes_on_from(asked, &device)
        {
            return Ok(Err(desk_taken(format!("series {}", used.name))));
        }
    }
    let Some(before) = devices::at_desk(tx, &site.code, asked.desk)? else {
        let first = asked.continues.is_none();
        return Ok(Ok(if first { Seat::WithLane } else { Seat::WithoutLane }));
    };
    let gone = devices::find(tx, &before)?.is_none_or(|device| device.revoked.is_some());
    if gone || goes_on_from(asked, &before) {
        return Ok(Ok(Seat::WithoutLane));
    }
    Ok(Err(desk_taken(format!("desk {}", asked.desk))))
}

fn goes_on_from(asked: &Enrolment, device: &[u8; 16]) -> bool {
    asked.continues.is_some_and(|before| before.device == *device)
}

fn take_in(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    asked: &Enrolment,
    seat: Seat,
    now_ms: i64,
) -> Result<(), Fault> {
    let lane = seat == Seat::WithLane;
    let device = Device {
        id: asked.device,
        site: site.code.clone(),
        public_key: asked.public_key,
        own: false,
        desk: asked.desk,
        lane,
        reads: asked.reads,
        application: asked.application.clone(),
        seq: 0,
        hash: Default::default(),
        revoked: None,
    };
    devices::insert(tx, &device, now_ms)?;
    devices::seat(tx, &site.code, asked.desk, &asked.device)?;
    for used in asked.series.iter().filter(|used| used.name.starts_with("lane/")) {
        devices::use_series(tx, &site.code, &used.name, &asked.device, used.last)?;
    }
    admission::use_code(tx, &asked.code, &asked.device)?;
    let fact = OfficeFact::DeviceEnrolled(Box::new(DeviceEnrolled {
        device: DeviceId(Uuid::from_bytes(asked.device)),
        public_key: hex::text(&asked.public_key),
        desk: asked.desk,
        lane,
    }));
    own::append(tx, keys, site, vec![OwnFact::office(site, fact)], now_ms)?;
    Ok(())
}

fn enrolled(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    desk: u8,
    lane: bool,
) -> Result<Enrolled, Fault> {
    Ok(Enrolled {
        site: site.code.clone(),
        desk,
        lane,
        gateway_key: keys.public(Use::Words),
        gateway_device: site.device,
        ledger_epoch: sites::epoch(tx)?,
    })
}
