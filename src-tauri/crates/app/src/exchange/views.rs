//! The exchange in words: status bar, exchange page, tasks for a person.

use super::journal::{self, Line};
use crate::error::Result;
use crate::office::Office;
use crate::present;
use crate::views::{
    DisputeView, ExchangeLineView, ExchangeView, NeedView, SyncWordsView, UnsentView,
};
use domain::ids::DossierId;
use jiff::Timestamp;
use protocol::wire::ProblemType;
use sync::engine::{Headline, Notice, SyncState};

impl Office {
    /// Where the exchange with the province stands.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn exchange_view(&self) -> Result<ExchangeView> {
        let enrolled = self.enrolled()?;
        let state = self.shown_state();
        let (headline, words, tone) = match &state {
            Some(state) => headline(state, &self.safe_here(state)?),
            None if enrolled.is_some() => {
                ("stopped", "Chưa chạy gửi nhận với tỉnh".into(), "quiet")
            }
            None => ("not_enrolled", "Máy này chưa ghi danh với tỉnh".into(), "quiet"),
        };
        let minutes_left = match state.as_ref().map(|state| state.headline) {
            Some(
                Headline::Sending { minutes_left, .. }
                | Headline::FetchingOpen { minutes_left, .. }
                | Headline::FetchingOld { minutes_left },
            ) => minutes_left.map(fitted),
            _ => None,
        };
        let count = |of: fn(&SyncState) -> u64| state.as_ref().map_or(0, |state| fitted(of(state)));
        Ok(ExchangeView {
            enrolled: enrolled.is_some(),
            gateway: enrolled.as_ref().map(|enrolled| enrolled.address.clone()),
            lane: enrolled.as_ref().is_none_or(|enrolled| enrolled.lane),
            headline: headline.into(),
            words,
            tone: tone.into(),
            records_unsent: count(|state| state.records_unsent),
            files_unsent: count(|state| state.files_unsent),
            kilobytes_unsent: count(|state| state.file_bytes_unsent.div_ceil(1024)),
            minutes_left,
            paused: state.as_ref().is_some_and(|state| state.paused),
            receipt_at: self
                .receipt_at_ms(state.as_ref())?
                .and_then(|at| Timestamp::from_millisecond(at).ok())
                .map(present::at),
            tasks: self.tasks(state.as_ref())?,
            needs: state.iter().flat_map(|state| state.needs_person.iter().map(need)).collect(),
        })
    }

    /// The newest lines of the exchange log, newest first.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn exchange_lines(&self, limit: u32) -> Result<Vec<ExchangeLineView>> {
        let lines = self.read(|connection| store::exchange::lines(connection, limit))?;
        Ok(lines
            .into_iter()
            .filter_map(|(at_ms, json)| {
                let at = Timestamp::from_millisecond(at_ms).ok()?;
                let line = journal::read(&json)?;
                let (words, tone) = line_words(&line);
                let about = about(&line).into();
                Some(ExchangeLineView { at: present::at(at), about, words, tone: tone.into() })
            })
            .collect())
    }

    /// Dossiers whose desks are at odds.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn conflicts(&self) -> Result<Vec<DisputeView>> {
        let rows = self.read(store::exchange::disputes)?;
        Ok(rows
            .into_iter()
            .map(|row| DisputeView {
                id: row.id.to_string(),
                number: row.number,
                applicant: row.applicant,
                fields: row.fields,
            })
            .collect())
    }

    /// Dossiers with records of this device that the gateway has not confirmed.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn unsent(&self) -> Result<Vec<UnsentView>> {
        let device = self.device.id;
        let rows = self.read(|connection| store::exchange::unsent(connection, &device))?;
        Ok(rows
            .into_iter()
            .map(|(number, applicant, records)| UnsentView { number, applicant, records })
            .collect())
    }

    /// The state of a dossier between this desk and the province, in the one vocabulary of all screens.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn sync_words(&self, id: DossierId) -> Result<SyncWordsView> {
        let device = self.device.id;
        let standing =
            self.read(|connection| store::exchange::standing(connection, id.bytes(), &device))?;
        let enrolled = self.read(store::exchange::enrolment)?.is_some();
        let (code, words) = if standing.disputed {
            ("conflict", "Hai máy ghi khác nhau, cần đối chiếu")
        } else if standing.held {
            ("returned", "Tỉnh trả lại, cần sửa")
        } else if standing.asked {
            ("sent", "Đã gửi, chờ tỉnh xác nhận")
        } else if standing.records_unsent || !enrolled {
            ("here", "Lưu tại máy này")
        } else if standing.files_unsent.iter().any(|sha256| self.holds(sha256)) {
            // What is not here is another desk's to send.
            ("sent", "Đã gửi, chờ tỉnh xác nhận")
        } else {
            ("received", "Tỉnh đã nhận")
        };
        Ok(SyncWordsView { code: code.into(), words: words.into() })
    }

    /// The newest receipt: of this run, else of an earlier one.
    /// What lies safe at this desk until the line is back: dossiers, as people count them; documents alone are items.
    fn safe_here(&self, state: &SyncState) -> Result<String> {
        let items = match state.headline {
            Headline::NoLine { safe_here }
            | Headline::NotTheGateway { safe_here }
            | Headline::Paused { safe_here } => safe_here,
            _ => return Ok(String::new()),
        };
        let dossiers = self.read(|c| store::exchange::dossiers_unsent(c, &self.device.id))?;
        Ok(if dossiers > 0 { format!("{dossiers} hồ sơ") } else { format!("{items} mục") })
    }

    fn receipt_at_ms(&self, state: Option<&SyncState>) -> Result<Option<i64>> {
        match state.and_then(|state| state.receipt_at_ms) {
            Some(at_ms) => Ok(Some(at_ms)),
            None => self.read(|connection| {
                store::exchange::newest_receipt_at_ms(connection, &self.device.id)
            }),
        }
    }

    /// How much awaits a person. A returned record counts once, as the list of them keeps it: the exchange notices it only
    /// while it runs; put back, it awaits the gateway.
    fn tasks(&self, state: Option<&SyncState>) -> Result<u32> {
        let (held, disputes) = self.read(|connection| {
            Ok((store::exchange::held(connection)?, store::exchange::disputes(connection)?))
        })?;
        let is_held = |notice: &Notice| matches!(notice, Notice::Held { .. });
        let others = state.iter().flat_map(|state| &state.needs_person).filter(|n| !is_held(n));
        let held = held.iter().filter(|row| row.asked.is_none());
        Ok(u32::try_from(held.count() + disputes.len() + others.count()).unwrap_or(u32::MAX))
    }
}

