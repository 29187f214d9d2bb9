//! The streams of documents: each does one thing at a time and waits by itself when it fails. Two of them share a
//! connection: while one waits for its answer the other one's bytes are on their way.

use super::effect::{Effect, Entry, How, Memory, Notice, Request, Ticket, What};
use super::files::Files;
use super::input::{Failure, Policy, Reply};
use super::line::Patience;
use super::{PART_BYTES, Turn};
use protocol::Hash;
use protocol::wire::ProblemType;

/// Most connections for documents.
pub(super) const CONNECTIONS: usize = 4;
/// Streams that share a connection.
pub(super) const SHARE: usize = 2;
/// Most streams.
pub(super) const STREAMS: usize = CONNECTIONS * SHARE;

/// A part that took longer than this, milliseconds, is followed by a smaller one, one faster than half by a larger one.
const PART_MS: u64 = 20_000;
/// Parts that take less than this, milliseconds, stay as small as [`PART_BYTES`] says: what a fast line loses in a break is
/// what was under way. On a slow one the gateway has kept what came, and every part costs a question and an answer.
const QUICK_MS: u64 = 1_000;
const SLOW_PART_BYTES: u32 = 128 * 1024;

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) flight: Option<Flight>,
    pub(super) patience: Patience,
    part_bytes: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    ticket: Ticket,
    pub(super) errand: Errand,
    began_ms: u64,
}

/// What a stream is doing. Segments are counted within their document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    Create { sha256: Hash, segment: usize },
    Offset { sha256: Hash, segment: usize },
    Part { sha256: Hash, segment: usize, length: u32 },
    Finish { sha256: Hash },
    Fetch { sha256: Hash },
}

impl Default for Stream {
    fn default() -> Self {
        Self { flight: None, patience: Patience::default(), part_bytes: 2 * PART_BYTES.0 }
    }
}

impl Stream {
    pub(super) fn is_free(&self, now_ms: u64) -> bool {
        self.flight.is_none() && self.patience.is_over(now_ms)
    }

    fn learn(&mut self, took_ms: u64) {
        if took_ms > PART_MS {
            self.part_bytes = (self.part_bytes / 2).max(PART_BYTES.0);
        } else if took_ms < PART_MS / 2 {
            let most = if took_ms < QUICK_MS { PART_BYTES.1 } else { SLOW_PART_BYTES };
            self.part_bytes = (self.part_bytes * 2).min(most);
        }
    }
}

impl Errand {
    pub(super) fn segment(self) -> Option<(Hash, usize)> {
        match self {
            Errand::Create { sha256, segment }
            | Errand::Offset { sha256, segment }
            | Errand::Part { sha256, segment, .. } => Some((sha256, segment)),
            Errand::Finish { .. } | Errand::Fetch { .. } => None,
        }
    }

    fn sha256(self) -> Hash {
        match self {
            Errand::Create { sha256, .. }
            | Errand::Offset { sha256, .. }
            | Errand::Part { sha256, .. }
            | Errand::Finish { sha256 }
            | Errand::Fetch { sha256 } => sha256,
        }
    }
}

impl Files {
    pub(super) fn begin(
        &mut self,
        stream: usize,
        errand: Errand,
        policy: &Policy,
        turn: &mut Turn<'_>,
    ) {
        let Some((request, errand)) = self.request(stream, errand, policy) else { return };
        if let (Errand::Part { length, .. }, Some(cap)) = (errand, policy.cap_bytes_per_s) {
            let cost_ms = u64::from(length) * 1_000 / cap.max(1);
            self.cap_ready_ms = self.cap_ready_ms.max(turn.now_ms) + cost_ms;
        }
        let ticket = turn.start(request);
        self.streams[stream].flight = Some(Flight { ticket, errand, began_ms: turn.now_ms });
    }

    fn request(&self, n: usize, errand: Errand, policy: &Policy) -> Option<(Request, Errand)> {
        let sha256 = errand.sha256();
        let stream = u8::try_from(n % policy.connections()).unwrap_or(0);
        let job = || self.jobs.iter().find(|job| job.file.sha256 == sha256);
        let piece = |segment: usize| job()?.file.segments.get(segment);
        // Under a cap a part is a second of it: a long one would leave in a burst.
        let cap = policy.cap_bytes_per_s.and_then(|cap| u32::try_from(cap).ok());
        let part_bytes = self.streams[n].part_bytes.min(cap.unwrap_or(u32::MAX).max(PART_BYTES.0));
        Some(match errand {
            Errand::Create { segment, .. } => {
                let (piece, whole) = (piece(segment)?, job()?.file.segments.len() == 1);
                let (start, length) = (piece.start, piece.length);
                (Request::CreateUpload { stream, sha256, start, length, whole }, errand)
            }
            Errand::Offset { segment, .. } => {
                let upload = piece(segment)?.upload.clone()?;
                (Request::ReadOffset { stream, upload }, errand)
            }
            Errand::Part { segment, .. } => {
                let piece = piece(segment)?;
                let upload = piece.upload.clone()?;
                let left = u32::try_from(piece.length - piece.sent).unwrap_or(u32::MAX);
                let (offset, length) = (piece.sent, part_bytes.min(left));
                let from = piece.start + offset;
                let request = Request::SendPart { stream, upload, sha256, from, offset, length };
                (request, Errand::Part { sha256, segment, length })
            }
            Errand::Finish { .. } => {
                let uploads = job()?.file.segments.iter().map(|segment| segment.upload.clone());
                let uploads = uploads.collect::<Option<Vec<String>>>()?;
                (Request::FinishUpload { stream, sha256, uploads }, errand)
            }
            Errand::Fetch { .. } => {
                let wanted = self.wanted.iter().find(|wanted| wanted.sha256 == sha256)?;
                let from = wanted.have_bytes;
                (Request::FetchFile { stream, sha256, from, length: PART_BYTES.1 }, errand)
            }
        })
    }

