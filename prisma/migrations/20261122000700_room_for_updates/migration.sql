-- Every event updates its lead's row and a count. With room left on each page the new version of a row
-- stays beside the old one, and none of the table's indexes has to be touched (HOT updates).
ALTER TABLE "lead" SET (fillfactor = 70);
ALTER TABLE "lead_event_count" SET (fillfactor = 80);
