-- What a person prefers beside consent, by address like consent: fewer emails, and being tracked.

CREATE TABLE "preference" (
    "address" TEXT NOT NULL,
    -- Null: never said.
    "fewer" BOOLEAN,
    "tracking" BOOLEAN,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event_id" UUID,
    CONSTRAINT "preference_pkey" PRIMARY KEY ("address")
);
