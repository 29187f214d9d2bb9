//! Tiếp nhận: preview, accept (one commit, all or none), drafts.

use crate::changed::Topic;
use crate::error::{ApiError, Result};
use crate::inputs::{ReceiveInput, receptions};
use crate::numbering::dossier_id;
use crate::office::Office;
use crate::packs::Packs;
use crate::present;
use crate::views::{AcceptedView, DossierRowView, DueView, PreviewItem, Problem};
use domain::dossier::event::{FeeTold, Received};
use domain::dossier::{Context, Dossier, Reception, Taken, receive};
use domain::ids::DossierId;
use domain::procedure::{Procedure, vnd};
use domain::refusal::Refusal;
use domain::text::normalise;
use store::{Connection, Tx, party_key};

/// Dossiers of one basket: a village head with thirty applicants fits.
const BASKET_MAX: usize = 200;

impl Office {
    /// Takes dossiers in: all or none, in one commit. Only after this returns may anything be printed.
    ///
    /// # Errors
    /// The first fault, its path starting with `[i]` for the i-th dossier of several.
    pub fn accept(&self, items: Vec<Reception>) -> Result<Vec<AcceptedView>> {
        self.accept_draft(items, None)
    }

    /// [`Office::accept`], in whose commit the draft goes too: a draft that outlived its dossier would be accepted twice.
    ///
    /// # Errors
    /// As [`Office::accept`].
    pub fn accept_draft(
        &self,
        items: Vec<Reception>,
        draft: Option<&str>,
    ) -> Result<Vec<AcceptedView>> {
        refuse_basket(&items)?;
        let several = items.len() > 1;
        let packs = self.packs();
        let mut ids = Vec::new();
        let accepted = self.transact(&[Topic::Dossiers, Topic::Backlog], |tx, context| {
            let knowledge = Knowledge::read(tx.connection(), self, &packs)?;
            if let Some(slot) = draft {
                store::local::discard_draft(tx.connection(), slot)?;
            }
            items
                .into_iter()
                .enumerate()
                .map(|(i, item)| {
                    let place = if several { format!("[{i}]") } else { String::new() };
                    let received = self.take_in(tx, context, &knowledge, item, &place)?;
                    ids.push(received.dossier);
                    Ok(accepted_view(&Dossier::new(&received)))
                })
                .collect::<Result<Vec<_>>>()
        });
        if matches!(accepted, Err(ApiError::IntakeStopped { .. })) {
            self.intake().in_doubt.extend(ids);
        }
        accepted
    }

    /// What accepting would give, without accepting: dates, fee, everything wrong and everything worth a look.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn preview(&self, items: Vec<Reception>) -> Result<Vec<PreviewItem>> {
        let packs = self.packs();
        let actor = self.officer();
        let supervisors = self.supervisors()?;
        let now = self.now();
        let context = Context {
            now,
            actor: &actor,
            supervisors: &supervisors,
            calendar: &packs.calendar,
            rules: &packs.rules,
        };
        let knowledge =
            self.store().read(|connection| Knowledge::read(connection, self, &packs))?;
        items.into_iter().map(|item| self.preview_one(item, &knowledge, &context)).collect()
    }

    /// [`Office::preview`] for what the screen holds at any keystroke: what cannot be read yet is a problem, not an error.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn preview_input(&self, items: &[ReceiveInput]) -> Result<Vec<PreviewItem>> {
        items
            .iter()
            .map(|item| match receptions(std::slice::from_ref(item)) {
                Ok(item) => Ok(self.preview(item)?.remove(0)),
                Err(ApiError::Refused { refusal }) => Ok(unreadable(refusal)),
                Err(error) => Err(error),
            })
            .collect()
    }

    pub(crate) fn take_in(
        &self,
        tx: &mut Tx<'_>,
        context: &Context<'_>,
        knowledge: &Knowledge<'_>,
        item: Reception,
        place: &str,
    ) -> Result<Received> {
        // Copied from a portal it is the portal's dossier, which the queue may have already.
        let id = match &item.portal {
            Some(_) => self.submit_in(tx, context, &item).map_err(|error| inside(error, place))?,
            None => dossier_id(context.now)?,
        };
        self.accept_as(tx, context, knowledge, (id, item), place)
    }

    fn preview_one(
        &self,
        item: Reception,
        knowledge: &Knowledge<'_>,
        context: &Context<'_>,
    ) -> Result<PreviewItem> {
        let taken = knowledge.of(&item);
        let duplicates = self.read(|connection| duplicates(connection, &item, context.now))?;
        let mut problems = warnings(&item, taken.procedure);
        if !duplicates.is_empty() {
            problems.push(Problem {
                field: "procedure".into(),
                code: "in_progress".into(),
                message: "Người này đang có hồ sơ cùng thủ tục chưa giải quyết xong.".into(),
                blocks: false,
            });
        }
        let fallback_fee = taken
            .procedure
            .and_then(|p| p.cases.first().map(|c| domain::procedure::fee_words(p.fee_of(c))));
        problems.extend(self.portal_problem(&item, context)?);
        let due = preview_due(&item, &taken, context);
        let id = dossier_id(context.now)?;
        match receive(id, item, &taken, context) {
            Ok(received) => Ok(PreviewItem {
                due: present::due(&received.due),
                fee_words: received.fee.words.clone(),
                number_words: number_words(&received, knowledge.packs),
                problems,
                duplicates,
            }),
            Err(faults) => {
                problems.extend(faults.into_iter().map(blocking));
                Ok(PreviewItem {
                    due,
                    fee_words: fallback_fee.unwrap_or_default(),
                    problems,
                    duplicates,
                    number_words: String::new(),
                })
            }
        }
    }
}

