-- Who else looked at a release, and which earlier one a rollback puts in force again.
ALTER TABLE "release" ADD COLUMN "approved_by" TEXT;
ALTER TABLE "release" ADD COLUMN "restores" INTEGER;
