//! What the exchange writes down: a line for the log, the uploads begun. Places and sizes, never contents.

use data_encoding::HEXLOWER;
use protocol::Name;
use serde::{Deserialize, Serialize};
use sync::engine::{Entry, How, Notice, Segment, What};

/// A line of the exchange log as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Line {
    /// Records arrived at the gateway.
    Sent { records: u64, bytes: u64 },
    /// Records came.
    Received { records: u64, bytes: u64 },
    /// The open dossiers are here, before the old ones.
    OpenHere,
    /// What had come before its chain is not what the device wrote.
    Refuted { device: String, seq: u64 },
    /// A document arrived at the gateway.
    FileSent { sha256: String, bytes: u64 },
    /// A document came.
    FileReceived { sha256: String },
    /// Both sides have the same.
    Agreed,
    /// Something is tried again.
    Failed { errand: String, how: String, again_ms: u64 },
    /// The gateway lost what it had.
    SentAgain { above: u64 },
    /// The feed is read from its beginning.
    ReadAgain,
    /// A person has to act.
    NeedsPerson { code: String, seq: Option<u64>, problem: Option<String> },
}

/// The line for an entry.
pub(super) fn line(entry: &Entry) -> String {
    let line = match *entry {
        Entry::Sent { first, last, bytes, .. } => {
            Line::Sent { records: (last + 1).saturating_sub(first), bytes }
        }
        Entry::Received { records, bytes } => Line::Received { records, bytes },
        Entry::OpenHere => Line::OpenHere,
        Entry::FileSent { sha256, bytes } => {
            Line::FileSent { sha256: HEXLOWER.encode(&sha256), bytes }
        }
        Entry::FileReceived { sha256 } => Line::FileReceived { sha256: HEXLOWER.encode(&sha256) },
        Entry::Agreed => Line::Agreed,
        Entry::Failed { what, how, again_ms } => {
            Line::Failed { errand: errand(what).into(), how: how_code(how), again_ms }
        }
        Entry::SentAgain { seq, .. } => Line::SentAgain { above: seq },
        Entry::ReadAgain => Line::ReadAgain,
    };
    written(&line)
}

/// The line for a record that came before its chain and is refuted by it.
pub(super) fn refuted_line(name: Name) -> String {
    written(&Line::Refuted { device: HEXLOWER.encode(&name.device), seq: name.seq })
}

/// The line for something only a person can settle.
pub(super) fn notice_line(notice: &Notice) -> String {
    let (code, seq, problem) = match *notice {
        Notice::Stopped { seq, problem, .. } => ("stopped", Some(seq), Some(problem)),
        Notice::NotTheNewest { seq } => ("not_the_newest", Some(seq), None),
        Notice::Held { seq, problem, .. } => ("held", Some(seq), Some(problem)),
        Notice::FileRefused { problem, .. } => ("file_refused", None, Some(problem)),
        Notice::FileDamaged { .. } => ("file_damaged", None, None),
        Notice::NotAuthorised => ("not_authorised", None, None),
        Notice::CannotStore => ("cannot_store", None, None),
    };
    let problem = problem.map(|problem| word(&problem));
    written(&Line::NeedsPerson { code: code.into(), seq, problem })
}

/// Reads a line back; `None` for one of another version.
pub(super) fn read(line: &str) -> Option<Line> {
    serde_json::from_str(line).ok()
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

fn errand(what: What) -> &'static str {
    match what {
        What::Records => "records",
        What::Feed => "feed",
        What::Open => "open",
        What::Heads => "heads",
        What::File => "file",
    }
}

fn how_code(how: How) -> String {
    match how {
        How::NoLine => "no_line".into(),
        How::Silent => "silent".into(),
        How::Busy => "busy".into(),
        How::Refused(problem) => word(&problem),
        How::NotTheGateway => "not_the_gateway".into(),
        How::Here => "here".into(),
    }
}

fn word(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

#[derive(Serialize, Deserialize)]
struct KeptSegment {
    start: u64,
    length: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upload: Option<String>,
    sent: u64,
}

/// The uploads begun for a document, as they are kept.
pub(super) fn segments(segments: &[Segment]) -> String {
    let kept: Vec<KeptSegment> = segments
        .iter()
        .map(|Segment { start, length, upload, sent }| KeptSegment {
            start: *start,
            length: *length,
            upload: upload.clone(),
            sent: *sent,
        })
        .collect();
    serde_json::to_string(&kept).unwrap_or_default()
}

/// Reads them back; nothing when they cannot be read, which sends the document from its beginning.
pub(super) fn read_segments(kept: &str) -> Vec<Segment> {
    let kept: Vec<KeptSegment> = serde_json::from_str(kept).unwrap_or_default();
    kept.into_iter()
        .map(|KeptSegment { start, length, upload, sent }| Segment { start, length, upload, sent })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_begun_read_back() {
        let begun = [
            Segment { start: 0, length: 70_000, upload: Some("ab".into()), sent: 65_536 },
            Segment { start: 70_000, length: 5, upload: None, sent: 0 },
        ];
        assert_eq!(read_segments(&segments(&begun)), begun);
        assert_eq!(read_segments(""), []);
        assert_eq!(read_segments("[{\"start\":"), []);
    }

    #[test]
    fn a_line_reads_back_and_holds_no_contents() {
        let entry = Entry::Failed { what: What::Feed, how: How::Silent, again_ms: 1_500 };
        let line = line(&entry);
        assert_eq!(
            read(&line),
            Some(Line::Failed { errand: "feed".into(), how: "silent".into(), again_ms: 1_500 })
        );
    }
}