fn headline(state: &SyncState, safe_here: &str) -> (&'static str, String, &'static str) {
    match state.headline {
        Headline::SentAll => ("sent_all", "Đã gửi hết".into(), "quiet"),
        Headline::Sending { done, total, minutes_left: Some(minutes) } => {
            ("sending", format!("Đang gửi {done}/{total}, còn khoảng {minutes} phút"), "busy")
        }
        Headline::Sending { done, total, minutes_left: None } => {
            ("sending", format!("Đang gửi {done}/{total}"), "busy")
        }
        Headline::FetchingOpen { taken, total, minutes_left } => {
            let total = total.map(|total| format!("/{total}")).unwrap_or_default();
            let left = still(minutes_left);
            ("fetching_open", format!("Đang nhận hồ sơ đang mở: {taken}{total}{left}"), "busy")
        }
        Headline::FetchingOld { minutes_left } => {
            let left = still(minutes_left);
            let words = format!("Hồ sơ đang mở đã đủ, dùng được ngay. Đang nhận hồ sơ cũ{left}");
            ("fetching_old", words, "busy")
        }
        Headline::NoLine { safe_here: 0 } => {
            ("no_line", "Mất mạng: mọi thứ đã gửi trước đó".into(), "quiet")
        }
        Headline::NoLine { .. } => (
            "no_line",
            format!("Mất mạng: {safe_here} đã lưu an toàn, sẽ tự gửi khi có mạng"),
            "quiet",
        ),
        Headline::NotTheGateway { .. } => (
            "not_the_gateway",
            format!("Mạng đòi đăng nhập hoặc chặn máy chủ tỉnh: {safe_here} đã lưu an toàn"),
            "quiet",
        ),
        Headline::NeedsPerson { count } => ("needs_person", format!("Cần xử lý: {count}"), "act"),
        Headline::Paused { .. } => {
            ("paused", format!("Đang tạm dừng gửi: {safe_here} đã lưu an toàn"), "quiet")
        }
        Headline::FilesWait { files } => (
            "files_wait",
            format!("Hồ sơ đã gửi hết, {files} tệp chờ đường truyền phù hợp"),
            "quiet",
        ),
    }
}

