/**
 * Where personal data lives: every column of every table, and what an erasure does with it. Erasing,
 * exporting and the documentation read this one list; a test walks the database and fails for a column
 * that is not in it.
 *
 * A row of a person goes with the person, unless a count or a running process needs it: then it stays
 * with its personal columns emptied. Two parts of the product have no table here: mails that the
 * mailbox of development caught, and histories of Temporal, which hold ids only.
 */

/** `$1`: the ids of the lead and of all that were merged into it; `$2`: every address of theirs. */
export interface PersonalTable {
  /** Which rows are the person's, of the table as `t`. */
  readonly rows: string;
  /** Columns that say something about the person. */
  readonly personal: readonly string[];
  /** Ids, instants, states and words of our own files. */
  readonly plain: readonly string[];
  /** `delete`: the rows go. Else they stay, and each personal column becomes this SQL expression. */
  readonly erased: 'delete' | { readonly [column: string]: string };
}

const ofLead = 't.lead_id = ANY($1::uuid[])';
const ofAddress = 't.address = ANY($2::text[])';
const sendsOf = 'SELECT s.id FROM send s WHERE s.lead_id = ANY($1::uuid[])';
const handoffsOf = 'SELECT h.id FROM handoff h WHERE h.lead_id = ANY($1::uuid[])';
const words = (text: string): readonly string[] => text.split(' ');

