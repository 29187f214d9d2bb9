//! The exchange with the province from a terminal.

use super::{Outcome, input_text};
use crate::answer::Answer;
use crate::arguments::{ConflictsCommand, HeldCommand, ProofArguments, SyncArguments};
use app::exchange::{Exchange, FilesAllowed, Headline, Policy, SyncState};
use app::inputs::{ActInput, read_json};
use app::{Office, Topic};
use protocol::proof::{PROOF_BYTES_MAX, Proof};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often the state is looked at although nothing was said.
const GLANCE: Duration = Duration::from_millis(200);

pub fn enrol(office: &Office, gateway: &str, code: &str, ca: Option<&Path>) -> Outcome {
    let authority = ca.map(|path| {
        fs::read_to_string(path).map_err(|fault| {
            let words = format!("Không đọc được {}: {fault}.", path.display());
            Answer::refusal("file_unreadable", "ca", &words)
        })
    });
    let enrolled = office.enrol(gateway, authority.transpose()?.as_deref(), code)?;
    Ok(Answer::of(json!({
        "gateway": enrolled.address,
        "device": text(&enrolled.device),
        "gateway_key": text(&enrolled.gateway_key),
        "lane": enrolled.lane,
        "next": "quay sync",
    })))
}

pub fn sync(office: &Arc<Office>, arguments: &SyncArguments) -> Outcome {
    let (tell, told) = channel();
    office.listen(Box::new(move |topics| {
        if topics.contains(&Topic::Sync) {
            // Nobody listens once the command has its answer.
            let _ = tell.send(());
        }
    }));
    let files = if arguments.records_only { FilesAllowed::Metered } else { FilesAllowed::Yes };
    let policy = Policy { files, ..Policy::default() };
    let Some(exchange) = Exchange::start(office, policy)? else {
        return Err(not_enrolled());
    };
    let ended = follow(office, arguments, &told);
    drop(exchange);
    ended
}

pub fn fetch(office: &Arc<Office>, number: &str, patience: u64) -> Outcome {
    let Some(exchange) = Exchange::start(office, Policy::default())? else {
        return Err(not_enrolled());
    };
    let wanted = exchange.fetch(number)?;
    let patience = Duration::from_secs(patience);
    let mut last_news = Instant::now();
    let mut missing = wanted;
    loop {
        let files = office.files(number)?;
        let now = files.iter().filter(|file| file.missing && !file.replaced).count();
        if now < missing {
            (missing, last_news) = (now, Instant::now());
        }
        let done = json!({ "fetched": wanted - missing, "missing": missing });
        if missing == 0 {
            return Ok(Answer::of(done));
        }
        if last_news.elapsed() >= patience {
            return Ok(Answer::Faulty(done));
        }
        std::thread::sleep(GLANCE);
    }
}

fn not_enrolled() -> Answer {
    let words = "Máy này chưa ghi danh với tỉnh: chạy quay enrol trước.";
    Answer::refusal("not_enrolled", "gateway", words)
}

/// Follows the exchange until it has come to what was asked for.
fn follow(office: &Office, arguments: &SyncArguments, told: &Receiver<()>) -> Outcome {
    let patience = Duration::from_secs(arguments.patience);
    let mut without_line: Option<Instant> = None;
    let mut agreed_since: Option<Instant> = None;
    let mut shown: Option<SyncState> = None;
    loop {
        if let Err(RecvTimeoutError::Disconnected) = told.recv_timeout(GLANCE) {
            return Err(Answer::failure("internal", "the exchange ended", ""));
        }
        let Some(state) = office.shown_state() else { continue };
        if arguments.progress.is_some() && shown.as_ref() != Some(&state) {
            let view = serde_json::to_value(office.exchange_view()?).unwrap_or_default();
            if writeln!(std::io::stdout().lock(), "{view}").is_err() {
                return Err(Answer::failure("output", "Không ghi được ra màn hình.", ""));
            }
        }
        if arguments.watch {
            shown = Some(state);
            continue;
        }
        let files_done = arguments.records_only || state.files_unsent == 0;
        let agreed = state.agreed_at_ms.is_some() && state.records_unsent == 0 && files_done;
        if agreed
            && (arguments.records_only || portal_files_here(office, &mut agreed_since, patience)?)
        {
            return Ok(Answer::of(json!({
                "agreed": true, "files_unsent": state.files_unsent, "receipt_at_ms": state.receipt_at_ms,
            })));
        }
        match state.headline {
            Headline::NeedsPerson { .. } => return Ok(Answer::Faulty(summary(office)?)),
            Headline::NoLine { .. } | Headline::NotTheGateway { .. } => {
                let since = *without_line.get_or_insert_with(Instant::now);
                if since.elapsed() >= patience {
                    return Ok(Answer::Faulty(summary(office)?));
                }
            }
            _ => without_line = None,
        }
        shown = Some(state);
    }
}