fn still(minutes_left: Option<u64>) -> String {
    minutes_left.map(|minutes| format!(", còn khoảng {minutes} phút")).unwrap_or_default()
}

fn need(notice: &Notice) -> NeedView {
    let (code, words, next_step): (&str, String, &str) = match notice {
        Notice::Stopped { seq, problem, .. } => (
            "stopped",
            format!("Tỉnh không nhận bản ghi số {seq}: {}", problem_words(*problem)),
            "Hãy báo bộ phận kỹ thuật của tỉnh; sau khi xử lý, bấm \"Gửi ngay\".",
        ),
        Notice::NotTheNewest { .. } => (
            "not_the_newest",
            "Ở tỉnh có bản ghi mới hơn của chính máy này: kho dữ liệu này là bản cũ được chép lại"
                .into(),
            "Đừng tiếp nhận tiếp trên máy này. Hãy tìm kho dữ liệu mới hơn, hoặc khôi phục lại để máy này thành thiết bị mới.",
        ),
        Notice::Held { problem, .. } => (
            "held",
            format!("Một hồ sơ được giữ lại ở tỉnh: {}", problem_words(*problem)),
            "Mở mục \"Tỉnh trả lại\" để xem lý do và cách sửa.",
        ),
        Notice::FileRefused { problem, .. } => (
            "file_refused",
            format!("Tỉnh không nhận một tài liệu: {}", problem_words(*problem)),
            "Hãy mở hồ sơ, thay tài liệu bằng bản khác rồi bấm \"Gửi ngay\".",
        ),
        Notice::FileDamaged { .. } => (
            "file_damaged",
            "Một tài liệu trên máy này không đọc được".into(),
            "Hãy lấy lại tài liệu từ bản sao lưu hoặc quét lại giấy.",
        ),
        Notice::NotAuthorised => (
            "not_authorised",
            "Tỉnh không nhận máy này".into(),
            "Máy có thể đã bị thu hồi. Hãy xin tỉnh mã ghi danh mới.",
        ),
        Notice::CannotStore => (
            "cannot_store",
            "Không ghi được dữ liệu tỉnh gửi về vào máy này".into(),
            "Hãy kiểm tra dung lượng ổ đĩa.",
        ),
    };
    NeedView { code: code.into(), words, next_step: next_step.into() }
}

fn problem_words(problem: ProblemType) -> &'static str {
    match problem {
        ProblemType::NumberTaken => "số hồ sơ đã thuộc hồ sơ khác",
        ProblemType::DeskTaken => "số bàn đã thuộc máy khác",
        ProblemType::HashMismatch => "nội dung đến nơi không khớp mã băm",
        ProblemType::Fork => "ở tỉnh có bản ghi khác cùng vị trí",
        ProblemType::Revoked => "máy này đã bị thu hồi",
        ProblemType::Validation => "bản ghi sai quy tắc",
        ProblemType::NotYourSite => "bản ghi thuộc đơn vị khác",
        ProblemType::TooLarge => "dung lượng vượt mức nhận",
        ProblemType::BadSignature => "chữ ký không đúng",
        ProblemType::Gap => "thiếu bản ghi trước đó",
        ProblemType::Unauthorized => "chưa được cấp quyền",
        ProblemType::NotFound => "không tìm thấy ở tỉnh",
        ProblemType::Stale => "đã thay đổi ở tỉnh",
        ProblemType::Time => "đồng hồ chưa đồng bộ",
        ProblemType::CursorExpired | ProblemType::RetryLater | ProblemType::Internal => {
            "máy chủ tỉnh đang có lỗi"
        }
    }
}

