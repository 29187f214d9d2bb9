-- What a person found honest above the place from which a device's word no longer counts.

-- PROJECTION: records that the gateway adopted, exact bytes: they count in the place their own header gives them. They
-- need not lie in the log of the device that wrote them, which may have stayed behind on a lost machine.
CREATE TABLE adopted (
    device  BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    depth   INTEGER NOT NULL,
    subject BLOB NOT NULL,
    kind    TEXT NOT NULL,
    header  BLOB NOT NULL,
    salt    BLOB,
    body    BLOB,
    PRIMARY KEY (device, seq)
) WITHOUT ROWID;
CREATE INDEX adopted_subject ON adopted(subject);

-- A dossier whose reception no longer counts leaves the lists and the search.
CREATE TRIGGER dossier_text_delete AFTER DELETE ON dossier BEGIN
    INSERT INTO dossier_text(dossier_text, rowid, names_exact, search_folded)
    VALUES ('delete', old.n, old.names_exact, old.search_folded);
END;
