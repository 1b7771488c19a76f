/**
 * What changed in a journey: steps that came, went, moved or say something else, then all the rest.
 *
 * A step that is new, gone or of another kind is told once, in its own sentence, and not field by field.
 */
import type { StepSource } from '../definitions/step-source.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { changeWords } from './change-words.ts';
import type { Wording, WordedDifference } from './change-words.ts';
import { findDifferences, isObject } from './differences.ts';
import type { Difference, Side } from './differences.ts';
import { outlineOf, renamedSteps, renameSteps } from './journey-outline.ts';
import { lowered } from './lexicon.ts';
import { stepWords } from './step-words.ts';
import { isList, span } from './values.ts';

export function journeyChanges(
  before: Side,
  after: Side,
  wording: Wording,
): readonly WordedDifference[] {
  const [from, to] = [outlineSide(before), outlineSide(after)];
  const renamed = renamedSteps(from.meant, to.meant);
  const aligned: Side = {
    meant: renameSteps(from.meant, renamed),
    written: renameSteps(from.written, renamed),
  };
  const differences = findDifferences(aligned, to);
  const ofSteps = differences.filter(({ path }) => path[0] === 'steps');
  const ofLists = differences.filter(({ path }) => path[0] === 'lists');
  const rest = differences.filter(
    ({ path }) => !['steps', 'lists'].includes(path[0] ?? '') && !isToldRename(path, renamed),
  );
  const context = { wording, lists: { before: listsOf(aligned.meant), after: listsOf(to.meant) } };
  return [
    ...[...renamed].map(([old, now]) => ({
      path: ['steps', now],
      text: `the step ${old} is renamed to ${now}`,
    })),
    ...stepChanges(ofSteps, aligned, to, context),
    ...moves(ofLists, context),
    ...changeWords('journey', rest, wording),
  ];
}

interface Context {
  readonly wording: Wording;
  readonly lists: { readonly before: Lists; readonly after: Lists };
}
type Lists = { readonly [list: string]: readonly string[] };

function outlineSide({ written, meant }: Side): Side {
  return { written: outlineOf(written), meant: outlineOf(meant) };
}

function isToldRename(path: readonly string[], renamed: ReadonlyMap<string, string>): boolean {
  return path[0] === 'whenEdited' && path[1] === 'renamed' && renamed.has(path[2] ?? '');
}

function stepChanges(
  differences: readonly Difference[],
  before: Side,
  after: Side,
  context: Context,
): readonly WordedDifference[] {
  const told = new Set<string>();
  return differences.flatMap((one): readonly WordedDifference[] => {
    const id = one.path[1] ?? '';
    const [from, to] = [stepIn(before, id), stepIn(after, id)];
    if (told.has(id)) return [];
    if (from === undefined || to === undefined || kindOf(from) !== kindOf(to)) {
      told.add(id);
      return [{ path: ['steps', id], text: wholeStep(id, from, to, context) }];
    }
    const wait = waitWords(id, one);
    return wait === undefined
      ? changeWords('journey', [one], context.wording)
      : [{ path: one.path, text: wait }];
  });
}

function wholeStep(
  id: string,
  from: JsonObject | undefined,
  to: JsonObject | undefined,
  { wording, lists }: Context,
): string {
  const words = (step: JsonObject): string => lowered(sayStep(step, wording));
  if (from === undefined) {
    return to === undefined ? id : `new step ${id} ${placeOf(id, lists.after)}: ${words(to)}`;
  }
  if (to === undefined) return `the step ${id} is gone; it was: ${words(from)}`;
  return `the step ${id} is another one: ${words(to)}, instead of: ${words(from)}`;
}

/** A step as the format reads it; one it cannot read is told as it is written. */
function sayStep(step: JsonObject, { lexicon, isRead }: Wording): string {
  return isRead ? stepWords(step as unknown as StepSource, lexicon) : JSON.stringify(step);
}

/** "the wait pause-1 grew from 2 days to 3 days". */
function waitWords(id: string, one: Difference): string | undefined {
  if (one.type !== 'changed' || one.path.length !== 3 || one.path[2] !== 'wait') return undefined;
  const [from, to] = [one.before.meant, one.after.meant];
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  return `the wait ${id} ${to > from ? 'grew' : 'shrank'} from ${span(from)} to ${span(to)}`;
}

/** Steps both versions have that stand elsewhere; a new or lost one was told with its place. */
function moves(
  differences: readonly Difference[],
  { lists }: Context,
): readonly WordedDifference[] {
  const before = new Set(Object.values(lists.before).flat());
  return differences.flatMap((one): readonly WordedDifference[] => {
    const [, list = '', id] = one.path;
    if (one.type === 'moved' && id !== undefined) {
      return [
        { path: ['steps', id], text: `the step ${id} now comes ${one.to} instead of ${one.from}` },
      ];
    }
    if (one.type !== 'added') return [];
    const arrived = id === undefined ? (lists.after[list] ?? []) : [id];
    return arrived
      .filter((step) => before.has(step))
      .map((step) => ({
        path: ['steps', step],
        text: `the step ${step} moves from ${placeOf(step, lists.before)} to ${placeOf(step, lists.after)}`,
      }));
  });
}

/** "after welcome", "first, where first-report happened". */
function placeOf(id: string, lists: Lists): string {
  const [list, ids] = Object.entries(lists).find(([, held]) => held.includes(id)) ?? ['', []];
  const previous = ids[ids.indexOf(id) - 1];
  const place = previous === undefined ? 'at the beginning' : `after ${previous}`;
  const [step = '', arm = ''] = list.split(' ');
  return list === '' ? place : `${place} of ${armWords[arm] ?? arm} in ${step}`;
}
const armWords: { readonly [arm: string]: string } = {
  happened: '“if it happened”',
  timedOut: '“if not by then”',
  inside: '“on that day”',
};

function listsOf(outline: Json): Lists {
  const lists = isObject(outline) ? outline['lists'] : undefined;
  return Object.fromEntries(
    Object.entries(isObject(lists) ? lists : {}).map(([name, steps]) => [
      name,
      isList(steps)
        ? steps.filter(isObject).flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
        : [],
    ]),
  );
}

function stepIn({ meant }: Side, id: string): JsonObject | undefined {
  const steps = isObject(meant) ? meant['steps'] : undefined;
  const step = isObject(steps) ? steps[id] : undefined;
  return isObject(step) ? step : undefined;
}

const kinds = [
  ...['send', 'ifPast', 'wait', 'waitFor', 'branch', 'split', 'update', 'task', 'notify'],
  ...['webhook', 'enrich', 'enter', 'exit'],
];

function kindOf(step: JsonObject): string | undefined {
  return kinds.find((kind) => Object.hasOwn(step, kind));
}
