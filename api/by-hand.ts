/**
 * What people decide about a lead, as callers ask for it: a stage set by hand, and a verdict on an
 * event ("that click was a robot"). Names become values, texts become instants, and every refusal says
 * what was found and what was expected. The API, the console and the command line all come through
 * here. Both enter through ingest like everything else; nothing is written beside it.
 */
import { randomUUID } from 'node:crypto';
import { STAGE_SET, stageNamed } from '../core/decision/by-hand.ts';
import { EVENT_JUDGED } from '../core/decision/judged.ts';
import { readDuration } from '../core/definitions/duration.ts';
import { didYouMean } from '../core/definitions/suggest.ts';
import type { Release } from '../core/definitions/release.ts';
import type { LeadEvent, Trust } from '../core/facts/lead.ts';
import { stageLabel } from '../core/routing/brief.ts';
import { momentExpected, parseMoment } from '../core/sending/moment.ts';
import type { Releases } from '../ingest/batch.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from '../ingest/request.ts';
import type { Sql } from '../store/client.ts';
import { findEvent } from '../store/judged.ts';
import { Problem } from './problems.ts';
import { invalidField, requiredText } from './body-fields.ts';
import { isUuid, leadNamed } from './named-lead.ts';

export interface ByHand {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
}
/** As written by whoever asks. */
export interface StageAsk {
  readonly stage?: unknown;
  readonly reason?: unknown;
  /** A length of time, or "ever". This or `until`. */
  readonly for?: unknown;
  readonly until?: unknown;
  readonly by?: unknown;
  readonly quiet?: unknown;
}
export interface VerdictAsk {
  readonly trust?: unknown;
  readonly because?: unknown;
  readonly by?: unknown;
}
export interface StageSet {
  readonly stage: string;
  readonly label: string;
  /** Null: for ever. */
  readonly until: number | null;
  readonly answer: IngestAnswer;
}
export interface VerdictGiven {
  readonly event: LeadEvent;
  readonly trust: Trust;
  /** Null: it was trusted so before. */
  readonly answer: IngestAnswer | null;
}

export async function stageAsAsked(deps: ByHand, who: string, ask: StageAsk): Promise<StageSet> {
  const release = await deps.releases.current();
  const now = deps.clock();
  const stage = stageOf(release, ask.stage);
  const reason = requiredText(ask.reason, 'reason', 'why: whoever reads of it will ask');
  const by = requiredText(ask.by, 'by', 'who sets it');
  const until = untilOf(release, ask, now);
  if (ask.quiet !== undefined && typeof ask.quiet !== 'boolean') {
    throw invalidField('quiet', `quiet is ${JSON.stringify(ask.quiet)}; expected true or false.`);
  }
  const leadId = await leadNamed(deps.sql, who);
  const answer = await tell(deps, leadId, STAGE_SET, {
    ...{ stage, reason, by },
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
    ...(ask.quiet === true ? { quiet: true } : {}),
  });
  return { stage, label: stageLabel(release, stage), until, answer };
}

/** Asked again, or of an event that is trusted so already, it changes nothing. */
export async function verdictAsAsked(
  deps: ByHand,
  eventId: string,
  ask: VerdictAsk,
): Promise<VerdictGiven> {
  const trust = trustOf(ask.trust);
  const because = requiredText(ask.because, 'because', 'what speaks for it');
  const by = requiredText(ask.by, 'by', 'who says so');
  const found = isUuid(eventId) ? await findEvent(deps.sql, eventId) : null;
  if (found === null) {
    const detail = `There is no event ${JSON.stringify(eventId)}; expected the eventId of an answer, or the id in the timeline of a lead.`;
    throw new Problem('not-found', detail);
  }
  const { leadId, ...event } = found;
  if (event.name === '' || event.name === EVENT_JUDGED) {
    const what = event.name === '' ? 'tells who a lead is' : 'is a verdict itself';
    throw new Problem('conflict', `The event ${eventId} ${what}: only what a lead did is judged.`);
  }
  if (event.trust === trust) return { event, trust, answer: null };
  const answer = await tell(deps, leadId, EVENT_JUDGED, { event: event.id, trust, because, by });
  return { event, trust, answer };
}

async function tell(
  { ingest, clock }: ByHand,
  leadId: string,
  name: string,
  properties: IngestRequest['event']['properties'],
): Promise<IngestAnswer> {
  const own = { source: 'operator', messageId: randomUUID(), name, now: clock(), properties };
  const [answer] = await ingest([eventAbout({ leadId }, own)]);
  if (answer === undefined) throw new Error(`${name} got no answer`);
  return answer;
}

function stageOf({ qualification }: Release, asked: unknown): string {
  const stage = typeof asked === 'string' ? stageNamed(qualification, asked.trim()) : undefined;
  if (stage !== undefined) return stage;
  const labels = new Map(qualification.stages.map(({ stage, label }) => [stage, label]));
  const known = qualification.order.map((one) => labels.get(one) ?? one);
  const guess = typeof asked === 'string' ? didYouMean(asked, known) : undefined;
  const more = guess === undefined ? '' : ` (${guess})`;
  const found = JSON.stringify(asked ?? null);
  throw invalidField('stage', `stage is ${found}; expected one of ${known.join(', ')}${more}.`);
}

/** Said by whoever sets it: a stage that is left alone for ever by an oversight is never seen again. */
function untilOf(release: Release, { for: span, until }: StageAsk, now: number): number | null {
  const given = [span, until].filter((one) => one !== undefined && one !== null && one !== '');
  if (given.length !== 1) {
    const found =
      given.length === 0
        ? 'how long rules leave it alone is missing'
        : 'for and until are both given';
    throw invalidField('for', `${found}; expected for ("30 days", or "ever") or until (a day).`);
  }
  if (typeof until === 'string' && until !== '') {
    const at = parseMoment(until, now, release.sending.zoneIfUnknown);
    if (at !== undefined && at > now) return at;
    const found =
      at === undefined ? JSON.stringify(until) : `${JSON.stringify(until)}, which is over`;
    throw invalidField('until', `until is ${found}; expected ${momentExpected}.`);
  }
  if (span === 'ever') return null;
  const read = typeof span === 'string' ? readDuration(span.trim()) : undefined;
  if (read?.ok === true && read.value > 0) return now + read.value;
  const expected = read?.ok === false ? read.expected : 'a duration such as "30 days"';
  throw invalidField('for', `for is ${JSON.stringify(span)}; expected "ever" or ${expected}.`);
}

const trusts: { readonly [word: string]: Trust } = {
  robot: 'likely-robot',
  'likely-robot': 'likely-robot',
  human: 'human',
  unknown: 'unknown',
};

function trustOf(asked: unknown): Trust {
  const known = typeof asked === 'string' && Object.hasOwn(trusts, asked) ? trusts[asked] : null;
  if (known) return known;
  const expected = 'expected "robot", "human" or "unknown"';
  throw invalidField('trust', `trust is ${JSON.stringify(asked ?? null)}; ${expected}.`);
}
