-- The store of one desk. Three classes of table, and every table says which it is:
--   LOG         the truth: exact bytes, never changed;
--   PROJECTION  written in the same transaction as the log and equal to a replay of it (`quay verify` compares);
--   LOCAL       this machine's own state, lost without harm to any dossier.

-- LOG: devices whose records are here, this one included.
CREATE TABLE device (
    no         INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE,
    public_key BLOB
);

-- LOG: one immutable fact a row. `salt` and `body` are NULL after a lawful disposal. `signature` is the device's
-- signature over its head and stands on the last record of every commit: it covers all before it.
CREATE TABLE record (
    arrival   INTEGER PRIMARY KEY,
    device_no INTEGER NOT NULL REFERENCES device(no),
    seq       INTEGER NOT NULL,
    depth     INTEGER NOT NULL,
    subject   BLOB NOT NULL,
    kind      TEXT NOT NULL,
    hash      BLOB NOT NULL,
    header    BLOB NOT NULL,
    salt      BLOB,
    body      BLOB,
    signature BLOB
);
CREATE UNIQUE INDEX record_name ON record(device_no, seq);
CREATE INDEX record_subject ON record(subject, depth, device_no, seq);

-- PROJECTION: one row a dossier, for lists and search. `n` orders by arrival.
CREATE TABLE dossier (
    n               INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE,
    number          TEXT,
    provisional     INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    procedure_code  TEXT NOT NULL,
    procedure       TEXT NOT NULL,
    applicant       TEXT NOT NULL,
    submitter       TEXT,
    received_at     INTEGER NOT NULL,
    due_at          INTEGER,
    finished_at     INTEGER,
    returned_at     INTEGER,
    shelf           TEXT,
    officer         BLOB NOT NULL,
    check_code      TEXT NOT NULL,
    names_exact     TEXT NOT NULL,
    search_folded   TEXT NOT NULL
);
CREATE INDEX dossier_received ON dossier(received_at);
CREATE INDEX dossier_status ON dossier(status, received_at);
CREATE INDEX dossier_procedure ON dossier(procedure_code, received_at);
CREATE INDEX dossier_due ON dossier(due_at) WHERE status IN (2, 4);

-- PROJECTION: words of every dossier, folded by us; exact accents in a column of their own so that they rank first.
-- A word is found at its first letter: without an index of that many letters, SQLite would read every word that begins so,
-- and half of all identity numbers begin alike. Past seven letters few do.
CREATE VIRTUAL TABLE dossier_text USING fts5(
    names_exact, search_folded,
    content = 'dossier', content_rowid = 'n', detail = column, prefix = '1 2 3 4 5 6 7',
    tokenize = "unicode61 remove_diacritics 0"
);
CREATE TRIGGER dossier_text_insert AFTER INSERT ON dossier BEGIN
    INSERT INTO dossier_text(rowid, names_exact, search_folded) VALUES (new.n, new.names_exact, new.search_folded);
END;
CREATE TRIGGER dossier_text_update AFTER UPDATE ON dossier
WHEN old.names_exact <> new.names_exact OR old.search_folded <> new.search_folded BEGIN
    INSERT INTO dossier_text(dossier_text, rowid, names_exact, search_folded)
    VALUES ('delete', old.n, old.names_exact, old.search_folded);
    INSERT INTO dossier_text(rowid, names_exact, search_folded) VALUES (new.n, new.names_exact, new.search_folded);
END;

-- PROJECTION: how many dossiers stand in each status.
CREATE TABLE tally (status INTEGER PRIMARY KEY, dossiers INTEGER NOT NULL);

-- PROJECTION: how often each procedure was taken in; the most used is offered first.
CREATE TABLE procedure_use (procedure_code TEXT PRIMARY KEY, dossiers INTEGER NOT NULL) WITHOUT ROWID;

-- PROJECTION: every number a dossier has or had, and numbers set aside for blank slips (without a dossier).
CREATE TABLE number (
    text        TEXT PRIMARY KEY,
    dossier_n   INTEGER REFERENCES dossier(n),
    provisional INTEGER NOT NULL,
    series      TEXT,
    place       INTEGER
) WITHOUT ROWID;

-- PROJECTION: last place drawn from each series.
CREATE TABLE series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;

-- PROJECTION: who appears in which dossier; `key` is `i:<number>` or `n:<folded name>|<birth date>`.
CREATE TABLE party_link (
    key       TEXT NOT NULL,
    dossier_n INTEGER NOT NULL REFERENCES dossier(n),
    role      TEXT NOT NULL,
    PRIMARY KEY (key, dossier_n, role)
) WITHOUT ROWID;
CREATE INDEX party_link_dossier ON party_link(dossier_n);

-- PROJECTION: documents that a record names.
CREATE TABLE file (
    id         BLOB PRIMARY KEY,
    dossier_n  INTEGER NOT NULL REFERENCES dossier(n),
    component  INTEGER,
    name       TEXT NOT NULL,
    mime       TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    replaced   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX file_dossier ON file(dossier_n);
CREATE INDEX file_content ON file(sha256);

-- PROJECTION: the place of work (one row), officers, packs in use, reviews, the site's own fees, prints.
CREATE TABLE site (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL);
CREATE TABLE officer (id BLOB PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pack (kind TEXT PRIMARY KEY, version TEXT NOT NULL, sha256 TEXT NOT NULL, origin TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE review (procedure TEXT PRIMARY KEY, pack_version TEXT NOT NULL, edits TEXT NOT NULL, officer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fee (procedure TEXT PRIMARY KEY, amount_vnd INTEGER NOT NULL, basis TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE print (dossier BLOB PRIMARY KEY, prints INTEGER NOT NULL) WITHOUT ROWID;

-- LOCAL: drafts not yet accepted, settings of this machine, print jobs, proven copies, imported pack files.
CREATE TABLE draft (slot TEXT PRIMARY KEY, title TEXT NOT NULL, saved_at INTEGER NOT NULL, json TEXT NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE print_job (
    id        TEXT PRIMARY KEY,
    at        INTEGER NOT NULL,
    dossiers  TEXT NOT NULL,
    printer   TEXT,
    state     TEXT NOT NULL,
    cause     TEXT,
    next_step TEXT,
    queue_job TEXT
);
CREATE TABLE backup_try (at INTEGER NOT NULL, file TEXT NOT NULL, records INTEGER NOT NULL, ok INTEGER NOT NULL, words TEXT NOT NULL);
CREATE TABLE pack_file (kind TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (kind, version));
