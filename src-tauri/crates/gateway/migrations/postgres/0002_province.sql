-- Systems of the province that may read and write here.
CREATE TABLE province_client (
    id         BYTEA PRIMARY KEY,
    name       TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    at         BIGINT NOT NULL
);

-- Steps they posted: posted again, a step changes nothing.
CREATE TABLE province_step (
    client BYTEA NOT NULL,
    id     BYTEA NOT NULL,
    hash   BYTEA NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (client, id)
);