    pub(super) fn give_up_connections(&mut self, turn: &mut Turn<'_>) {
        for n in 0..STREAMS {
            if let Some(flight) = self.streams[n].flight.take() {
                self.doubt(flight.errand);
                turn.effects.push(Effect::Abandon(flight.ticket));
            }
        }
    }

    /// Nothing more is wanted of a document: what is under way for it must not answer for a later upload of the same.
    pub(super) fn give_up(&mut self, sha256: Hash, turn: &mut Turn<'_>) {
        let of_it = |flight: &mut Flight| flight.errand.sha256() == sha256;
        let flights = self.streams.iter_mut().filter_map(|stream| stream.flight.take_if(of_it));
        turn.effects.extend(flights.map(|flight| Effect::Abandon(flight.ticket)));
    }

    /// After an unclear end the gateway is asked how far it got; nothing is assumed.
    fn doubt(&mut self, errand: Errand) {
        let Some((sha256, segment)) = errand.segment() else { return };
        if let Some(known) = self.job(sha256).and_then(|job| job.offset_known.get_mut(segment)) {
            *known = false;
        }
    }

    pub(super) fn done(
        &mut self,
        ticket: Ticket,
        outcome: Result<Reply, Failure>,
        turn: &mut Turn<'_>,
    ) {
        let flying = |stream: &Stream| stream.flight.is_some_and(|flight| flight.ticket == ticket);
        let Some(n) = self.streams.iter().position(flying) else { return };
        let Some(flight) = self.streams[n].flight.take() else { return };
        match outcome {
            Ok(reply) => {
                turn.line_works();
                self.streams[n].patience.end();
                let took_ms = turn.now_ms.saturating_sub(flight.began_ms);
                self.succeeded(n, flight.errand, took_ms, reply, turn);
            }
            Err(failure) => {
                self.doubt(flight.errand);
                self.failed(n, flight.errand, failure, turn);
            }
        }
    }

    fn succeeded(
        &mut self,
        n: usize,
        errand: Errand,
        took_ms: u64,
        reply: Reply,
        turn: &mut Turn<'_>,
    ) {
        match (errand, reply) {
            (Errand::Create { sha256, segment }, Reply::UploadCreated { upload }) => {
                let Some(job) = self.job(sha256) else { return };
                job.offset_known[segment] = true;
                job.file.segments[segment].upload = Some(upload);
                job.file.segments[segment].sent = 0;
                let memory = job.memory();
                turn.effects.push(memory);
            }
            (Errand::Create { sha256, .. }, Reply::FileKnown)
            | (Errand::Finish { sha256 }, Reply::UploadFinished | Reply::FileKnown) => {
                self.arrived(sha256, turn);
            }
            (Errand::Create { sha256, .. }, Reply::WholeOnly) => self.begin_whole(sha256, turn),
            (
                Errand::Offset { sha256, segment } | Errand::Part { sha256, segment, .. },
                Reply::Offset { offset },
            ) => {
                if matches!(errand, Errand::Part { .. }) {
                    self.streams[n].learn(took_ms);
                }
                self.is_at(n, sha256, segment, offset, turn);
            }
            (Errand::Fetch { sha256 }, Reply::FileFetched { have_bytes }) => {
                self.fetched(n, sha256, have_bytes, turn);
            }
            (errand, _) => self.failed(n, errand, Failure::NotTheGateway, turn),
        }
    }

    fn is_at(&mut self, n: usize, sha256: Hash, segment: usize, offset: u64, turn: &mut Turn<'_>) {
        let Some(job) = self.job(sha256) else { return };
        let known = &mut job.offset_known[segment];
        let piece = &mut job.file.segments[segment];
        let offset = offset.min(piece.length);
        let gained = offset.saturating_sub(piece.sent);
        let stands = *known && gained == 0 && piece.sent < piece.length;
        (*known, piece.sent) = (true, offset);
        let whole = job.file.segments.len() == 1 && job.is_sent();
        if stands {
            // A part was taken and nothing is there: once more at the same pace would be for ever.
            self.streams[n].patience.must_wait(turn.line, turn.now_ms, 0);
        }
        turn.pace.arrived(turn.now_ms, gained);
        if whole {
            // The gateway makes a file of a whole upload before it says so.
            self.arrived(sha256, turn);
        }
    }

