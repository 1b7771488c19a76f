-- A mail that is not sent ends in exactly one reason of the closed list (core/sending/model.ts), whoever writes the row.
ALTER TABLE "send" ADD CONSTRAINT "send_skipped_reason_known" CHECK ("state" <> 'skipped' OR coalesce("reason", '') IN (
  'suppressed', 'no-consent', 'capped', 'quiet-hours', 'outside-window', 'too-late', 'off-interest', 'missing-variable',
  'invalid-email', 'no-address', 'duplicate', 'journey-paused', 'sender-paused', 'exited', 'earlier-not-sent', 'disqualified'));
-- Nothing is held without saying why.
ALTER TABLE "send" ADD CONSTRAINT "send_held_has_reason" CHECK ("state" <> 'held' OR "reason" IS NOT NULL);
