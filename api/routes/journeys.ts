/**
 * Journeys: what is published, in numbers, and asking a lead into one.
 *
 * Asking is an event through ingest like every other: the journey's own rules say whether the lead
 * enters, and the answer says which it was.
 */
import { randomUUID } from 'node:crypto';
import { Router, type RequestHandler } from 'express';
import type { Release } from '../../core/definitions/release.ts';
import { accept } from '../../ingest/accept.ts';
import type { Releases } from '../../ingest/batch.ts';
import type { IngestAnswer, IngestRequest } from '../../ingest/request.ts';
import type { Sql } from '../../store/client.ts';
import { findPausedJourneys } from '../../store/pauses.ts';
import { countRuns, type JourneyCount } from '../../store/read-journeys.ts';
import { Problem } from '../problems.ts';
import { entryRefusals } from '../words.ts';
import { objectOf, pointerTo, refused } from './events.ts';

export interface JourneyRoutes {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
  readonly read: RequestHandler;
  readonly write: RequestHandler;
}

export function journeyRoutes(deps: JourneyRoutes): Router {
  const router = Router();
  router.get('/journeys', deps.read, async (_request, response) => {
    response.json({ journeys: await journeyList(deps) });
  });
  router.post('/journeys/:key/enrolments', deps.write, async (request, response) => {
    const journey = String(request.params['key']);
    const release = await deps.releases.current();
    mustBeEnterable(release, journey);
    const call = objectOf(request.body, '#');
    const asked = enrolCall(call, journey);
    const accepted = accept(asked, { source: 'api', now: deps.clock(), newMessageId: randomUUID });
    if (!accepted.ok) {
      throw refused(
        accepted.problems.map(({ path, problem }) => ({
          // The address is given beside the ids here, not in the traits.
          pointer: path === 'context.traits.email' ? '#/email' : pointerTo('#', path),
          detail: problem,
        })),
      );
    }
    const [answer] = await deps.ingest([accepted.request]);
    if (answer === undefined) throw new Problem('defect', 'The request was not answered.');
    response.json({ success: true, ...entryOf(answer, journey), ...answer });
  });
  return router;
}

export interface JourneyListing {
  readonly journey: string;
  readonly title: string;
  readonly owner: string;
  readonly class: string;
  readonly published: boolean;
  /** It, or everything. */
  readonly paused: boolean;
  readonly open: number;
  /** Of the open ones, those that a pause keeps from acting. */
  readonly parked: number;
  readonly closed: number;
  readonly goals: number;
  /** `completed`, or the id of an exit → how many runs ended so. */
  readonly outcomes: { readonly [outcome: string]: number };
}

/** Everything that is published, and what is not any more but has runs. */
export async function journeyList(
  deps: Pick<JourneyRoutes, 'sql' | 'releases' | 'clock'>,
): Promise<readonly JourneyListing[]> {
  const release = await deps.releases.current();
  const counts = await countRuns(deps.sql);
  const paused = await findPausedJourneys(deps.sql, deps.clock());
  const keys = new Set([...Object.keys(release.journeys), ...counts.map(({ journey }) => journey)]);
  return [...keys].map((journey) => {
    const plan = release.journeys[journey]?.plan;
    const own = counts.filter((one) => one.journey === journey);
    return {
      journey,
      title: plan?.title ?? journey,
      owner: plan?.owner ?? '',
      class: plan?.sending.class ?? '',
      published: plan !== undefined,
      paused: paused === 'all' || paused.has(journey),
      open: sum(own, ({ status }) => status === 'open'),
      parked: own.reduce((total, { parkedCount }) => total + parkedCount, 0),
      closed: sum(own, ({ status }) => status === 'closed'),
      goals: sum(own, ({ goal }) => goal),
      outcomes: outcomesOf(own),
    };
  });
}

function outcomesOf(counts: readonly JourneyCount[]): JourneyListing['outcomes'] {
  const outcomes: { [outcome: string]: number } = {};
  for (const { outcome, count } of counts) {
    if (outcome !== null) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  }
  return outcomes;
}

function sum(counts: readonly JourneyCount[], of: (count: JourneyCount) => boolean): number {
  return counts.filter(of).reduce((total, { count }) => total + count, 0);
}

function mustBeEnterable(release: Release, journey: string): void {
  const published = Object.hasOwn(release.journeys, journey)
    ? release.journeys[journey]
    : undefined;
  if (published === undefined) {
    const known = Object.keys(release.journeys).join(', ');
    throw new Problem(
      'not-found',
      `There is no journey ${JSON.stringify(journey)}; published are: ${known === '' ? 'none' : known}.`,
    );
  }
  if (published.plan.enter.some(({ on }) => on === 'api')) return;
  throw new Problem(
    'conflict',
    `The journey ${JSON.stringify(journey)} is not entered by request; add { "on": "api" } to its "enter".`,
  );
}

/** `{ userId | email | anonymousId, properties?, messageId? }` as the call that ingest accepts. */
function enrolCall(call: { readonly [key: string]: unknown }, journey: string): object {
  const { userId, anonymousId, email, properties, messageId, timestamp } = call;
  return {
    type: 'enrol',
    journey,
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(email === undefined ? {} : { context: { traits: { email } } }),
    ...(properties === undefined ? {} : { properties }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

function entryOf(answer: IngestAnswer, journey: string): object {
  const entry = answer.journeys.find((one) => one.journey === journey);
  if (entry?.entered === true) return { entered: true, enrolmentId: entry.enrolmentId };
  // No decision at all: the `if` of its entry does not hold for this lead.
  const because = entry?.because ?? 'condition';
  const why = entryRefusals[because] ?? 'The condition of its entry does not hold for this lead';
  const detail = entry?.detail === undefined ? {} : { detail: entry.detail };
  return { entered: false, because, why, ...detail };
}
