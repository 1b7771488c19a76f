-- Which address a mail left from, to which receiver, and what became of it there: the circuit breaker
-- and the page about sending count these. A turn of a rate and a place of a warm-up day are taken once.
ALTER TABLE "send" ADD COLUMN "sender" TEXT;
ALTER TABLE "send" ADD COLUMN "receiver" TEXT;
ALTER TABLE "send" ADD COLUMN "turn_at" TIMESTAMPTZ(3);
ALTER TABLE "send" ADD COLUMN "warm_up_day" TEXT;
ALTER TABLE "send" ADD COLUMN "delivered_at" TIMESTAMPTZ(3);
ALTER TABLE "send" ADD COLUMN "bounced_at" TIMESTAMPTZ(3);
ALTER TABLE "send" ADD COLUMN "bounce" TEXT;
ALTER TABLE "send" ADD COLUMN "complained_at" TIMESTAMPTZ(3);
CREATE INDEX "send_sender_transmitting_at_idx" ON "send"("sender", "transmitting_at");

-- How a receiver takes what a sender sends, as long as it refuses for now or somebody has to look at
-- it. Both names empty: our own mail server.
CREATE TABLE "reception" (
  "sender" TEXT NOT NULL,
  "receiver" TEXT NOT NULL,
  "refusals" INTEGER NOT NULL DEFAULT 0,
  "since" TIMESTAMPTZ(3),
  "last_send" UUID,
  "blocked_until" TIMESTAMPTZ(3),
  "trial_until" TIMESTAMPTZ(3),
  "response" TEXT,
  "troubled" BOOLEAN NOT NULL DEFAULT false,

  CONSTRAINT "reception_pkey" PRIMARY KEY ("sender", "receiver")
);

-- When the next mail of a rate may leave, by the clock of the database.
CREATE TABLE "pace" (
  "sender" TEXT NOT NULL,
  "rate" TEXT NOT NULL,
  "next_at" TIMESTAMPTZ(6) NOT NULL,

  CONSTRAINT "pace_pkey" PRIMARY KEY ("sender", "rate")
);

-- How many mails a sender that is warming up has sent on a day.
CREATE TABLE "warm_up" (
  "sender" TEXT NOT NULL,
  "day" TEXT NOT NULL,
  "count" INTEGER NOT NULL,

  CONSTRAINT "warm_up_pkey" PRIMARY KEY ("sender", "day")
);
