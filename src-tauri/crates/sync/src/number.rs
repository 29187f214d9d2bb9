//! Business checks on what a stored record says: two dossiers with one number, a lane that is another device's.
//!
//! The record is in the ledger already and stays there; what these checks hold back is only that dossier's way to the
//! province, until a person has settled it. The caller looks the facts up under the same lock that stored the record.

use domain::dossier::Event;
use domain::dossier::number::Number;
use domain::office::OfficeFact;
use protocol::Fact;
use protocol::wire::ProblemType;

/// A number that a record binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The number as printed.
    pub text: String,
    /// Who is to have it.
    pub holder: Holder,
    /// The series it was drawn from, such as `lane/261123/1`; `None` for a number given by others.
    pub series: Option<String>,
}

/// Who has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A dossier, for ever.
    Dossier([u8; 16]),
    /// A pad of blank slips of this device: the first dossier written on one of them takes the number over.
    Pad([u8; 16]),
}

/// What a ledger knows of a claimed number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bound {
    /// Who has the number at this site; `None` while it is free.
    pub holder: Option<Holder>,
    /// The device that leases the series the number was drawn from; `None` while nobody does, or outside series.
    pub lane_device: Option<[u8; 16]>,
}

/// Why a stored record waits for a person, who that is, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// `number-taken` or `desk-taken`.
    pub problem: ProblemType,
    /// One Vietnamese sentence for the officer.
    pub reason: String,
    /// Whose task it is.
    pub owner: Owner,
    /// One Vietnamese sentence: what settles it.
    pub next_step: &'static str,
}

/// Whose task a held record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A supervisor of the commune.
    Supervisor,
    /// The provincial team that enrols devices.
    Province,
}

/// The numbers a record binds. `kind` and `subject` are its header's; a kind of a later version binds none that this
/// version knows of.
pub fn claims(kind: &str, subject: [u8; 16], device: [u8; 16], body: &[u8]) -> Vec<Claim> {
    let dossier = Holder::Dossier(subject);
    match Fact::decode(kind, body) {
        Ok(Fact::Dossier(Event::Received(received))) => {
            received.number.iter().map(|number| claim(number, dossier)).collect()
        }
        Ok(Fact::Dossier(Event::NumberGiven(given))) => vec![claim(&given.number, dossier)],
        Ok(Fact::Office(OfficeFact::NumbersReserved(pad))) => {
            pad.numbers.iter().map(|number| claim(number, Holder::Pad(device))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a claim by `device` must wait for a person. `None` lets it pass: bind the number to the claim's holder and,
/// where nobody leases its series yet, the series to the device.
pub fn held(claim: &Claim, device: [u8; 16], bound: Bound) -> Option<Held> {
    if bound.holder.is_some_and(|holder| !gives_way(holder, claim.holder)) {
        return Some(Held {
            problem: ProblemType::NumberTaken,
            reason: format!("Số {} đã thuộc về một hồ sơ khác.", claim.text),
            owner: Owner::Supervisor,
            next_step: "Cấp số mới cho hồ sơ này, in lại giấy tiếp nhận và báo cho công dân.",
        });
    }
    if bound.lane_device.is_some_and(|owner| owner != device) {
        return Some(Held {
            problem: ProblemType::DeskTaken,
            reason: format!("Dải số của số {} đã giao cho máy khác.", claim.text),
            owner: Owner::Province,
            next_step: "Đề nghị tỉnh xác nhận máy nào giữ dải số của quầy; trong lúc chờ, máy này cấp mã tạm.",
        });
    }
    None
}

/// A number on a blank slip goes to the dossier that is written on it; everything else is for ever.
fn gives_way(has: Holder, wants: Holder) -> bool {
    has == wants || matches!((has, wants), (Holder::Pad(_), Holder::Dossier(_)))
}

fn claim(number: &Number, holder: Holder) -> Claim {
    let series = number.drawn.as_ref().map(|drawn| drawn.series.clone());
    Claim { text: number.text.clone(), holder, series }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Claim, Holder, Owner, claims, held};
    use protocol::wire::ProblemType;

    const DESK: [u8; 16] = [1; 16];
    const OTHER_DESK: [u8; 16] = [2; 16];
    const HO_SO: Holder = Holder::Dossier([7; 16]);

    fn claim(holder: Holder) -> Claim {
        let text = "H38.04252-261123-1001".into();
        Claim { text, holder, series: Some("lane/261123/1".into()) }
    }

    fn bound(holder: Option<Holder>, lane_device: Option<[u8; 16]>) -> Bound {
        Bound { holder, lane_device }
    }

    #[test]
    fn a_free_number_of_ones_own_lane_passes_and_so_does_saying_it_again() {
        assert_eq!(held(&claim(HO_SO), DESK, bound(None, None)), None);
        assert_eq!(held(&claim(HO_SO), DESK, bound(Some(HO_SO), Some(DESK))), None);
    }

    #[test]
    fn a_number_of_another_dossier_waits_for_a_supervisor() {
        let taken = bound(Some(Holder::Dossier([8; 16])), Some(DESK));
        let held = held(&claim(HO_SO), DESK, taken).unwrap();
        assert_eq!((held.problem, held.owner), (ProblemType::NumberTaken, Owner::Supervisor));
        assert!(held.reason.contains("H38.04252-261123-1001"), "{}", held.reason);
    }

    #[test]
    fn a_number_from_another_devices_lane_waits_for_the_province() {
        let held = held(&claim(HO_SO), DESK, bound(None, Some(OTHER_DESK))).unwrap();
        assert_eq!((held.problem, held.owner), (ProblemType::DeskTaken, Owner::Province));
    }

    #[test]
    fn a_slip_of_a_pad_gives_its_number_to_one_dossier() {
        let pad = Holder::Pad(DESK);
        assert_eq!(held(&claim(HO_SO), DESK, bound(Some(pad), Some(DESK))), None);
        assert!(held(&claim(pad), DESK, bound(Some(HO_SO), Some(DESK))).is_some());
        assert!(held(&claim(Holder::Pad(OTHER_DESK)), DESK, bound(Some(pad), None)).is_some());
    }

    #[test]
    fn a_given_number_and_a_reserved_pad_are_claims_and_an_unknown_kind_is_none() {
        let act = r#"{"at":"2026-11-23T01:00:00Z","done_by":"A",
            "recorded_by":"01935b2a-0000-7000-8000-000000000001","recorded_by_name":"A"}"#;
        let body = format!(r#"{{"act":{act},"number":{{"text":"G1"}}}}"#);
        let given = claims("dossier.number_given", [7; 16], DESK, body.as_bytes());
        assert_eq!(given, [Claim { text: "G1".into(), holder: HO_SO, series: None }]);

        let body =
            r#"{"numbers":[{"text":"H1","drawn":{"series":"lane/261123/1","place":1}}],"by":"A"}"#;
        let pad = claims("site.numbers_reserved", [4; 16], DESK, body.as_bytes());
        assert_eq!(pad[0].holder, Holder::Pad(DESK));
        assert_eq!(pad[0].series.as_deref(), Some("lane/261123/1"));

        assert!(claims("dossier.teleported", [7; 16], DESK, b"{}").is_empty());
    }
}
