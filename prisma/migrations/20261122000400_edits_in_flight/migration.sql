-- Runs that are to go on under a newer plan, and runs that wait for the end of a pause.

-- `target_plan` is the mark; `target_release` says whose mapping leads there, `moved_by` whose it was.
ALTER TABLE "enrolment" ADD COLUMN "target_release" UUID;
ALTER TABLE "enrolment" ADD COLUMN "moved_by" UUID;
-- Why a marked run did not move: it stands where the newer plan has no place for it.
ALTER TABLE "enrolment" ADD COLUMN "blocked" TEXT;
-- `{ "step", "from", "until", "resumeAt" }`: what would act now if nothing were paused.
ALTER TABLE "enrolment" ADD COLUMN "parked" JSONB;

CREATE INDEX "enrolment_target_release_idx" ON "enrolment"("target_release");

-- What a release does to the runs of one older plan. Rows are never changed.
CREATE TABLE "plan_move" (
  "release_id" UUID NOT NULL,
  "from_plan" TEXT NOT NULL,
  "journey" TEXT NOT NULL,
  "to_plan" TEXT NOT NULL,
  -- Step of the older plan → step of the newer one.
  "renamed" JSONB NOT NULL,
  "removed" JSONB NOT NULL,

  CONSTRAINT "plan_move_pkey" PRIMARY KEY ("release_id", "from_plan")
);

CREATE INDEX "plan_move_from_plan_to_plan_idx" ON "plan_move"("from_plan", "to_plan");
