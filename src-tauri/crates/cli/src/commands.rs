//! One function a command: read the input, call the use case, answer.

mod exchange;
mod portal;
mod without_store;

use crate::answer::Answer;
use crate::arguments::{Arguments, Command, PackCommand, PrintCommand};
use crate::interrupt;
use app::inputs::{ActInput, SearchFilter, read_json};
use app::opening::{self, FirstRun, Secret};
use app::{ApiError, Clock, Office, Places};
use domain::dossier::Reception;
use domain::refusal::Refusal;
use serde_json::{Value, json};
use std::fs;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

type Outcome = Result<Answer, Answer>;

/// Most bytes read from standard input: 16 MiB.
const INPUT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Runs a command.
pub fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Due(due) => without_store::due(due),
        Command::Card => without_store::card(&input_bytes()?),
        Command::Init { site, desk, officer, agency_code, training } => init(
            arguments,
            &FirstRun {
                site: site.clone(),
                desk: *desk,
                officer: officer.clone(),
                agency_code: agency_code.clone(),
                training: *training,
                secret: secret(arguments)?,
            },
        ),
        Command::Restore { from, trial } => restore(arguments, from, *trial),
        Command::Proof(of) if of.check.is_some() => {
            exchange::check_proof(of.check.as_deref().unwrap_or(Path::new("")))
        }
        command => with_store(&Arc::new(office(arguments)?), command),
    }
}

fn with_store(office: &Arc<Office>, command: &Command) -> Outcome {
    let answer = match command {
        Command::RecoveryKey { confirm, sheet } => {
            recovery_key(office, confirm.as_deref(), sheet.as_deref())
        }
        Command::Backup { to } => backup(office, to),
        Command::Pack { command: PackCommand::Import { file } } => pack_import(office, file),
        Command::Verify => verify(office),
        Command::Receive { at } => receive(office, at.as_deref()),
        Command::Show { number } => Ok(Answer::of(office.dossier(number)?)),
        Command::Act { number, action, at } => act(office, number, action, at.as_deref()),
        Command::Attach { number, component, files } => attach(office, number, component, files),
        Command::Files { number } => Ok(Answer::of(office.files(number)?)),
        Command::Export { number, file_id, out } => {
            let size = office.export_file(number, file_id, out)?;
            Ok(Answer::of(json!({ "out": out, "size_bytes": size })))
        }
        Command::Search { text, limit } => search(office, text, *limit),
        Command::List { status, due_before, lateness, after, limit } => {
            let filter = SearchFilter {
                status: *status,
                due_before: due_before.clone(),
                lateness: lateness.clone(),
                ..SearchFilter::none()
            };
            let page = office.list(&filter, after.as_deref(), *limit)?;
            Ok(Answer::of(json!({ "total": page.total, "hits": page.rows, "next": page.next })))
        }
        Command::Print { command: PrintCommand::Slip { number, out, paper } } => {
            let bytes = office.slip_to_file(number, app::paper_of(paper)?, out)?;
            Ok(Answer::of(json!({ "out": out, "size_bytes": bytes })))
        }
        Command::Pad { count, out } => pad(office, *count, out),
        Command::Procedures { text, limit } => {
            Ok(Answer::of(office.procedure_search(text, *limit)?))
        }
        Command::Demo { dossiers, seed, document_every } => {
            Ok(Answer::of(office.demo(*dossiers, *seed, *document_every, &mut |_, _| {})?))
        }
        Command::Enrol { gateway, code, ca } => {
            exchange::enrol(office, gateway, code, ca.as_deref())
        }
        Command::Sync(how) => exchange::sync(office, how),
        Command::Fetch { number, patience } => exchange::fetch(office, number, *patience),
        Command::Portal { command } => portal::portal(office, command),
        Command::Unsent => Ok(Answer::of(office.unsent()?)),
        Command::Held { command } => exchange::held(office, command),
        Command::Conflicts { command } => exchange::conflicts(office, command),
        Command::Proof(of) => exchange::proof(office, of),
        Command::Due(_) | Command::Card | Command::Init { .. } | Command::Restore { .. } => {
            Ok(Answer::failure("internal", "command without a store", ""))
        }
    }?;
    mirror(office);
    Ok(answer)
}

