/**
 * What must hold for every history: the fold has no hidden state, the clock is never late, and the same
 * evidence never hands a lead over twice.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bought,
  DAY,
  goodFit,
  HOUR,
  incoming,
  is,
  journey,
  LEAD_ID,
  MINUTE,
  onApi,
  onEvent,
  onSegment,
  release,
  START,
  tick,
  withSales,
} from './acme.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import type { DecisionContext } from '../../../core/decision/context.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { Decision, Effect, IncomingEvent } from '../../../core/decision/decision.ts';
import type { Lead } from '../../../core/facts/lead.ts';

const workspace = release({
  journeys: {
    ...journey('trial', {
      enter: [onEvent('Trial Started')],
      exits: [bought, withSales],
      steps: {
        hello: { type: 'send', template: 'hello' },
        first: {
          type: 'wait-for',
          since: 'entry',
          upToMs: DAY,
          arms: [
            { id: 'report', when: { type: 'event', match: { event: 'Report Created' } } },
            {
              id: 'cold',
              when: { type: 'condition', condition: is('engagementScore', 5, 'lessThan') },
            },
          ],
        },
      },
    }),
    ...journey('wake', { enter: [onSegment('sleepy')], exits: [withSales] }),
    ...journey('recycle', { enter: [onApi] }),
  },
});
const context: DecisionContext = { release: workspace, plans: new Map() };

const names = [
  'Page Viewed',
  'Pricing Viewed',
  'Pricing Viewed',
  'Report Created',
  'Trial Started',
  'Demo Requested',
  'Handoff Accepted',
  'Handoff Rejected',
  'Deal Created',
  'Deal Won',
  'Email Clicked',
];
const happening = fc.record({
  name: fc.constantFrom(...names),
  gap: fc.oneof(
    fc.integer({ min: 0, max: 20 * MINUTE }),
    fc.integer({ min: 0, max: 3 * DAY }),
    fc.integer({ min: 20 * DAY, max: 50 * DAY }),
  ),
  late: fc.constantFrom(0, 0, 0, 0, HOUR, 2 * DAY),
  reason: fc.constantFrom('not-now', 'wrong-territory', 'not-a-fit', 'duplicate'),
  trust: fc.constantFrom('human', 'human', 'human', 'likely-robot'),
  employees: fc.option(fc.constantFrom(3, 900), { nil: undefined, freq: 6 }),
} as const);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(happening, { minLength: 1, maxLength: 25 });

function eventsOf(happenings: readonly Happening[]): readonly IncomingEvent[] {
  let at = START;
  return happenings.map(({ name, gap, late, reason, trust, employees }, index) => {
    at += gap;
    return {
      ...incoming(`m${index}`, at),
      name,
      type: name === 'Page Viewed' ? 'page' : 'track',
      properties: name === 'Handoff Rejected' ? { reason, by: 'mia' } : {},
      traits: employees === undefined ? {} : { employees },
      occurredAt: at - late,
      trust,
    };
  });
}

interface Told {
  readonly lead: Lead;
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
}
const newborn: Lead = {
  ...bornLead({ id: LEAD_ID, bornAt: START }, workspace.qualification),
  address: 'ana@nordwind.example',
  traits: goodFit,
};

const same = (lead: Lead) => lead;

/** Plays the history with its ticks; `between` is what happens to a lead between two events. */
function play(
  happenings: readonly Happening[],
  between: (lead: Lead) => Lead,
  watch: (before: Lead, event: IncomingEvent, decidedAt: number) => void = () => undefined,
): Told {
  let lead = newborn;
  let decidedAt = START;
  const decisions: Decision[] = [];
  const effects: Effect[] = [];
  const fold = (event: IncomingEvent) => {
    watch(lead, event, decidedAt);
    const decided = decide(between(lead), event, context);
    lead = decided.lead;
    decidedAt = event.receivedAt;
    decisions.push(...decided.decisions);
    effects.push(...decided.effects);
  };
  for (const event of eventsOf(happenings)) {
    for (let ticks = 0; lead.dueAt !== undefined && lead.dueAt < event.receivedAt; ticks += 1) {
      expect(ticks, 'ticks between two events').toBeLessThan(200);
      fold(tick(lead.dueAt));
    }
    fold(event);
  }
  return { lead, decisions, effects };
}

test('a lead may go through the database after every event: JSON loses nothing', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const kept = play(happenings, same);
      const stored = play(happenings, (lead) => JSON.parse(JSON.stringify(lead)) as Lead);
      expect(stored).toEqual(kept);
    }),
    { numRuns: 60 },
  );
});

test('nothing changes before a lead is due, and ticks never spin', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(history, share, (happenings, part) => {
      play(happenings, same, (before, event, decidedAt) => {
        if (before.seq === 0) return;
        const due = Math.min(before.dueAt ?? Infinity, event.receivedAt);
        for (const at of [due - 1, Math.floor(decidedAt + part * (due - 1 - decidedAt))]) {
          if (at <= decidedAt) continue;
          const early = decide(before, tick(at), context);
          expect([early.decisions, early.effects]).toEqual([[], []]);
          expect(early.lead.stage).toEqual(before.stage);
        }
      });
    }),
    { numRuns: 60 },
  );
});

test('between two handoffs the lead did something new, unless a rep passed it on', () => {
  const activity = new Set(['Page Viewed', 'Pricing Viewed', 'Report Created', 'Trial Started']);
  activity.add('Demo Requested').add('Email Clicked');
  fc.assert(
    fc.property(history, (happenings) => {
      let sinceHandoff = 1;
      play(happenings, same, (before, event) => {
        if (event.trust === 'human' && activity.has(event.name)) sinceHandoff += 1;
        const { effects } = decide(before, event, context);
        const opened = effects.filter(({ type }) => type === 'open-handoff');
        expect(opened.length).toBeLessThanOrEqual(1);
        if (opened.length === 0 || event.properties['reason'] === 'wrong-territory') return;
        expect(sinceHandoff).toBeGreaterThan(0);
        sinceHandoff = 0;
      });
    }),
    { numRuns: 60 },
  );
});

test('at most one enrolment is open per journey, and each is told of its exit once', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const { effects } = play(happenings, same);
      const open = new Set<string>();
      for (const effect of effects) {
        if (effect.type === 'enrol') {
          expect(open.has(effect.journey)).toBe(false);
          open.add(effect.journey);
        }
        if (effect.type === 'close-enrolment') expect(open.delete(effect.journey)).toBe(true);
      }
      const ids = effects.flatMap((effect) =>
        effect.type === 'enrol' ? [effect.enrolmentId] : [],
      );
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 60 },
  );
});

test('somebody active every day, and then never again, is looked at a handful of times', () => {
  let lead = newborn;
  let [ticks, moved] = [0, 0];
  const fold = (event: IncomingEvent) => {
    const before = lead.dueAt;
    ({ lead } = decide(lead, event, context));
    if (lead.dueAt !== before) moved += 1;
  };
  const until = (at: number) => {
    for (; lead.dueAt !== undefined && lead.dueAt <= at; ticks += 1) fold(tick(lead.dueAt));
  };
  for (let day = 0; day < 90; day += 1) {
    const at = START + day * DAY;
    until(at);
    fold({ ...incoming(`day-${day}`, at), type: 'page', name: 'Page Viewed' });
  }
  // Each instant is a key of an index: it does not move with every event.
  expect(moved).toBeLessThan(15);
  expect(ticks).toBeLessThan(8);
  until(START + 1_000 * DAY);
  expect(ticks).toBeLessThan(16);
  expect(lead.dueAt).toBeUndefined();
});
