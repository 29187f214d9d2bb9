//! Documents on their way: which goes next, over how many connections, and how each resumes.

use super::Turn;
use super::effect::{Effect, Entry, Memory, Notice};
use super::input::{FileJob, FilesAllowed, Policy, Segment};
use super::streams::{Errand, STREAMS, Stream};
use protocol::Hash;
use protocol::wire::ProblemType;

/// Fewest bytes of a document for which another upload is begun beside the first.
const SHARE_BYTES: u64 = 64 * 1024;

/// All documents that are not yet where they are wanted.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) jobs: Vec<Job>,
    pub(super) wanted: Vec<Wanted>,
    /// Refused by the gateway or unreadable here; tried again when a person says so.
    refused: Vec<FileJob>,
    pub(super) streams: [Stream; STREAMS],
    pub(super) cap_ready_ms: u64,
    /// Whether a document may be several uploads side by side: until the other side says that it cannot.
    shares: bool,
}

/// A document going up.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) file: FileJob,
    /// Whether the last acknowledged offset of each segment is the gateway's own word since the last failure.
    pub(super) offset_known: Vec<bool>,
}

/// A document coming down.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) sha256: Hash,
    pub(super) size_bytes: u64,
    pub(super) have_bytes: u64,
}

impl Files {
    pub(super) fn new(files: Vec<FileJob>) -> Self {
        let mut new = Self {
            jobs: Vec::new(),
            wanted: Vec::new(),
            refused: Vec::new(),
            streams: Default::default(),
            cap_ready_ms: 0,
            shares: true,
        };
        files.into_iter().for_each(|file| new.add(file));
        new
    }

    pub(super) fn add(&mut self, mut file: FileJob) {
        if self.jobs.iter().any(|job| job.file.sha256 == file.sha256) {
            return;
        }
        if file.segments.iter().map(|segment| segment.length).sum::<u64>() != file.size_bytes {
            file.segments.clear();
        }
        self.refused.retain(|refused| refused.sha256 != file.sha256);
        let offset_known = vec![false; file.segments.len()];
        self.jobs.push(Job { file, offset_known });
        // What was begun is finished first: half a document helps nobody.
        self.jobs.sort_by_key(|Job { file, .. }| {
            (file.segments.is_empty(), file.due, file.size_bytes, file.sha256)
        });
    }

    pub(super) fn want(&mut self, sha256: Hash, size_bytes: u64, have_bytes: u64) {
        if self.wanted.iter().all(|wanted| wanted.sha256 != sha256) {
            self.wanted.push(Wanted { sha256, size_bytes, have_bytes });
        }
    }

    pub(super) fn try_now(&mut self) {
        self.streams.iter_mut().for_each(|stream| stream.patience.end());
        let refused = std::mem::take(&mut self.refused);
        refused.into_iter().for_each(|file| self.add(file));
    }

    pub(super) fn unsent(&self) -> u64 {
        (self.jobs.len() + self.refused.len()) as u64
    }

    pub(super) fn bytes_unsent(&self) -> u64 {
        let left = |file: &FileJob| {
            file.size_bytes - file.segments.iter().map(|segment| segment.sent).sum::<u64>()
        };
        self.jobs.iter().map(|job| left(&job.file)).chain(self.refused.iter().map(left)).sum()
    }

    /// Begins what the connections have room for. `aside` while own records are on their way: a document never delays a
    /// record.
    pub(super) fn go_on(&mut self, policy: &Policy, aside: bool, turn: &mut Turn<'_>) {
        for stream in 0..policy.streams_at_once() {
            if !self.streams[stream].is_free(turn.now_ms) {
                continue;
            }
            let errand = self.fetch().or_else(|| {
                let may = policy.files == FilesAllowed::Yes && !aside;
                let capped = policy.cap_bytes_per_s.is_some() && turn.now_ms < self.cap_ready_ms;
                if may && !capped { self.upload(policy) } else { None }
            });
            if let Some(errand) = errand {
                self.begin(stream, errand, policy, turn);
            }
        }
    }

    /// When to be woken for documents.
    pub(super) fn alarm_ms(&self, policy: &Policy, now_ms: u64) -> Option<u64> {
        let uploads = policy.files == FilesAllowed::Yes && !self.jobs.is_empty();
        if !uploads && self.wanted.is_empty() {
            return None;
        }
        let waits = self.streams.iter().filter(|stream| stream.flight.is_none());
        let waits = waits.map(|stream| stream.patience.until_ms()).filter(|until| *until > now_ms);
        let capped = policy.cap_bytes_per_s.map(|_| self.cap_ready_ms);
        waits.chain(capped.filter(|ready| *ready > now_ms)).min()
    }

