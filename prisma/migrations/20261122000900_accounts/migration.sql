-- Which account stands for this one. The row `domain:<domain>` of a company that a `group` call brought
-- too answers with that account: leads keep the id they were linked with, so that joining two is one update.
ALTER TABLE "account" ADD COLUMN "canonical_id" UUID;
UPDATE "account" SET "canonical_id" = "id";
ALTER TABLE "account" ALTER COLUMN "canonical_id" SET NOT NULL;
CREATE INDEX "account_canonical_id_idx" ON "account" ("canonical_id");

-- Which rep's word made the owner, and when; null where a `group` call brought one.
ALTER TABLE "account" ADD COLUMN "owner_source" JSONB;

-- One open handoff per account.
ALTER TABLE "handoff" ADD COLUMN "account_id" UUID;
CREATE UNIQUE INDEX "handoff_one_open_per_account" ON "handoff" ("account_id") WHERE "status" = 'open';