impl Office {
    /// What is wrong with the number and time on a portal, where the officer copies from one.
    fn portal_problem(&self, item: &Reception, context: &Context<'_>) -> Result<Option<Problem>> {
        if item.portal.is_none() {
            return Ok(None);
        }
        match self.submitted(item, context) {
            Ok(_) => Ok(None),
            // The people are judged with the reception, once.
            Err(ApiError::Refused { refusal })
                if refusal.field.as_deref().is_some_and(|field| !field.starts_with("portal")) =>
            {
                Ok(None)
            }
            Err(ApiError::Refused { refusal }) => Ok(Some(Problem {
                field: refusal.field.unwrap_or_default(),
                code: refusal.code,
                message: refusal.message,
                blocks: true,
            })),
            Err(error) => Err(error),
        }
    }
}

/// What the office knows when it takes dossiers in: packs, reviews, the site's own fees.
pub(crate) struct Knowledge<'a> {
    packs: &'a Packs,
    office: &'a Office,
    versions: domain::dossier::event::PackVersions,
    reviews: std::collections::BTreeMap<String, store::office::ReviewRow>,
    fees: std::collections::BTreeMap<String, (u32, String)>,
    edited: std::collections::BTreeMap<String, Procedure>,
}

impl<'a> Knowledge<'a> {
    pub(crate) fn read(
        connection: &Connection,
        office: &'a Office,
        packs: &'a Packs,
    ) -> Result<Self> {
        let reviews = store::office::reviews(connection)?;
        let edited = reviews
            .iter()
            .filter(|(_, review)| !review.edits.is_empty())
            .filter_map(|(code, review)| {
                Some((code.clone(), packs.procedure(code)?.clone().with_edits(&review.edits)))
            })
            .collect();
        let day = domain::time::office_time(office.now()).date();
        let form = packs.template(day).map_or("", |template| template.version());
        Ok(Self {
            packs,
            office,
            versions: packs.versions(form),
            fees: store::office::fees(connection)?,
            reviews,
            edited,
        })
    }

    /// Takes one in by what the office knows.
    pub(crate) fn receive(
        &self,
        id: DossierId,
        item: Reception,
        context: &Context<'_>,
        place: &str,
    ) -> Result<Received> {
        let taken = self.of(&item);
        receive(id, item, &taken, context).map_err(|faults| first(faults, place))
    }

    fn of(&self, item: &Reception) -> Taken<'_> {
        let procedure =
            self.edited.get(&item.procedure).or_else(|| self.packs.procedure(&item.procedure));
        Taken {
            procedure,
            known_roles: &self.packs.roles,
            packs: self.versions.clone(),
            site: self.office.site(),
            reviewed: procedure.is_some_and(|procedure| {
                procedure.review == domain::procedure::Review::Ready
                    || self.reviews.contains_key(&procedure.code)
            }),
            received_for_others: false,
            site_fee: self.fees.get(&item.procedure).map(|(amount, basis)| FeeTold {
                words: vnd(i64::from(*amount)),
                amount_vnd: Some(*amount),
                basis: Some(basis.clone()),
            }),
        }
    }
}

/// Unfinished dossiers of the same procedure for the person registered, or the applicant where nobody is.
fn duplicates(
    connection: &Connection,
    item: &Reception,
    now: jiff::Timestamp,
) -> store::Result<Vec<DossierRowView>> {
    let keys: Vec<String> = if item.registered.is_empty() {
        party_key(
            &item.applicant.full_name,
            item.applicant.id_number.as_deref(),
            item.applicant.birth_date,
        )
        .into_iter()
        .collect()
    } else {
        item.registered
            .iter()
            .filter_map(|person| {
                party_key(&person.full_name, person.id_number.as_deref(), person.birth_date)
            })
            .collect()
    };
    let mut found = Vec::new();
    for key in keys {
        for row in store::people::in_progress(connection, &key, &item.procedure)? {
            found.push(present::row(&row, now));
        }
    }
    Ok(found)
}

