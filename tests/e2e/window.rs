//! The window as a clerk sees it: what it shows, what it holds, and waiting until it does.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::actions::KeyActions;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::driver::Driver;

/// Generous: a busy machine of two cores builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at the screen.
const GLANCE: Duration = Duration::from_millis(25);

/// One window on the screen at a time: a second one would take the cursor from the first.
static SCREEN: Mutex<()> = Mutex::const_new(());

/// An open window and the driver behind it.
pub struct Window {
    client: Client,
    driver: Driver,
    _screen: MutexGuard<'static, ()>,
}

impl Window {
    /// Opens the program; the page may still be loading.
    pub async fn open(driver: Driver) -> Self {
        let screen = SCREEN.lock().await;
        let binary = driver.start_script().to_string_lossy();
        let wanted = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": { "binary": binary, "args": [] },
        });
        let Value::Object(wanted) = wanted else { panic!("it is written as an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&driver.address()).await;
        let client = client.unwrap_or_else(|fault| {
            panic!("no session: {fault}\n--- the program said:\n{}", driver.said())
        });
        Self { client, driver, _screen: screen }
    }

    /// The element is on screen.
    pub async fn shows(&self, css: &str) {
        self.until(&format!(
            "document.querySelector({})?.getClientRects().length > 0",
            quoted(css)
        ))
        .await;
    }

    /// The element, once it is there, holds this text.
    pub async fn reads(&self, css: &str, text: &str) {
        let css = quoted(css);
        // Blanks of every width are one blank: the screen groups numbers with narrow ones.
        let held = format!(
            "(document.querySelector({css})?.innerText ?? '').normalize('NFC').replace(/\\s+/g, ' ')"
        );
        self.until(&format!("{held}.includes({})", quoted(text))).await;
    }

    /// The cursor is in the element.
    pub async fn listens_in(&self, css: &str) {
        self.until(&format!("document.activeElement?.matches({}) === true", quoted(css))).await;
    }

    /// What an expression of the page comes to, as text; empty where there is nothing.
    pub async fn asked(&self, expression: &str) -> String {
        match self.page(&format!("return {expression}")).await {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// The text of an element; empty where there is none.
    pub async fn text(&self, css: &str) -> String {
        self.asked(&format!("document.querySelector({})?.innerText ?? ''", quoted(css))).await
    }

    /// What a field holds.
    pub async fn value(&self, css: &str) -> String {
        self.asked(&format!("document.querySelector({})?.value ?? ''", quoted(css))).await
    }

    /// Waits until an expression holds in the page.
    pub async fn until(&self, expression: &str) {
        let patience = Instant::now() + PATIENCE;
        let question = format!("return Boolean({expression})");
        while self.page(&question).await != Value::Bool(true) {
            if Instant::now() > patience {
                self.keep_sight().await;
                let (seen, said) = (self.text("body").await, self.driver.said());
                panic!("never: {expression}\n--- seen:\n{seen}\n--- said:\n{said}");
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until the office's `answer` to a command, asked again and again, fulfils a condition.
    pub async fn until_answered(&self, command: &str, condition: &str) {
        let patience = Instant::now() + PATIENCE;
        let question = format!(
            "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke({}).then(\
                (answer) => done(Boolean({condition})), (fault) => done(String(fault)))",
            quoted(command)
        );
        loop {
            let answer = self.client.execute_async(&question, vec![]).await;
            let answer = answer.expect("the office answers");
            if answer == Value::Bool(true) {
                return;
            }
            assert!(Instant::now() < patience, "never: {command} → {condition} ({answer})");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn page(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("the page runs the script")
    }

    /// Keys, as the keyboard sends them.
    pub async fn struck(&self, keys: KeyActions) {
        self.client.perform_actions(keys).await.expect("the keys are struck");
    }

    /// Keys as a scanner sends them, to whatever has the cursor. The driver hands them over together: struck one by
    /// one as actions, a busy machine would draw them out until they pass for a person's.
    pub async fn burst(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the cursor");
        focused.send_keys(keys).await.expect("the keys are struck");
    }

    /// Keeps a picture of the whole window beside those of `cargo xtask run`.
    pub async fn picture(&self, name: &str) {
        // What was drawn is on the screen only after the next frame.
        let frames = "const done = arguments[0]; document.fonts.ready.then(() => \
            requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.client.execute_async(frames, vec![]).await.expect("frames are drawn");
        let bytes = self.client.screenshot().await.expect("a picture");
        let folder = pictures();
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("the picture is kept");
    }

    /// The power is cut.
    pub fn cut_the_power(self) {
        self.driver.kill_program();
    }

    /// Ends the session, and waits until the program has let go of the store.
    pub async fn close(self) {
        self.client.close().await.expect("the session ends");
        self.driver.kill_program();
    }

    async fn keep_sight(&self) {
        let name = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
        self.picture(&format!("failed-{name}")).await;
    }
}

/// Where pictures are kept.
fn pictures() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    target.unwrap_or_else(beside).join("xtask/pictures")
}

/// Text as JavaScript writes it.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
