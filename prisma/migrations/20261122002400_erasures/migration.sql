-- A person who was erased. The row of the lead stays, empty, because runs, sends and counts name it;
-- the check makes sure that nothing which comes late can fill it again.
ALTER TABLE "lead" ADD COLUMN "erased_at" TIMESTAMPTZ(3);
ALTER TABLE "lead" ADD CONSTRAINT "lead_erased_is_empty" CHECK ("erased_at" IS NULL OR
  ("address" IS NULL AND "traits" = '{}' AND "origins" = '{}' AND "tags" = '{}' AND "disqualified" IS NULL AND "due_at" IS NULL));

CREATE TABLE "erasure" (
    "id" UUID NOT NULL,
    "lead_id" UUID NOT NULL,
    "by" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "keys" TEXT[] DEFAULT ARRAY[]::TEXT[],
    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "erasure_lead_id_idx" ON "erasure"("lead_id");
CREATE INDEX "erasure_keys_idx" ON "erasure" USING GIN ("keys");
