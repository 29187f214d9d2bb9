//! A gateway on a socket, until it is told to stop.

use crate::gateway::Gateway;
use crate::ledger::Fault;
use crate::outbound::driver::Driver;
use crate::settings::{Settings, Tls};
use crate::web;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Why a gateway does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    /// The ledger cannot be opened.
    #[error("the ledger cannot be opened")]
    Ledger(#[from] Fault),
    /// The socket or the certificate.
    #[error("the socket or the certificate")]
    Socket(#[from] std::io::Error),
    /// The driver of the national portal.
    #[error("the driver of the national portal")]
    National(#[from] reqwest::Error),
}

/// A gateway that serves.
pub struct Serving {
    /// Where.
    pub address: SocketAddr,
    /// The instance, for its operator.
    pub gateway: Gateway,
    handle: axum_server::Handle<SocketAddr>,
    patience: Duration,
    task: JoinHandle<std::io::Result<()>>,
    telling: Option<JoinHandle<()>>,
}

/// Opens the ledger and serves on `listener` (port 0 is fine) until [`Serving::stop`].
///
/// # Errors
/// [`ServeFault`].
pub async fn serve(settings: &Settings, listener: TcpListener) -> Result<Serving, ServeFault> {
    let gateway = Gateway::open(settings).await?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = axum_server::Handle::new();
    let service = web::router(gateway.clone()).into_make_service();
    // An answer never waits for the desk's word on what went before it: on a far line that is a whole round trip.
    let task = match &settings.tls {
        Some(tls) => {
            let tls =
                RustlsAcceptor::new(rustls_config(tls).await?).acceptor(NoDelayAcceptor::new());
            let server = axum_server::from_tcp(listener)?.acceptor(tls);
            tokio::spawn(server.handle(handle.clone()).serve(service))
        }
        None => {
            let server = axum_server::from_tcp(listener)?.acceptor(NoDelayAcceptor::new());
            tokio::spawn(server.handle(handle.clone()).serve(service))
        }
    };
    let telling = match &settings.national {
        Some(national) => {
            let call_max = settings.limits.national_call_max;
            let driver = Driver::new(national.clone(), call_max, settings.clock.clone())?;
            Some(tokio::spawn(gateway.clone().tell_for_ever(driver)))
        }
        None => None,
    };
    tracing::info!(%address, tls = settings.tls.is_some(), "serving");
    Ok(Serving { address, gateway, handle, patience: settings.limits.shutdown_max, task, telling })
}

impl Serving {
    /// Takes no new request, lets the running ones end, and stops.
    ///
    /// # Errors
    /// What the socket reported.
    pub async fn stop(self) -> std::io::Result<()> {
        self.handle.graceful_shutdown(Some(self.patience));
        // A call that is cut off is made again: what is not known to be told is told again as an update.
        if let Some(telling) = &self.telling {
            telling.abort();
        }
        self.ended().await
    }

    /// Waits until the gateway has stopped by itself.
    ///
    /// # Errors
    /// What the socket reported.
    pub async fn ended(self) -> std::io::Result<()> {
        self.task.await.map_err(std::io::Error::other)?
    }
}

async fn rustls_config(tls: &Tls) -> std::io::Result<RustlsConfig> {
    // Another part of the process may have chosen the same provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem(tls.certificates.clone(), tls.key.clone()).await
}