/// Worth a look, never a block.
fn warnings(item: &Reception, procedure: Option<&Procedure>) -> Vec<Problem> {
    let applicant = &item.applicant;
    let number = applicant.id_number.as_deref().unwrap_or("");
    let mut problems: Vec<Problem> =
        domain::citizen_number::number_warnings(number, applicant.birth_date, applicant.sex)
            .into_iter()
            .filter(|_| number.len() == 12)
            .map(|warning| Problem {
                field: format!("applicant.{}", warning.field),
                code: "number_warning".into(),
                message: warning.message,
                blocks: false,
            })
            .collect();
    if normalise(applicant.phone.as_deref().unwrap_or("")).is_empty() {
        problems.push(Problem {
            field: "applicant.phone".into(),
            code: "no_phone".into(),
            message: "Chưa có số điện thoại để báo kết quả.".into(),
            blocks: false,
        });
    }
    if let Some(procedure) = procedure
        && procedure.review == domain::procedure::Review::Needed
    {
        problems.push(Problem {
            field: "procedure".into(),
            code: "needs_review".into(),
            message: format!(
                "Thủ tục cần rà soát: {}",
                procedure.review_reason.as_deref().unwrap_or("")
            ),
            blocks: false,
        });
    }
    problems
}

fn unreadable(refusal: crate::error::RefusalView) -> PreviewItem {
    let field = refusal.field.unwrap_or_default();
    let field = field.strip_prefix("[0].").unwrap_or(&field).to_owned();
    PreviewItem {
        due: DueView {
            due_at: None,
            words: String::new(),
            limit_words: String::new(),
            steps: Vec::new(),
        },
        fee_words: String::new(),
        problems: vec![Problem {
            field,
            code: refusal.code,
            message: refusal.message,
            blocks: true,
        }],
        duplicates: Vec::new(),
        number_words: String::new(),
    }
}

fn preview_due(item: &Reception, taken: &Taken<'_>, context: &Context<'_>) -> DueView {
    let nothing = DueView {
        due_at: None,
        words: String::new(),
        limit_words: String::new(),
        steps: Vec::new(),
    };
    let Some(procedure) = taken.procedure else { return nothing };
    let Some(case) = procedure.case(item.case.as_deref()) else { return nothing };
    let terms = domain::dossier::terms(procedure, case, taken.site);
    let at = item.received_at.unwrap_or(context.now);
    domain::dossier::promise(terms, at, context.calendar, context.rules)
        .map_or(nothing, |due| present::due(&due))
}

fn number_words(received: &Received, packs: &Packs) -> String {
    use domain::dossier::number::NumberSource;
    match packs.numbers.of(&received.procedure.code) {
        NumberSource::Lane => "Số cấp tại quầy".into(),
        NumberSource::Provincial => "Mã tạm; số chính thức do tỉnh cấp sau".into(),
        NumberSource::None => "Không cấp số".into(),
    }
}

fn refuse_basket(items: &[Reception]) -> Result<()> {
    if items.is_empty() {
        let words = "Không có hồ sơ nào để tiếp nhận.";
        return Err(Refusal::of("nothing_to_receive", "[0]", words).into());
    }
    if items.len() > BASKET_MAX {
        return Err(Refusal::of(
            "too_many",
            format!("[{BASKET_MAX}]"),
            format!("Một lần chỉ tiếp nhận tối đa {BASKET_MAX} hồ sơ."),
        )
        .into());
    }
    Ok(())
}

pub(crate) fn first(faults: Vec<Refusal>, place: &str) -> ApiError {
    let fault = faults
        .into_iter()
        .next()
        .unwrap_or_else(|| Refusal::act("refused", "Không tiếp nhận được hồ sơ."));
    let fault = if place.is_empty() { fault } else { fault.inside(place) };
    fault.into()
}

pub(crate) fn inside(error: ApiError, place: &str) -> ApiError {
    match error {
        ApiError::Refused { mut refusal } if !place.is_empty() => {
            refusal.field = refusal.field.map(|field| format!("{place}.{field}"));
            ApiError::Refused { refusal }
        }
        error => error,
    }
}

fn blocking(fault: Refusal) -> Problem {
    Problem {
        field: fault.field.unwrap_or_default(),
        code: fault.code.into(),
        message: fault.message,
        blocks: true,
    }
}

pub(crate) fn accepted_view(dossier: &Dossier) -> AcceptedView {
    let due = present::due(&dossier.due);
    let next = match dossier.due.at {
        Some(_) => format!("Hẹn trả kết quả {}.", due.words),
        None => "Thủ tục chưa quy định thời hạn; sẽ báo khi có kết quả.".into(),
    };
    AcceptedView {
        id: dossier.id.to_string(),
        number: dossier.number.as_ref().map(|number| number.text.clone()),
        provisional: dossier.number.as_ref().is_some_and(|number| number.provisional),
        check_code: dossier.check_code.clone(),
        due_at: due.due_at,
        due_words: due.words,
        status: dossier.status().0,
        procedure: dossier.procedure.short_name.clone(),
        applicant: dossier.applicant.full_name.clone(),
        next_words: next,
    }
}
