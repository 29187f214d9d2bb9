//! `cargo xtask run`: build the app and open it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::headless::Session;
use crate::home::Home;
use crate::node::Node;
use crate::program::{Program, tail};
use crate::province::Province;
use crate::screen;
use crate::system::{self, Purpose};
use crate::training::TrainingStore;
use crate::workspace::{AS_FOR_TESTS, EMBEDDED_UI, Profile, Workspace};

/// How to open the app.
#[derive(Args)]
pub struct Options {
    /// Open a training store filled with believable dossiers, beside a second desk, both with a gateway of their own.
    #[arg(long, conflicts_with = "data")]
    demo: bool,
    /// How many dossiers the training store holds.
    #[arg(long, default_value_t = 400, value_name = "N", requires = "demo")]
    dossiers: u32,
    /// The folder of the store to open; without it the app's usual one, or an empty one off screen.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Build as it is shipped: slower to build, quicker to use.
    #[arg(long)]
    release: bool,
    /// Draw off screen and keep a picture, even where there is a display.
    #[arg(long)]
    headless: bool,
    /// Where the picture goes.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// Provides what is missing, builds, fills the training store, opens the window.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let off_screen = options.headless || !has_display();
    system::provide(&workspace, &[Purpose::Build])?;
    if off_screen {
        system::provide(&workspace, &[Purpose::Screen])?;
    }
    let profile = if options.release { Profile::Release } else { Profile::Debug };
    build(&workspace, profile)?;
    if options.demo {
        build_programs(&workspace, profile, &GATEWAY)?;
    }
    let app = App::prepare(&workspace, profile, options)?;
    if off_screen { app.draw(&picture(&workspace, options)?) } else { app.open() }
}

/// Builds the UI, then the programs with the UI inside.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    let node = Node::provide(workspace)?;
    if !node.packages_are_current() {
        node.install_packages().run()?;
    }
    node.npm(["run", "build"]).run()?;
    build_programs(workspace, profile, &PROGRAMS)
}

fn build_programs(workspace: &Workspace, profile: Profile, programs: &[&str]) -> Result<()> {
    let cargo = workspace.cargo(["build", "--workspace", "--features", EMBEDDED_UI]);
    cargo.args(programs).args(shared_with_tests(profile)).args(profile.flags()).run()
}

const PROGRAMS: [&str; 4] = ["--bin", "quay-mot-cua", "--bin", "quay"];
const GATEWAY: [&str; 2] = ["--bin", "quay-gateway"];

/// What is shipped has nothing of tests in it.
fn shared_with_tests(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Debug => &AS_FOR_TESTS,
        Profile::Release => &[],
    }
}

/// The built app with the store it opens.
struct App {
    program: PathBuf,
    arguments: Vec<PathBuf>,
    home: Option<Home>,
    log: PathBuf,
    /// Serves until the window is closed.
    _province: Option<Province>,
}

impl App {
    fn prepare(workspace: &Workspace, profile: Profile, options: &Options) -> Result<Self> {
        let log = workspace.scratch("logs")?.join("run.log");
        std::fs::write(&log, "")?;
        let program = workspace.built(profile, "quay-mot-cua");
        let app = Self { program, arguments: Vec::new(), home: None, log, _province: None };
        if options.demo {
            let name = "demo".to_owned();
            let store = TrainingStore { name, desk: 1, dossiers: options.dossiers, seed: 1 };
            let filled = store.provide(workspace, profile)?;
            let province = Province::open(workspace, profile, &filled, &app.log)?;
            return Ok(Self {
                arguments: filled.arguments(),
                home: Some(filled.home),
                _province: Some(province),
                ..app
            });
        }
        let arguments =
            options.data.iter().flat_map(|data| [PathBuf::from("--data"), data.clone()]);
        Ok(Self { arguments: arguments.collect(), ..app })
    }

    /// Opens the window on this display and waits until the person closes it.
    fn open(self) -> Result<()> {
        let app = Program::new(&self.program).args(&self.arguments);
        match &self.home {
            // The display's own socket lies in the real runtime folder.
            Some(home) => app.envs(home.variables_but("XDG_RUNTIME_DIR")).run(),
            None => app.run(),
        }
    }

    /// Draws the window on a screen of its own, keeps a picture and ends the app.
    fn draw(self, picture: &Path) -> Result<()> {
        let screen_home = Home::temporary()?;
        let home = self.home.as_ref().unwrap_or(&screen_home);
        let session = Session::open(&screen_home, &self.log)?;
        let mut app = Program::new(&self.program)
            .args(&self.arguments)
            .envs(home.variables())
            .envs(session.variables());
        let mut running = app.start_logged(&self.log)?;
        let drawn = screen::wait_until_drawn(&session, &mut running);
        screen::save_picture(&session, picture)?;
        running.end();
        if drawn.is_err() {
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            eprintln!("{}", tail(&said, 40));
        }
        drawn?;
        println!("no display here: the app was drawn off screen; picture: {}", picture.display());
        Ok(())
    }
}

fn picture(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    match &options.picture {
        Some(picture) => Ok(picture.clone()),
        None => Ok(workspace.scratch("pictures")?.join("window.png")),
    }
}

fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
