//! A step in the national vocabulary becomes the event that the desks know.

use super::step::Posted;
use super::vocabulary::read_moment;
use crate::problems::validation;
use domain::dossier::event::{
    Document, FileAttached, Forwarded, PaymentRequested, ResultReady, Stopped, SupplementRequested,
};
use domain::dossier::{Dossier, Event, Stage};
use domain::ids::{FileId, OfficerId};
use domain::officer::Act;
use protocol::wire::Problem;
use uuid::Uuid;

const TEXT_CHARS_MAX: usize = 2_000;
const LINES_MAX: usize = 50;

/// Who writes, and whether it said which version it saw.
pub(super) struct Writer<'a> {
    /// The account.
    pub id: [u8; 16],
    /// Its name.
    pub name: &'a str,
    /// No `If-Match`: the gateway's own heads stand in for what was seen.
    pub assumed: bool,
}

/// The events of a step: the results' files first, then the step itself.
///
/// # Errors
/// A [`Problem`] naming the field and the rule.
pub(super) fn events(
    posted: &Posted,
    dossier: &Dossier,
    writer: &Writer<'_>,
    has_file: impl Fn(&str) -> bool,
) -> Result<Vec<Event>, Problem> {
    let act = act(posted, writer)?;
    let reason = bounded("NoiDungXuLy", &posted.content)?;
    let wrong = |stages: &[Stage]| {
        (!stages.contains(&dossier.stage))
            .then(|| validation(format!("TrangThai: not from status {}", dossier.status().0)))
    };
    use Stage::{AwaitingPayment, AwaitingSupplement, Processing, Received, WithdrawalRequested};
    let (stages, event): (&[Stage], Event) = match posted.status.as_str() {
        "4" => {
            let to = bounded("PhongBanXuLy", &posted.department)?;
            (&[Received], Event::Forwarded(Box::new(Forwarded { act, to })))
        }
        "5" => {
            let components = lines(&posted.papers)?;
            let ordinal = dossier.supplements + 1;
            let approved_by = (ordinal > 1).then(|| act.done_by.clone());
            let body = SupplementRequested { act, components, reason, ordinal, approved_by };
            (&[Received, Processing], Event::SupplementRequested(Box::new(body)))
        }
        "6" => {
            let amount_vnd = posted.amount_vnd.ok_or_else(|| validation("SoTien: is missing"))?;
            let body = PaymentRequested { act, amount_vnd, reason };
            (&[Processing], Event::PaymentRequested(Box::new(body)))
        }
        "3" | "8" => {
            let decided_by = act.done_by.clone();
            let body = Box::new(Stopped { act, reason, decided_by, originals_returned: false });
            if posted.status == "3" {
                (&[Received, Processing, AwaitingSupplement], Event::Refused(body))
            } else {
                let open: &[Stage] = &[
                    Received,
                    Processing,
                    AwaitingSupplement,
                    AwaitingPayment,
                    WithdrawalRequested,
                ];
                (open, Event::Stopped(body))
            }
        }
        "9" => {
            let mut all = results(posted, &act, has_file)?;
            let result = posted.results.first().map(|result| result.name.clone());
            all.push(Event::ResultReady(Box::new(ResultReady { act, result, shelf: None })));
            return wrong(&[Received, Processing]).map_or(Ok(all), Err);
        }
        _ => return Err(validation("TrangThai: 3, 4, 5, 6, 8 or 9")),
    };
    wrong(stages).map_or(Ok(vec![event]), Err)
}

fn act(posted: &Posted, writer: &Writer<'_>) -> Result<Act, Problem> {
    const ASSUMED: &str = "Tỉnh không nêu phiên bản hồ sơ đã xem (assumed).";
    let at = read_moment(&posted.at).ok_or_else(|| validation("ThoiDiemXuLy: yyyyMMddHHmmss"))?;
    Ok(Act {
        at,
        done_by: bounded("NguoiXuLy", &posted.by)?,
        recorded_by: OfficerId(Uuid::from_bytes(writer.id)),
        recorded_by_name: writer.name.to_owned(),
        paper_number: posted.paper_number.clone().filter(|text| text.chars().count() <= 100),
        note: writer.assumed.then(|| ASSUMED.to_owned()),
    })
}

fn results(
    posted: &Posted,
    act: &Act,
    has_file: impl Fn(&str) -> bool,
) -> Result<Vec<Event>, Problem> {
    if posted.results.len() > LINES_MAX {
        return Err(validation("DanhSachGiayToKetQua: at most 50"));
    }
    let attached = posted.results.iter().map(|result| {
        if !has_file(&result.sha256) {
            return Err(validation("DanhSachGiayToKetQua.SHA256: send the file first"));
        }
        let file = Document {
            id: FileId(result.id),
            component: None,
            name: bounded("DanhSachGiayToKetQua.TenGiayTo", &result.name)?,
            mime: bounded("DanhSachGiayToKetQua.LoaiTep", &result.mime)?,
            size_bytes: result.size_bytes,
            sha256: result.sha256.clone(),
        };
        Ok(Event::FileAttached(Box::new(FileAttached { act: act.clone(), file })))
    });
    attached.collect()
}

fn lines(papers: &[String]) -> Result<Vec<String>, Problem> {
    if papers.is_empty() || papers.len() > LINES_MAX {
        return Err(validation("DanhSachGiayToBoSung: 1 to 50"));
    }
    papers.iter().map(|paper| bounded("DanhSachGiayToBoSung", paper)).collect()
}

fn bounded(field: &str, text: &str) -> Result<String, Problem> {
    let text = domain::text::normalise(text);
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(validation(format!("{field}: 1 to {TEXT_CHARS_MAX} characters")));
    }
    Ok(text)
}
