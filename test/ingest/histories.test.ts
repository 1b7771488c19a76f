import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FactNeeds } from '../../core/facts/needs.ts';
import type { Lead } from '../../core/facts/lead.ts';
import { createHistories } from '../../ingest/histories.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import type { Store } from '../../store/client.ts';
import { event, lead } from '../core/facts/example-release.ts';
import { acme, call, identify, NOW, openWorld, track } from './world.ts';

const database = useTestDatabase();
const needs: FactNeeds = { events: new Map() };
const asked = { version: '7', needs, now: NOW };

function heardOf(id: string, events: number, seq = 1): Lead {
  const one = (n: number) => event('Page Viewed', NOW, { id: `${id}-${n}` });
  return { ...lead({}), id, seq, events: Array.from({ length: events }, (_, n) => one(n)) };
}

test('only the very version that was written is remembered', () => {
  const histories = createHistories();
  const known = heardOf('a', 3);
  const recalled = (over: object, seq = 1) => {
    histories.keep([{ lead: known, scores: {} }], asked);
    return histories.recall({ id: 'a', seq }, { ...asked, ...over });
  };
  expect(recalled({})?.events).toBe(known.events);
  expect(recalled({ now: NOW + 1 })?.events).toBe(known.events);
  expect(recalled({ version: '8' })).toBeUndefined();
  expect(recalled({}, 2)).toBeUndefined();
  expect(recalled({ needs: { ...needs } })).toBeUndefined();
  // Looked back from an earlier instant, a window reaches further back than what was read.
  expect(recalled({ now: NOW - 1 })).toBeUndefined();
});

test('holds a bounded number of events, and lets go of whom nobody asked for longest', () => {
  const histories = createHistories();
  const saved = (lead: Lead) => ({ lead, scores: {} });
  const many = Array.from({ length: 60 }, (_, n) => saved(heardOf(`l${n}`, 999)));
  histories.keep(many.slice(0, 40), asked);
  expect(histories.recall({ id: 'l0', seq: 1 }, asked)).toBeDefined();
  histories.keep(many.slice(40), asked);
  const isKept = (n: number) => histories.recall({ id: `l${n}`, seq: 1 }, asked) !== undefined;
  expect([isKept(0), isKept(1), isKept(59)]).toEqual([true, false, true]);
  expect(many.filter((_, n) => isKept(n))).toHaveLength(50);
  histories.keep([saved(heardOf('huge', 2_000))], asked);
  expect(histories.recall({ id: 'huge', seq: 1 }, asked)).toBeUndefined();
});

interface Step {
  readonly who: string;
  readonly what: string;
  readonly as: 'user' | 'browser' | 'both';
  readonly minutes: number;
  /** Which of the two processes. */
  readonly by: 0 | 1;
}
const someStep: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom('ana', 'ben'),
  what: fc.constantFrom('Page Viewed', 'Pricing Viewed', 'Trial Started', 'Demo Requested'),
  as: fc.constantFrom('user', 'user', 'browser', 'both'),
  minutes: fc.integer({ min: 0, max: 3_000 }),
  by: fc.constantFrom(0, 1),
});

test('two processes that remember decide as those that read everything anew', async () => {
  const worlds = [openWorld(database.url), openWorld(database.url)] as const;
  const { store } = worlds[0];
  const releases = { current: async () => acme, plans: async () => new Map() };
  let script = 0;
  const play = async (
    steps: readonly Step[],
    prefix: string,
    ingestFor: (step: Step) => Ingest,
  ) => {
    const told: string[] = [];
    let now = NOW;
    for (const [index, step] of steps.entries()) {
      now += step.minutes * 60_000;
      const request = requestOf(step, prefix, `${prefix}-${index}`, now);
      const [answer] = await ingestFor(step).ingest([request]);
      told.push(withoutNames(answer, prefix));
    }
    return told;
  };
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { minLength: 4, maxLength: 10 }), async (steps) => {
        script += 1;
        const remembering = await play(steps, `r${script}`, ({ by }) => worlds[by].ingest);
        const reading = await play(steps, `f${script}`, () => createIngest({ store, releases }));
        expect(remembering).toEqual(reading);
      }),
      { numRuns: 12 },
    );
  } finally {
    for (const world of worlds) await world.close();
  }
});

test('a lead that somebody else changes while its lock is waited for is read anew', async () => {
  const world = openWorld(database.url);
  const other = openWorld(database.url);
  const view = (messageId: string) => track('waited', 'Page Viewed', { messageId });
  try {
    const [first] = await world.ingest.ingest([view('waited-1')]);
    const row = [first?.leadId];
    await other.store.transaction(async (sql) => {
      await sql.run(`UPDATE lead SET traits = '{"said":"meanwhile"}' WHERE id = $1`, row);
      const waiting = world.ingest.ingest([view('waited-2')]);
      await until(async () => (await lockWaiters(other.store)) > 0, { what: 'ingest to wait' });
      // Not awaited here: it ends once this transaction has committed.
      waiting.catch(() => undefined);
    });
    const tell = { ...view('waited-3'), event: { ...view('waited-3').event, traits: { own: 1 } } };
    await world.ingest.ingest([tell]);
    const [{ traits } = {}] = await other.store.query<{ readonly traits: object }>(
      'SELECT traits FROM lead WHERE id = $1',
      row,
    );
    expect(traits).toEqual({ said: 'meanwhile', own: 1 });
  } finally {
    await world.close();
    await other.close();
  }
});

async function lockWaiters(store: Store): Promise<number> {
  const rows = await store.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  );
  return rows.length;
}

function requestOf({ who, what, as }: Step, prefix: string, messageId: string, now: number) {
  const userId = `${prefix}-${who}`;
  const browser = { anonymousId: `${userId}-browser` };
  if (as === 'both') {
    return identify({ userId, ...browser, messageId }, { email: `${userId}@x.example` }, now);
  }
  const by = as === 'browser' ? browser : { userId };
  return call({ type: 'track', event: what, messageId, ...by }, now);
}

function withoutNames(answer: unknown, prefix: string): string {
  return JSON.stringify(answer)
    .replaceAll(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'id')
    .replaceAll(prefix, '');
}
