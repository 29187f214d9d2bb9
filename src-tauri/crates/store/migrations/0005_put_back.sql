-- Held records that an officer asked the gateway to look at again.

-- PROJECTION: the last request that is not answered, by that desk's clock, and who asked.
ALTER TABLE held ADD COLUMN asked_at_ms INTEGER;
ALTER TABLE held ADD COLUMN asked_by TEXT;
