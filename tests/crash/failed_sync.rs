//! A disk that refuses to sync, once, at every sync of a shift in turn. What was not made durable is not promised; the
//! desk says that intake has stopped, takes nothing in, reopens, and goes on.

use crate::lab::{Keys, Worker, copy_folder, rounds, seed, shim};
use crate::promises::{ACK, Promise};
use std::path::Path;
use tests::Desk;

const STEPS: u32 = 14;

#[test]
fn after_a_refused_sync_nothing_is_promised_until_the_store_was_reopened() {
    let desk = Desk::new();
    let keys = Keys::of(&desk.data());
    let library = shim(desk.folder(), "failing_sync");
    let shift = |at: usize| {
        let folder = desk.folder().join(format!("sync {at}"));
        copy_folder(&desk.data(), &folder.join("data")).expect("a desk of its own");
        copy_folder(&desk.state(), &folder.join("state")).expect("its marks");
        let environment = [
            ("LD_PRELOAD", library.display().to_string()),
            ("FAIL_DIR", folder.display().to_string()),
            ("FAIL_AT", at.to_string()),
        ];
        let (said, _) = Worker::start_under(&folder, seed(), STEPS, &environment).finish();
        (folder, said)
    };
    let (_, whole) = shift(0);
    let syncs: usize =
        whole.iter().find_map(|line| line.strip_prefix("SYNCS ")?.parse().ok()).expect("a count");
    let wanted = rounds().min(syncs);
    let (mut stopped, mut closed, mut unheard, mut acknowledged) = (0, 0, 0, 0);
    for i in 0..wanted {
        let at = 1 + i * syncs / wanted;
        let (folder, said) = shift(at);
        let story = format!("seed {}, sync {at} of {syncs}: {said:#?}", seed());
        behaves(&said, &story);
        stopped += usize::from(said.iter().any(|line| line == "STOPPED"));
        closed += usize::from(said.iter().any(|line| line.starts_with("CLOSED")));
        unheard +=
            usize::from(!said.iter().any(|line| line == "STOPPED" || line.starts_with("CLOSED")));
        acknowledged += check(&keys, &folder, &said, &story);
        std::fs::remove_dir_all(&folder).expect("cleared");
    }
    println!(
        "fsync EIO: n {wanted} of {syncs} syncs, seed {}, intake stopped {stopped}, not opened {closed}, harmless (checkpoint, \
         marks) {unheard}, acknowledged {acknowledged}, lost 0, half 0, doubled 0, dangling 0",
        seed()
    );
}

fn behaves(said: &[String], story: &str) {
    let failed = said.iter().position(|line| line.starts_with("EIO ")).expect(story);
    let matters = said[failed].ends_with("-wal") || said[failed].contains("/documents");
    let next = &said[failed + 1];
    assert!(!(matters && next.starts_with(ACK)), "acknowledged after a refused sync: {story}");
    assert!(!said.iter().any(|line| line.starts_with("FAULT") || line == "FULL"), "{story}");
    if let Some(stop) = said.iter().position(|line| line == "STOPPED") {
        assert_eq!(said[stop + 1], "REFUSED", "intake went on: {story}");
        assert!(said[stop + 2].starts_with("REOPENED"), "not reopened: {story}");
        // The shift goes on, or that was its last step.
        let next = said[stop + 3..].iter().find(|line| line.as_str() != "MARKS");
        assert!(
            next.is_none_or(|line| line.starts_with(ACK) || line.starts_with("SYNCS")),
            "did not go on: {story}"
        );
    }
}

fn check(keys: &Keys, folder: &Path, said: &[String], story: &str) -> usize {
    let promises: Vec<Promise> = said.iter().filter_map(|line| Promise::read(line)).collect();
    let data = folder.join("data");
    keys.judge(&data, &promises).expect(story).must_be_clean(story);
    let report = keys.verify(&data).expect(story);
    assert!(report.faults.is_empty(), "{story}: {report:?}");
    promises.len()
}
