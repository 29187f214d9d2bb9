//! The dossier page: open, and every step of the life cycle with its guard.

mod arguments;
mod way;

use crate::changed::Topic;
use crate::error::{ApiError, Result};
use crate::inputs::{ActInput, read_value};
use crate::office::Office;
use crate::present;
use crate::views::{
    ActionView, ComponentTakenView, DossierRowView, DossierView, ExternalNumberView, FileView,
};
use domain::dossier::event::ComponentTaken;
use domain::dossier::portal::{NATIONAL_PORTAL, dossier_id};
use domain::dossier::{Action, Allowed, Command, Dossier, StepFacts, allowed};
use domain::ids::DossierId;
use domain::refusal::Refusal;
use serde_json::{Map, Value};
use store::rows::DossierRow;
use store::{StoredRecord, Tx};

/// Steps recorded together.
const STEPS_MAX: usize = 20;
/// Arguments every step may carry.
const COMMON: [&str; 5] = ["at", "done_by", "paper_number", "note", "approved_by"];

/// A dossier with its row and its records.
pub(crate) struct Opened {
    pub row: DossierRow,
    pub dossier: Dossier,
    pub records: Vec<StoredRecord>,
}

impl Office {
    /// A dossier by id or by any number it has or had.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn dossier(&self, id_or_number: &str) -> Result<DossierView> {
        let opened = self.opened(id_or_number)?;
        self.dossier_view(&opened)
    }

    /// The row behind an id or a number.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn row(&self, id_or_number: &str) -> Result<DossierRowView> {
        let now = self.now();
        self.store()
            .read(|connection| find(connection, id_or_number))
            .map(|row| present::row(&row, now))
    }

    /// Does one or several steps in one commit, each guarded by the state the step before leaves.
    ///
    /// # Errors
    /// The first refusal, its path starting with `steps[i]` when there are several; nothing has changed then.
    pub fn act(&self, id_or_number: &str, steps: &[ActInput]) -> Result<DossierView> {
        let id = self.store().read(|connection| find(connection, id_or_number))?.id;
        if steps.is_empty() || steps.len() > STEPS_MAX {
            return Err(Refusal::of(
                "steps_out_of_range",
                "steps",
                format!("Mỗi lần ghi từ 1 đến {STEPS_MAX} bước."),
            )
            .into());
        }
        let labels = self.opened(&id.to_string())?.dossier.components;
        let parsed = steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                command_of(step, &labels).map_err(|error| step_place(error, i, steps.len()))
            })
            .collect::<Result<Vec<_>>>()?;
        self.transact(&[Topic::Dossiers, Topic::Backlog], |tx, context| {
            for (i, (command, facts)) in parsed.into_iter().enumerate() {
                let dossier = dossier_in(tx, id)?;
                refuse_taken_number(tx, &command)?;
                let event = dossier
                    .decide(command, facts, context)
                    .map_err(|refusal| step_place(refusal.into(), i, steps.len()))?;
                tx.append(id, event)?;
            }
            Ok(())
        })?;
        self.dossier(&id.to_string())
    }

    pub(crate) fn opened(&self, id_or_number: &str) -> Result<Opened> {
        self.store().read(|connection| {
            let row = find(connection, id_or_number)?;
            let records = store::log::records_of(connection, row.id.bytes())?;
            let mut dossier = store::log::folded(&records)?
                .ok_or_else(|| ApiError::not_found("Hồ sơ không có bản ghi tiếp nhận."))?;
            dossier.number_returned = store::exchange::is_held(connection, row.id.bytes())?;
            Ok(Opened { row, dossier, records })
        })
    }

    fn dossier_view(&self, opened: &Opened) -> Result<DossierView> {
        let Opened { row, dossier, records } = opened;
        let reprints = self
            .read(|connection| store::office::prints(connection, dossier.id))?
            .saturating_sub(1);
        let files = self.file_views(opened);
        let packs = &dossier.packs;
        Ok(DossierView {
            row: present::row(row, self.now()),
            applicant: present::party(&dossier.applicant),
            submitter: dossier.submitter.as_ref().map(present::submitter),
            registered: dossier.registered.iter().map(present::registered).collect(),
            case_name: dossier.procedure.case_name.clone(),
            procedure_name: dossier.procedure.name.clone(),
            components: components(dossier, &files),
            other_files: files.iter().filter(|file| file.component.is_none()).cloned().collect(),
            sets: dossier.sets,
            channel: present::word(dossier.channel),
            return_method: present::word(dossier.return_method),
            return_words: way::return_words(dossier),
            fee_words: dossier.fee.words.clone(),
            due: present::due(&dossier.due),
            originals_kept: dossier.originals_kept(),
            external_numbers: dossier
                .external_numbers
                .iter()
                .map(|n| ExternalNumberView {
                    system: n.system.clone(),
                    number: n.number.clone(),
                    date: n.date.to_string(),
                })
                .collect(),
            check_code: dossier.check_code.clone(),
            reprints,
            note: dossier.note.clone(),
            timeline: present::timeline(records),
            actions: self.actions(dossier),
            packs: format!(
                "Danh mục thủ tục {}, lịch làm việc {}, quy tắc thời hạn {}, mẫu giấy {}",
                packs.procedures, packs.calendar, packs.deadline_rules, packs.form
            ),
            sync: self.sync_words(dossier.id)?,
            workflow: present::word(dossier.procedure.workflow),
            steps: way::steps(dossier),
        })
    }

    fn actions(&self, dossier: &Dossier) -> Vec<ActionView> {
        let rules = &self.packs().rules;
        let primary = way::next_action(dossier);
        Action::ALL
            .into_iter()
            .map(|action| {
                let answer = allowed(
                    dossier,
                    action,
                    rules.supplement_requests_max.into(),
                    rules.reappointments_max.into(),
                );
                let (yes, why_not, warns) = match answer {
                    Allowed::Yes => (true, None, None),
                    Allowed::WithSupervisor(why) => (true, None, Some(why.to_owned())),
                    Allowed::No(refusal) => (false, Some(refusal.message), None),
                };
                ActionView {
                    action: action.word().into(),
                    label: action.label().into(),
                    key: (primary == Some(action)).then(|| "F8".into()),
                    primary: primary == Some(action),
                    allowed: yes,
                    why_not,
                    needs: arguments::of(action, dossier, warns.is_some()),
                    warns,
                }
            })
            .collect()
    }
}

