//! Everything the screens may ask, a file a task. A command takes the desk, asks the office and
//! returns; what looks like more belongs into `app`.

pub mod boot;
pub mod documents;
pub mod dossiers;
pub mod exchange;
pub mod people;
pub mod portal;
pub mod printing;
pub mod procedures;
pub mod reception;
pub mod returning;
pub mod searching;
pub mod session;
pub mod settings;
#[cfg(test)]
mod tests;

use crate::desk::Desk;
use crate::events::{Changed, Progress};
use tauri::{Runtime, State};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

/// The desk as a command receives it.
type AtDesk<'a> = State<'a, Desk>;

/// All commands, for the window and for the exporter of its bindings.
pub fn all<R: Runtime>() -> Builder<R> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .typ::<Changed>()
        .typ::<Progress>()
        .commands(collect_commands![
            boot::boot_state,
            boot::units_search,
            boot::first_run,
            boot::recovery_key_new,
            boot::recovery_key_confirm,
            boot::recovery_sheet_pdf,
            boot::unlock,
            boot::restore_from,
            boot::passphrase_set,
            boot::store_reopen,
            session::session,
            session::officer_switch,
            session::officer_add,
            session::status_bar,
            procedures::procedure_search,
            procedures::procedure_view,
            procedures::review_list,
            procedures::procedure_reviewed,
            procedures::fees_view,
            procedures::fee_set,
            people::card_read,
            people::person_known,
            people::id_number_check,
            people::person_search,
            people::date_read,
            reception::reception_preview,
            reception::reception_accept,
            reception::draft_save,
            reception::draft_load,
            reception::draft_discard,
            reception::drafts,
            printing::slip_pdf,
            printing::slip_print,
            printing::slip_reprint,
            printing::sheet_print,
            printing::printers,
            printing::printer_choose,
            printing::print_jobs,
            printing::print_retry,
            printing::pad_print,
            dossiers::dossier_open,
            dossiers::dossier_act,
            documents::files_attach,
            documents::file_bytes,
            documents::file_replace,
            documents::file_export,
            documents::watch_folder,
            documents::watch_folder_set,
            portal::portal_queue,
            portal::portal_open,
            portal::portal_accept,
            portal::portal_enter,
            returning::return_lookup,
            returning::return_results,
            returning::signature_sheet_pdf,
            returning::shelf_set,
            returning::called_set,
            searching::search,
            searching::list,
            searching::counts,
            searching::scan_resolve,
            exchange::exchange_view,
            exchange::exchange_lines,
            exchange::enrol,
            exchange::send_now,
            exchange::pause_sending,
            exchange::proof_pdf,
            exchange::file_fetch,
            exchange::sync_states,
            exchange::unsent_list,
            exchange::held_list,
            exchange::held_put_back,
            exchange::conflict_list,
            exchange::conflict_show,
            settings::backup_place_set,
            settings::backup_now,
            settings::backup_view,
            settings::verify_now,
            settings::calendar_year,
            settings::pack_import,
            settings::cancel,
        ])
}
