/** Which entries ask for leads that match already, and whom they mean. */
import { describe, expect, test } from 'vitest';
import { entryKey, existingEntries, existingProperties } from '../../../core/decision/existing.ts';
import type { Entry } from '../../../core/journey/plan.ts';
import { goodFit, is, journey, onEvent, onSegment, onStage, release, scene } from './acme.ts';

function enrolling(entry: Entry, over: Partial<Entry> = {}): Entry {
  return { ...entry, existing: 'enrol', perHour: 100, ...over } as Entry;
}
const large = enrolling(onSegment('large'));
const workspace = (entry: Entry, over = {}) =>
  release({ journeys: journey('j', { enter: [entry] }), ...over });

describe('an entry asks for existing leads', () => {
  const asks = (now: Entry, before: Entry, over = {}) =>
    existingEntries(workspace(now), workspace(before, over)).length === 1;

  test('in the first release, and when it says "enrol" from now on', () => {
    expect(existingEntries(workspace(large), undefined)).toMatchObject([
      { journey: 'j', perHour: 100 },
    ]);
    expect(existingEntries(workspace(onSegment('large')), undefined)).toEqual([]);
    expect(asks(large, onSegment('large'))).toBe(true);
  });

  test('when it calls for others, not when only its pace or its `again` is another', () => {
    expect(asks(large, large)).toBe(false);
    expect(asks(enrolling(large, { perHour: 5, again: { type: 'never' } }), large)).toBe(false);
    expect(asks(enrolling(large, { if: is('country', 'DE') }), large)).toBe(true);
    const segments = { large: { id: 'large', why: 'Large', when: is('employees', 5_000) } };
    expect(asks(large, large, { segments })).toBe(true);
  });
});

describe('a lead is one of them', () => {
  const properties = (entry: Entry, it = scene(release(), goodFit)) =>
    existingProperties(it.lead, entry, it.now, { release: release(), plans: new Map() });

  test('by its segment or stage, where `if` holds too', () => {
    expect(properties(large)).toEqual({ segment: 'large' });
    expect(properties(large, scene())).toBeUndefined();
    expect(properties(enrolling(large, { if: is('seniority', 'clerk') }))).toBeUndefined();
    expect(properties(enrolling(onStage('subscriber')))).toEqual({ stage: 'subscriber' });
    expect(properties(enrolling(onStage('customer')))).toBeUndefined();
  });

  test('by the latest event that matches, whose properties the journey reads', () => {
    const it = scene();
    for (const title of ['A', 'B']) it.play('Ebook Downloaded', { title });
    it.play('Ebook Downloaded', { title: 'other' });
    const match = { event: 'Ebook Downloaded', where: is('title', ['A', 'B'], 'isOneOf') };
    expect(properties(enrolling(onEvent('', { match })), it)).toEqual({
      title: 'B',
    });
    expect(properties(enrolling(onEvent('Trial Started')), it)).toBeUndefined();
  });
});

test('being asked as an existing lead enters by that entry alone, and only where it says "enrol"', () => {
  const journeys = {
    ...journey('yes', { enter: [large] }),
    ...journey('no', { enter: [onSegment('large')] }),
  };
  const it = scene(release({ journeys }));
  const ask = (name: string, existing?: string) =>
    it.identify(
      {},
      {
        ...{ type: 'enrol', journey: name },
        ...(existing === undefined ? {} : { existing }),
      },
    );
  ask('no', entryKey(large));
  ask('yes', entryKey(onStage('lead')));
  ask('yes');
  ask('yes', entryKey(large));
  ask('yes', entryKey(large));
  const answers = it.of('entry').map(({ entered, because }) => (entered ? 'entered' : because));
  const unknown = 'unknown-journey';
  expect(answers).toEqual([unknown, unknown, unknown, 'entered', 'inside']);
});