/// The dossier inside a transaction.
pub(crate) fn dossier_in(tx: &Tx<'_>, id: DossierId) -> Result<Dossier> {
    let mut dossier =
        tx.dossier(id)?.ok_or_else(|| ApiError::not_found("Không tìm thấy hồ sơ."))?;
    dossier.number_returned = store::exchange::is_held(tx.connection(), id.bytes())?;
    Ok(dossier)
}

/// The row behind an id or a number.
pub(crate) fn find(connection: &store::Connection, id_or_number: &str) -> Result<DossierRow> {
    let typed = id_or_number.trim();
    let row = match typed.parse::<DossierId>() {
        Ok(id) => store::rows::by_id(connection, id)?,
        Err(_) => store::rows::by_number(connection, typed)?,
    };
    let row = match row {
        Some(row) => Some(row),
        None => by_portal_number(connection, typed)?,
    };
    row.ok_or_else(|| ApiError::not_found(format!("Không tìm thấy hồ sơ số {typed}.")))
}

/// A dossier of the national portal by its number there: its identity is made from it.
fn by_portal_number(connection: &store::Connection, typed: &str) -> Result<Option<DossierRow>> {
    let Some(site) = store::office::site(connection)? else { return Ok(None) };
    let id = dossier_id(&site.code, NATIONAL_PORTAL, typed);
    Ok(store::rows::by_id(connection, id)?)
}

fn command_of(step: &ActInput, components: &[ComponentTaken]) -> Result<(Command, StepFacts)> {
    if Action::from_word(&step.action).is_none() {
        let known: Vec<&str> = Action::ALL.iter().map(|action| action.word()).collect();
        return Err(Refusal::of(
            "action_unknown",
            "action",
            format!("Không có thao tác \"{}\"; có: {}.", step.action, known.join(", ")),
        )
        .into());
    }
    let mut arguments = match &step.args {
        Value::Object(map) => map.clone(),
        Value::Null => Map::new(),
        _ => {
            return Err(Refusal::of(
                "args_not_an_object",
                "args",
                "Tham số phải là một đối tượng JSON.",
            )
            .into());
        }
    };
    let mut facts: Map<String, Value> = COMMON
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), arguments.remove(*name)?)))
        .collect();
    for (name, value) in
        [("at", &step.at), ("done_by", &step.done_by), ("paper_number", &step.paper_number)]
    {
        if let Some(value) = value {
            facts.insert(name.into(), Value::String(value.clone()));
        }
    }
    if let Some(Value::Array(named)) = arguments.get_mut("components") {
        name_components(named, components);
    }
    arguments.insert("action".into(), Value::String(step.action.clone()));
    Ok((read_value(Value::Object(arguments))?, read_value(Value::Object(facts))?))
}

/// The screen names components by their index; the record and the paper name them by their words.
fn name_components(named: &mut [Value], components: &[ComponentTaken]) {
    for value in named {
        let label = value.as_u64().and_then(|index| {
            components.iter().find(|component| component.index.map(u64::from) == Some(index))
        });
        if let Some(component) = label {
            *value = Value::String(component.label.clone());
        }
    }
}

fn step_place(error: ApiError, i: usize, of: usize) -> ApiError {
    match error {
        ApiError::Refused { mut refusal } if of > 1 => {
            refusal.field = Some(match refusal.field {
                Some(field) => format!("steps[{i}].{field}"),
                None => format!("steps[{i}]"),
            });
            ApiError::Refused { refusal }
        }
        error => error,
    }
}

fn refuse_taken_number(tx: &Tx<'_>, command: &Command) -> Result<()> {
    if let Command::GiveNumber { number } = command
        && store::series::is_taken(tx.connection(), &domain::text::normalise(number))?
    {
        return Err(Refusal::of(
            "number_taken",
            "number",
            format!("Số {number} đã thuộc một hồ sơ khác."),
        )
        .into());
    }
    Ok(())
}

fn components(dossier: &Dossier, files: &[FileView]) -> Vec<ComponentTakenView> {
    dossier
        .components
        .iter()
        .enumerate()
        .map(|(i, component)| {
            let index = component.index.unwrap_or_else(|| u16::try_from(i).unwrap_or(u16::MAX));
            ComponentTakenView {
                index,
                label: component.label.clone(),
                originals: component.originals,
                certified: component.certified,
                copies: component.copies,
                state: present::word(component.state),
                scan: present::word(component.scan),
                keep_original: component.keep_original,
                files: files.iter().filter(|file| file.component == Some(index)).cloned().collect(),
            }
        })
        .collect()
}
