//! Numbers for the operator (Prometheus). Routes and outcomes only: no site, no device, no person.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// What one instance counts.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram>,
    records: Counter,
    record_bytes: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("quay_gateway");
        let requests = Family::default();
        // 1 ms to 16 s.
        let durations = Family::<Route, Histogram>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.001, 2.0, 15))
        });
        let (records, record_bytes) = (Counter::default(), Counter::default());
        registry.register("requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "request",
            "Time to an answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("records", "Records taken", records.clone());
        registry.register_with_unit(
            "records",
            "Compressed bytes of records taken",
            Unit::Bytes,
            record_bytes.clone(),
        );
        Self { registry: Mutex::new(registry), requests, durations, records, record_bytes }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, route: &str, method: &str, status: u16, after: Duration) {
        let (route, method) = (route.to_owned(), method.to_owned());
        self.durations.get_or_create(&Route { route: route.clone() }).observe(after.as_secs_f64());
        self.requests.get_or_create(&Request { route, method, status }).inc();
    }

    /// A batch was taken.
    pub fn taken(&self, records: u64, bytes: u64) {
        self.records.inc_by(records);
        self.record_bytes.inc_by(bytes);
    }

    /// As Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing into memory does not fail.
        let _ = encode(&mut text, &registry);
        text
    }
}
