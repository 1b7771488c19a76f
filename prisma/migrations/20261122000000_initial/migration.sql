-- The first schema: leads, events, decisions, enrolments, handoffs, the send ledger.

CREATE TABLE "lead" (
  "id" UUID NOT NULL,
  "canonical_id" UUID NOT NULL,
  "split_key" UUID NOT NULL,
  "born_at" TIMESTAMPTZ(3) NOT NULL,
  "address" TEXT,
  "traits" JSONB NOT NULL DEFAULT '{}',
  "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
  "owner" TEXT,
  "account_id" UUID,
  "stage" TEXT NOT NULL,
  "stage_state" JSONB NOT NULL,
  "disqualified" JSONB,
  "segments" TEXT[] DEFAULT ARRAY[]::TEXT[],
  "scores" JSONB NOT NULL DEFAULT '{}',
  "last_activity_at" TIMESTAMPTZ(3),
  "last_seen_at" TIMESTAMPTZ(3),
  "seq" BIGINT NOT NULL DEFAULT 0,
  "due_at" TIMESTAMPTZ(3),
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "lead_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "lead_canonical_id_idx" ON "lead" ("canonical_id");

CREATE INDEX "lead_due_at_idx" ON "lead" ("due_at");

CREATE INDEX "lead_address_idx" ON "lead" ("address");

CREATE INDEX "lead_account_id_idx" ON "lead" ("account_id");

CREATE TABLE "identity" (
  "kind" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "lead_id" UUID NOT NULL,

  CONSTRAINT "identity_pkey" PRIMARY KEY ("kind", "value")
);

CREATE INDEX "identity_lead_id_idx" ON "identity" ("lead_id");

CREATE TABLE "merge_candidate" (
  "lead_id" UUID NOT NULL,
  "other_id" UUID NOT NULL,
  "because" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "settled_at" TIMESTAMPTZ(3),

  CONSTRAINT "merge_candidate_pkey" PRIMARY KEY ("lead_id", "other_id")
);

CREATE TABLE "account" (
  "id" UUID NOT NULL,
  "key" TEXT NOT NULL,
  "name" TEXT,
  "domain" TEXT,
  "owner" TEXT,
  "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
  "traits" JSONB NOT NULL DEFAULT '{}',
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "account_key_key" ON "account" ("key");

CREATE INDEX "account_domain_idx" ON "account" ("domain");

CREATE TABLE "event" (
  "id" UUID NOT NULL,
  "source" TEXT NOT NULL,
  "message_id" TEXT NOT NULL,
  "lead_id" UUID NOT NULL,
  "seq" BIGINT NOT NULL,
  "type" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "properties" JSONB NOT NULL DEFAULT '{}',
  "traits" JSONB NOT NULL DEFAULT '{}',
  "trust" TEXT NOT NULL DEFAULT 'human',
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  "received_at" TIMESTAMPTZ(3) NOT NULL,
  "answer" JSONB NOT NULL DEFAULT '{}',
  "release_id" UUID NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "event_source_message_id_key" ON "event" ("source", "message_id");

CREATE INDEX "event_lead_id_name_occurred_at_idx" ON "event" ("lead_id", "name", "occurred_at");

CREATE INDEX "event_lead_id_seq_idx" ON "event" ("lead_id", "seq");

CREATE TABLE "lead_event_count" (
  "lead_id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "first_at" TIMESTAMPTZ(3) NOT NULL,
  "last_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "lead_event_count_pkey" PRIMARY KEY ("lead_id", "name")
);

CREATE TABLE "decision" (
  "id" UUID NOT NULL,
  "lead_id" UUID NOT NULL,
  "seq" BIGINT NOT NULL,
  "event_id" UUID,
  "kind" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "release_id" UUID NOT NULL,
  "detail" JSONB NOT NULL,
  "confirmed" BOOLEAN,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "decision_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "decision_lead_id_seq_idx" ON "decision" ("lead_id", "seq");

CREATE INDEX "decision_kind_at_idx" ON "decision" ("kind", "at");

CREATE TABLE "enrolment" (
  "id" UUID NOT NULL,
  "lead_id" UUID NOT NULL,
  "journey" TEXT NOT NULL,
  "once_key" TEXT NOT NULL DEFAULT '',
  "entry_number" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "plan_hash" TEXT NOT NULL,
  "target_plan" TEXT,
  "entry" JSONB NOT NULL DEFAULT '{}',
  "entry_event_id" UUID,
  "release_id" UUID NOT NULL,
  "entered_at" TIMESTAMPTZ(3) NOT NULL,
  "closed_at" TIMESTAMPTZ(3),
  "outcome" TEXT,
  "goal" BOOLEAN NOT NULL DEFAULT false,
  "satisfied" TEXT[] DEFAULT ARRAY[]::TEXT[],
  "step" TEXT,
  "since" TIMESTAMPTZ(3),
  "expected_by" TIMESTAMPTZ(3),
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "enrolment_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "enrolment_lead_id_journey_once_key_entry_number_key" ON "enrolment" ("lead_id", "journey", "once_key", "entry_number");

CREATE INDEX "enrolment_status_expected_by_idx" ON "enrolment" ("status", "expected_by");

CREATE INDEX "enrolment_journey_status_idx" ON "enrolment" ("journey", "status");

CREATE TABLE "outbox" (
  "id" BIGSERIAL NOT NULL,
  "target" TEXT NOT NULL,
  "target_id" UUID NOT NULL,
  "payload" JSONB NOT NULL,
  "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "last_error" TEXT,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "outbox_not_before_idx" ON "outbox" ("not_before");

CREATE TABLE "handoff" (
  "id" UUID NOT NULL,
  "lead_id" UUID NOT NULL,
  "handoff" TEXT NOT NULL,
  "routing" TEXT NOT NULL,
  "stage" TEXT NOT NULL,
  "cause" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "destination" TEXT,
  "rep" TEXT,
  "match" TEXT,
  "sla" TEXT,
  "reassigned" INTEGER NOT NULL DEFAULT 0,
  "opened_at" TIMESTAMPTZ(3) NOT NULL,
  "assigned_at" TIMESTAMPTZ(3),
  "accept_by" TIMESTAMPTZ(3),
  "escalated_at" TIMESTAMPTZ(3),
  "settled_at" TIMESTAMPTZ(3),
  "settled_by" TEXT,
  "reason" TEXT,
  "detail" JSONB NOT NULL DEFAULT '{}',
  "release_id" UUID NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "handoff_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "handoff_lead_id_idx" ON "handoff" ("lead_id");

CREATE INDEX "handoff_status_opened_at_idx" ON "handoff" ("status", "opened_at");

CREATE TABLE "assignment" (
  "id" UUID NOT NULL,
  "handoff_id" UUID NOT NULL,
  "attempt" INTEGER NOT NULL,
  "pool" TEXT,
  "rep" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "trace" JSONB NOT NULL DEFAULT '[]',

  CONSTRAINT "assignment_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "assignment_handoff_id_attempt_key" ON "assignment" ("handoff_id", "attempt");

CREATE INDEX "assignment_rep_at_idx" ON "assignment" ("rep", "at");

CREATE TABLE "pool" (
  "pool" TEXT NOT NULL,
  "state" JSONB NOT NULL DEFAULT '{}',

  CONSTRAINT "pool_pkey" PRIMARY KEY ("pool")
);

CREATE TABLE "task" (
  "id" UUID NOT NULL,
  "command_id" TEXT NOT NULL,
  "lead_id" UUID NOT NULL,
  "enrolment_id" UUID,
  "text" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "rep" TEXT,
  "queue" TEXT,
  "due_at" TIMESTAMPTZ(3),
  "at" TIMESTAMPTZ(3) NOT NULL,
  "done_at" TIMESTAMPTZ(3),

  CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "task_command_id_key" ON "task" ("command_id");

CREATE INDEX "task_rep_done_at_idx" ON "task" ("rep", "done_at");

CREATE TABLE "send" (
  "id" UUID NOT NULL,
  "command_id" TEXT NOT NULL,
  "lead_id" UUID NOT NULL,
  "enrolment_id" UUID,
  "handoff_id" UUID,
  "journey" TEXT,
  "step" TEXT NOT NULL,
  "class" TEXT NOT NULL,
  "topic" TEXT,
  "priority" INTEGER NOT NULL DEFAULT 0,
  "template" TEXT NOT NULL,
  "template_hash" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "reason" TEXT,
  "evidence" JSONB NOT NULL DEFAULT '{}',
  "address" TEXT,
  "message_id" TEXT NOT NULL,
  "subject" TEXT,
  "planned_at" TIMESTAMPTZ(3) NOT NULL,
  "due_at" TIMESTAMPTZ(3) NOT NULL,
  "held_until" TIMESTAMPTZ(3),
  "counted_at" TIMESTAMPTZ(3),
  "settled_at" TIMESTAMPTZ(3),
  "token" UUID,
  "lease_until" TIMESTAMPTZ(3),
  "transmitting_at" TIMESTAMPTZ(3),
  "response" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "release_id" UUID NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "send_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "send_command_id_key" ON "send" ("command_id");

CREATE INDEX "send_lead_id_counted_at_idx" ON "send" ("lead_id", "counted_at");

CREATE INDEX "send_state_lease_until_idx" ON "send" ("state", "lease_until");

CREATE INDEX "send_enrolment_id_idx" ON "send" ("enrolment_id");

CREATE INDEX "send_handoff_id_idx" ON "send" ("handoff_id");

CREATE INDEX "send_message_id_idx" ON "send" ("message_id");

CREATE TABLE "consent" (
  "id" UUID NOT NULL,
  "address" TEXT NOT NULL,
  "class" TEXT NOT NULL,
  "topic" TEXT NOT NULL DEFAULT '',
  "state" TEXT NOT NULL,
  "basis" TEXT NOT NULL,
  "text" TEXT,
  "evidence" TEXT,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "event_id" UUID,
  "seq" BIGSERIAL NOT NULL,

  CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "consent_address_class_topic_seq_idx" ON "consent" ("address", "class", "topic", "seq");

CREATE TABLE "suppression" (
  "address" TEXT NOT NULL,
  "scope" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "source" TEXT,

  CONSTRAINT "suppression_pkey" PRIMARY KEY ("address", "scope")
);

CREATE TABLE "pause" (
  "id" UUID NOT NULL,
  "scope" TEXT NOT NULL,
  "key" TEXT NOT NULL DEFAULT '',
  "from" TIMESTAMPTZ(3) NOT NULL,
  "until" TIMESTAMPTZ(3),
  "why" TEXT NOT NULL DEFAULT '',

  CONSTRAINT "pause_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "pause_scope_key_idx" ON "pause" ("scope", "key");

CREATE TABLE "definition" (
  "hash" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  "compiled" JSONB NOT NULL,

  CONSTRAINT "definition_pkey" PRIMARY KEY ("hash")
);

CREATE TABLE "release" (
  "id" UUID NOT NULL,
  "number" SERIAL NOT NULL,
  "author" TEXT NOT NULL,
  "message" TEXT NOT NULL,
  "entries" JSONB NOT NULL,
  "published_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "release_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "release_number_key" ON "release" ("number");

CREATE TABLE "api_key" (
  "id" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "label" TEXT NOT NULL,
  "scopes" TEXT[],
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "revoked_at" TIMESTAMPTZ(3),

  CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key" ("hash");

CREATE TABLE "console_session" (
  "hash" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "console_session_pkey" PRIMARY KEY ("hash")
);

CREATE TABLE "setting" (
  "key" TEXT NOT NULL,
  "value" JSONB NOT NULL,

  CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- What Prisma's schema language cannot say.

-- At most one open enrolment per lead, journey and once-key.
CREATE UNIQUE INDEX "enrolment_one_open" ON "enrolment" ("lead_id", "journey", "once_key") WHERE "status" = 'open';
-- At most one open handoff per lead.
CREATE UNIQUE INDEX "handoff_one_open" ON "handoff" ("lead_id") WHERE "status" = 'open';
-- Second opinions still to be asked for.
CREATE INDEX "decision_unconfirmed" ON "decision" ("id") WHERE "confirmed" IS NULL AND "kind" IN ('stage', 'exit');
-- The closed lists.
ALTER TABLE "send" ADD CONSTRAINT "send_state_known" CHECK ("state" IN ('planned', 'held', 'claimed', 'transmitting', 'sent', 'failed', 'unknown', 'skipped'));
ALTER TABLE "send" ADD CONSTRAINT "send_skipped_has_reason" CHECK (("state" = 'skipped') = ("reason" IS NOT NULL) OR "state" IN ('held', 'failed'));
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_status_known" CHECK ("status" IN ('open', 'closed'));
ALTER TABLE "handoff" ADD CONSTRAINT "handoff_status_known" CHECK ("status" IN ('open', 'accepted', 'rejected', 'closed'));