fn init(arguments: &Arguments, first_run: &FirstRun) -> Outcome {
    let office = opening::begin(places(arguments)?, first_run, Clock::system())?;
    let site = office.site();
    Ok(Answer::of(json!({
        "site": site.code,
        "site_name": site.full_name(),
        "desk": site.desk,
        "officer": first_run.officer,
        "agency_code": site.agency_code,
        "training": site.training,
        "next": "quay recovery-key",
    })))
}

fn restore(arguments: &Arguments, from: &Path, trial: bool) -> Outcome {
    let places = places(arguments)?;
    let secret = secret(arguments)?;
    let outcome = app::restore(&places, from, &secret, trial, &mut interrupt::stops())?;
    if outcome.ok && !trial {
        // Opened at once, so that the new device exists before the first citizen.
        opening::open(places, &secret, Clock::system())?;
    }
    let ok = outcome.ok;
    let value = serde_json::to_value(outcome).unwrap_or_default();
    Ok(if ok { Answer::Done(value) } else { Answer::Faulty(value) })
}

fn recovery_key(office: &Office, confirm: Option<&str>, sheet: Option<&Path>) -> Outcome {
    if let Some(typed) = confirm {
        office.recovery_key_confirm(typed)?;
        return Ok(Answer::of(json!({ "confirmed": true })));
    }
    let key = office.recovery_key_new()?;
    if let Some(path) = sheet {
        let pdf = office.recovery_sheet(&key.groups)?;
        fs::write(path, pdf).map_err(|fault| unwritable("sheet", path, &fault))?;
    }
    Ok(Answer::of(
        json!({ "groups": key.groups, "confirmed": false, "next": "quay recovery-key --confirm KEY" }),
    ))
}

fn backup(office: &Office, to: &Path) -> Outcome {
    let copied = office.backup(to, &mut interrupt::stops())?;
    Ok(Answer::of(json!({
        "ok": true, "file": copied.file, "records": copied.records, "documents": copied.documents, "proven": true,
    })))
}

fn pack_import(office: &Office, file: &Path) -> Outcome {
    let bytes = fs::read(file).map_err(|fault| {
        Answer::refusal(
            "file_unreadable",
            "file",
            &format!("Không đọc được {}: {fault}.", file.display()),
        )
    })?;
    let pack = office.pack_import(&bytes)?;
    if pack.ok {
        return Ok(Answer::of(json!({ "ok": true, "kind": pack.kind, "version": pack.version })));
    }
    let first = pack.faults.first();
    Ok(Answer::Refused(json!({
        "refusal": "pack_faulty",
        "field": first.map(|fault| fault.place.clone()),
        "message": first.map(|fault| fault.message.clone()),
        "faults": pack.faults,
    })))
}

fn verify(office: &Office) -> Outcome {
    let report = office.verify(&mut interrupt::stops())?;
    let value = json!({
        "ok": report.ok, "records": report.records, "unproved": report.unproved, "refuted": report.refuted,
        "faults": report.faults,
    });
    Ok(if report.ok { Answer::Done(value) } else { Answer::Faulty(value) })
}

fn receive(office: &Office, at: Option<&str>) -> Outcome {
    set_clock(office, at)?;
    let text = input_text()?;
    let several = text.trim_start().starts_with('[');
    let items: Vec<Reception> = if several { read_json(&text)? } else { vec![read_json(&text)?] };
    let accepted = office.accept(items)?;
    Ok(match accepted.first() {
        Some(one) if !several => Answer::of(one),
        _ => Answer::of(accepted),
    })
}

fn act(office: &Office, number: &str, action: &str, at: Option<&str>) -> Outcome {
    set_clock(office, at)?;
    let text = input_text()?;
    let args: Value = if text.trim().is_empty() { Value::Null } else { read_json(&text)? };
    let step =
        ActInput { action: action.to_owned(), args, done_by: None, at: None, paper_number: None };
    let view = office.act(number, &[step])?;
    Ok(Answer::of(json!({
        "id": view.row.id, "number": view.row.number, "status": view.row.status, "status_words": view.row.status_words,
        "due_at": view.row.due_at, "timeline": view.timeline.last(),
    })))
}