fn line_words(line: &Line) -> (String, &'static str) {
    match line {
        Line::Sent { records, bytes } => {
            (format!("Đã gửi {records} bản ghi ({})", size(*bytes)), "quiet")
        }
        Line::Received { records, bytes } => {
            (format!("Đã nhận {records} bản ghi ({})", size(*bytes)), "quiet")
        }
        Line::OpenHere => {
            ("Đã nhận đủ hồ sơ đang mở: dùng được ngay, hồ sơ cũ nhận tiếp".into(), "quiet")
        }
        Line::Refuted { seq, .. } => (
            format!(
                "Bản ghi {seq} nhận trước không đúng với chuỗi của máy đã ghi: đã bỏ, hồ sơ tính lại"
            ),
            "act",
        ),
        Line::FileSent { bytes, .. } => {
            (format!("Đã gửi một tài liệu ({})", size(*bytes)), "quiet")
        }
        Line::FileReceived { .. } => ("Đã tải một tài liệu về".into(), "quiet"),
        Line::Agreed => ("Hai bên khớp nhau".into(), "quiet"),
        Line::Failed { errand, how, again_ms } => {
            let seconds = again_ms.div_ceil(1_000);
            (
                format!("{}: {}; thử lại sau {seconds} giây", errand_words(errand), how_words(how)),
                "soon",
            )
        }
        Line::SentAgain { above } => {
            (format!("Tỉnh mất dữ liệu đã nhận: gửi lại từ sau bản ghi {above}"), "soon")
        }
        Line::ReadAgain => ("Đọc lại từ đầu dữ liệu của đơn vị ở tỉnh".into(), "quiet"),
        Line::NeedsPerson { code, problem, .. } => {
            let why = problem.as_deref().and_then(problem_named).map(problem_words);
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            (format!("Cần xử lý: {}{why}", task_words(code)), "act")
        }
    }
}

fn task_words(code: &str) -> &str {
    match code {
        "stopped" => "tỉnh không nhận một bản ghi, việc gửi dừng tại đó",
        "not_the_newest" => "kho dữ liệu này là bản cũ được chép lại",
        "held" => "tỉnh giữ lại một hồ sơ",
        "file_refused" => "tỉnh không nhận một tài liệu",
        "file_damaged" => "một tài liệu trên máy này không đọc được",
        "not_authorised" => "tỉnh không nhận máy này",
        "cannot_store" => "không ghi được dữ liệu tỉnh gửi về",
        other => other,
    }
}

/// A problem by its word in the log; `None` for one of another version.
fn problem_named(word: &str) -> Option<ProblemType> {
    serde_json::from_value(word.into()).ok()
}

/// What a line is about, for the log's filter.
fn about(line: &Line) -> &'static str {
    match line {
        Line::Sent { .. } | Line::Received { .. } | Line::OpenHere | Line::Refuted { .. } => {
            "records"
        }
        Line::FileSent { .. } | Line::FileReceived { .. } => "documents",
        Line::Failed { errand, .. } if errand == "file" => "documents",
        Line::NeedsPerson { code, .. } if code.starts_with("file_") => "documents",
        Line::Failed { .. } | Line::NeedsPerson { .. } => "records",
        Line::Agreed | Line::SentAgain { .. } | Line::ReadAgain => "line",
    }
}

fn errand_words(errand: &str) -> &'static str {
    match errand {
        "records" => "Gửi bản ghi",
        "feed" => "Nhận bản ghi",
        "open" => "Nhận hồ sơ đang mở",
        "heads" => "Đối chiếu",
        _ => "Tài liệu",
    }
}

fn how_words(how: &str) -> &str {
    match how {
        "no_line" => "chưa có mạng",
        "silent" => "đường truyền ngắt quãng",
        "busy" => "máy chủ tỉnh bận",
        "not_the_gateway" => "nơi trả lời không phải máy chủ tỉnh",
        "here" => "máy này không ghi hoặc không đọc được",
        other => problem_named(other).map_or(other, |problem| problem_words(problem)),
    }
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} byte"),
        1_024..1_048_576 => format!("{} KB", bytes.div_ceil(1_024)),
        _ => format!("{},{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

fn fitted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
