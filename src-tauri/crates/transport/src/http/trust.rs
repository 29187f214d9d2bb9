//! Whose certificates are believed. A PC whose clock is years wrong still reaches its gateway.
//!
//! Whether a certificate holds *now* is asked of this PC's clock first. Where that says no, the last time that the gateway
//! itself has signed is asked: it is that late at least, so what had ended before then is never believed. A certificate
//! that begins after that moment is a renewed one. Nothing is trusted to it alone: before a desk sends anything, the
//! gateway proves the key that was pinned at the enrolment.

use super::AddressFault;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Certificates of a chain that may begin one after the other.
const CHAIN_MAX: usize = 8;

/// The last time that the gateway has signed.
#[derive(Debug, Clone, Default)]
pub(super) struct Said(Arc<AtomicI64>);

impl Said {
    /// Milliseconds since 1970 UTC; 0 when it has said nothing yet.
    pub(super) fn at(at_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(at_ms)))
    }

    /// It has signed this time. A smaller one changes nothing.
    pub(super) fn says(&self, at_ms: i64) {
        self.0.fetch_max(at_ms, Ordering::Relaxed);
    }

    fn time(&self) -> Option<UnixTime> {
        let at_ms = u64::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|at| *at > 0)?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(at_ms)))
    }
}

/// TLS that believes the system's authorities, or the one given alone.
pub(super) fn config(authority: Option<&[u8]>, said: &Said) -> Result<ClientConfig, AddressFault> {
    // Installing the provider twice is no fault: the first stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain: Arc<dyn ServerCertVerifier> = match authority {
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            let certificate =
                CertificateDer::from_pem_slice(pem).map_err(|_| AddressFault::Certificate)?;
            roots.add(certificate).map_err(|_| AddressFault::Certificate)?;
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|_| AddressFault::Certificate)?
        }
        None => Arc::new(
            rustls_platform_verifier::Verifier::new(Arc::clone(&provider))
                .map_err(|_| AddressFault::System)?,
        ),
    };
    let verifier = Arc::new(ByTheGatewaysTime { chain, said: said.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| AddressFault::System)?;
    let mut config =
        config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct ByTheGatewaysTime {
    chain: Arc<dyn ServerCertVerifier>,
    said: Said,
}

impl ServerCertVerifier for ByTheGatewaysTime {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let at = |now| {
            let chain = &self.chain;
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let by_this_pc = at(now);
        let Some(mut now) = self.said.time().filter(|_| of_the_clock(&by_this_pc)) else {
            return by_this_pc;
        };
        for _ in 0..CHAIN_MAX {
            match at(now) {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before,
                    ..
                })) if not_before > now => now = not_before,
                by_the_gateway => return by_the_gateway,
            }
        }
        by_this_pc
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

fn of_the_clock(verified: &Result<ServerCertVerified, Error>) -> bool {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    matches!(
        verified,
        Err(Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. }
        ))
    )
}

#[cfg(test)]
mod tests {
    use super::{ByTheGatewaysTime, Said};
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{Error, RootCertStore};
    use std::sync::Arc;
    use std::time::Duration;

    const YEAR_S: i64 = 365 * 24 * 3_600;
    /// 23/11/2026.
    const TODAY_S: i64 = 1_795_395_600;

    /// A gateway whose certificate holds from 01/10/2026 to 31/12/2026.
    struct Gateway {
        authority: CertificateDer<'static>,
        certificate: CertificateDer<'static>,
    }

    impl Gateway {
        fn new() -> Self {
            let mut authority = CertificateParams::new(Vec::new()).unwrap();
            authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let key = KeyPair::generate().unwrap();
            let signed = authority.self_signed(&key).unwrap();
            let issuer = Issuer::from_params(&authority, &key);
            let mut leaf = CertificateParams::new(vec!["mc.laocai.gov.vn".to_owned()]).unwrap();
            leaf.not_before = date_time_ymd(2026, 10, 1);
            leaf.not_after = date_time_ymd(2026, 12, 31);
            let own = KeyPair::generate().unwrap();
            let certificate = leaf.signed_by(&own, &issuer).unwrap();
            Self { authority: signed.der().clone(), certificate: certificate.der().clone() }
        }

        /// Whether a desk believes it by its own clock and the gateway's last word.
        fn is_believed(&self, clock_s: i64, said_s: i64) -> Result<(), Error> {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let mut roots = RootCertStore::empty();
            roots.add(self.authority.clone()).unwrap();
            let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier =
                ByTheGatewaysTime { chain: chain.build().unwrap(), said: Said::at(said_s * 1_000) };
            let name = ServerName::try_from("mc.laocai.gov.vn").unwrap();
            let now = UnixTime::since_unix_epoch(Duration::from_secs(clock_s.unsigned_abs()));
            verifier.verify_server_cert(&self.certificate, &[], &name, &[], now).map(|_| ())
        }
    }

    #[test]
    fn a_clock_that_is_years_wrong_does_not_part_a_desk_from_its_gateway() {
        let gateway = Gateway::new();
        for years in -5..=10 {
            let clock = TODAY_S + years * YEAR_S;
            assert_eq!(gateway.is_believed(clock, TODAY_S - 3_600), Ok(()), "{years} years");
        }
    }

    #[test]
    fn a_certificate_that_was_renewed_since_the_gateways_last_word_is_believed() {
        let gateway = Gateway::new();
        let half_a_year_ago = TODAY_S - YEAR_S / 2;
        assert_eq!(gateway.is_believed(TODAY_S - 5 * YEAR_S, half_a_year_ago), Ok(()));
        assert_eq!(gateway.is_believed(TODAY_S + 10 * YEAR_S, half_a_year_ago), Ok(()));
    }

    #[test]
    fn a_certificate_that_ended_before_the_gateways_last_word_is_not_believed() {
        let gateway = Gateway::new();
        assert!(gateway.is_believed(TODAY_S + YEAR_S, TODAY_S + YEAR_S / 2).is_err());
    }

    #[test]
    fn before_the_gateway_has_said_anything_this_pcs_clock_alone_is_asked() {
        let gateway = Gateway::new();
        assert_eq!(gateway.is_believed(TODAY_S, 0), Ok(()));
        assert!(gateway.is_believed(TODAY_S - 5 * YEAR_S, 0).is_err());
    }

    #[test]
    fn no_clock_makes_a_strangers_certificate_believed() {
        let (gateway, stranger) = (Gateway::new(), Gateway::new());
        let posing = Gateway { authority: gateway.authority, certificate: stranger.certificate };
        for clock in [TODAY_S, TODAY_S - 5 * YEAR_S, TODAY_S + 10 * YEAR_S] {
            assert!(posing.is_believed(clock, TODAY_S).is_err());
        }
    }
}
