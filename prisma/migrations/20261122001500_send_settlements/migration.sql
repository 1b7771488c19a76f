-- How a send whose fate was unknown came to be known after all: by what was heard of it later, or by a
-- person who looked. Append only; each row is one move of one ledger row.
CREATE TABLE "send_settlement" (
  "id" UUID NOT NULL,
  "send_id" UUID NOT NULL,
  "before" TEXT NOT NULL,
  "after" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  "because" TEXT NOT NULL,
  "by" TEXT,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "send_settlement_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "send_settlement_send_id_idx" ON "send_settlement"("send_id");
