-- Every lead decided anew after its rules changed: what was asked for, and how far each lane of it is.

CREATE TABLE "recompute" (
    "id" UUID NOT NULL,
    "release_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    -- The one that was asked for before this one came to its end.
    "superseded_by" UUID,

    CONSTRAINT "recompute_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "recompute_asked_at_idx" ON "recompute"("asked_at");

-- The lock of a lane is what keeps two processes from doing the same leads.
CREATE TABLE "recompute_lane" (
    "recompute_id" UUID NOT NULL,
    "lane" INTEGER NOT NULL,
    -- The last lead that is done.
    "cursor" UUID,
    "done" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "untold" INTEGER NOT NULL DEFAULT 0,
    -- { "<from> <to>": count }
    "moves" JSONB NOT NULL DEFAULT '{}',
    "finished" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "recompute_lane_pkey" PRIMARY KEY ("recompute_id", "lane")
);

-- At most one pace at a time: stages that rules moved are handed over by it.
CREATE TABLE "hand_over" (
    "id" UUID NOT NULL,
    "per_hour" INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "opened" INTEGER NOT NULL DEFAULT 0,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "hand_over_pkey" PRIMARY KEY ("id")
);

-- Looked for by each page of the console: those whom a change of the rules moved, and nobody was told.
CREATE INDEX "decision_untold_idx" ON "decision"("lead_id")
    WHERE "kind" = 'handoff' AND "detail"->>'because' = 'rules-changed';
