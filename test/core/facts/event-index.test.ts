import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsByName, withEvent } from '../../../core/facts/event-index.ts';
import type { LeadEvent } from '../../../core/facts/lead.ts';
import { event, now } from './example-release.ts';

const some = fc
  .record({
    name: fc.constantFrom('Page Viewed', 'Pricing Viewed'),
    age: fc.integer({ min: 0, max: 5 }),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    trust: fc.constantFrom('human', 'human', 'likely-robot'),
  } as const)
  .map(({ name, age, id, trust }) => event(name, now - age, { id, trust }));

test('an index that grows event by event is the one that is made anew', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 12 }), (all) => {
      let events: readonly LeadEvent[] = [];
      eventsByName(events);
      for (const one of all) {
        const place = events.findLastIndex((known) => known.occurredAt <= one.occurredAt) + 1;
        events = withEvent(events, one, place);
        const grown = [...eventsByName(events)].sort();
        expect(grown).toEqual([...eventsByName([...events])].sort());
      }
    }),
    { numRuns: 200 },
  );
});
