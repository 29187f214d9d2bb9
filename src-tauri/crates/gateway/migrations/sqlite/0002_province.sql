-- Systems of the province that may read and write here.
CREATE TABLE province_client (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    public_key BLOB NOT NULL,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Steps they posted: posted again, a step changes nothing.
CREATE TABLE province_step (
    client BLOB NOT NULL,
    id     BLOB NOT NULL,
    hash   BLOB NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (client, id)
) STRICT, WITHOUT ROWID;
