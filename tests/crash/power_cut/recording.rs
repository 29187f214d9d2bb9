//! What a worker did to its files, as the recorder wrote it down.

use std::path::{Path, PathBuf};

/// One operation on a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A file appeared.
    Create(PathBuf),
    /// A file was emptied.
    Truncate(PathBuf),
    /// Bytes were written.
    Write(PathBuf, usize, Vec<u8>),
    /// A file was given a length.
    Length(PathBuf, usize),
    /// A file or folder was made durable.
    Sync(PathBuf),
    /// A name went.
    Unlink(PathBuf),
    /// A file got another name.
    Rename(PathBuf, PathBuf),
    /// A folder appeared.
    MakeDir(PathBuf),
    /// The program promised something.
    Ack(String),
}

/// Reads a recording.
pub fn read(file: &Path) -> Vec<Op> {
    let bytes = std::fs::read(file).expect("a recording");
    let mut rest = bytes.as_slice();
    let mut ops = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let fields: Vec<&str> = head.split('\t').collect();
        let number = |place: usize| fields[place].parse::<usize>().expect("a number");
        let length = number(4);
        let data = &rest[end + 1..end + 1 + length];
        rest = &rest[end + 1 + length..];
        let path = PathBuf::from(fields[1]);
        ops.push(match fields[0] {
            "C" => Op::Create(path),
            "T" => Op::Truncate(path),
            "W" => Op::Write(path, number(3), data.to_vec()),
            "L" => Op::Length(path, number(3)),
            "S" => Op::Sync(path),
            "U" => Op::Unlink(path),
            "R" => Op::Rename(path, PathBuf::from(fields[2])),
            "D" => Op::MakeDir(path),
            "A" => Op::Ack(String::from_utf8_lossy(data).trim_end().to_owned()),
            other => panic!("operation {other}"),
        });
    }
    ops
}
