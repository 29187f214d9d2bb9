-- Where dossiers begin and end: a desk that joins gets the open ones first, and they are found without reading the closed.
CREATE INDEX record_course ON record(site, subject, kind, feed) WHERE kind IN ('dossier.received', 'dossier.submitted', 'dossier.result_returned', 'dossier.stopped', 'dossier.refused', 'dossier.result_taken_back');
