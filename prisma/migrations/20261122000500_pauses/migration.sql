-- Who paused and resumed, as it was planned and as it came.

ALTER TABLE "pause" ADD COLUMN "by" TEXT NOT NULL DEFAULT '';
-- The end it was begun with; `until` is the one it had.
ALTER TABLE "pause" ADD COLUMN "planned_until" TIMESTAMPTZ(3);
-- When its runs were woken: null while it lasts, and until somebody has seen that its time is up.
ALTER TABLE "pause" ADD COLUMN "resumed_at" TIMESTAMPTZ(3);
ALTER TABLE "pause" ADD COLUMN "resumed_by" TEXT;
ALTER TABLE "pause" ADD COLUMN "woken" INTEGER;
ALTER TABLE "pause" ADD COLUMN "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

UPDATE "pause" SET "planned_until" = "until";

CREATE INDEX "pause_from_idx" ON "pause"("from");
-- Looked for every second: nearly always there are none.
CREATE INDEX "enrolment_parked_idx" ON "enrolment"("journey") WHERE "parked" IS NOT NULL;