    fn fetched(&mut self, n: usize, sha256: Hash, have_bytes: u64, turn: &mut Turn<'_>) {
        let Some(index) = self.wanted.iter().position(|wanted| wanted.sha256 == sha256) else {
            return;
        };
        let wanted = &mut self.wanted[index];
        if have_bytes <= wanted.have_bytes {
            self.streams[n].patience.must_wait(turn.line, turn.now_ms, 0);
        }
        wanted.have_bytes = have_bytes;
        if have_bytes >= wanted.size_bytes {
            self.wanted.remove(index);
            turn.effects.push(Effect::Remember(Memory::FileHere { sha256 }));
            turn.effects.push(Effect::Log(Entry::FileReceived { sha256 }));
        }
    }

    fn failed(&mut self, n: usize, errand: Errand, failure: Failure, turn: &mut Turn<'_>) {
        let how = How::of(&failure);
        let stream = &mut self.streams[n];
        let again_ms = match failure {
            Failure::NoLine | Failure::Silent | Failure::NotTheGateway => {
                stream.part_bytes = (stream.part_bytes / 2).max(PART_BYTES.0);
                stream.patience.line_failed(turn.line, turn.now_ms)
            }
            Failure::RetryLater { after_ms } => {
                // It speaks for the gateway: the other connections must not try in its place.
                let waits = self.streams.iter_mut().filter(|stream| stream.flight.is_none());
                let waits =
                    waits.map(|stream| stream.patience.must_wait(turn.line, turn.now_ms, after_ms));
                waits.max().unwrap_or_default()
            }
            Failure::Here => {
                self.put_aside(errand.sha256(), None, turn);
                0
            }
            Failure::Refused(problem) => self.refused(n, errand, problem.kind, turn),
        };
        turn.failed(What::File, how, again_ms);
    }

    fn refused(
        &mut self,
        n: usize,
        errand: Errand,
        problem: ProblemType,
        turn: &mut Turn<'_>,
    ) -> u64 {
        match (problem, errand) {
            (
                ProblemType::NotFound,
                Errand::Offset { sha256, segment } | Errand::Part { sha256, segment, .. },
            ) => {
                self.forget(sha256, segment, turn);
            }
            // Which of them is gone, or short, is asked one by one: the others are kept.
            (ProblemType::NotFound | ProblemType::Stale, Errand::Finish { sha256 }) => {
                if let Some(job) = self.job(sha256) {
                    job.offset_known.fill(false);
                }
            }
            (
                ProblemType::HashMismatch,
                Errand::Finish { sha256 }
                | Errand::Create { sha256, .. }
                | Errand::Offset { sha256, .. }
                | Errand::Part { sha256, .. },
            )
            | (ProblemType::NotFound, Errand::Fetch { sha256 }) => {
                self.put_aside(sha256, Some(problem), turn);
                return 0;
            }
            (
                ProblemType::TooLarge
                | ProblemType::Validation
                | ProblemType::NotYourSite
                | ProblemType::Revoked,
                _,
            ) => {
                self.put_aside(errand.sha256(), Some(problem), turn);
                return 0;
            }
            (ProblemType::Unauthorized, _) => turn.say_once(Notice::NotAuthorised),
            _ => {}
        }
        self.streams[n].patience.must_wait(turn.line, turn.now_ms, 0)
    }

    /// The gateway does not know an upload any more: only now does it begin again.
    fn forget(&mut self, sha256: Hash, segment: usize, turn: &mut Turn<'_>) {
        let Some(job) = self.job(sha256) else { return };
        job.forget(segment);
        let memory = job.memory();
        turn.effects.push(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts' bytes after each of them took so long.
    fn parts(took_ms: &[u64]) -> Vec<u32> {
        let mut stream = Stream::default();
        let mut learn = |took_ms: &u64| {
            stream.learn(*took_ms);
            stream.part_bytes / 1_024
        };
        took_ms.iter().map(&mut learn).collect()
    }

    #[test]
    fn parts_are_as_large_as_the_line_is_slow_within_bounds() {
        assert_eq!(parts(&[100, 100, 100]), [32, 32, 32], "a break of a fast line costs little");
        assert_eq!(parts(&[2_000, 4_000, 8_000, 16_000]), [32, 64, 128, 128]);
        assert_eq!(parts(&[8_000, 16_000, 32_000, 64_000, 64_000]), [32, 32, 16, 8, 8]);
        assert_eq!(parts(&[4_000, 4_000, 8_000, 100])[3], 32, "it became fast");
    }
}
