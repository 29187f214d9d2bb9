-- The ledger of a gateway, embedded in one file. The same tables, for several instances, are in ../postgres.
-- Times are milliseconds since 1970 UTC.

-- One row. The epoch changes when the ledger was restored from a backup: what it once had may be gone.
CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL) STRICT;
INSERT INTO ledger(one, epoch) VALUES (1, 1);

-- Sites (communes). `device` is the device id under which the gateway writes its own records for the site.
CREATE TABLE site (
    code   TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    device BLOB NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Position of the last record in a site's feed. Taken with UPDATE … RETURNING in the transaction that stores: the row
-- stays locked until the commit, so positions become visible in order and no reader skips one.
CREATE TABLE site_feed (site TEXT PRIMARY KEY REFERENCES site(code), next INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Devices whose logs are here, the gateway's own included, each with the end of its log.
-- After a revocation only records up to `revoked_seq` with `revoked_hash` are the device's word.
CREATE TABLE device (
    id           BLOB PRIMARY KEY,
    site         TEXT NOT NULL REFERENCES site(code),
    public_key   BLOB NOT NULL,
    own          INTEGER NOT NULL,
    desk         INTEGER NOT NULL,
    lane         INTEGER NOT NULL,
    reads        INTEGER NOT NULL,
    application  TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    enrolled_at  INTEGER NOT NULL,
    heard_at     INTEGER NOT NULL,
    revoked_at   INTEGER,
    revoked_seq  INTEGER,
    revoked_hash BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX device_site ON device(site);

-- Which device has which desk of a site.
CREATE TABLE desk (
    site   TEXT NOT NULL REFERENCES site(code),
    desk   INTEGER NOT NULL,
    device BLOB NOT NULL,
    PRIMARY KEY (site, desk)
) STRICT, WITHOUT ROWID;

-- Last place drawn from each series, by the device that drew it.
CREATE TABLE series_use (
    site   TEXT NOT NULL REFERENCES site(code),
    name   TEXT NOT NULL,
    device BLOB NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;

-- The log: exact bytes, never changed. `signature` stands on the last record of every batch and covers all before it.
-- `salt` and `body` are NULL after a lawful disposal. `feed` is the record's position in the feed of its
-- site; NULL keeps a record of a revoked device apart.
CREATE TABLE record (
    site         TEXT NOT NULL,
    device       BLOB NOT NULL,
    seq          INTEGER NOT NULL,
    feed         INTEGER,
    depth        INTEGER NOT NULL,
    subject_kind TEXT NOT NULL,
    subject      BLOB NOT NULL,
    kind         TEXT NOT NULL,
    hash         BLOB NOT NULL,
    header       BLOB NOT NULL,
    salt         BLOB,
    body         BLOB,
    signature    BLOB,
    PRIMARY KEY (site, device, seq)
) STRICT;
CREATE UNIQUE INDEX record_feed ON record(site, feed);
CREATE INDEX record_subject ON record(site, subject, depth);

-- Numbers: one holder each, whatever site or device says so; `pad` is 1 for blank slips of the device `holder`,
-- 0 for the dossier `holder`.
CREATE TABLE number (
    text   TEXT PRIMARY KEY,
    site   TEXT NOT NULL,
    pad    INTEGER NOT NULL,
    holder BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Records stored but not passed on to the province, until a person has looked.
CREATE TABLE held (
    site    TEXT NOT NULL,
    device  BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    dossier BLOB NOT NULL,
    problem TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (site, device, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_dossier ON held(site, dossier);

-- Records of revoked devices (`record.feed` is NULL) that were adopted one by one.
CREATE TABLE adopted (
    site   TEXT NOT NULL,
    device BLOB NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (site, device, seq)
) STRICT, WITHOUT ROWID;

-- Files that a record of the site names: only these are given out.
CREATE TABLE file_named (
    site    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    dossier BLOB NOT NULL,
    PRIMARY KEY (site, sha256, dossier)
) STRICT, WITHOUT ROWID;

-- Files of a site that are whole and lie in the object store.
CREATE TABLE file (
    site   TEXT NOT NULL REFERENCES site(code),
    sha256 TEXT NOT NULL,
    size   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (site, sha256)
) STRICT, WITHOUT ROWID;

-- Uploads under way and their parts: S3 cannot append, and any instance must be able to go on.
CREATE TABLE upload (
    id         TEXT PRIMARY KEY,
    site       TEXT NOT NULL REFERENCES site(code),
    partial    INTEGER NOT NULL,
    parts      TEXT NOT NULL,
    length     INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    done       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_expires ON upload(expires_at);
CREATE TABLE upload_part (
    upload TEXT NOT NULL,
    start  INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (upload, start)
) STRICT;

-- One-time enrolment codes, by their SHA-256.
CREATE TABLE enrolment_code (
    hash       BLOB PRIMARY KEY,
    site       TEXT NOT NULL REFERENCES site(code),
    expires_at INTEGER NOT NULL,
    device     BLOB
) STRICT, WITHOUT ROWID;

-- Nonces of client assertions (RFC 7523 `jti`) that were used and are not yet too old.
CREATE TABLE nonce (text TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_expires ON nonce(expires_at);
