//! No room left, in the database and in the folder: a clear "no", everything readable, and with room again it goes on.

use crate::lab::{Keys, copy_folder, rounds, seed};
use crate::shift::Shift;
use app::inputs::SearchFilter;
use app::opening::{self, Secret};
use app::{ApiError, Clock, Office, Places};
use tests::{Desk, PASSPHRASE, SmallDisk};

/// Fifty sizes in a long run, a handful in a short one.
fn sizes() -> usize {
    (rounds() / 4).clamp(4, 60)
}

/// A shift that never meets the wall is no experiment.
const STEPS_MAX: usize = 2_000;
/// A full disk stays full for this many tries.
const TRIES: usize = 6;

#[test]
fn a_database_without_room_says_so_and_goes_on_when_there_is_room_again() {
    let desk = Desk::new();
    let office = desk.open();
    let mut shift = Shift::new(&office, seed(), desk.folder().to_owned()).expect("a shift");
    let mut promises = shift.receive(4).expect("dossiers to work on");
    let mut refused = 0;
    for size in 0..sizes() {
        let story = format!("seed {}, room for {size} pages", seed());
        set_room(&office, Some(size));
        let mut met = 0;
        for _ in 0..STEPS_MAX {
            match shift.step() {
                Ok(more) => promises.extend(more),
                Err(ApiError::DiskFull { .. }) => met += 1,
                Err(error) => panic!("{story}: {error:?}"),
            }
            if met > TRIES {
                break;
            }
        }
        assert!(met > TRIES, "{story}: never full");
        refused += met;
        reads(&office, &story);
        set_room(&office, None);
        promises.extend(shift.receive(2).expect(&story));
    }
    let report = office.verify(&mut app::unfollowed).expect("verify");
    assert!(report.ok, "{report:?}");
    drop(office);
    let verdict = Keys::of(&desk.data()).judge(&desk.data(), &promises).expect("judged");
    verdict.must_be_clean("after all sizes");
    println!(
        "database full: sizes {}, seed {}, refused {refused}, acknowledged {}, dossiers {}, lost 0, half 0, doubled 0, dangling 0",
        sizes(),
        seed(),
        verdict.promises,
        verdict.dossiers
    );
}

#[test]
fn a_full_disk_under_the_whole_folder_loses_nothing() {
    let desk = Desk::new();
    let keys = Keys::of(&desk.data());
    let Some(disk) = SmallDisk::mount(&desk.folder().join("small")) else {
        eprintln!("disk full: no leave to mount a small file system here; skipped");
        return;
    };
    let (mut refused, mut stopped, mut acknowledged) = (0, 0, 0);
    for round in 0..sizes() {
        let story = format!("seed {}, disk {round}", seed());
        disk.resize(64 * 1024);
        disk.clear();
        copy_folder(&desk.data(), &disk.data()).expect("the desk moves in");
        disk.resize(disk.used_kib() + 64 + 24 * round as u64);
        let places =
            Places { data: disk.data(), state: desk.folder().join(format!("state {round}")) };
        copy_folder(&desk.state(), &places.state).expect("its marks too");
        let secret = Secret::Passphrase(PASSPHRASE.into());
        let office = match opening::open(places.clone(), &secret, Clock::system()) {
            Ok(office) => office,
            Err(fault) => {
                assert_eq!(fault.code(), "disk_full", "{story}: {fault}");
                refused += 1;
                disk.resize(64 * 1024);
                opening::open(places.clone(), &secret, Clock::system()).expect(&story)
            }
        };
        let mut shift =
            Shift::new(&office, seed() + round as u64, desk.folder().to_owned()).expect(&story);
        let mut promises = Vec::new();
        let mut met = 0;
        for _ in 0..STEPS_MAX {
            match shift.step() {
                Ok(more) => promises.extend(more),
                Err(ApiError::DiskFull { .. }) => met += 1,
                Err(ApiError::IntakeStopped { .. }) => {
                    met += 1;
                    stopped += 1;
                    disk.resize(64 * 1024);
                    office.reopen().expect(&story);
                }
                Err(error) => panic!("{story}: {error:?}"),
            }
            if met > TRIES {
                break;
            }
        }
        reads(&office, &story);
        refused += met;
        disk.resize(64 * 1024);
        promises.extend(shift.receive(2).expect(&story));
        promises.extend(shift.attach().expect(&story));
        let report = office.verify(&mut app::unfollowed).expect(&story);
        assert!(report.ok, "{story}: {report:?}");
        drop(office);
        keys.judge(&disk.data(), &promises).expect(&story).must_be_clean(&story);
        acknowledged += promises.len();
    }
    println!(
        "disk full: sizes {}, seed {}, refused {refused} (intake stopped {stopped}), acknowledged {acknowledged}, lost 0, half 0, doubled 0, dangling 0",
        sizes(),
        seed()
    );
}

fn set_room(office: &Office, pages: Option<usize>) {
    office
        .with_writer(|writer| {
            let now: i64 = writer.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let most = pages.map_or(1 << 30, |pages| now + i64::try_from(pages).unwrap_or(0));
            writer.query_row(&format!("PRAGMA max_page_count = {most}"), [], |row| {
                row.get::<_, i64>(0)
            })
        })
        .expect("a limit of pages");
}

fn reads(office: &Office, story: &str) {
    let found = office.search("", &SearchFilter::none(), 5);
    let hits = found.expect(story).hits;
    if let Some(first) = hits.first() {
        office.dossier(&first.id).expect(story);
    }
}
