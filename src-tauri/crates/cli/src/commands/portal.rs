//! Dossiers of the portal from a terminal.

use super::{Outcome, input_text, set_clock};
use crate::answer::Answer;
use crate::arguments::PortalCommand;
use app::Office;
use app::inputs::{PortalAcceptInput, read_json};
use domain::dossier::Reception;

pub fn portal(office: &Office, command: &PortalCommand) -> Outcome {
    match command {
        PortalCommand::List => Ok(Answer::of(office.portal_queue()?)),
        PortalCommand::Show { number, case } => {
            Ok(Answer::of(office.portal_open(number, case.as_deref())?))
        }
        PortalCommand::Accept { number, at } => {
            set_clock(office, at.as_deref())?;
            let text = input_text()?;
            let added = if text.trim().is_empty() { "{}" } else { &text };
            let input: PortalAcceptInput = read_json(added)?;
            Ok(Answer::of(office.portal_accept(number, input)?))
        }
        PortalCommand::Enter { at } => {
            set_clock(office, at.as_deref())?;
            let item: Reception = read_json(&input_text()?)?;
            Ok(Answer::of(office.portal_enter(item)?))
        }
    }
}
