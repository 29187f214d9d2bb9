-- LOCAL: a print job is of slips (subjects: dossier ids), of a signature sheet (the same), or of a pad of blank slips
-- (subjects: the numbers set aside).
ALTER TABLE print_job ADD COLUMN kind TEXT NOT NULL DEFAULT 'slip';
ALTER TABLE print_job RENAME COLUMN dossiers TO subjects;
