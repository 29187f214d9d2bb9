//! The window as a clerk sees it: what it shows, what it holds, and waiting until it does.

use std::fmt::Display;
use std::time::{Duration, Instant};

use fantoccini::actions::KeyActions;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::driver::Driver;
use crate::sight;

/// Generous: a busy machine of two cores builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(40);
/// The driver has limits of its own, but not for everything; what it has not answered by then it never will.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
/// For the last question to a window that is given up.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(5);
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
        let address = driver.address();
        let connected = timeout(ANSWERED_WITHIN, builder.capabilities(wanted).connect(&address));
        let fault = match connected.await {
            Ok(Ok(client)) => return Self { client, driver, _screen: screen },
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => format!("no answer within {ANSWERED_WITHIN:?}"),
        };
        panic!("no session: {fault}\n{}\n{}", seen(), driver.said());
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
                self.give_up(&format!("never: {expression}")).await;
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
            let answer = self.within(command, self.client.execute_async(&question, vec![])).await;
            if answer == Value::Bool(true) {
                return;
            }
            if Instant::now() > patience {
                self.give_up(&format!("never: {command} → {condition} ({answer})")).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What the office answers to a command, or a part of it (`answer.row.status`), as text.
    pub async fn answered(&self, command: &str, arguments: Value, part: &str) -> String {
        let question = format!(
            "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke({}, {arguments}).then(\
                (answer) => done(String({part})), (fault) => done(JSON.stringify(fault)))",
            quoted(command)
        );
        let answer = self.within(command, self.client.execute_async(&question, vec![])).await;
        answer.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn page(&self, script: &str) -> Value {
        self.within(script, self.client.execute(script, vec![])).await
    }

    /// Keys, as the keyboard sends them.
    pub async fn struck(&self, keys: KeyActions) {
        self.within("keys", self.client.perform_actions(keys)).await;
    }

    /// Keys as a scanner sends them, to whatever has the cursor. The driver hands them over together: struck one by
    /// one as actions, a busy machine would draw them out until they pass for a person's.
    pub async fn burst(&self, keys: &str) {
        let focused = self.within("the element that listens", self.client.active_element()).await;
        self.within("a scan", focused.send_keys(keys)).await;
    }

    /// Keeps a picture of the whole screen beside those of `cargo xtask run`.
    pub async fn picture(&self, name: &str) {
        // What was drawn is on the screen only after the next frame.
        let frames = "const done = arguments[0]; document.fonts.ready.then(() => \
            requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.within("two frames", self.client.execute_async(frames, vec![])).await;
        if let Err(fault) = sight::kept(name) {
            self.give_up(&fault).await;
        }
    }

    /// The power is cut.
    pub fn cut_the_power(self) {
        self.driver.kill_program();
    }

    /// Ends the session, and waits until the program has let go of the store.
    pub async fn close(self) {
        self.within("the end of the session", self.client.clone().close()).await;
        self.driver.kill_program();
    }

    /// What the driver answers; a story does not wait for it without an end.
    async fn within<T, F: Display>(
        &self,
        asked: &str,
        answer: impl Future<Output = Result<T, F>>,
    ) -> T {
        match timeout(ANSWERED_WITHIN, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(fault)) => self.give_up(&format!("{asked}: {fault}")).await,
            Err(_) => self.give_up(&format!("{asked}: no answer in {ANSWERED_WITHIN:?}")).await,
        }
    }

    /// Ends the story with all that there was to see.
    async fn give_up(&self, fault: &str) -> ! {
        let seen = seen();
        let told = "return `${document.title}, ${location.href}\n${document.body.innerText}`";
        let told = timeout(LAST_WORDS_WITHIN, self.client.execute(told, vec![])).await;
        let told = match told {
            Ok(Ok(told)) => told.as_str().unwrap_or_default().to_owned(),
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => "it does not answer".to_owned(),
        };
        panic!("{fault}\n{seen}\n--- the page: {told}\n{}", self.driver.said());
    }
}

/// Keeps a picture of a story that goes wrong, and says where it lies.
fn seen() -> String {
    let story = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
    match sight::kept(&format!("failed-{story}")) {
        Ok(path) => format!("--- picture: {}", path.display()),
        Err(fault) => format!("--- {fault}"),
    }
}

/// Text as JavaScript writes it.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
