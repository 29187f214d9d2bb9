//! The line is encrypted, and only the gateway's own certificate is believed.

use super::line::Online;
use super::proxy::{Line, Mode};
use crate::place::{Place, SITE};
use app::exchange::Headline;
use gateway::clock::Clock;
use gateway::settings::Tls;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_in_the_middle_with_another_certificate_learns_and_changes_nothing() {
    let (authority, tls) = certificates(None);
    let place = Place::with(|settings| settings.tls = Some(tls)).await;
    let (_, strange) = certificates(None);
    let middle = Place::with(|settings| settings.tls = Some(strange)).await;
    let desk = Online::over(&place, Line::to(place.serving.address).await, Some(&authority)).await;
    let first = desk.take_in(0);
    desk.has_sent(&first);

    desk.line.lead_to(middle.serving.address);
    desk.line.set(Mode::Dead);
    desk.line.set(Mode::Open);
    let second = desk.take_in(1);
    desk.until("the stranger is seen", |state| {
        matches!(state.headline, Headline::NotTheGateway { safe_here: 1 })
    });
    let seen = middle.gateway().status().await.unwrap().unwrap();
    assert_eq!(seen["sites"][0]["records"], 0, "the stranger has nothing");

    desk.line.lead_to(place.serving.address);
    desk.has_sent(&second);
    let numbers = BTreeSet::from([first, second]);
    desk.arrived_once_with(&place, &numbers, Some(&authority)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_certificate_is_refused_at_the_enrolment_with_words_for_it() {
    let (_, tls) = certificates(None);
    let place = Place::with(|settings| settings.tls = Some(tls)).await;
    let quay = tests::Quay::desk(1, "Cán bộ bàn 1");
    let code = place.code(SITE).await;
    let url = format!("https://{}", place.serving.address);
    let refused = quay.run(&["enrol", "--gateway", &url, "--code", &code], "");
    assert_eq!((refused.code, refused.err["refusal"].as_str()), (3, Some("not_the_gateway")));
    let plain = quay.run(&["enrol", "--gateway", "http://mc.laocai.gov.vn", "--code", &code], "");
    assert_eq!((plain.code, plain.err["refusal"].as_str()), (3, Some("address_not_secure")));
}

/// An authority, and a certificate it gave for this machine: for so many days before and after today, or for ever.
pub(super) fn certificates(days: Option<i32>) -> (String, Tls) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let signed = authority.self_signed(&key).unwrap();
    let issuer = Issuer::from_params(&authority, &key);
    let own = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    if let Some(days) = days {
        let today = jiff::Timestamp::from_millisecond(Clock::system().now_ms()).unwrap();
        let today = jiff::tz::Offset::UTC.to_datetime(today).date();
        let day = |further: i32| {
            let day = today + jiff::Span::new().days(further);
            date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
        };
        (leaf.not_before, leaf.not_after) = (day(-days), day(days));
    }
    let certificate = leaf.signed_by(&own, &issuer).unwrap();
    let tls =
        Tls { certificates: certificate.pem().into_bytes(), key: own.serialize_pem().into_bytes() };
    (signed.pem(), tls)
}
