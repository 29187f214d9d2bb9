//! One question to CUPS in its own protocol: what became of a job.
//!
//! `lpstat` shows a finished and a cancelled job in the same words; the number of the job's state
//! (RFC 8011 §5.3.7) is only in the answer to Get-Job-Attributes, so that one is asked directly.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::PrintFault;
use super::command::refused;

/// The print system is on this computer or in this building.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The answer has three attributes; anything longer is not an answer.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

const GET_JOB_ATTRIBUTES: u16 = 0x0009;
const NOT_FOUND: u16 = 0x0406;
const TAG_OPERATION: u8 = 0x01;
const TAG_END: u8 = 0x03;
const TAG_KEYWORD: u8 = 0x44;
const TAG_URI: u8 = 0x45;
const TAG_CHARSET: u8 = 0x47;
const TAG_LANGUAGE: u8 = 0x48;
/// Tags below are delimiters of groups, from here on attributes.
const TAG_FIRST_VALUE: u8 = 0x10;

/// Where a job stands (RFC 8011 §5.3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Held,
    Processing,
    Stopped,
    Cancelled,
    Aborted,
    Completed,
}

/// What CUPS knows of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) state: State,
    /// What the printer said last, in English; often nothing.
    pub(super) said: String,
}

/// Asks `server` ("host:port" or the path of a local socket) about job `number`; none when the
/// server no longer knows it.
pub(super) fn job(server: &str, number: u32) -> Result<Option<Job>, PrintFault> {
    let request = request(number);
    let answer = exchange(server, &request).map_err(|source| match source.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => PrintFault::NoAnswer,
        _ => PrintFault::NoPrintSystem,
    })?;
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = body.and_then(|at| answer.get(at + 4..)).unwrap_or_default();
    read(body).ok_or_else(|| refused("IPP"))
}

fn request(number: u32) -> Vec<u8> {
    let mut body = vec![2, 0];
    body.extend(GET_JOB_ATTRIBUTES.to_be_bytes());
    body.extend(1_u32.to_be_bytes());
    body.push(TAG_OPERATION);
    let mut attribute = |tag: u8, name: &str, value: &str| {
        body.push(tag);
        for part in [name, value] {
            // Names and values here are a few dozen bytes.
            body.extend(u16::try_from(part.len()).unwrap_or(0).to_be_bytes());
            body.extend(part.as_bytes());
        }
    };
    attribute(TAG_CHARSET, "attributes-charset", "utf-8");
    attribute(TAG_LANGUAGE, "attributes-natural-language", "en");
    attribute(TAG_URI, "job-uri", &format!("ipp://localhost/jobs/{number}"));
    attribute(TAG_KEYWORD, "requested-attributes", "job-state");
    attribute(TAG_KEYWORD, "", "job-printer-state-message");
    body.push(TAG_END);
    body
}

fn exchange(server: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    // HTTP/1.0: the answer is not cut into chunks and ends with the connection.
    let head = format!(
        "POST /jobs HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let message = [head.as_bytes(), body].concat();
    if server.starts_with('/') {
        let stream = UnixStream::connect(server)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        return talk(stream, &message);
    }
    let address = server.to_socket_addrs()?.next();
    let address = address.ok_or(std::io::ErrorKind::NotFound)?;
    let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    talk(stream, &message)
}

fn talk(mut stream: impl Read + Write, message: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(message)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    Ok(answer)
}

/// Reads an answer: none when it cannot be read, none inside when the job is unknown.
fn read(answer: &[u8]) -> Option<Option<Job>> {
    let mut bytes = Bytes(answer);
    bytes.take(2)?;
    let status = bytes.number()?;
    if status == NOT_FOUND {
        return Some(None);
    }
    if status >= 0x0100 {
        return None;
    }
    bytes.take(4)?;
    let mut state = None;
    let mut said = String::new();
    while let Some(tag) = bytes.take(1).and_then(|tag| tag.first().copied()) {
        if tag == TAG_END {
            break;
        }
        if tag < TAG_FIRST_VALUE {
            continue;
        }
        let name = bytes.field()?;
        let value = bytes.field()?;
        match name {
            b"job-state" => state = state_of(value),
            b"job-printer-state-message" => said = String::from_utf8_lossy(value).trim().to_owned(),
            _ => {}
        }
    }
    Some(Some(Job { state: state?, said }))
}

fn state_of(value: &[u8]) -> Option<State> {
    Some(match u32::from_be_bytes(value.try_into().ok()?) {
        3 => State::Pending,
        4 => State::Held,
        5 => State::Processing,
        6 => State::Stopped,
        7 => State::Cancelled,
        8 => State::Aborted,
        9 => State::Completed,
        _ => return None,
    })
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// Bytes after their own length.
    fn field(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::from(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, attributes: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![2, 0];
        bytes.extend(status.to_be_bytes());
        bytes.extend([0, 0, 0, 1, 0x02]);
        for (name, value) in attributes {
            bytes.push(0x23);
            for part in [name.as_bytes(), value] {
                bytes.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
                bytes.extend(part);
            }
        }
        bytes.push(TAG_END);
        bytes
    }

    #[test]
    fn the_state_and_the_printers_words_are_read() {
        let bytes =
            answer(0, &[("job-state", &[0, 0, 0, 8]), ("job-printer-state-message", b"No paper ")]);
        let job = read(&bytes).unwrap().unwrap();
        assert_eq!(job.state, State::Aborted);
        assert_eq!(job.said, "No paper");
    }

    #[test]
    fn an_unknown_job_is_no_fault() {
        assert_eq!(read(&answer(NOT_FOUND, &[])), Some(None));
    }

    #[test]
    fn an_answer_cut_anywhere_is_no_answer_and_no_panic() {
        let bytes = answer(0, &[("job-printer-state-message", b"x"), ("job-state", &[0, 0, 0, 9])]);
        for length in 0..bytes.len() - 1 {
            assert_eq!(read(&bytes[..length]), None, "cut at {length}");
        }
        assert!(read(&bytes).is_some());
    }
}
