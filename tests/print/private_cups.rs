//! A CUPS of our own on a free port, and a printer made of a TCP listener.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use app::printer::PrintSystem;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A running print system, ended when dropped.
pub struct PrivateCups {
    server: String,
    process: Child,
    _folder: TempDir,
}

impl PrivateCups {
    /// Starts one; none where CUPS is not installed, and the test says that it was left out.
    pub fn start() -> Option<PrivateCups> {
        let Some(cupsd) =
            ["/usr/sbin/cupsd", "/usr/bin/cupsd"].into_iter().find(|path| Path::new(path).exists())
        else {
            eprintln!("LEFT OUT: cupsd is not installed (Debian: apt install cups)");
            return None;
        };
        let folder =
            tempfile::Builder::new().prefix("quay-cups").tempdir().expect("a temporary folder");
        let server = format!("127.0.0.1:{}", free_port());
        write_configuration(folder.path(), &server);
        let process = Command::new(cupsd)
            .arg("-f")
            .arg("-c")
            .arg(folder.path().join("etc/cupsd.conf"))
            .arg("-s")
            .arg(folder.path().join("etc/cups-files.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cupsd starts");
        let cups = PrivateCups { server, process, _folder: folder };
        cups.wait_until_it_answers();
        Some(cups)
    }

    pub fn system(&self) -> PrintSystem {
        PrintSystem::at(self.server())
    }

    /// Where it listens, `host:port`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// A queue without a driver: what goes in comes out.
    pub fn add_queue(&self, name: &str, uri: &str) {
        self.admin("lpadmin", &["-p", name, "-E", "-v", uri]);
    }

    /// Runs an administrator's command against this print system.
    pub fn admin(&self, program: &str, arguments: &[&str]) {
        let sbin = format!("/usr/sbin/{program}");
        let program = if Path::new(&sbin).exists() { sbin.as_str() } else { program };
        let output = Command::new(program)
            .env("CUPS_SERVER", &self.server)
            .args(arguments)
            .output()
            .expect("the command starts");
        assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    }

    fn wait_until_it_answers(&self) {
        let patience = Instant::now() + PATIENCE;
        while TcpStream::connect(&self.server).is_err() {
            assert!(Instant::now() < patience, "cupsd does not listen on {}", self.server);
            std::thread::yield_now();
        }
    }
}

impl Drop for PrivateCups {
    fn drop(&mut self) {
        // It may be gone already; the folder is removed either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A printer: every connection is one document.
pub struct Listener {
    port: u16,
    documents: Receiver<Vec<u8>>,
}

impl Listener {
    pub fn start() -> Listener {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("it is bound").port();
        let (sender, documents) = channel();
        std::thread::spawn(move || {
            for connection in socket.incoming().flatten() {
                let mut connection = connection;
                let mut document = Vec::new();
                let whole = connection.read_to_end(&mut document).is_ok();
                if !whole || sender.send(document).is_err() {
                    return;
                }
            }
        });
        Listener { port, documents }
    }

    pub fn uri(&self) -> String {
        // waiteof=false: the printer hangs up first, so the job is over when the bytes are.
        format!("socket://127.0.0.1:{}/?waiteof=false", self.port)
    }

    pub fn next_document(&self) -> Vec<u8> {
        self.documents.recv_timeout(PATIENCE).expect("a document reaches the printer")
    }
}

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("it is bound").port()
}

fn write_configuration(folder: &Path, server: &str) {
    for name in ["etc", "spool", "cache", "run", "log"] {
        std::fs::create_dir_all(folder.join(name)).expect("a folder of our own");
    }
    let root = folder.display();
    let files = format!(
        "ServerRoot {root}/etc\nRequestRoot {root}/spool\nCacheDir {root}/cache\nStateDir {root}/run\n\
         AccessLog {root}/log/access\nErrorLog {root}/log/error\nPageLog {root}/log/page\nSystemGroup root\n"
    );
    let everyone = "<Location />\nOrder allow,deny\nAllow 127.0.0.1\n</Location>\n\
        <Location /admin>\nOrder allow,deny\nAllow 127.0.0.1\n</Location>\n\
        <Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n";
    let daemon = format!("Listen {server}\nBrowsing Off\nDefaultAuthType None\n{everyone}");
    std::fs::write(folder.join("etc/cups-files.conf"), files).expect("its files are named");
    std::fs::write(folder.join("etc/cupsd.conf"), daemon).expect("it is configured");
    open_for_the_spooler(folder);
}

/// Started by root, CUPS prints as its own user, who must be able to enter its folders.
fn open_for_the_spooler(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for (name, mode) in [("", 0o755), ("spool", 0o777), ("cache", 0o777), ("run", 0o777)] {
        let path = folder.join(name);
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("our own folder");
    }
}
