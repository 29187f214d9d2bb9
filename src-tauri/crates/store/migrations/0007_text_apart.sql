-- The words of a dossier are written beside its row, not by triggers: a statement that fires a trigger keeps a journal of
-- its own, for which the search index puts what it has gathered on the disk. Of a hundred records from elsewhere that
-- made as many small segments as they had dossiers, and merging these held officers up.
DROP TRIGGER dossier_text_insert;
DROP TRIGGER dossier_text_update;
DROP TRIGGER dossier_text_delete;

-- Its segments are merged by a thread of the store, some pages at a time, and no more in whatever commit is the unlucky one:
-- that merged hundreds of pages at once, 20 to 40 ms. Sixteen segments of a size are still merged by the commit that finds
-- them.
INSERT INTO dossier_text(dossier_text, rank) VALUES ('automerge', 0);
