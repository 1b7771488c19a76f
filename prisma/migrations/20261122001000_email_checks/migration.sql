-- What is known of each address and of the domains they belong to.

CREATE TABLE "email_check" (
    "address" TEXT NOT NULL,
    -- Null until there is a verdict, and while nothing is known.
    "status" TEXT,
    "reason" TEXT,
    "by" TEXT,
    "checked_at" TIMESTAMPTZ(3),
    -- When it is looked at, for the first time or again; null: not by itself.
    "next_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    -- Looks in a row that came to nothing, and why the last one did.
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "trouble" TEXT,
    -- Verdicts so far: names the event of the next one.
    "rounds" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "email_check_pkey" PRIMARY KEY ("address")
);

CREATE INDEX "email_check_next_at_idx" ON "email_check"("next_at");

CREATE TABLE "mail_domain" (
    "domain" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "mail_domain_pkey" PRIMARY KEY ("domain")
);

INSERT INTO "email_check" ("address")
SELECT DISTINCT "address" FROM "lead" WHERE "address" IS NOT NULL;
