/** Where a lead stands and why, as data and in the words that the terminal and the console share. */
import { describe, expect, test } from 'vitest';
import { DAY, goodFit, MINUTE, release, scene, type Scene } from '../decision/acme.ts';
import type { Block } from '../../../core/explain/blocks.ts';
import { explainLead } from '../../../core/explain/lead-explanation.ts';
import { blockInWords, stepInWords, waysOf, wayInWords } from '../../../core/explain/say.ts';
import { towards } from '../../../core/explain/towards.ts';
import type { Step } from '../../../core/explain/what-if.ts';

const acme = release();
const explained = ({ lead, now }: Scene) => explainLead(lead, acme, now);
const pricing = (it: Scene, times: number) => {
  for (let time = 0; time < times; time += 1) it.play('Pricing Viewed');
};
const MQL = 'marketingqualifiedlead';

describe('a score', () => {
  test('says what each event gave, what faded and what was cut', () => {
    const it = scene(acme, goodFit);
    pricing(it, 6);
    it.wait(14 * DAY);
    const [fit, engagement] = explained(it).models[0]?.scores ?? [];
    expect(fit).toMatchObject({
      value: 80,
      most: 100,
      points: [{ rule: 'vp' }, { rule: 'large' }],
    });
    expect(engagement?.points).toMatchObject([
      { rule: 'pricing', raw: 48, points: 24, atMost: 40, events: { length: 6 } },
    ]);
    expect(engagement?.points[0]).not.toHaveProperty('uncut');
    pricing(it, 6);
    expect(explained(it).models[0]?.scores[1]?.points[0]).toMatchObject({
      ...{ raw: 96, uncut: 72, points: 40 },
      events: [
        { raw: 8, points: 4 },
        {},
        {},
        {},
        {},
        {},
        { raw: 8, points: 8 },
        {},
        {},
        {},
        {},
        {},
      ],
    });
  });

  test('that is unknown says what is missing', () => {
    expect(explained(scene(acme, { seniority: 'vp' })).models[0]?.scores[0]).toMatchObject({
      value: null,
      unknown: { lacks: 1, of: ['Employees'] },
    });
  });
});

describe('a stage ahead', () => {
  test('says until when its condition has to go on holding', () => {
    const it = scene(acme, goodFit);
    pricing(it, 4);
    it.now += 4 * MINUTE;
    const [mql] = explained(it).ahead;
    expect(mql).toMatchObject({ holds: true, blocks: [], hold: { until: it.now + 6 * MINUTE } });
    expect(mql?.lines.map(({ depth, text }) => `${depth} ${text}`)).toEqual([
      '0 One of these: holds',
      '1 Grade is A2, expected one of A1, A2, B1: holds',
      '1 The number of "Demo Requested" in the last 30 days is 0, expected at least 1: fails',
    ]);
  });

  test('that has to be come to from another one says so, and each question what is known', () => {
    const { ahead, bant } = explained(scene(acme, { ...goodFit, budgetRange: 'none' }));
    expect(ahead.at(-1)).toMatchObject({ label: 'SQL', blocks: [{ type: 'from' }] });
    expect(bant.map(({ answer }) => answer)).toEqual(['unknown', 'yes', 'unknown', 'unknown']);
    expect(bant[0]?.lines[0]?.text).toBe('Budget is none, expected 50k+: fails');
  });

  test('of the stage it is in the way back is told', () => {
    const it = scene(acme, goodFit);
    it.play('Demo Requested');
    expect(explained(it).back).toMatchObject({ stage: 'lead', holds: false });
  });
});

const saying = { release: acme, when: () => 'Monday' };
test.each<readonly [Block, string]>([
  [
    { type: 'disqualified', why: 'A competitor', at: 0 },
    'Disqualified since Monday: A competitor. That has to end first',
  ],
  [
    { type: 'by-hand', why: 'As agreed', by: 'anna', until: 1 },
    'Its stage was set by hand by anna (As agreed): rules leave it alone until Monday',
  ],
  [{ type: 'from', stages: ['sales-accepted'] }, 'Only a lead in SAL can enter it'],
  [
    {
      ...{ type: 'again', left: 0, until: 1, needsActivity: true, needsAnew: false },
      except: ['Demo Requested'],
    },
    'It left this stage on Monday: not again before Monday, only after new activity; “Demo Requested” lets it in at any time',
  ],
  [
    { type: 'back-to', stage: 'lead' },
    'What sends a lead from there back to lead holds: nobody enters while it does',
  ],
])('in the way: %j', (block, words) => {
  expect(blockInWords(block, saying)).toBe(words);
});

test.each<readonly [Step, string]>([
  [
    { move: { type: 'event', event: 'Demo Requested', properties: {}, timesMax: 3 }, times: 2 },
    '2 × Demo Requested',
  ],
  [
    {
      move: { type: 'event', event: 'Page Viewed', properties: { path: '/jobs' }, timesMax: 1 },
      times: 1,
    },
    '1 × Looked at a page (Page Viewed), with path /jobs',
  ],
  [
    { move: { type: 'fact', fact: 'seniority', value: 'vp', settles: [] }, times: 1 },
    'Seniority known (for instance vp)',
  ],
  [
    {
      move: {
        ...{ type: 'fact', fact: 'employees', value: 500 },
        settles: [{ fact: 'employees', operator: 'atLeast', value: 500 }],
      },
      times: 1,
    },
    'Employees at least 500',
  ],
])('a part in words: %j', (step, words) => {
  expect(stepInWords(step, acme)).toBe(words);
});

test('sets that differ in an event alone are one way with a choice', () => {
  const { lead, now } = scene(acme, { employees: 900 });
  const found = towards(MQL, lead, now, { release: acme, plans: new Map() });
  expect(waysOf(found, acme).map(wayInWords)).toEqual([
    '1 × Demo Requested: reached at once',
    'Seniority known (for instance vp) and 3 × Report Created: reached at once, as PQL',
    'Seniority known (for instance vp) and 4 × Pricing Viewed: reached 10 minutes later',
  ]);
});
