-- Turns are handed out ahead of time, and a worker that was held up would use several at once: when the
-- next mail may really start is kept beside them, and which one started last. Milliseconds with their
-- fractions, because a rate of many a second adds up to the wrong one when each turn is rounded.
DROP TABLE "pace";
CREATE TABLE "pace" (
  "sender" TEXT NOT NULL,
  "rate" TEXT NOT NULL,
  "next_at" DOUBLE PRECISION NOT NULL,
  "start_at" DOUBLE PRECISION NOT NULL,
  "last_send" UUID NOT NULL,

  CONSTRAINT "pace_pkey" PRIMARY KEY ("sender", "rate")
);
