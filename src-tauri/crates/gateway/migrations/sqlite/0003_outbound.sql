-- What the national portal has to be told: one job a dossier. `version` grows with every new thing, `created` and `steps`
-- say what is there already, `state` is due, sent, waiting (for the dossier's next record) or dead (for an operator).
CREATE TABLE outbound (
    site     TEXT NOT NULL,
    dossier  BLOB NOT NULL,
    version  INTEGER NOT NULL,
    state    TEXT NOT NULL,
    created  INTEGER NOT NULL,
    steps    INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (site, dossier)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbound_due ON outbound(next_at) WHERE state = 'due';
