/**
 * A journey file laid flat for comparing: steps by id, and beside them which list holds which step.
 *
 * A step that moved into an arm is then one move and not a loss and a gain, and a change deep inside
 * a branch is a change of one step. Works on what a file writes and on what its format makes of it.
 */
import type { Json, JsonObject } from '../rules/condition.ts';
import { isObject } from './differences.ts';
import { isList } from './values.ts';

/** `steps` by id without what is nested; `lists` by "<step> <arm>" ("" at the top), ids in order. */
export function outlineOf(journey: Json): Json {
  if (!isObject(journey)) return journey;
  const steps: { [id: string]: Json } = {};
  const lists: { [list: string]: Json } = {};
  collect(journey['steps'] ?? [], '', steps, lists);
  return { ...journey, enter: entriesByCause(journey['enter'] ?? []), steps, lists };
}

function collect(
  list: Json,
  name: string,
  steps: { [id: string]: Json },
  lists: { [list: string]: Json },
): void {
  if (!isList(list)) return;
  const found = list.filter(isObject);
  lists[name] = found.map((step) => ({ id: idOf(step) }));
  for (const step of found) {
    const { happened, timedOut, steps: inside, branch, split, ...own } = step;
    const id = idOf(step);
    const waitFor = own['waitFor'];
    const first = isObject(waitFor) ? waitFor['first'] : undefined;
    const arms = [branch, split, first].filter((one) => one !== undefined);
    steps[id] = {
      ...own,
      ...(branch === undefined ? {} : { branch: withoutSteps(branch) }),
      ...(split === undefined ? {} : { split: withoutSteps(split) }),
      ...(first === undefined
        ? {}
        : { waitFor: { ...(waitFor as JsonObject), first: withoutSteps(first) } }),
    };
    for (const arm of arms.flatMap((one) => (isList(one) ? one.filter(isObject) : []))) {
      collect(arm['steps'] ?? [], `${id} ${idOf(arm)}`, steps, lists);
    }
    if (happened !== undefined) collect(happened, `${id} happened`, steps, lists);
    if (timedOut !== undefined) collect(timedOut, `${id} timedOut`, steps, lists);
    if (inside !== undefined) collect(inside, `${id} inside`, steps, lists);
  }
}

function withoutSteps(arms: Json): Json {
  if (!isList(arms)) return arms;
  return arms.map((arm) => {
    if (!isObject(arm)) return arm;
    const { steps: _steps, ...own } = arm;
    return own;
  });
}

const causeKeys = ['event', 'segment', 'stage', 'on'];

/** Entries have no id: what lets a lead in names them, and a number where two are alike. */
function entriesByCause(enter: Json): Json {
  if (!isList(enter)) return enter;
  const named: { [cause: string]: Json } = {};
  for (const entry of enter) {
    const causes = isObject(entry) ? causeKeys.map((key) => entry[key]) : [];
    const found = causes.find((one) => typeof one === 'string');
    const cause = typeof found === 'string' ? found : 'entry';
    const alike = Object.keys(named).filter((name) => name.split(' #')[0] === cause).length;
    named[alike === 0 ? cause : `${cause} #${alike + 1}`] = entry;
  }
  return named;
}

function idOf(step: JsonObject): string {
  return typeof step['id'] === 'string' ? step['id'] : '';
}

/** The same outline with steps under their new ids, so that a renamed step is compared with itself. */
export function renameSteps(outline: Json, renamed: ReadonlyMap<string, string>): Json {
  if (!isObject(outline) || renamed.size === 0) return outline;
  const { steps, lists } = outline;
  const nameOf = (id: string): string => renamed.get(id) ?? id;
  const inList = (list: Json): Json =>
    isList(list) ? list.map((step) => (isObject(step) ? { id: nameOf(idOf(step)) } : step)) : list;
  const listName = (name: string): string => {
    const [step = '', ...arm] = name.split(' ');
    return [nameOf(step), ...arm].join(' ');
  };
  return {
    ...outline,
    steps: mapRecord(steps, nameOf, (step, id) =>
      isObject(step) && typeof step['id'] === 'string' ? { ...step, id: nameOf(id) } : step,
    ),
    lists: mapRecord(lists, listName, inList),
  };
}

function mapRecord(
  record: Json | undefined,
  nameOf: (name: string) => string,
  valueOf: (value: Json, name: string) => Json,
): Json {
  if (!isObject(record)) return record ?? {};
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [nameOf(name), valueOf(value, name)]),
  );
}

/** Steps that the newer file says it renamed, and that are told apart by nothing else. */
export function renamedSteps(before: Json, after: Json): ReadonlyMap<string, string> {
  const [earlier, later] = [stepsOf(before), stepsOf(after)];
  const edited = isObject(after) ? after['whenEdited'] : undefined;
  const said = isObject(edited) ? edited['renamed'] : undefined;
  return new Map(
    Object.entries(isObject(said) ? said : {}).flatMap(([from, to]): [string, string][] =>
      typeof to === 'string' &&
      from in earlier &&
      !(from in later) &&
      to in later &&
      !(to in earlier)
        ? [[from, to]]
        : [],
    ),
  );
}

function stepsOf(outline: Json): JsonObject {
  const steps = isObject(outline) ? outline['steps'] : undefined;
  return isObject(steps) ? steps : {};
}
