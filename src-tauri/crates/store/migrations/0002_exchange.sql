-- Several desks, one history: what is needed to hold other devices' records and to speak with the gateway.

-- LOCAL: whether this installation, or the one it was restored from, wrote the device's records. Place of work and packs
-- in use are each installation's own.
ALTER TABLE device ADD COLUMN mine INTEGER NOT NULL DEFAULT 0;
UPDATE device SET mine = 1;

-- LOCAL: whether its series were signed with the gateway's key. What the gateway alone may say counts only from there.
ALTER TABLE device ADD COLUMN gateway INTEGER NOT NULL DEFAULT 0;

-- PROJECTION: where the gateway stopped taking a device's word.
ALTER TABLE device ADD COLUMN revoked_seq INTEGER;
ALTER TABLE device ADD COLUMN revoked_hash BLOB;

-- PROJECTION: dossiers whose desks wrote the same without knowing of each other, and how many fields await a supervisor.
CREATE TABLE dispute (dossier BLOB PRIMARY KEY, fields INTEGER NOT NULL) WITHOUT ROWID;

-- PROJECTION: records the gateway keeps back until a person has looked.
CREATE TABLE held (
    device    BLOB NOT NULL,
    seq       INTEGER NOT NULL,
    dossier   BLOB NOT NULL,
    problem   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    owner     TEXT NOT NULL,
    next_step TEXT NOT NULL,
    released  INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) WITHOUT ROWID;

-- LOCAL: the gateway this desk belongs to (one row), and how far the feed was read.
CREATE TABLE enrolment (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL);
CREATE TABLE feed (one INTEGER PRIMARY KEY CHECK (one = 1), cursor INTEGER NOT NULL, ledger_epoch INTEGER);

-- LOCAL: how far the gateway holds each device's log, and its receipts: they prove when a dossier was received there.
CREATE TABLE acked (device BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE receipt (
    device    BLOB NOT NULL,
    seq       INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    at_ms     INTEGER NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (device, seq, at_ms)
) WITHOUT ROWID;

-- LOCAL: documents at the gateway, or on their way there.
CREATE TABLE outgoing (sha256 TEXT PRIMARY KEY, arrived INTEGER NOT NULL, segments TEXT NOT NULL) WITHOUT ROWID;

-- LOCAL: the exchange log.
CREATE TABLE exchange (n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, json TEXT NOT NULL);
