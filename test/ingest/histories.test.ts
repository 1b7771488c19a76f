import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FactNeeds } from '../../core/facts/needs.ts';
import type { Lead } from '../../core/facts/lead.ts';
import { createHistories } from '../../ingest/histories.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { event, lead } from '../core/facts/example-release.ts';
import { call, identify, NOW, openWorld, type IngestWorld } from './world.ts';

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

const step = fc.record({
  who: fc.constantFrom('ana', 'ben'),
  what: fc.constantFrom('Page Viewed', 'Pricing Viewed', 'Trial Started', 'Demo Requested'),
  as: fc.constantFrom('user', 'user', 'browser', 'both'),
  minutes: fc.integer({ min: 0, max: 3_000 }),
  by: fc.constantFrom(0, 1),
} as const);

test('two processes that remember decide as those that read everything anew', async () => {
  let script = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      const worlds = [openWorld(database.url), openWorld(database.url)];
      try {
        script += 1;
        let now = NOW;
        const told: [string[], string[]] = [[], []];
        for (const [index, { who, what, as, minutes, by }] of steps.entries()) {
          now += minutes * 60_000;
          for (const [side, prefix] of [`r${script}`, `f${script}`].entries()) {
            const userId = `${prefix}-${who}`;
            const browser = { anonymousId: `${prefix}-${who}-browser` };
            const messageId = `${prefix}-${index}`;
            const request =
              as === 'both'
                ? identify({ userId, ...browser, messageId }, { email: `${userId}@x.example` }, now)
                : call(
                    {
                      type: 'track',
                      event: what,
                      messageId,
                      ...(as === 'browser' ? browser : { userId }),
                    },
                    now,
                  );
            const world = side === 0 ? worlds[by] : openWorld(database.url);
            const [answer] = await (world as IngestWorld).ingest.ingest([request]);
            told[side as 0 | 1].push(withoutNames(answer, prefix));
            if (side === 1) await world?.close();
          }
        }
        expect(told[0]).toEqual(told[1]);
      } finally {
        for (const world of worlds) await world.close();
      }
    }),
    { numRuns: 12 },
  );
});

function withoutNames(answer: unknown, prefix: string): string {
  return JSON.stringify(answer)
    .replaceAll(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'id')
    .replaceAll(prefix, '');
}
