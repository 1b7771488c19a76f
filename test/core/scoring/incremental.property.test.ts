/**
 * Facts and scores are functions of the set of events: what is folded one by one, in whatever order and
 * with whatever verdicts in between, is what would be counted from nothing at that instant.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bornLead } from '../../../core/decision/birth.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { IncomingEvent } from '../../../core/decision/decision.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Lead, LeadEvent, Trust } from '../../../core/facts/lead.ts';
import {
  counted,
  DAY,
  incoming,
  LEAD_ID,
  qualification,
  release,
  START,
} from '../decision/acme.ts';
import {
  activities,
  factsByDefinition,
  names,
  scoreByDefinition,
  someModels,
} from './random-models.ts';

const seed = 20261122;
/** At a fixed seed, so that it fails for everybody, and at another one in each run. */
function always<T>(property: fc.IProperty<T>, numRuns: number): void {
  fc.assert(property, { seed, numRuns });
  fc.assert(property, { numRuns });
}

const trusts: readonly Trust[] = ['human', 'human', 'likely-robot', 'unknown'];
const happening = fc.record({
  name: fc.constantFrom(...names),
  // The last ones lie ahead of the clock by which they are looked at.
  at: fc.integer({ min: 0, max: 110 * DAY }),
  trust: fc.constantFrom(...trusts),
  path: fc.constantFrom('/jobs/1', '/pricing'),
  /** Later verdicts, each at an instant of its own. */
  verdicts: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 20 * DAY }), trust: fc.constantFrom(...trusts) }),
    { maxLength: 2 },
  ),
  /** Where it and its verdicts come in the order of arrival. */
  order: fc.array(fc.nat({ max: 1_000 }), { minLength: 3, maxLength: 3 }),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(happening, { maxLength: 14 });
const NOW = START + 100 * DAY;

/** In the order of arrival: a verdict comes after its event, else anything goes. */
function arrivals(happenings: readonly Happening[]): readonly IncomingEvent[] {
  const placed = happenings.flatMap(({ name, at, trust, path, verdicts, order }, index) => {
    const event: IncomingEvent = {
      ...incoming(`e${index}`, NOW),
      ...{ name, trust, properties: { path }, occurredAt: START + at },
    };
    const place = order[0] ?? 0;
    const judged = verdicts.map((verdict, number) => ({
      place: place + 1 + (order[number + 1] ?? 0),
      event: {
        ...incoming(`v${index}-${number}`, NOW),
        ...{ name: 'Event Judged', occurredAt: START + at + verdict.at },
        properties: { event: event.id, trust: verdict.trust },
      },
    }));
    return [{ place, event }, ...judged];
  });
  return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

/** The events as they are trusted in the end: by the latest verdict on each. */
function inTheEnd(happenings: readonly Happening[]): readonly LeadEvent[] {
  return happenings.map(({ name, at, trust, path, verdicts }, index) => {
    const latest = verdicts
      .map((verdict, number) => ({ ...verdict, id: incoming(`v${index}-${number}`, NOW).id }))
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
      .at(-1);
    const { id } = incoming(`e${index}`, NOW);
    return {
      id,
      name,
      properties: { path },
      occurredAt: START + at,
      seq: 0,
      trust: latest?.trust ?? trust,
    };
  });
}

function fold(events: readonly IncomingEvent[], workspace: Release): Lead {
  const newborn = bornLead({ id: LEAD_ID, bornAt: START }, workspace.qualification);
  return events.reduce(
    (lead, event) => decide(lead, event, { release: workspace, plans: new Map() }).lead,
    newborn,
  );
}

test('scores folded one by one are the scores counted from nothing, in all models', () => {
  const ages = fc.integer({ min: 0, max: 60 * DAY });
  always(
    fc.property(history, someModels, ages, (happenings, models, later) => {
      const workspace = release({ models });
      const lead = fold(arrivals(happenings), workspace);
      for (const at of [NOW, NOW + later]) {
        const read = factReader(workspace, lead, at);
        for (const model of models) {
          const scored = read.scored(model.model)?.scores ?? {};
          const expected = scoreByDefinition(model, inTheEnd(happenings), at);
          for (const [score, value] of Object.entries(expected)) {
            // Whole points; two ways to add up may differ in the last bit.
            expect(Math.abs((scored[score] ?? NaN) - value), score).toBeLessThanOrEqual(0.5 + 1e-9);
          }
        }
      }
    }),
    40,
  );
});

test('the order of arrival changes no fact: scores, counts, activity, to the last bit', () => {
  always(
    fc.property(
      history,
      someModels,
      fc.array(fc.nat(), { minLength: 14, maxLength: 14 }),
      (happenings, models, other) => {
        const workspace = release({ models });
        const turned = happenings.map((one, index) => ({
          ...one,
          order: [other[index] ?? 0, ...one.order.slice(1)],
        }));
        const [one, two] = [
          fold(arrivals(happenings), workspace),
          fold(arrivals(turned), workspace),
        ];
        const factsOf = ({ counts, lastActivityAt, lastSeenAt }: Lead) => ({
          counts,
          lastActivityAt,
          lastSeenAt,
        });
        expect(factsOf(two)).toEqual(factsOf(one));
        const [read, again] = [one, two].map((lead) => factReader(workspace, lead, NOW));
        for (const { model } of models) expect(again?.scored(model)).toEqual(read?.scored(model));
      },
    ),
    40,
  );
});

test('counts and the last activity are those of the events as they are trusted in the end', () => {
  always(
    fc.property(history, (happenings) => {
      const { counts, lastActivityAt } = fold(arrivals(happenings), release());
      const { 'Event Judged': _verdicts, ...known } = counts;
      const expected = factsByDefinition(inTheEnd(happenings));
      expect({ counts: known, lastActivityAt }).toEqual({ lastActivityAt: undefined, ...expected });
    }),
    60,
  );
});

test('the stage that past facts lead to does not hang on their order', () => {
  const rules = qualification();
  const stages = [
    {
      ...rules.stages[0]!,
      stage: 'marketingqualifiedlead',
      holdForMs: 0,
      when: counted('Pricing Viewed', '60 days', 2),
    },
    {
      ...rules.stages[1]!,
      stage: 'product-qualified',
      when: { fact: 'engagementScore', operator: 'atLeast', value: 25 },
    },
  ];
  const workspace = release({ qualification: { ...rules, stages } });
  const past = happening.map((one) => ({ ...one, verdicts: [] }));
  always(
    fc.property(
      fc.array(past, { maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      (happenings, other) => {
        const stageOf = (list: readonly Happening[]) =>
          fold(
            arrivals(list).map((event) => ({ ...event, historical: true })),
            workspace,
          ).stage.stage;
        const turned = happenings.map((one, index) => ({
          ...one,
          order: [other[index] ?? 0, 0, 0],
        }));
        expect(stageOf(turned)).toBe(stageOf(happenings));
      },
    ),
    40,
  );
});

test('the generator reaches what it is to show', () => {
  const seen = { robots: 0, judged: 0, ahead: 0, life: 0 };
  for (const happenings of fc.sample(history, { seed, numRuns: 100 })) {
    for (const one of happenings) {
      if (one.trust === 'likely-robot') seen.robots += 1;
      if (one.verdicts.length > 0) seen.judged += 1;
      if (START + one.at > NOW) seen.ahead += 1;
      if (activities.has(one.name)) seen.life += 1;
    }
  }
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(20);
});
