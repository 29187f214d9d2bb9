//! The chain of every device: bytes, hashes, places, signatures, anchors.

use super::{Outside, RECORDS_A_STEP, Report, record_place};
use crate::error::Result;
use crate::office;
use protocol::record::body_hash;
use protocol::{Hash, Header, Name, head_is_signed, header_hash};
use rusqlite::{Connection, Row};

/// A record with the columns that its header must bear out.
pub(super) struct Place {
    pub name: Name,
    pub depth: i64,
    pub subject: [u8; 16],
    pub kind: String,
    pub header: Vec<u8>,
    pub salt: Option<Vec<u8>>,
    pub body: Option<Vec<u8>>,
}

struct Link {
    place: Place,
    hash: Vec<u8>,
    signature: Option<Vec<u8>>,
}

/// The end of a device's chain while it is walked.
struct Walk {
    device: [u8; 16],
    public_key: Option<[u8; 32]>,
    seq: u64,
    hash: Hash,
    last_signed: bool,
}

pub fn check(
    connection: &Connection,
    outside: &Outside,
    report: &mut Report,
    step_done: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT d.id, r.seq, r.depth, r.subject, r.kind, r.hash, r.header, r.salt, r.body, r.signature
           FROM record r JOIN device d ON d.no = r.device_no ORDER BY r.device_no, r.seq",
    )?;
    let mut rows = statement.query([])?;
    let mut walk: Option<Walk> = None;
    while let Some(row) = rows.next()? {
        let link = match read(row) {
            Ok(link) => link,
            Err(fault) => {
                report.fault("record ?", format!("Không đọc được bản ghi: {fault}"));
                continue;
            }
        };
        if walk.as_ref().is_none_or(|walk| walk.device != link.place.name.device) {
            end(walk.take(), outside, report);
            walk = Some(start(connection, outside, link.place.name.device)?);
        }
        if let Some(walk) = &mut walk {
            step(walk, &link, outside, report);
        }
        report.records += 1;
        if report.records.is_multiple_of(RECORDS_A_STEP) {
            step_done(report.records)?;
        }
    }
    end(walk, outside, report);
    missing_anchored_devices(connection, outside, report)
}

fn start(connection: &Connection, outside: &Outside, device: [u8; 16]) -> Result<Walk> {
    let known = outside.public_keys.iter().find(|(id, _)| *id == device).map(|(_, key)| *key);
    let public_key = match known {
        Some(key) => Some(key),
        None => office::public_key(connection, &device)?,
    };
    Ok(Walk { device, public_key, seq: 0, hash: [0; 32], last_signed: true })
}

fn step(walk: &mut Walk, link: &Link, outside: &Outside, report: &mut Report) {
    let place = record_place(link.place.name);
    if link.place.name.seq != walk.seq + 1 {
        report.fault(
            &place,
            format!("Chuỗi đứt: sau bản ghi {} phải là {}.", walk.seq, walk.seq + 1),
        );
    }
    let hash = header_hash(&link.place.header);
    if hash.as_slice() != link.hash {
        report.fault(&place, "Phần đầu bản ghi không khớp mã băm đã lưu.");
    }
    match Header::placed(&link.place.header) {
        Ok(header) => header_faults(walk, link, &header, report),
        Err(fault) => report.fault(&place, format!("Không đọc được phần đầu bản ghi: {fault}")),
    }
    for anchor in outside
        .anchors
        .iter()
        .filter(|anchor| anchor.name == link.place.name && anchor.hash != hash)
    {
        report.fault(
            &place,
            format!("Bản ghi khác với dấu mốc giữ ngoài cơ sở dữ liệu ({}).", anchor.source),
        );
    }
    walk.last_signed = link.signature.is_some();
    if let Some(signature) = &link.signature {
        check_signature(walk, link, &hash, signature, report);
    }
    walk.seq = link.place.name.seq;
    walk.hash = hash;
}

fn header_faults(walk: &Walk, link: &Link, header: &Header, report: &mut Report) {
    let place = record_place(link.place.name);
    if *header.prev != walk.hash {
        report.fault(&place, "Bản ghi không nối vào bản ghi liền trước (chuỗi mã băm đứt).");
    }
    place_faults(&link.place, header, report);
}

/// What of a record its header does not bear out.
pub(super) fn place_faults(record: &Place, header: &Header, report: &mut Report) {
    let place = record_place(record.name);
    let same = header.name == record.name
        && i64::try_from(header.depth).ok() == Some(record.depth)
        && *header.subject == record.subject
        && header.kind == record.kind;
    if !same {
        report.fault(&place, "Các cột của bản ghi khác với phần đầu đã băm.");
    }
    match (&record.salt, &record.body) {
        (Some(salt), Some(body)) => {
            let matches = <[u8; 16]>::try_from(salt.as_slice())
                .is_ok_and(|salt| body_hash(&salt, body) == *header.body_hash);
            if !matches {
                report.fault(&place, "Nội dung bản ghi không khớp mã băm trong phần đầu.");
            }
        }
        _ => report.fault(&place, "Nội dung bản ghi không còn mà không có bản ghi hủy hợp pháp."),
    }
}

fn check_signature(walk: &Walk, link: &Link, hash: &Hash, signature: &[u8], report: &mut Report) {
    let place = record_place(link.place.name);
    let Some(key) = &walk.public_key else {
        report.fault(
            &place,
            "Không biết khóa công khai của thiết bị nên không kiểm tra được chữ ký.",
        );
        return;
    };
    let site = Header::placed(&link.place.header).map(|header| header.site).unwrap_or_default();
    let good = <[u8; 64]>::try_from(signature)
        .is_ok_and(|signature| head_is_signed(key, &site, link.place.name, hash, &signature));
    if !good {
        report.fault(&place, "Chữ ký của thiết bị trên bản ghi này không đúng.");
    }
}

fn end(walk: Option<Walk>, outside: &Outside, report: &mut Report) {
    let Some(walk) = walk else { return };
    let name = Name { device: walk.device, seq: walk.seq };
    if !walk.last_signed {
        report.fault(record_place(name), "Bản ghi cuối chuỗi không có chữ ký của thiết bị.");
    }
    for anchor in outside
        .anchors
        .iter()
        .filter(|anchor| anchor.name.device == walk.device && anchor.name.seq > walk.seq)
    {
        report.fault(
            record_place(anchor.name),
            format!(
                "Bản ghi này đã có theo dấu mốc ({}) nhưng không còn trong cơ sở dữ liệu.",
                anchor.source
            ),
        );
    }
}

fn missing_anchored_devices(
    connection: &Connection,
    outside: &Outside,
    report: &mut Report,
) -> Result<()> {
    for anchor in outside.anchors.iter().filter(|anchor| anchor.name.seq > 0) {
        let mut known = connection.prepare_cached(
            "SELECT 1 FROM device d JOIN record r ON r.device_no = d.no WHERE d.id = ?1 LIMIT 1",
        )?;
        if !known.exists([anchor.name.device])? {
            report.fault(record_place(anchor.name), "Không còn bản ghi nào của thiết bị này.");
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Link> {
    let place = Place {
        name: Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() },
        depth: row.get(2)?,
        subject: row.get(3)?,
        kind: row.get(4)?,
        header: row.get(6)?,
        salt: row.get(7)?,
        body: row.get(8)?,
    };
    Ok(Link { place, hash: row.get(5)?, signature: row.get(9)? })
}
