-- Asked by the overview: nearly always there are none.
CREATE INDEX "email_check_trouble_idx" ON "email_check"("attempts") WHERE "trouble" IS NOT NULL AND "attempts" > 0;
