//! A folder copied away under load and copied back, here and beside the living one; a restore by command. Whatever is
//! taken in afterwards: no number twice.

use crate::dice::Dice;
use crate::judge::{number_of, twice};
use crate::lab::{Keys, Worker, copy_folder, rounds, seed};
use crate::promises::Promise;
use crate::shift::Shift;
use app::opening::{self, Secret};
use app::{Clock, Office, Places};
use std::path::Path;
use std::time::Duration;
use tests::{Desk, PASSPHRASE};

const AFTERWARDS: usize = 6;

fn times() -> usize {
    (rounds() / 8).clamp(2, 60)
}

#[test]
fn a_folder_copied_under_load_and_put_back_gives_no_number_twice() {
    let (mut numbers, mut torn) = (0, 0);
    for round in 0..times() {
        let story = format!("seed {}, restore {round}", seed());
        let desk = Desk::new();
        let keys = Keys::of(&desk.data());
        let mut dice = Dice::new(seed() + round as u64);
        let copy = desk.folder().join("noon");
        let mut worker = Worker::start(desk.folder(), seed() + round as u64, 100_000);
        let mut said = worker.until("ACK");
        (0..dice.below(20)).for_each(|_| said.extend(worker.line()));
        copy_folder(&desk.data(), &copy).expect(&story);
        // The living desk works on: what it promises now, the copy does not know.
        std::thread::sleep(Duration::from_millis(150));
        (0..3 + dice.below(20)).for_each(|_| said.extend(worker.line()));
        said.extend(worker.kill());
        let mut promises: Vec<Promise> =
            said.iter().filter_map(|line| Promise::read(line)).collect();
        let twin = Places { data: copy.clone(), state: desk.folder().join("another machine") };
        let back = desk.folder().join("back");
        copy_folder(&copy, &back).expect(&story);
        let first = Places { data: desk.data(), state: desk.state() };
        let restored = Places { data: back, state: desk.state() };
        for (places, is_restore) in [(&twin, true), (&restored, true), (&first, false)] {
            match open(places) {
                Some(office) => promises.extend(afternoon(
                    &office,
                    desk.folder(),
                    seed() ^ promises.len() as u64,
                    is_restore,
                    &story,
                )),
                // The copy was taken while pages moved: that it does not open is said, and no number comes of it.
                None if is_restore => torn += 1,
                None => panic!("{story}: the living desk does not open"),
            }
        }
        let again = twice(promises.iter().filter_map(number_of));
        assert!(again.is_empty(), "{story}: {again:?}");
        numbers += promises.iter().filter_map(number_of).count();
        keys.judge(&desk.data(), &[]).expect(&story).must_be_clean(&story);
    }
    println!(
        "restore by folder copy under load: n {}, seed {}, numbers {numbers}, copies torn and said so {torn}, twice 0",
        times(),
        seed()
    );
}

#[test]
fn a_restore_by_command_in_mid_day_gives_no_number_twice() {
    let mut numbers = 0;
    for round in 0..times().div_ceil(2) {
        let story = format!("seed {}, restore by command {round}", seed());
        let desk = Desk::new();
        let mut promises = Vec::new();
        let copies = desk.folder().join("copies");
        std::fs::create_dir(&copies).expect(&story);
        let office = desk.open();
        promises.extend(steps(&office, desk.folder(), seed() + round as u64, 10, &story));
        office.backup(&copies, &mut app::unfollowed).expect(&story);
        promises.extend(steps(&office, desk.folder(), seed() + 1_000 + round as u64, 10, &story));
        drop(office);
        let places = Places { data: desk.folder().join("restored"), state: desk.state() };
        let outcome = app::restore(
            &places,
            &copies,
            &Secret::Passphrase(PASSPHRASE.into()),
            false,
            &mut app::unfollowed,
        )
        .expect(&story);
        assert!(outcome.ok, "{story}: {outcome:?}");
        for (places, is_restore) in [(places, true), (desk.places(), false)] {
            let office = open(&places).expect(&story);
            promises.extend(afternoon(
                &office,
                desk.folder(),
                seed() ^ promises.len() as u64,
                is_restore,
                &story,
            ));
        }
        let again = twice(promises.iter().filter_map(number_of));
        assert!(again.is_empty(), "{story}: {again:?}");
        numbers += promises.iter().filter_map(number_of).count();
    }
    println!(
        "restore by command: n {}, seed {}, numbers {numbers}, twice 0",
        times().div_ceil(2),
        seed()
    );
}

fn open(places: &Places) -> Option<Office> {
    match opening::open(places.clone(), &Secret::Passphrase(PASSPHRASE.into()), Clock::system()) {
        Ok(office) => Some(office),
        Err(fault) => {
            assert_eq!(fault.code(), "corrupt", "{fault}");
            None
        }
    }
}

/// What is taken in after a restore.
fn afternoon(
    office: &Office,
    scans: &Path,
    seed: u64,
    is_restore: bool,
    story: &str,
) -> Vec<Promise> {
    assert_eq!(office.boot_view().restored.is_some(), is_restore, "{story}");
    let mut shift = Shift::new(office, seed, scans.to_owned()).expect(story);
    let promises: Vec<Promise> =
        (0..AFTERWARDS).flat_map(|_| shift.receive(2).expect(story)).collect();
    let report = office.verify(&mut app::unfollowed).expect(story);
    assert!(report.ok, "{story}: {report:?}");
    promises
}

fn steps(office: &Office, scans: &Path, seed: u64, count: usize, story: &str) -> Vec<Promise> {
    let mut shift = Shift::new(office, seed, scans.to_owned()).expect(story);
    (0..count).flat_map(|_| shift.step().expect(story)).collect()
}
