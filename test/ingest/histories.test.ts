import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FactNeeds } from '../../core/facts/needs.ts';
import type { Lead } from '../../core/facts/lead.ts';
import { createHistories } from '../../ingest/histories.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { event, lead } from '../core/facts/example-release.ts';
import { acme, call, identify, NOW, openWorld } from './world.ts';

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
    histories.keep([known], asked);
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
  const many = Array.from({ length: 60 }, (_, n) => heardOf(`l${n}`, 999));
  histories.keep(many.slice(0, 40), asked);
  expect(histories.recall({ id: 'l0', seq: 1 }, asked)).toBeDefined();
  histories.keep(many.slice(40), asked);
  const isKept = (n: number) => histories.recall({ id: `l${n}`, seq: 1 }, asked) !== undefined;
  expect([isKept(0), isKept(1), isKept(59)]).toEqual([true, false, true]);
  expect(many.filter((_, n) => isKept(n))).toHaveLength(50);
  histories.keep([heardOf('huge', 2_000)], asked);
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
