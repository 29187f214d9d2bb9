//! The real keyring of Linux, in sessions of its own.
//!
//! A keyring is chosen once per process, so each story runs this very test again inside the session it is about: the
//! outer run makes the session and reads the inner run's verdict. Needs Debian's packages dbus and gnome-keyring.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

use vault::os_keyring::{KeyringFault, get_or_none, remove, set};

const INSIDE: &str = "QUAY_TEST_KEYRING";
const SERVICE: &str = "vn.quaymotcua.test";
const STORE: [u8; 16] = [0xab; 16];

/// Starts a keyring daemon unlocked by a password on its standard input, waits for it, runs the rest, ends it.
const WITH_UNLOCKED_KEYRING: &str = r#"
printf 'a password\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
for attempt in $(seq 100); do
    dbus-send --session --dest=org.freedesktop.DBus --print-reply / \
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q 'boolean true' && break
    sleep 0.1
done
"$@"
verdict=$?
kill $keyring
exit $verdict
"#;

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// This test binary again, running one test only; the words before it come from `prepare`.
fn again(test: &str, mut command: Command, home: &Path) -> Output {
    let itself = std::env::current_exe().expect("the test's own path");
    command
        .arg(itself)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home)
        .env("HOME", home)
        .output()
        .expect("install the Debian packages dbus and gnome-keyring to run this test")
}

fn assert_told(output: &Output) {
    let told = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}\n{complaints}");
}

fn private_home() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("temporary folder");
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).expect("private");
    home
}

#[test]
fn a_secret_is_kept_replaced_and_forgotten_in_the_systems_keyring() {
    if !inside() {
        for program in ["dbus-run-session", "gnome-keyring-daemon"] {
            let found = Command::new(program).arg("--version").output().is_ok();
            assert!(
                found,
                "{program} is missing: install the Debian packages dbus and gnome-keyring"
            );
        }
        let home = private_home();
        let mut session = Command::new("dbus-run-session");
        session.args(["--", "bash", "-c", WITH_UNLOCKED_KEYRING, "session"]);
        let name = "a_secret_is_kept_replaced_and_forgotten_in_the_systems_keyring";
        return assert_told(&again(name, session, home.path()));
    }
    assert!(get_or_none(SERVICE, STORE).expect("available").is_none(), "no entry is no fault");
    set(SERVICE, STORE, &[7; 32]).expect("kept");
    set(SERVICE, [0xcd; 16], &[9; 32]).expect("kept for another store");
    assert_eq!(*get_or_none(SERVICE, STORE).expect("available").expect("is there"), [7; 32]);
    set(SERVICE, STORE, &[8; 32]).expect("replaced");
    assert_eq!(*get_or_none(SERVICE, STORE).expect("available").expect("is there"), [8; 32]);

    let entry = keyring::Entry::new(SERVICE, &"ab".repeat(16)).expect("entry");
    entry.set_secret(b"not ours").expect("kept");
    assert!(matches!(get_or_none(SERVICE, STORE), Err(KeyringFault::Unusable { .. })));

    remove(SERVICE, STORE).expect("forgotten");
    remove(SERVICE, STORE).expect("nothing left to forget");
    assert!(get_or_none(SERVICE, STORE).expect("available").is_none());
    assert!(get_or_none(SERVICE, [0xcd; 16]).expect("available").is_some());
}

#[test]
fn a_machine_without_a_keyring_says_so() {
    if !inside() {
        let home = private_home();
        return assert_told(&again(
            "a_machine_without_a_keyring_says_so",
            Command::new("env"),
            home.path(),
        ));
    }
    assert!(matches!(get_or_none(SERVICE, STORE), Err(KeyringFault::Unavailable { .. })));
    assert!(matches!(set(SERVICE, STORE, &[7; 32]), Err(KeyringFault::Unavailable { .. })));
}

#[test]
fn a_session_bus_where_no_keyring_answers_says_so() {
    if !inside() {
        let home = private_home();
        let mut session = Command::new("dbus-run-session");
        let bus = home.path().join("bus.conf");
        std::fs::write(&bus, BUS_WITHOUT_SERVICES).expect("written");
        session.arg("--config-file").arg(&bus).arg("--");
        let name = "a_session_bus_where_no_keyring_answers_says_so";
        return assert_told(&again(name, session, home.path()));
    }
    assert!(matches!(get_or_none(SERVICE, STORE), Err(KeyringFault::Unavailable { .. })));
}

/// The usual session bus would start a keyring by itself.
const BUS_WITHOUT_SERVICES: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"#;
