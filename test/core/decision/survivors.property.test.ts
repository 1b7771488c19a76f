/** The profile is a function of what was said, never of who came last. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, incoming, LEAD_ID, release, START } from './acme.ts';
import { applyEvent } from '../../../core/decision/apply-event.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import { momentOf, type DecisionContext } from '../../../core/decision/context.ts';
import type { IncomingEvent } from '../../../core/decision/decision.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import { mergeLead } from '../../../ingest/merge.ts';

const declared = (id: string, type: 'number' | 'choice' | 'text', over: object) => ({
  [id]: { id, type, label: id, from: id, ...over },
});
const workspace = release({
  facts: {
    ...declared('spent', 'number', { survivor: 'largest' }),
    ...declared('plan', 'choice', { survivor: 'largest', values: ['free', 'pro', 'team'] }),
    ...declared('camefrom', 'text', { survivor: 'first' }),
  },
});
const context: DecisionContext = { release: workspace, plans: new Map() };

const said = fc.record({
  at: fc.integer({ min: -5, max: 5 }),
  trait: fc.constantFrom('country', 'spent', 'plan', 'camefrom', 'source', 'company'),
  value: fc.constantFrom('DE', 'US', 'free', 'pro', 'team', 10, '20', null, '', { name: 'A' }),
  address: fc.constantFrom(undefined, undefined, 'a@x.example', 'b@x.example'),
  how: fc.constantFrom({}, {}, { by: 'import' }, { by: 'import', fillOnly: true }, {
    by: 'enrichment',
    confidence: 0.5,
  } as const),
  source: fc.constantFrom('api', 'form', 'provider'),
} as const);
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

function eventOf({ at, trait, value, address, how, source }: Said, index: number): IncomingEvent {
  return {
    ...incoming(`m${index}`, START + 10 * DAY),
    type: 'identify',
    source,
    occurredAt: START + at * DAY,
    traits: { [trait]: value },
    ...(address === undefined ? {} : { address }),
    ...(how as Partial<IncomingEvent>),
  };
}

const newborn = bornLead({ id: LEAD_ID, bornAt: START }, workspace.qualification);
const told = (lead: Lead, events: readonly IncomingEvent[]): Lead =>
  events.reduce((known, event) => applyEvent(known, momentOf(known, event), context).lead, lead);
const profile = ({ traits, origins, address }: Lead) => ({ traits, origins, address });

test('any order of arrival gives the same traits with the same origins; repeats change nothing', () => {
  fc.assert(
    fc.property(
      fc
        .array(said, { maxLength: 12 })
        .chain((all) =>
          fc.tuple(
            fc.constant(all.map(eventOf)),
            fc.shuffledSubarray(all.map(eventOf), { minLength: all.length }),
          ),
        ),
      ([events, shuffled]) => {
        const expected = profile(told(newborn, events));
        expect(profile(told(newborn, shuffled))).toEqual(expected);
        expect(profile(told(told(newborn, events), shuffled))).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('two leads that merge know what one lead with all their events would know', () => {
  const withOneAddress = (events: readonly IncomingEvent[]) =>
    events.map(({ address: _address, ...event }) => event);
  fc.assert(
    fc.property(
      fc.array(said, { maxLength: 8 }),
      fc.array(said, { maxLength: 8 }),
      (one, other) => {
        const [here, there] = [one, other].map((all) => withOneAddress(all.map(eventOf)));
        const merged = mergeLead(
          told({ ...newborn, id: 'a' }, here ?? []),
          told({ ...newborn, id: 'b' }, there ?? []),
          workspace,
          START,
        ).lead;
        expect(profile(merged)).toEqual(
          profile(told(newborn, [...(here ?? []), ...(there ?? [])])),
        );
      },
    ),
    { numRuns: 200 },
  );
});

type Words = readonly (readonly [traits: IncomingEvent['traits'], over?: object])[];
function known(words: Words) {
  return told(
    newborn,
    words.map(([traits, over], index) => ({
      ...incoming(`w${index}`, START),
      type: 'identify' as const,
      traits,
      ...over,
    })),
  ).traits;
}
const later = { occurredAt: START + DAY };
const enrichment = { by: 'enrichment', source: 'provider', ...later };
const fill = { by: 'import', fillOnly: true, source: 'import' };
const broughtLater = { ...fill, receivedAt: START + 2 * DAY };

const cases: readonly (readonly [string, Words, object])[] = [
  ['the later word of a person stands', [[{ a: 1 }, later], [{ a: 2 }]], { a: 1 }],
  ['enrichment never replaces a person', [[{ a: 1 }], [{ a: 2 }, enrichment]], { a: 1 }],
  ['a person replaces enrichment', [[{ a: 2 }, enrichment], [{ a: 1 }]], { a: 1 }],
  [
    'a list that fills replaces enrichment',
    [
      [{ a: 2 }, enrichment],
      [{ a: 1 }, fill],
    ],
    { a: 1 },
  ],
  [
    'a list that fills loses to a person',
    [[{ a: 1 }], [{ a: 2 }, { ...fill, ...later }]],
    { a: 1 },
  ],
  [
    'of two lists that fill the first stays',
    [
      [{ a: 2 }, broughtLater],
      [{ a: 1 }, fill],
    ],
    { a: 1 },
  ],
  ['a blank says nothing', [[{ a: 1 }], [{ a: ' ' }, later]], { a: 1 }],
  ['null from a person clears', [[{ a: 1 }], [{ a: null }, later]], { a: null }],
  ['null clears only what is older', [[{ a: 1 }, later], [{ a: null }]], { a: 1 }],
  [
    'null from a provider says nothing',
    [
      [{ a: 1 }, enrichment],
      [{ a: null }, { ...enrichment, occurredAt: START + 2 * DAY }],
    ],
    { a: 1 },
  ],
  [
    'source stays what it was first',
    [[{ source: 'ad' }], [{ source: 'fair' }, later]],
    { source: 'ad' },
  ],
  ['the largest number', [[{ spent: 30 }], [{ spent: '20' }, later]], { spent: 30 }],
  [
    'the largest of a choice is the last in its list',
    [[{ plan: 'team' }], [{ plan: 'pro' }, later]],
    { plan: 'team' },
  ],
];
test.each(cases)('%s', (_name, words, expected) => {
  expect(known(words)).toEqual(expected);
});
