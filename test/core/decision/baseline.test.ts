/** A release with other segments meets leads that match already: they do not "start to". */
import { describe, expect, test } from 'vitest';
import type { Release } from '../../../core/definitions/release.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { Lead } from '../../../core/facts/lead.ts';
import type { JsonObject } from '../../../core/rules/condition.ts';
import {
  DAY,
  goodFit,
  incoming,
  is,
  journey,
  onSegment,
  release,
  scene,
  START,
  tick,
} from './acme.ts';

const forLarge = journey('large', { enter: [onSegment('large')] });
const forSleepy = journey('wake', { enter: [onSegment('sleepy')] });
const { large, sleepy } = release().segments;
if (large === undefined || sleepy === undefined) throw new Error('acme has lost its segments');

/** A lead that lived under rules without the segment. */
function livedUnder(over: Partial<Release>, known: JsonObject, pages = 1): Lead {
  const it = scene(release(over), known);
  for (let page = 0; page < pages; page += 1) it.play('Page Viewed');
  return it.lead;
}
function entriesAt(lead: Lead, workspace: Release, at: number, traits: JsonObject = {}) {
  const event = { ...incoming('next', at), type: 'identify', traits } as const;
  const decided = decide(lead, event, { release: workspace, plans: new Map() });
  return { ...decided, entered: enteredIn(decided.decisions) };
}
function enteredIn(decisions: ReturnType<typeof decide>['decisions']): readonly string[] {
  return decisions.flatMap((one) => (one.kind === 'entry' ? one.journey : []));
}

describe('after a release that brings a segment', () => {
  test('who matches already is not enrolled by the next event, nor by those after it', () => {
    const lead = livedUnder({ segments: { sleepy } }, goodFit);
    const workspace = release({ journeys: forLarge });
    const first = entriesAt(lead, workspace, START + DAY);
    expect(first.entered).toEqual([]);
    expect(first.lead.segments).toEqual(['large']);
    expect(entriesAt(first.lead, workspace, START + 2 * DAY).entered).toEqual([]);
  });

  test('who starts to match by the next event is', () => {
    const lead = livedUnder({ segments: { sleepy } }, {});
    const workspace = release({ journeys: forLarge });
    expect(entriesAt(lead, workspace, START + DAY, { employees: 900 }).entered).toEqual(['large']);
  });

  test('a wider definition of the same segment enrols nobody it now covers', () => {
    const narrow = { ...large, when: is('employees', 5_000, 'atLeast') };
    const lead = livedUnder({ segments: { large: narrow } }, goodFit);
    expect(lead.segments).toEqual([]);
    const workspace = release({ journeys: forLarge });
    expect(entriesAt(lead, workspace, START + DAY).entered).toEqual([]);
  });

  test('nor does another scoring rule that lifts known leads into it', () => {
    const segments = { hot: { id: 'hot', why: 'Hot', when: is('fitScore', 90, 'atLeast') } };
    const journeys = journey('hot', { enter: [onSegment('hot')] });
    const lead = livedUnder({ segments, journeys }, goodFit);
    expect(lead.segments).toEqual([]);
    const models = release().models.map((model) => ({
      ...model,
      rules: model.rules.map((rule) => (rule.type === 'when' ? { ...rule, points: 50 } : rule)),
    }));
    const after = entriesAt(lead, release({ segments, journeys, models }), START + DAY);
    expect(after.entered).toEqual([]);
    expect(after.lead.segments).toEqual(['hot']);
  });
});

test('a company that rules/accounts.json names anew enrols none of its leads', () => {
  const segments = { top: { id: 'top', why: 'Top', when: is('account.tier', 'top') } };
  const journeys = journey('top', { enter: [onSegment('top')] });
  const workspace = release({ segments, journeys });
  const account = { id: 'a', key: 'domain:x.example', domain: 'x.example', tags: [], traits: {} };
  const lead = { ...livedUnder({ segments, journeys }, {}), account };
  const named = [{ account: 'x.example', tier: 'top', why: 'Top', tags: [] }];
  const { accounts } = workspace;
  if (accounts === undefined) throw new Error('acme has lost its accounts');
  const after = entriesAt(lead, { ...workspace, accounts: { ...accounts, named } }, START + DAY);
  expect(after.entered).toEqual([]);
  expect(after.lead.segments).toEqual(['top']);
});

describe('the clock', () => {
  const workspace = release({ journeys: forSleepy });

  test('a tick enrols nobody who matched before it', () => {
    const lead = livedUnder({ segments: { large } }, {});
    const context = { release: workspace, plans: new Map() };
    const decided = decide(lead, tick(START + 60 * DAY), context);
    expect(enteredIn(decided.decisions)).toEqual([]);
    expect(decided.lead.segments).toEqual(['sleepy']);
  });

  test('a tick at the instant at which the segment starts to match enrols', () => {
    const lead = livedUnder({ segments: { sleepy } }, {});
    expect(lead.dueAt).toBe(START + 30 * DAY);
    const context = { release: workspace, plans: new Map() };
    const decided = decide(lead, tick(START + 30 * DAY), context);
    expect(enteredIn(decided.decisions)).toEqual(['wake']);
  });
});

test('a release that changes journeys only leaves the list as it is', () => {
  const lead = livedUnder({}, goodFit);
  const emptied = { ...lead, segments: [] };
  const workspace = release({ journeys: forLarge });
  expect(entriesAt(emptied, workspace, START + DAY).entered).toEqual(['large']);
});

test('of a lead that is born now everything that holds starts to', () => {
  expect(scene(release({ journeys: forLarge }), goodFit).of('entry')).toMatchObject([
    { journey: 'large', entered: true },
  ]);
});

test('whatever a lead was like, a release with a new segment enrols nobody at an event that changes nothing', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const known = seed % 3 === 0 ? {} : { employees: (seed * 37) % 1_000, seniority: 'vp' };
    const lead = livedUnder({ segments: {} }, known, seed % 4);
    const workspace = release({ journeys: { ...forLarge, ...forSleepy } });
    const at = START + ((seed * 7) % 90) * DAY;
    const { entered, lead: after } = entriesAt(lead, workspace, at);
    expect(entered, `seed ${seed}`).toEqual([]);
    expect(after.segments.includes('large'), `seed ${seed}`).toBe(Number(known.employees) >= 500);
  }
});
