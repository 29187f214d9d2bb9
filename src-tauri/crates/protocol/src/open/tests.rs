use super::{History, OpenPage};
use crate::record::{Draft, Name, Record};
use crate::series::{Content, Entry};
use crate::wire::HeadOf;
use crate::{SeriesFault, Subject};
use ed25519_dalek::{Signer, SigningKey};

const SITE: &str = "04252";
const AFTER: [u8; 16] = [1; 16];

fn entry(device: u8, seq: u64, site: &str) -> Entry {
    let draft = Draft {
        site: site.into(),
        subject: Subject { kind: "dossier", id: [7; 16] },
        kind: "dossier.noted",
        actor: [3; 16],
        authority: Vec::new(),
        parents: Vec::new(),
        parents_depth: 0,
        at_ms: 0,
        salt: [9; 16],
        body: format!("{{\"n\":{seq}}}").into_bytes(),
    };
    let record = Record::seal(draft, Name { device: [device; 16], seq }, [2; 32]).unwrap();
    let content = Content { salt: record.salt, body: record.body };
    Entry::new(record.header_bytes, Some(content))
}

fn page(entries: Vec<Entry>) -> OpenPage {
    let mut page = OpenPage {
        site: SITE.into(),
        ledger_epoch: 3,
        feed: 900,
        after: AFTER,
        next: [7; 16],
        more: true,
        total: Some(12),
        heads: vec![HeadOf { device: [1; 16], seq: 40, hash: [2; 32] }],
        histories: vec![History { subject: [7; 16], entries }],
        signature: [0; 64],
    };
    page.signature = key().sign(&page.signed().unwrap()).to_bytes();
    page
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

fn holds(page: &OpenPage) -> bool {
    page.is_signed(&key().verifying_key().to_bytes(), SITE, &AFTER)
}

#[test]
fn a_page_reads_back_with_records_of_later_versions_and_without_bodies() {
    let mut tomorrow = entry(2, 5, SITE).header;
    tomorrow[0] = 0x90;
    tomorrow[1] = 2;
    tomorrow.push(7);
    let later = Entry::new(tomorrow, entry(2, 5, SITE).content);
    let disposed = Entry { content: None, ..entry(1, 4, SITE) };
    let page = page(vec![entry(1, 3, SITE), disposed, later]);
    let read = OpenPage::decode(&page.encode().unwrap()).unwrap();
    assert_eq!(read, page);
    assert!(holds(&read));
}

#[test]
fn the_signature_covers_every_word_and_every_record_whatever_their_order() {
    let page = page(vec![entry(1, 3, SITE), entry(2, 1, SITE)]);
    let turned = vec![entry(2, 1, SITE), entry(1, 3, SITE)];
    let with = |entries| vec![History { subject: [7; 16], entries }];
    assert!(holds(&OpenPage { histories: with(turned), ..page.clone() }));
    let changed = [
        OpenPage { ledger_epoch: 4, ..page.clone() },
        OpenPage { feed: 901, ..page.clone() },
        OpenPage { next: [8; 16], ..page.clone() },
        OpenPage { more: false, ..page.clone() },
        OpenPage { total: None, ..page.clone() },
        OpenPage { heads: Vec::new(), ..page.clone() },
        OpenPage { histories: Vec::new(), ..page.clone() },
        OpenPage { histories: with(vec![entry(1, 3, SITE)]), ..page.clone() },
        OpenPage { histories: with(vec![entry(1, 3, SITE), entry(2, 2, SITE)]), ..page.clone() },
    ];
    for page in &changed {
        assert!(!holds(page), "{page:?} passed for what was signed");
    }
    let key = key().verifying_key().to_bytes();
    assert!(!page.is_signed(&key, "04273", &AFTER), "another site's page");
    assert!(!page.is_signed(&key, SITE, &[0; 16]), "the page of another question");
}

#[test]
fn records_of_another_site_or_subject_and_cut_bytes_are_refused() {
    let smuggled = page(vec![entry(1, 3, "04273")]).encode().unwrap();
    assert!(matches!(OpenPage::decode(&smuggled), Err(SeriesFault::Record { seq: 3, .. })));
    let mut page = page(vec![entry(1, 3, SITE)]);
    let bytes = page.encode().unwrap();
    for cut in 0..bytes.len() {
        assert!(OpenPage::decode(&bytes[..cut]).is_err(), "cut at {cut} was read");
    }
    page.histories[0].subject = [6; 16];
    assert!(OpenPage::decode(&page.encode().unwrap()).is_err());
}