/// Portal dossiers are answered without a line: their files are waited for, as long as patience lasts.
fn portal_files_here(
    office: &Office,
    agreed_since: &mut Option<Instant>,
    patience: Duration,
) -> Result<bool, Answer> {
    let since = *agreed_since.get_or_insert_with(Instant::now);
    Ok(office.portal_files_absent()?.is_empty() || since.elapsed() >= patience)
}

fn summary(office: &Office) -> Result<Value, Answer> {
    let mut view = serde_json::to_value(office.exchange_view()?).unwrap_or_default();
    if let Some(view) = view.as_object_mut() {
        view.insert("agreed".into(), false.into());
    }
    Ok(view)
}

pub fn held(office: &Office, command: &HeldCommand) -> Outcome {
    match command {
        HeldCommand::List => Ok(Answer::of(office.held()?)),
        HeldCommand::Retry { number, note } => {
            Ok(Answer::of(office.held_put_back(number, note.as_deref())?))
        }
    }
}

pub fn conflicts(office: &Office, command: &ConflictsCommand) -> Outcome {
    match command {
        ConflictsCommand::List => Ok(Answer::of(office.conflicts()?)),
        ConflictsCommand::Show { number } => Ok(Answer::of(office.conflict(number)?)),
        ConflictsCommand::Resolve { number } => {
            let args: Value = read_json(&input_text()?)?;
            let step = ActInput {
                action: "resolve".into(),
                args,
                done_by: None,
                at: None,
                paper_number: None,
            };
            let view = office.act(number, &[step])?;
            Ok(Answer::of(json!({
                "id": view.row.id, "number": view.row.number, "timeline": view.timeline.last(),
            })))
        }
    }
}

pub fn proof(office: &Office, of: &ProofArguments) -> Outcome {
    let number = of.number.as_deref().unwrap_or_default();
    let period = of.from.as_deref().zip(of.to.as_deref());
    let Some(out) = &of.out else {
        return Ok(match period {
            Some((from, to)) => Answer::of(office.proof_of_period(from, to)?),
            None => Answer::of(office.proof(number)?),
        });
    };
    let pdf = match period {
        Some((from, to)) => office.proof_period_pdf(from, to)?,
        None => office.proof_pdf(number)?,
    };
    fs::write(out, &pdf).map_err(|fault| {
        let words = format!("Không ghi được {}: {fault}.", out.display());
        Answer::refusal("file_unwritable", "out", &words)
    })?;
    Ok(Answer::of(json!({ "out": out, "size_bytes": pdf.len() })))
}

/// Checks a proof; needs neither store nor line.
pub fn check_proof(path: &Path) -> Outcome {
    let unreadable = |words: String| Answer::refusal("proof_unreadable", "check", &words);
    let size = fs::metadata(path).map(|about| about.len());
    if size.is_ok_and(|size| size > PROOF_BYTES_MAX) {
        return Err(unreadable("Tệp lớn hơn 16 MB nên không phải biên nhận.".into()));
    }
    let bytes = fs::read(path)
        .map_err(|fault| unreadable(format!("Không đọc được {}: {fault}.", path.display())))?;
    let proof: Proof = serde_json::from_slice(&bytes)
        .map_err(|fault| unreadable(format!("Không phải biên nhận: {fault}.")))?;
    match proof.check() {
        Err(fault) => Ok(Answer::Faulty(json!({ "ok": false, "fault": fault.to_string() }))),
        Ok(proven) => {
            let records: Vec<Value> = proven
                .iter()
                .map(|record| {
                    json!({
                        "device": text(&record.name.device),
                        "seq": record.name.seq,
                        "kind": record.kind,
                        "recorded_at": moment(record.recorded_at_ms),
                        "received_at": moment(record.received_at_ms),
                    })
                })
                .collect();
            Ok(Answer::of(json!({
                "ok": true,
                "site": proof.site,
                "dossier": text(&proof.dossier),
                "number": proof.number,
                "gateway_key": text(&proof.gateway_key),
                "records": records,
            })))
        }
    }
}

fn moment(at_ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(at_ms).ok().map(app::at)
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
