//! A gateway with its ledger in a folder that goes with it.

use gateway::clock::Clock;
use gateway::settings::LedgerPlace;
use gateway::{Gateway, Serving, Settings, serve};
use load::cluster;
use std::net::TcpListener;
use std::time::Duration;
use tempfile::TempDir;

/// Phường Yên Bái.
pub const SITE: &str = "04252";
/// Another commune of the same province.
pub const OTHER_SITE: &str = "04273";
/// 23/11/2026 08:00 in Vietnam.
pub const NOW_MS: i64 = 1_795_395_600_000;

pub struct Place {
    pub settings: Settings,
    pub serving: Serving,
    _folder: TempDir,
}

/// Tells a story on every ledger.
pub async fn on_every_ledger(story: impl AsyncFn(Place)) {
    story(Place::embedded().await).await;
    story(Place::on_postgresql().await).await;
}

impl Place {
    /// A gateway with its ledger in a file.
    pub async fn embedded() -> Self {
        Self::with(|_| {}).await
    }

    /// A gateway with its ledger in PostgreSQL.
    pub async fn on_postgresql() -> Self {
        let database = cluster::new_database();
        Self::with(|settings| settings.ledger = LedgerPlace::Postgres(database)).await
    }

    /// A gateway with two communes and a standing clock.
    pub async fn with(set: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = Settings::embedded(folder.path(), [9; 32]);
        settings.clock = Clock::standing_at(NOW_MS);
        set(&mut settings);
        let serving = serving(&settings).await;
        serving.gateway.add_site(SITE, "phường Yên Bái").await.unwrap().unwrap();
        serving.gateway.add_site(OTHER_SITE, "xã Trạm Tấu").await.unwrap().unwrap();
        Self { settings, serving, _folder: folder }
    }

    /// Another instance behind the same ledger and files.
    pub async fn another_instance(&self) -> Serving {
        serving(&self.settings).await
    }

    pub fn gateway(&self) -> &Gateway {
        &self.serving.gateway
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.serving.address)
    }

    pub async fn code(&self, site: &str) -> String {
        let life = Duration::from_secs(3600);
        self.gateway().enrolment_code(site, life).await.unwrap().unwrap()
    }
}

async fn serving(settings: &Settings) -> Serving {
    serve(settings, TcpListener::bind("127.0.0.1:0").unwrap()).await.unwrap()
}