/** In the order in which an erasure goes through them: what is found by another table comes first. */
export const personalTables = {
  link_hit: {
    rows: `t.send_id IN (${sendsOf})`,
    personal: words('client agent'),
    plain: words('id send_id link at method prefetch judged'),
    erased: 'delete',
  },
  send_settlement: {
    rows: `t.send_id IN (${sendsOf})`,
    personal: words('because'),
    plain: words('id send_id before after source by at recorded_at'),
    erased: { because: "''" },
  },
  assignment: {
    rows: `t.handoff_id IN (${handoffsOf})`,
    personal: words('trace'),
    plain: words('id handoff_id attempt pool rep at'),
    erased: { trace: "'[]'" },
  },
  // An email to a rep that waits to be sent; what tells runs that they are over must arrive.
  outbox: {
    rows: `t.target = 'reply' AND (t.payload->>'leadId' = ANY($1::text[])
      OR t.target_id IN (SELECT v.id FROM event v WHERE v.lead_id = ANY($1::uuid[])))`,
    personal: words('payload last_error'),
    plain: words('id target target_id not_before attempts recorded_at'),
    erased: 'delete',
  },
  identity: {
    rows: ofLead,
    personal: words('value'),
    plain: words('kind lead_id'),
    erased: 'delete',
  },
  merge_candidate: {
    rows: '(t.lead_id = ANY($1::uuid[]) OR t.other_id = ANY($1::uuid[]))',
    personal: words('because why'),
    plain: words('lead_id other_id at settled_at outcome settled_by'),
    erased: 'delete',
  },
  lead_merge: {
    rows: '(t.from_id = ANY($1::uuid[]) OR t.into_id = ANY($1::uuid[]))',
    personal: words('why detail'),
    plain: words('id kind from_id into_id at by undoes recorded_at'),
    erased: 'delete',
  },
  event: {
    rows: ofLead,
    personal: words('message_id name properties traits said answer'),
    plain: words('id source lead_id seq type trust occurred_at received_at release_id recorded_at'),
    erased: 'delete',
  },
  lead_event_count: {
    rows: ofLead,
    personal: words('name count first_at last_at'),
    plain: words('lead_id'),
    erased: 'delete',
  },
  decision: {
    rows: ofLead,
    personal: words('detail'),
    plain: words('id lead_id seq event_id kind at release_id confirmed recorded_at'),
    erased: 'delete',
  },
  task: {
    rows: ofLead,
    personal: words('text'),
    plain: words('id command_id lead_id enrolment_id kind rep queue due_at at done_at'),
    erased: 'delete',
  },
  // Runs count in reports, and a worker may still ask whether one is open.
  enrolment: {
    rows: ofLead,
    personal: words('entry once_key entry_event_id parked found blocked'),
    plain: words(
      'id lead_id journey entry_number status plan_hash target_plan target_release moved_by release_id entered_at closed_at outcome goal satisfied step since expected_by checked_at recorded_at',
    ),
    erased: {
      entry: "'{}'",
      // Another value for each run: it is part of a unique key.
      once_key: 't.id::text',
      ...{ entry_event_id: 'NULL', parked: 'NULL', found: 'NULL', blocked: 'NULL' },
    },
  },
  // Handoffs count in the reports of reps.
  handoff: {
    rows: ofLead,
    personal: words('detail account_id'),
    plain: words(
      'id lead_id handoff routing stage cause status destination rep match sla reassigned opened_at assigned_at accept_by escalated_at settled_at settled_by reason release_id recorded_at',
    ),
    erased: { detail: "'{}'", account_id: 'NULL' },
  },
  // Sends count in caps, in reports and for the health of senders. An address of a rep is not the person's.
  send: {
    rows: `(${ofLead} OR ${ofAddress})`,
    personal: words('address subject evidence response link_targets receiver'),
    plain: words(
      'id command_id lead_id enrolment_id handoff_id journey step class topic priority template template_hash state reason message_id planned_at due_at held_until counted_at settled_at token lease_until transmitting_at attempts release_id recorded_at sender turn_at warm_up_day delivered_at bounced_at bounce complained_at',
    ),
    erased: {
      address: "CASE WHEN t.class = 'internal' THEN t.address END",
      ...{ subject: 'NULL', evidence: "'{}'", response: 'NULL' },
      ...{ link_targets: 'NULL', receiver: 'NULL' },
    },
  },
  consent: {
    rows: ofAddress,
    personal: words('address class topic state basis text evidence at'),
    plain: words('id event_id seq'),
    erased: 'delete',
  },
  email_check: {
    rows: ofAddress,
    personal: words('address status reason trouble'),
    plain: words('by checked_at next_at attempts rounds'),
    erased: 'delete',
  },
  preference: {
    rows: ofAddress,
    personal: words('address fewer tracking'),
    plain: words('at event_id'),
    erased: 'delete',
  },
  // What stopped mail goes on stopping it, under the hash: see `store/erase.ts`.
  suppression: {
    rows: ofAddress,
    personal: words('address source'),
    plain: words('scope reason at until'),
    erased: 'delete',
  },
  pause: {
    rows: "(t.scope = 'lead' AND t.key = ANY($1::text[]))",
    personal: words('why'),
    plain: words(
      'id scope key from until by planned_until resumed_at resumed_by woken recorded_at',
    ),
    erased: { why: "''" },
  },
  // The row itself stays, so that what names it (runs, sends, counts) is not left in the air.
  lead: {
    rows: 't.id = ANY($1::uuid[])',
    personal: words(
      'address traits origins tags owner account_id stage_state disqualified segments scores last_activity_at last_seen_at due_at',
    ),
    plain: words('id canonical_id split_key born_at stage segments_hash seq recorded_at erased_at'),
    erased: {
      ...{ address: 'NULL', traits: "'{}'", origins: "'{}'", tags: "'{}'", owner: 'NULL' },
      ...{ account_id: 'NULL', disqualified: 'NULL', segments: "'{}'", scores: "'{}'" },
      stage_state: `jsonb_build_object('since', t.stage_state->'since') || '{"entered":{},"left":{},"holding":{}}'`,
      ...{ last_activity_at: 'NULL', last_seen_at: 'NULL', due_at: 'NULL' },
    },
  },
} as const satisfies { readonly [table: string]: PersonalTable };

export type PersonalTableName = keyof typeof personalTables;

/** Tables that hold nothing about a lead, and what they are about instead. */
export const impersonalTables: { readonly [table: string]: string } = {
  account: 'a company, its domain and what is known of it',
  mail_domain: 'what DNS says of a domain',
  pool: 'whose turn it is among reps',
  plan_move: 'plans of journeys',
  reception: 'how receivers take our mail',
  pace: 'how fast a sender may send',
  warm_up: 'how much a sender has sent on a day',
  definition: 'files of the workspace',
  release: 'what was published, and by whom of our people',
  api_key: 'keys of programs, hashed',
  console_session: 'sessions of our people, hashed',
  setting: 'the installation',
  recompute: 'work on all leads',
  recompute_lane: 'work on all leads: counts and one id',
  hand_over: 'a pace',
  erasure: 'who erased and when; of whom only an id and salted hashes',
};
