/** Steps are found again over any number of versions, forwards and back. */
import { expect, test } from 'vitest';
import { formerNames, mappingBetween, type PlanVersion } from '../../../core/edits/lineage.ts';

const version = (
  hash: string,
  steps: readonly string[],
  renamed: { readonly [older: string]: string } = {},
  removed: { readonly [older: string]: string } = {},
): PlanVersion => ({
  hash,
  plan: {
    steps: Object.fromEntries(steps.map((step) => [step, { type: 'wait', ms: 1 }])),
    whenEdited: { inFlight: 'move-at-next-step', renamed, removed },
  },
});

const one = version('1', ['a', 'b', 'c']);
const two = version('2', ['x', 'b', 'new'], { a: 'x' }, { c: 'b' });
const three = version('3', ['y', 'end'], { x: 'y' }, { b: 'end' });

test('renamings follow each other, and a step that is gone stays gone', () => {
  expect(mappingBetween([one, two], '1', '2')).toEqual({
    renamed: { a: 'x' },
    removed: { c: 'b' },
  });
  expect(mappingBetween([one, two, three], '1', '3')).toEqual({
    renamed: { a: 'y' },
    removed: { b: 'end', c: 'end' },
  });
});

test('what a file leaves unsaid a later one may say', () => {
  const silent = version('2', ['b', 'c']);
  const said = version('3', ['b', 'c', 'x'], { a: 'x' });
  expect(mappingBetween([one, silent], '1', '2')).toEqual({ renamed: {}, removed: {} });
  expect(mappingBetween([one, silent, said], '1', '3')).toEqual({
    renamed: { a: 'x' },
    removed: {},
  });
});

test('going back reads the renamings backwards; steps that were new then have no place', () => {
  const versions = [one, two, three, one];
  expect(mappingBetween(versions, '2', '1')).toEqual({ renamed: { x: 'a' }, removed: {} });
  expect(mappingBetween(versions, '3', '1')).toEqual({ renamed: { y: 'a' }, removed: {} });
});

test('after a rollback the way leads from the version that came back', () => {
  const four = version('4', ['z', 'b', 'c'], { a: 'z' });
  const versions = [one, two, one, four];
  expect(mappingBetween(versions, '1', '4').renamed).toEqual({ a: 'z' });
  expect(mappingBetween(versions, '2', '4').renamed).toEqual({ x: 'z' });
});

test('the old file taken back by hand is understood like a rollback', () => {
  // Another hash: a segment that it names has changed since.
  const byHand = version('1b', ['a', 'b', 'c']);
  expect(mappingBetween([one, two, byHand], '2', '1b').renamed).toEqual({ x: 'a' });
});

test('two steps that became one are not told apart on the way back', () => {
  const joined = version('2', ['x', 'c'], { a: 'x', b: 'x' });
  expect(mappingBetween([one, joined, one], '2', '1')).toEqual({ renamed: {}, removed: {} });
});

test('a version that is the one in force maps to itself', () => {
  expect(mappingBetween([one], '1', '1')).toEqual({ renamed: {}, removed: {} });
});

test('rows name steps as they were called then', () => {
  expect(formerNames([one, two, three], '3')).toEqual({ a: 'y', x: 'y' });
});
