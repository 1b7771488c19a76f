-- What a lead's segments were judged by: after a release that judges otherwise they are taken anew.

ALTER TABLE "lead" ADD COLUMN "segments_hash" TEXT;

-- Releases from before count as done: no `"existing": "enrol"` of theirs acts on a later day.

INSERT INTO "setting" ("key", "value")
SELECT 'existing-leads', jsonb_build_object('doneFor', "id")
FROM "release" ORDER BY "number" DESC LIMIT 1;
