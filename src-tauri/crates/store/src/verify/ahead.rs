//! Records that came before their chain: bytes, hashes, places. Their signatures come with the chain.

use super::chain::{Place, place_faults};
use super::{Report, record_place};
use crate::error::Result;
use protocol::{Header, Name, header_hash};
use rusqlite::Connection;

pub fn check(connection: &Connection, report: &mut Report) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT d.id, a.seq, a.depth, a.subject, a.kind, a.header, a.salt, a.body, a.hash,
                EXISTS (SELECT 1 FROM record r WHERE r.device_no = a.device_no AND r.seq = a.seq), a.refuted,
                coalesce(a.seq > d.revoked_seq, 0)
           FROM ahead a JOIN device d ON d.no = a.device_no ORDER BY a.device_no, a.seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() };
        let place = Place {
            name,
            depth: row.get(2)?,
            subject: row.get(3)?,
            kind: row.get(4)?,
            header: row.get(5)?,
            salt: row.get(6)?,
            body: row.get(7)?,
        };
        if header_hash(&place.header).as_slice() != row.get::<_, Vec<u8>>(8)? {
            report.fault(record_place(name), "Phần đầu bản ghi không khớp mã băm đã lưu.");
        }
        match Header::placed(&place.header) {
            Ok(header) => place_faults(&place, &header, report),
            Err(fault) => {
                let words = format!("Không đọc được phần đầu bản ghi: {fault}");
                report.fault(record_place(name), words);
            }
        }
        match (row.get(9)?, row.get(10)?) {
            (_, true) => report.refuted.push(record_place(name)),
            (true, false) => {
                report.fault(record_place(name), "Bản ghi đã vào chuỗi mà còn nằm ở chỗ chờ.");
            }
            (false, false) => report.unproved += u64::from(!row.get::<_, bool>(11)?),
        }
    }
    Ok(())
}
