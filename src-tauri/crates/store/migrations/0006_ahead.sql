-- A desk that joins late gets the open dossiers first, whole; the chains of the devices that wrote them come with the feed.

-- PROJECTION: records that came before their chain, exact bytes, as the gateway signed for them. They count in the place
-- their own header gives them and are no part of any log. When the chain brings the same record, the row goes; when it
-- brings another one in its place, the row is `refuted` and counts no more.
CREATE TABLE ahead (
    device_no INTEGER NOT NULL REFERENCES device(no),
    seq       INTEGER NOT NULL,
    depth     INTEGER NOT NULL,
    subject   BLOB NOT NULL,
    kind      TEXT NOT NULL,
    hash      BLOB NOT NULL,
    header    BLOB NOT NULL,
    salt      BLOB,
    body      BLOB,
    refuted   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device_no, seq)
) WITHOUT ROWID;
CREATE INDEX ahead_subject ON ahead(subject, depth, device_no, seq);

-- LOCAL: how far this desk has come in joining (one row; none before the first page): open dossiers up to the subject
-- `after`, of `total`, so many `taken`; then the feed up to `feed`; `stage` is open, old or joined.
CREATE TABLE joining (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    stage TEXT NOT NULL,
    after BLOB NOT NULL,
    taken INTEGER NOT NULL,
    total INTEGER,
    feed  INTEGER NOT NULL
);
