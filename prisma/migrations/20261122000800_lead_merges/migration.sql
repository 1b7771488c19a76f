-- Of each trait: who said it, when and how surely; so that a profile does not depend on who came last.
ALTER TABLE "lead" ADD COLUMN "origins" JSONB NOT NULL DEFAULT '{}';

-- Merges and their undoing. Rows are never changed: a merge is in force while no row undoes it.
CREATE TABLE "lead_merge" (
  "id" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "from_id" UUID NOT NULL,
  "into_id" UUID NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "by" TEXT NOT NULL,
  "why" TEXT NOT NULL,
  "detail" JSONB NOT NULL DEFAULT '{}',
  "undoes" UUID,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "lead_merge_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "lead_merge" ADD CONSTRAINT "lead_merge_kind" CHECK ("kind" IN ('merged', 'separated'));
CREATE UNIQUE INDEX "lead_merge_undoes_key" ON "lead_merge" ("undoes");
CREATE INDEX "lead_merge_from_id_idx" ON "lead_merge" ("from_id");
CREATE INDEX "lead_merge_into_id_idx" ON "lead_merge" ("into_id");

-- What a person decided about a listed pair: `merged` or `kept-apart`.
ALTER TABLE "merge_candidate" ADD COLUMN "outcome" TEXT;
ALTER TABLE "merge_candidate" ADD COLUMN "settled_by" TEXT;
ALTER TABLE "merge_candidate" ADD COLUMN "why" TEXT;

-- Merges from before this table existed can be undone too.
INSERT INTO "lead_merge" ("id", "kind", "from_id", "into_id", "at", "by", "why")
SELECT gen_random_uuid(), 'merged', "id", "canonical_id", now(), 'perennial', 'before-recorded'
FROM "lead" WHERE "canonical_id" <> "id";
