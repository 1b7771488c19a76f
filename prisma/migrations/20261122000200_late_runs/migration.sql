-- What was found about a run that is late, and when it was last looked at (by the database's clock).

ALTER TABLE "enrolment" ADD COLUMN "found" TEXT;
ALTER TABLE "enrolment" ADD COLUMN "checked_at" TIMESTAMPTZ(3);
