-- Requests to the links of emails, as they came: what people and machines are told apart by. Where each
-- link of one send leads that is another for each lead; null where there is none.

ALTER TABLE "send" ADD COLUMN "link_targets" JSONB;

CREATE TABLE "link_hit" (
    "id" UUID NOT NULL,
    "send_id" UUID NOT NULL,
    "link" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "method" TEXT NOT NULL,
    "prefetch" BOOLEAN NOT NULL DEFAULT false,
    -- Address and browser, hashed with a key of that day; null where they cannot be told apart.
    "client" TEXT,
    "agent" TEXT NOT NULL,
    -- Null until it has settled: human, unknown or likely-robot.
    "judged" TEXT,

    CONSTRAINT "link_hit_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "link_hit_send_id_idx" ON "link_hit"("send_id");
CREATE INDEX "link_hit_client_at_idx" ON "link_hit"("client", "at");
CREATE INDEX "link_hit_judged_at_idx" ON "link_hit"("judged", "at");
