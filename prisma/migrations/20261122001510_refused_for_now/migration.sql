-- A send that is planned again says what kept the server from taking it; its held_until is the next try.
ALTER TABLE "send" DROP CONSTRAINT "send_skipped_has_reason";
ALTER TABLE "send" ADD CONSTRAINT "send_skipped_has_reason"
  CHECK (("state" = 'skipped') = ("reason" IS NOT NULL) OR "state" IN ('held', 'failed', 'planned'));
