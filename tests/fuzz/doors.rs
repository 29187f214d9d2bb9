//! The doors, as the desk keeps them: the use cases behind `quay card`, `receive`, `pack import` and `attach`.

use app::inputs::{read_json, read_value};
use app::{ApiError, Office};
use domain::card::Card;
use domain::dossier::Reception;
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use tests::Desk;

/// Which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorName {
    /// What a code reader typed.
    Card,
    /// One reception or several, as JSON.
    Receive,
    /// A data pack's file.
    PackImport,
    /// A document: `component`, `file name` and contents, divided by line ends.
    Attach,
}

/// What a door said to an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Taken in.
    Done,
    /// A "no".
    Refused { code: String, field: Option<String> },
    /// A broken thing: hostile input must never lead to one.
    Failed(String),
}

/// An open door of a training desk.
pub struct Door {
    name: DoorName,
    // Closed before the folder goes.
    office: Office,
    desk: Desk,
    dossier: RefCell<String>,
    attached: Cell<u32>,
}

/// A dossier with more papers than a citizen ever brings only grows slow to read.
const PAPERS_MAX: u32 = 12;

impl DoorName {
    /// As it is typed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Receive => "receive",
            Self::PackImport => "pack-import",
            Self::Attach => "attach",
        }
    }
}

impl Door {
    /// A new desk with one dossier.
    pub fn open(name: DoorName) -> Self {
        let desk = Desk::new();
        let office = desk.open();
        let dossier = RefCell::new(taken_in(&office));
        Self { name, office, desk, dossier, attached: Cell::new(0) }
    }

    /// Its name.
    pub fn name(&self) -> DoorName {
        self.name
    }

    /// Hands an input in.
    pub fn knock(&self, input: &[u8]) -> Said {
        match self.name {
            DoorName::Card => self.card(input),
            DoorName::Receive => self.receive(input),
            DoorName::PackImport => self.pack_import(input),
            DoorName::Attach => self.attach(input),
        }
    }

    /// Whatever was handed in, the store is whole, and the desk opens again.
    pub fn close(self) {
        let report = self.office.verify(&mut app::unfollowed).expect("verify");
        assert!(report.ok, "{report:?}");
        drop(self.office);
        drop(self.desk.open());
    }

    fn card(&self, input: &[u8]) -> Said {
        if let Ok(text) = std::str::from_utf8(input) {
            // The window hands over text; its answer may not be a failure either.
            let seen = self
                .office
                .scan_resolve(text)
                .map(|_| ())
                .and_then(|()| self.office.card_read(text));
            if let Err(error) = seen {
                let said = said_of(error);
                if matches!(said, Said::Failed(_)) {
                    return said;
                }
            }
        }
        match Card::from_bytes(input) {
            Ok(_) => Said::Done,
            Err(faults) => {
                let first = faults.0.first();
                Said::Refused {
                    code: first.map(|fault| fault.code.to_owned()).unwrap_or_default(),
                    field: first.map(|fault| fault.field.to_owned()),
                }
            }
        }
    }

    fn receive(&self, input: &[u8]) -> Said {
        let Ok(text) = std::str::from_utf8(input) else {
            return Said::Refused { code: "not_utf8".into(), field: Some("stdin".into()) };
        };
        let several = text.trim_start().starts_with('[');
        let items: Result<Vec<Reception>, ApiError> =
            if several { read_json(text) } else { read_json(text).map(|item| vec![item]) };
        let accepted = items.and_then(|items| {
            self.office.preview(items.clone())?;
            self.office.accept(items)
        });
        match accepted {
            Ok(accepted) => self.read_back(&accepted[0].id),
            Err(error) => said_of(error),
        }
    }

    /// What was taken in is shown, found and printed.
    fn read_back(&self, id: &str) -> Said {
        let read = self.office.dossier(id).and_then(|view| {
            let everything = app::inputs::SearchFilter::none();
            self.office.search(&view.row.applicant, &everything, 5)?;
            self.office.slip_pdf(&[id.to_owned()], app::Paper::A5)
        });
        match read {
            Ok(_) => Said::Done,
            // A slip may be refused: characters that no font has are the officer's to put right.
            Err(error) => said_of(error),
        }
    }

    fn pack_import(&self, input: &[u8]) -> Said {
        let pack = match self.office.pack_import(input) {
            Ok(pack) if pack.ok => pack,
            Ok(pack) => {
                let first = pack.faults.first();
                return Said::Refused {
                    code: "pack_faulty".into(),
                    field: first.map(|fault| fault.place.clone()),
                };
            }
            Err(error) => return said_of(error),
        };
        self.work_with(&pack.kind)
    }

    /// An adopted pack is worked with; a reception may be refused under it, never fail.
    fn work_with(&self, kind: &str) -> Said {
        let hits = self.office.procedure_search("", 3);
        let codes = hits.map(|hits| hits.into_iter().map(|hit| hit.code).collect::<Vec<_>>());
        let worked = codes.and_then(|codes| {
            for code in codes {
                self.office.procedure(&code)?;
                let item = tests::reception(&code, "Lò Thị Mai", "015195001234");
                self.office.preview(vec![read_value(item)?])?;
            }
            self.office.slip_pdf(std::slice::from_ref(&*self.dossier.borrow()), app::Paper::A5)
        });
        match worked {
            Ok(_) => Said::Done,
            Err(error) => match said_of(error) {
                Said::Failed(words) => Said::Failed(format!("adopted {kind}, then: {words}")),
                _ => Said::Done,
            },
        }
    }

    fn attach(&self, input: &[u8]) -> Said {
        let mut parts = input.splitn(3, |byte| *byte == b'\n');
        let component = parts.next().unwrap_or_default();
        let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let component = std::str::from_utf8(component).ok().and_then(|text| text.parse().ok());
        let path = self.file(&name, parts.next().unwrap_or_default());
        let attached = self.office.attach(&self.dossier.borrow(), component, &[&path]);
        // Only what this call wrote: a hostile name may point anywhere.
        if path.starts_with(self.desk.folder().join("in")) {
            let _ = std::fs::remove_file(&path);
        }
        match attached {
            Ok(_) => self.count_attached(),
            Err(error) => said_of(error),
        }
    }

    fn count_attached(&self) -> Said {
        self.attached.set(self.attached.get() + 1);
        if self.attached.get().is_multiple_of(PAPERS_MAX) {
            self.dossier.replace(taken_in(&self.office));
        }
        Said::Done
    }

    /// A file of that name where the system allows one; else the name alone, as a citizen's stick may bring it.
    fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        let folder = self.desk.folder().join("in");
        std::fs::create_dir_all(&folder).expect("a folder for files");
        let path = folder.join(name);
        let inside = path.parent() == Some(folder.as_path()) && path.file_name().is_some();
        if inside && std::fs::write(&path, contents).is_ok() { path } else { PathBuf::from(name) }
    }
}

fn taken_in(office: &Office) -> String {
    let item = read_value(tests::reception("1.004772", "Đặng Văn Lượng", "015095001234"));
    let taken = office.accept(vec![item.expect("a reception")]);
    taken.expect("taken in").remove(0).id
}

fn said_of(error: ApiError) -> Said {
    match error {
        ApiError::Refused { refusal } => Said::Refused { code: refusal.code, field: refusal.field },
        // These name the thing itself: the dossier, the role.
        ApiError::NotFound { .. } => {
            Said::Refused { code: "not_found".into(), field: Some("number".into()) }
        }
        error => Said::Failed(format!("{error:?}")),
    }
}
