-- The ledger of a gateway for several instances. The same tables, embedded in one file, are in ../sqlite.
-- Times are milliseconds since 1970 UTC.

-- One row. The epoch changes when the ledger was restored from a backup: what it once had may be gone.
CREATE TABLE ledger (one BIGINT PRIMARY KEY CHECK (one = 1), epoch BIGINT NOT NULL);
INSERT INTO ledger(one, epoch) VALUES (1, 1);

-- Sites (communes). `device` is the device id under which the gateway writes its own records for the site.
CREATE TABLE site (
    code   TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    device BYTEA NOT NULL,
    at     BIGINT NOT NULL
);

-- Position of the last record in a site's feed. Taken with UPDATE … RETURNING in the transaction that stores: the row
-- stays locked until the commit, so positions become visible in order and no reader skips one.
CREATE TABLE site_feed (site TEXT PRIMARY KEY REFERENCES site(code), next BIGINT NOT NULL);

-- Devices whose logs are here, the gateway's own included, each with the end of its log.
-- After a revocation only records up to `revoked_seq` with `revoked_hash` are the device's word.
CREATE TABLE device (
    id           BYTEA PRIMARY KEY,
    site         TEXT NOT NULL REFERENCES site(code),
    public_key   BYTEA NOT NULL,
    own          BIGINT NOT NULL,
    desk         BIGINT NOT NULL,
    lane         BIGINT NOT NULL,
    reads        BIGINT NOT NULL,
    application  TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    hash         BYTEA NOT NULL,
    enrolled_at  BIGINT NOT NULL,
    heard_at     BIGINT NOT NULL,
    revoked_at   BIGINT,
    revoked_seq  BIGINT,
    revoked_hash BYTEA
);
CREATE INDEX device_site ON device(site);

-- Which device has which desk of a site.
CREATE TABLE desk (
    site   TEXT NOT NULL REFERENCES site(code),
    desk   BIGINT NOT NULL,
    device BYTEA NOT NULL,
    PRIMARY KEY (site, desk)
);

-- Last place drawn from each series, by the device that drew it.
CREATE TABLE series_use (
    site   TEXT NOT NULL REFERENCES site(code),
    name   TEXT NOT NULL,
    device BYTEA NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (site, name)
);

-- The log, in hash partitions by site: indexes stay small and vacuum works on one part at a time. Exact bytes, never changed. `signature` stands on the last record of every batch and covers all before it.
-- `salt` and `body` are NULL after a lawful disposal. `feed` is the record's position in the feed of its
-- site; NULL keeps a record of a revoked device apart.
CREATE TABLE record (
    site         TEXT NOT NULL,
    device       BYTEA NOT NULL,
    seq          BIGINT NOT NULL,
    feed         BIGINT,
    depth        BIGINT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject      BYTEA NOT NULL,
    kind         TEXT NOT NULL,
    hash         BYTEA NOT NULL,
    header       BYTEA NOT NULL,
    salt         BYTEA,
    body         BYTEA,
    signature    BYTEA,
    PRIMARY KEY (site, device, seq)
) PARTITION BY HASH (site);
DO $$ BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE record_%s PARTITION OF record FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END $$;
CREATE UNIQUE INDEX record_feed ON record(site, feed);
CREATE INDEX record_subject ON record(site, subject, depth);

-- Numbers: one holder each, whatever site or device says so; `pad` is 1 for blank slips of the device `holder`,
-- 0 for the dossier `holder`.
CREATE TABLE number (
    text   TEXT PRIMARY KEY,
    site   TEXT NOT NULL,
    pad    BIGINT NOT NULL,
    holder BYTEA NOT NULL
);

-- Records stored but not passed on to the province, until a person has looked.
CREATE TABLE held (
    site    TEXT NOT NULL,
    device  BYTEA NOT NULL,
    seq     BIGINT NOT NULL,
    dossier BYTEA NOT NULL,
    problem TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (site, device, seq)
);
CREATE INDEX held_dossier ON held(site, dossier);

-- Records of revoked devices (`record.feed` is NULL) that were adopted one by one.
CREATE TABLE adopted (
    site   TEXT NOT NULL,
    device BYTEA NOT NULL,
    seq    BIGINT NOT NULL,
    PRIMARY KEY (site, device, seq)
);

-- Files that a record of the site names: only these are given out.
CREATE TABLE file_named (
    site    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    dossier BYTEA NOT NULL,
    PRIMARY KEY (site, sha256, dossier)
);

-- Files of a site that are whole and lie in the object store.
CREATE TABLE file (
    site   TEXT NOT NULL REFERENCES site(code),
    sha256 TEXT NOT NULL,
    size   BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (site, sha256)
);

-- Uploads under way and their parts: S3 cannot append, and any instance must be able to go on.
CREATE TABLE upload (
    id         TEXT PRIMARY KEY,
    site       TEXT NOT NULL REFERENCES site(code),
    partial    BIGINT NOT NULL,
    parts      TEXT NOT NULL,
    length     BIGINT NOT NULL,
    received   BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    done       BIGINT NOT NULL
);
CREATE INDEX upload_expires ON upload(expires_at);
CREATE TABLE upload_part (
    upload TEXT NOT NULL,
    start  BIGINT NOT NULL,
    bytes  BYTEA NOT NULL,
    PRIMARY KEY (upload, start)
);

-- One-time enrolment codes, by their SHA-256.
CREATE TABLE enrolment_code (
    hash       BYTEA PRIMARY KEY,
    site       TEXT NOT NULL REFERENCES site(code),
    expires_at BIGINT NOT NULL,
    device     BYTEA
);

-- Nonces of client assertions (RFC 7523 `jti`) that were used and are not yet too old.
CREATE TABLE nonce (text TEXT PRIMARY KEY, expires_at BIGINT NOT NULL);
CREATE INDEX nonce_expires ON nonce(expires_at);
