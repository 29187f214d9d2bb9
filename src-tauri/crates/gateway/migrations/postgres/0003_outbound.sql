-- What the national portal has to be told: one job a dossier. `version` grows with every new thing, `created` and `steps`
-- say what is there already, `state` is due, sent, waiting (for the dossier's next record) or dead (for an operator).
CREATE TABLE outbound (
    site     TEXT NOT NULL,
    dossier  BYTEA NOT NULL,
    version  BIGINT NOT NULL,
    state    TEXT NOT NULL,
    created  BIGINT NOT NULL,
    steps    BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    refusals BIGINT NOT NULL,
    next_at  BIGINT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (site, dossier)
);
CREATE INDEX outbound_due ON outbound(next_at) WHERE state = 'due';
