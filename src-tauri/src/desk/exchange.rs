//! The exchange with the province, from the opening of the desk to its closing.

use super::{Desk, held};
use app::exchange::{Exchange, Policy};
use app::{ApiError, RefusalView, Result};
use std::fs;
use std::path::Path;

/// A chain of certificates is a few kilobytes.
const CERTIFICATES_BYTES_MAX: u64 = 1 << 20;
const NOT_ENROLLED: &str = "Máy này chưa ghi danh với tỉnh.";

impl Desk {
    /// Asks the gateway at `address` to take this device in, and begins the exchange. `authority` is a file with the
    /// certificate to trust besides the system's. Waits for the gateway's answer.
    ///
    /// # Errors
    /// A refusal naming `gateway`, `ca` or `code`.
    pub fn enrol(&self, address: &str, authority: Option<&Path>, code: &str) -> Result<()> {
        let office = self.office()?;
        let authority = authority.map(certificates).transpose()?;
        office.enrol(address, authority.as_deref(), code)?;
        self.end_exchange();
        self.start_exchange()
    }

    /// *Gửi ngay*; begins the exchange if it had not begun.
    ///
    /// # Errors
    /// Whatever keeps the exchange from beginning.
    pub fn send_now(&self) -> Result<()> {
        self.start_exchange()?;
        self.with_exchange(Exchange::send_now)
    }

    /// Pauses or resumes sending, until this program ends.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] while no exchange runs.
    pub fn pause_sending(&self, paused: bool) -> Result<()> {
        self.with_exchange(|exchange| exchange.pause(paused))
    }

    /// Fetches a document that another desk attached, now or as soon as there is a line.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for an unknown document, or while no exchange runs.
    pub fn fetch_file(&self, dossier: &str, file: &str) -> Result<()> {
        let (sha256, size_bytes) = self.office()?.document_name(dossier, file)?;
        self.with_exchange(|exchange| exchange.want_file(sha256, size_bytes))
    }

    /// Begins the exchange anew, on a thread: certificates and the store are read, and an officer waits for the desk.
    pub(super) fn restart_exchange(&self) {
        if self.office_if_open().is_none() {
            return;
        }
        let desk = self.clone();
        let begun = std::thread::Builder::new().name("exchange-start".into()).spawn(move || {
            desk.end_exchange();
            if let Err(fault) = desk.start_exchange() {
                tracing::error!(%fault, "the exchange did not begin");
            }
        });
        if let Err(fault) = begun {
            tracing::error!(%fault, "the exchange did not begin");
        }
    }

    /// Ends the exchange; what was under way is asked for again the next time.
    pub(super) fn end_exchange(&self) {
        drop(held(&self.0.exchange).take());
    }

    /// Begins the exchange of an open and enrolled desk, unless it runs.
    fn start_exchange(&self) -> Result<()> {
        let mut running = held(&self.0.exchange);
        if running.is_some() {
            return Ok(());
        }
        // Asked for under the lock: a desk given back meanwhile stays given back.
        if let Some(office) = self.office_if_open() {
            *running = Exchange::start(&office, Policy::default())?;
        }
        Ok(())
    }

    fn with_exchange(&self, say: impl FnOnce(&Exchange)) -> Result<()> {
        match &*held(&self.0.exchange) {
            Some(exchange) => {
                say(exchange);
                Ok(())
            }
            None => Err(ApiError::not_found(NOT_ENROLLED)),
        }
    }
}

fn certificates(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map(|about| about.len());
    let text = match size {
        Ok(0..=CERTIFICATES_BYTES_MAX) => fs::read_to_string(path).ok(),
        _ => None,
    };
    text.ok_or_else(|| ApiError::Refused {
        refusal: RefusalView {
            code: "certificate_unreadable".into(),
            field: Some("ca".into()),
            message: "Tệp chứng thư không đọc được: cần chứng thư dạng PEM do tỉnh cấp.".into(),
        },
    })
}
