/** What may be stored beside what is being stored: never two things of one person at once, or out of order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeBeside } from '../../ingest/lanes.ts';

interface Item {
  readonly at: number;
  readonly names: readonly string[];
}
const items = (...names: readonly (readonly string[])[]): Item[] =>
  names.map((of, at) => ({ at, names: of }));

test('takes what concerns nobody who is under way', () => {
  const waiting = items(['ana'], ['ben'], ['ana', 'cia'], ['dan']);
  expect(takeBeside(waiting, new Set(['ana']), 10).map(({ at }) => at)).toEqual([1, 3]);
  expect(waiting.map(({ at }) => at)).toEqual([0, 2]);
});

test('nobody overtakes what waits for somebody else of theirs', () => {
  const waiting = items(['ana', 'cia'], ['cia'], ['ben']);
  expect(takeBeside(waiting, new Set(['ana']), 10).map(({ at }) => at)).toEqual([2]);
});

test('takes many of one person together, and no more than asked for', () => {
  const waiting = items(['ana'], ['ana'], ['ana']);
  expect(takeBeside(waiting, new Set(), 2).map(({ at }) => at)).toEqual([0, 1]);
  expect(waiting).toHaveLength(1);
});

test('whatever comes, each person is served in order and alone', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const arrivals = fc.array(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(arrivals, fc.array(fc.nat(1), { maxLength: 200 }), (names, turns) => {
      const waiting = items(...names);
      const lanes: (readonly Item[])[] = [[], []];
      const done: Item[] = [];
      const finish = (lane: number) => done.push(...(lanes.splice(lane, 1, [])[0] ?? []));
      for (const lane of [...turns, ...Array.from({ length: 200 }, (_, at) => at % 2)]) {
        finish(lane);
        const busy = new Set(lanes.flat().flatMap((item) => item.names));
        const taken = takeBeside(waiting, busy, 3);
        expect(taken.some((item) => item.names.some((one) => busy.has(one)))).toBe(false);
        lanes[lane] = taken;
      }
      [0, 1].forEach(finish);
      expect(done).toHaveLength(names.length);
      for (const one of ['a', 'b', 'c', 'd', 'e']) {
        const own = done.filter((item) => item.names.includes(one)).map(({ at }) => at);
        expect(own).toEqual([...own].sort((x, y) => x - y));
      }
    }),
  );
});