    fn fetch(&self) -> Option<Errand> {
        let free = |sha256: &Hash| {
            !self
                .flying()
                .any(|errand| matches!(errand, Errand::Fetch { sha256: of } if of == *sha256))
        };
        let wanted = self.wanted.iter().map(|wanted| wanted.sha256).find(free);
        wanted.map(|sha256| Errand::Fetch { sha256 })
    }

    fn upload(&mut self, policy: &Policy) -> Option<Errand> {
        let begun = self.jobs.iter().find_map(|job| self.piece_of(job));
        if begun.is_some() {
            return begun;
        }
        let waiting = self.jobs.iter().filter(|job| job.file.segments.is_empty()).count();
        let job = self.jobs.iter_mut().find(|job| job.file.segments.is_empty())?;
        // The last of the queue are shared out: streams that end before the others would have nothing else to do.
        job.begin(if self.shares { policy.streams_at_once() / waiting } else { 1 });
        Some(Errand::Create { sha256: job.file.sha256, segment: 0 })
    }

    /// What can be done next for a document that was begun.
    fn piece_of(&self, job: &Job) -> Option<Errand> {
        let sha256 = job.file.sha256;
        let flying = |of: usize| self.flying().any(|errand| errand.segment() == Some((sha256, of)));
        for (segment, piece) in job.file.segments.iter().enumerate().filter(|(n, _)| !flying(*n)) {
            match &piece.upload {
                None => return Some(Errand::Create { sha256, segment }),
                Some(_) if !job.offset_known[segment] => {
                    return Some(Errand::Offset { sha256, segment });
                }
                Some(_) if piece.sent < piece.length => {
                    return Some(Errand::Part { sha256, segment, length: 0 });
                }
                Some(_) => {}
            }
        }
        let finishing = self.flying().any(|errand| errand == Errand::Finish { sha256 });
        (job.is_sent() && !finishing).then_some(Errand::Finish { sha256 })
    }

    fn flying(&self) -> impl Iterator<Item = Errand> {
        self.streams.iter().filter_map(|stream| stream.flight.map(|flight| flight.errand))
    }

    pub(super) fn job(&mut self, sha256: Hash) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.file.sha256 == sha256)
    }

    pub(super) fn arrived(&mut self, sha256: Hash, turn: &mut Turn<'_>) {
        let Some(index) = self.jobs.iter().position(|job| job.file.sha256 == sha256) else {
            return;
        };
        let bytes = self.jobs.remove(index).file.size_bytes;
        self.give_up(sha256, turn);
        turn.effects.push(Effect::Remember(Memory::FileArrived { sha256 }));
        turn.effects.push(Effect::Log(Entry::FileSent { sha256, bytes }));
    }

    /// The other side takes a document as one upload only: this one begins again, and none is shared out any more.
    pub(super) fn begin_whole(&mut self, sha256: Hash, turn: &mut Turn<'_>) {
        self.shares = false;
        self.give_up(sha256, turn);
        if let Some(job) = self.job(sha256) {
            job.begin(1);
            let memory = job.memory();
            turn.effects.push(memory);
        }
    }

    /// Puts a document aside that only a person can help; the others go on.
    pub(super) fn put_aside(
        &mut self,
        sha256: Hash,
        problem: Option<ProblemType>,
        turn: &mut Turn<'_>,
    ) {
        if let Some(index) = self.jobs.iter().position(|job| job.file.sha256 == sha256) {
            self.refused.push(self.jobs.remove(index).file);
        }
        self.wanted.retain(|wanted| wanted.sha256 != sha256);
        self.give_up(sha256, turn);
        turn.say_once(match problem {
            Some(problem) => Notice::FileRefused { sha256, problem },
            None => Notice::FileDamaged { sha256 },
        });
    }
}

impl Job {
    /// Whether every byte is acknowledged.
    pub(super) fn is_sent(&self) -> bool {
        !self.file.segments.is_empty()
            && self.offset_known.iter().all(|known| *known)
            && self.file.segments.iter().all(|segment| segment.sent == segment.length)
    }

    /// Lays out the uploads of a document over at most `streams`.
    fn begin(&mut self, streams: usize) {
        let count = (streams as u64).min(self.file.size_bytes / SHARE_BYTES).max(1);
        let length = self.file.size_bytes.div_ceil(count);
        let starts = (0..count).map(|n| n * length);
        self.file.segments = starts
            .map(|start| Segment {
                start,
                length: length.min(self.file.size_bytes - start),
                upload: None,
                sent: 0,
            })
            .collect();
        self.offset_known = vec![false; self.file.segments.len()];
    }

    /// The gateway does not know the upload any more.
    pub(super) fn forget(&mut self, segment: usize) {
        if let Some(piece) = self.file.segments.get_mut(segment) {
            piece.upload = None;
            piece.sent = 0;
        }
    }

    pub(super) fn memory(&self) -> Effect {
        let (sha256, segments) = (self.file.sha256, self.file.segments.clone());
        Effect::Remember(Memory::Upload { sha256, segments })
    }
}