fn attach(office: &Office, number: &str, component: &str, files: &[std::path::PathBuf]) -> Outcome {
    let component = match component {
        "-" => None,
        text => Some(text.parse::<u16>().map_err(|_| {
            Answer::refusal(
                "component_unreadable",
                "component",
                "Thành phần là một số từ 0, hoặc - cho giấy tờ khác.",
            )
        })?),
    };
    let before = office.files(number)?.len();
    let paths: Vec<&Path> = files.iter().map(std::path::PathBuf::as_path).collect();
    office.attach(number, component, &paths)?;
    Ok(Answer::of(office.files(number)?.split_off(before)))
}

fn search(office: &Office, text: &str, limit: u32) -> Outcome {
    let found = office.search(text, &SearchFilter::none(), limit)?;
    let total = if found.total_is_exact { found.total } else { office.search_total(text)? };
    Ok(Answer::of(json!({ "total": total, "hits": found.hits })))
}

fn pad(office: &Office, count: u32, out: &Path) -> Outcome {
    let (numbers, pdf) = office.pad(count)?;
    fs::write(out, pdf).map_err(|fault| unwritable("out", out, &fault))?;
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.text).collect();
    Ok(Answer::of(json!({ "numbers": numbers, "out": out })))
}

/// Mirrors what was written to the second place, when one is set; a missing place never undoes what was done.
fn mirror(office: &Office) {
    if let Err(error) = office.mirror_pending() {
        eprintln!("{}", json!({ "warning": "mirror", "message": error.to_string() }));
    }
}

fn set_clock(office: &Office, at: Option<&str>) -> Result<(), Answer> {
    let Some(at) = at else { return Ok(()) };
    office.set_clock(moment("at", at)?)?;
    Ok(())
}

/// A moment given on the command line.
pub fn moment(field: &str, text: &str) -> Result<jiff::Timestamp, Answer> {
    let at = domain::time::parse_rfc3339(text).and_then(domain::time::instant);
    at.map_err(|fault| Answer::refusal("time_unreadable", field, &fault.to_string()))
}

fn office(arguments: &Arguments) -> Result<Office, Answer> {
    Ok(opening::open(places(arguments)?, &secret(arguments)?, Clock::system())?)
}

fn places(arguments: &Arguments) -> Result<Places, Answer> {
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => Places::usual_data()
            .ok_or_else(|| Answer::refusal("data_missing", "data", "Hãy nêu --data DIR."))?,
    };
    Ok(Places::of(&data)?)
}

fn secret(arguments: &Arguments) -> Result<Secret, Answer> {
    let line = |field: &str, path: &Path| -> Result<String, Answer> {
        let text = fs::read_to_string(path).map_err(|fault| {
            Answer::refusal(
                "file_unreadable",
                field,
                &format!("Không đọc được {}: {fault}.", path.display()),
            )
        })?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    };
    match (&arguments.passphrase_file, &arguments.recovery_key_file) {
        (Some(path), _) => Ok(Secret::Passphrase(line("passphrase-file", path)?)),
        (None, Some(path)) => Ok(Secret::Recovery(line("recovery-key-file", path)?)),
        (None, None) => Ok(Secret::Keyring),
    }
}

fn input_bytes() -> Result<Vec<u8>, Answer> {
    let mut bytes = Vec::new();
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(bytes);
    }
    stdin.lock().take(INPUT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|fault| {
        Answer::failure("input", &format!("Không đọc được dữ liệu vào: {fault}."), "")
    })?;
    if bytes.len() as u64 > INPUT_BYTES_MAX {
        return Err(Answer::refusal("too_large", "stdin", "Dữ liệu vào lớn hơn 16 MB."));
    }
    Ok(bytes)
}

fn input_text() -> Result<String, Answer> {
    String::from_utf8(input_bytes()?).map_err(|fault| {
        let place = fault.utf8_error().valid_up_to();
        Answer::refusal(
            "not_utf8",
            "stdin",
            &format!("Dữ liệu vào không phải UTF-8 (từ byte {place})."),
        )
    })
}

fn unwritable(field: &str, path: &Path, fault: &std::io::Error) -> Answer {
    let refusal = Refusal::of(
        "file_unwritable",
        field,
        format!("Không ghi được {}: {fault}.", path.display()),
    );
    ApiError::from(refusal).into()
}
