/** A plan speaks for itself: what its segments said is in it, whatever a later release makes of them. */
import { expect, test } from 'vitest';
import { momentOf, type DecisionContext } from '../../../core/decision/context.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import type { IncomingEvent } from '../../../core/decision/decision.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { EnrolmentState } from '../../../core/facts/lead.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import { compileExample, exampleText, journeyText } from './example.ts';

const entry = { on: 'api', whileInside: 'ignore', again: 'always' };
const bySegment = {
  on: 'segment',
  segment: 'large-dach',
  existing: 'ignore',
  whileInside: 'ignore',
  again: 'never',
};
const journey = journeyText(
  `{ "id": "b", "branch": [
      { "id": "big", "if": { "not": { "condition": "large-dach" } }, "steps": [] },
      { "id": "rest", "else": true, "steps": [] } ] },
   { "id": "w", "waitFor": { "when": { "condition": "enterprise-dach" }, "upTo": "5 days" }, "timedOut": [] }`,
  {
    enter: [{ ...entry, if: { condition: 'enterprise-dach' } }, bySegment],
    exit: [{ id: 'grown', why: 'They grew', when: { condition: 'large-dach' } }],
  },
);
const segmentsText = exampleText('rules/segments.json').replace(
  '"segments": [',
  '"segments": [ { "id": "large-dach", "why": "Large", "when": { "all": [ { "condition": "enterprise-dach" }, { "fact": "employees", "operator": "atLeast", "value": 800 } ] } },',
);

function compiled(segments: string, extra: { readonly [path: string]: string } = {}) {
  return compileExample({
    'rules/segments.json': segments,
    'journeys/sample.json': journey,
    ...extra,
  }).release;
}
const release = compiled(segmentsText);
const { plan, hash } = release.journeys['sample'] ?? expect.fail('the journey is missing');
const enterprise = {
  name: 'enterprise-dach',
  all: [
    {
      all: [
        { fact: 'employees', operator: 'atLeast', value: 500 },
        { fact: 'country', operator: 'isOneOf', value: ['DE', 'AT', 'CH'] },
      ],
    },
  ],
};
const over800 = { fact: 'employees', operator: 'atLeast', value: 800 };
const large = { name: 'large-dach', all: [{ all: [enterprise, over800] }] };

test('conditions of exits, waits, branches and entries hold what their segments say', () => {
  expect(plan.exits[0]?.when).toEqual({ type: 'condition', condition: large });
  expect(plan.steps['b']).toMatchObject({ arms: [{ id: 'big', if: { not: large } }, {}] });
  expect(plan.steps['w']).toMatchObject({ arms: [{ when: { condition: enterprise } }] });
  expect(plan.enter[0]?.if).toEqual(enterprise);
});

test('an entry by segment keeps its id: entries belong to the release in force', () => {
  expect(plan.enter[1]).toMatchObject({ on: 'segment', segment: 'large-dach' });
});

test('every condition of the plan compiles without any segment', () => {
  const [exit] = plan.exits;
  if (exit?.when.type !== 'condition') expect.fail('the exit is a condition');
  expect(compileCondition(exit.when.condition, {}).leaves).toHaveLength(3);
});

test('the hash of a plan covers what its segments say', () => {
  const changed = compiled(segmentsText.replace('"value": 500', '"value": 400'));
  expect(changed.journeys['sample']?.hash).not.toBe(hash);
  expect(changed.journeys['recycle']?.hash).toBe(release.journeys['recycle']?.hash);
});

test('a lead in flight outlives the release that dropped the segment', () => {
  const id = '0195a000-0000-7000-8000-000000000001';
  const at = Date.parse('2026-03-02T09:00:00Z');
  const open: EnrolmentState = {
    ...{ id: 'e1', journey: 'sample', planHash: hash, onceKey: '', entryNumber: 1, entry: {} },
    ...{ enteredAt: at, satisfied: [] },
    status: 'open',
  };
  const lead = { ...bornLead({ id, bornAt: at }, release.qualification), enrolments: [open] };
  const { sample: _dropped, ...journeys } = release.journeys;
  const later: DecisionContext = {
    release: { ...release, id: 'r2', segments: {}, journeys },
    plans: new Map([[hash, plan]]),
  };
  const event: IncomingEvent = {
    ...{ id: 'x', source: 'test', messageId: 'x', name: '', properties: {} },
    ...{ occurredAt: at + 1, receivedAt: at + 1 },
    type: 'identify',
    trust: 'human',
    traits: { company: { employee_count: 900 }, address: { country: 'DE' } },
  };
  expect(momentOf(lead, event).age).toBe('fresh');
  const { decisions } = decide(lead, event, later);
  expect(decisions).toContainEqual(expect.objectContaining({ kind: 'exit', exit: 'grown' }));
});
