/**
 * The history of one lead, newest first: what happened, what was decided, what was sent, who was given
 * it. One statement over eight tables, each cut to the page asked for before they are merged.
 *
 * Within one instant causes come before what follows from them: an event, then its decisions.
 */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';

export type TimelineRowKind =
  'event' | 'decision' | 'assignment' | 'send' | 'settlement' | 'task' | 'pause' | 'merge';
export interface TimelineRow {
  readonly kind: TimelineRowKind;
  readonly id: string;
  readonly at: number;
  readonly rank: number;
  /** What it is in its table: the event's name, the decision's kind, the send's state … */
  readonly what: string;
  readonly detail: JsonObject;
}
export interface TimelinePosition {
  readonly at: number;
  readonly rank: number;
  readonly id: string;
}

export async function readTimeline(
  sql: Sql,
  leadId: string,
  page: { readonly limit: number; readonly after?: TimelinePosition },
): Promise<readonly TimelineRow[]> {
  const { after, limit } = page;
  return sql.query<TimelineRow>(timelineSql, [
    ...[leadId, limit, after?.at ?? null, after?.rank ?? null, after?.id ?? null],
  ]);
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)`;

/** `rank` orders what shares an instant; decisions of one event keep theirs by seq. */
const part = (
  kind: TimelineRowKind,
  rank: string,
  columns: {
    readonly at: string;
    readonly id: string;
    readonly what: string;
    readonly detail: string;
  },
  from: string,
): string => `(SELECT * FROM (
    SELECT '${kind}' AS kind, ${columns.id}::text AS id, ${columns.at} AS at, (${rank})::float8 AS rank,
      ${columns.what} AS what, ${columns.detail} AS detail
    FROM lead m JOIN ${from} WHERE m.canonical_id = $1) AS part
  WHERE $3::float8 IS NULL OR (at, rank, id) < (to_timestamp($3 / 1000.0), $4::float8, $5::text)
  ORDER BY at DESC, rank DESC, id DESC LIMIT $2)`;

/** Its own, and those of a time in which it was inside; of a sender, while an email waits for it. Not those called off. */
const pauseTouches = `p.until IS DISTINCT FROM p."from" AND CASE WHEN p.scope = 'lead' THEN p.key = m.id::text
  ELSE m.id = m.canonical_id AND EXISTS (SELECT FROM lead x JOIN enrolment e ON e.lead_id = x.id
    WHERE x.canonical_id = m.canonical_id AND e.entered_at < coalesce(p.until, 'infinity')
      AND coalesce(e.closed_at, 'infinity') > p."from" AND CASE p.scope WHEN 'journey' THEN e.journey = p.key
        WHEN 'sender' THEN p.key = '' OR EXISTS (SELECT FROM send h WHERE h.enrolment_id = e.id
          AND h.state = 'held' AND h.evidence->>'sender' = p.key) ELSE true END) END`;
const pauseDetail = `jsonb_build_object('scope', p.scope, 'key', p.key, 'why', p.why, 'by', p.by,
  'until', ${ms('p.until')}, 'plannedUntil', ${ms('p.planned_until')}, 'from', ${ms('p."from"')}, 'resumedBy', p.resumed_by)`;

/** Who of a merge is not (only) this lead: the absorbed one, or after the undoing whoever it is not. */
const group = 'SELECT id FROM lead WHERE canonical_id = $1';
const otherOne = `CASE WHEN x.from_id IN (${group}) AND x.into_id NOT IN (${group}) THEN x.into_id ELSE x.from_id END`;
const mergeDetail = `jsonb_build_object('leadId', o.id, 'address', o.address, 'traits', o.traits, 'by', x.by, 'why', x.why)`;

const timelineSql = `SELECT kind, id, at, rank, what, detail FROM (
  ${part(
    'event',
    '0',
    {
      at: 'e.occurred_at',
      id: 'e.id',
      what: "CASE WHEN e.name = '' THEN e.type ELSE e.name END",
      detail:
        "jsonb_build_object('name', e.name, 'type', e.type, 'properties', e.properties, 'traits', e.traits, 'source', e.source, 'trust', e.trust)",
    },
    "event e ON e.lead_id = m.id AND e.type <> 'merge'",
  )}
  UNION ALL ${part(
    'decision',
    `1 + CASE d.kind WHEN 'score' THEN 0 WHEN 'disqualified' THEN 1 WHEN 'verdict' THEN 2 WHEN 'stage' THEN 3
       WHEN 'exit' THEN 4 WHEN 'entry' THEN 5 ELSE 6 END`,
    {
      at: 'd.at',
      id: 'd.id',
      what: 'd.kind',
      detail: "d.detail || jsonb_build_object('confirmed', d.confirmed)",
    },
    'decision d ON d.lead_id = m.id',
  )}
  UNION ALL ${part(
    'assignment',
    '8',
    {
      at: 's.at',
      id: 's.id',
      what: 's.rep',
      detail:
        "jsonb_build_object('handoffId', h.id, 'handoff', h.handoff, 'attempt', s.attempt, 'pool', s.pool, 'trace', s.trace)",
    },
    'handoff h ON h.lead_id = m.id JOIN assignment s ON s.handoff_id = h.id',
  )}
  UNION ALL ${part(
    'send',
    '9',
    {
      at: 'coalesce(s.settled_at, s.transmitting_at, s.counted_at, s.planned_at)',
      id: 's.id',
      what: 's.state',
      detail: `jsonb_build_object('template', s.template, 'subject', s.subject, 'class', s.class, 'journey', s.journey,
        'step', s.step, 'reason', s.reason, 'evidence', s.evidence, 'heldUntil', ${ms('s.held_until')},
        'messageId', s.message_id, 'address', s.address, 'response', s.response)`,
    },
    'send s ON s.lead_id = m.id',
  )}
  UNION ALL ${part(
    'settlement',
    '10',
    {
      at: 't.at',
      id: 't.id',
      what: 't.after',
      detail: `jsonb_build_object('template', s.template, 'subject', s.subject, 'before', t.before, 'source', t.source,
        'because', t.because, 'by', t.by)`,
    },
    'send s ON s.lead_id = m.id JOIN send_settlement t ON t.send_id = s.id',
  )}
  UNION ALL ${part(
    'task',
    '9',
    {
      at: 't.at',
      id: 't.id',
      what: 't.kind',
      detail: `jsonb_build_object('text', t.text, 'rep', t.rep, 'queue', t.queue, 'dueAt', ${ms('t.due_at')})`,
    },
    'task t ON t.lead_id = m.id',
  )}
  UNION ALL ${part(
    'pause',
    '10',
    { at: 'p."from"', id: 'p.id', what: "'paused'", detail: pauseDetail },
    `pause p ON ${pauseTouches} AND p."from" <= now()`,
  )}
  UNION ALL ${part(
    'pause',
    '0',
    { at: 'p.until', id: "p.id || '/end'", what: "'resumed'", detail: pauseDetail },
    `pause p ON ${pauseTouches} AND p.resumed_at IS NOT NULL`,
  )}
  UNION ALL ${part(
    'merge',
    '0.5',
    { at: 'x.at', id: 'x.id', what: 'x.kind', detail: mergeDetail },
    `(SELECT * FROM lead_merge WHERE from_id IN (${group}) UNION SELECT * FROM lead_merge WHERE into_id IN (${group})) AS x
     ON m.id = m.canonical_id JOIN lead o ON o.id = ${otherOne}`,
  )}) AS timeline
  ORDER BY at DESC, rank DESC, id DESC LIMIT $2`;
