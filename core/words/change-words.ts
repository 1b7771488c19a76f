/**
 * One difference between two versions of a file → one sentence.
 *
 * What is new, gone or elsewhere is told with the sentence the file is read with; a changed field with
 * its name and both values. A difference nobody thought of is told by its path, never left out.
 */
import type { Again } from '../journey/plan.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { conditionIn, conditionWords, eventMatchWords } from './conditions.ts';
import type { EventSource } from './conditions.ts';
import type { Difference, DifferencePath, Side } from './differences.ts';
import { isObject } from './differences.ts';
import { entrySentence } from './entry-sentences.ts';
import { eventWords, lowered, stageWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { againWords, isList, quoted, span, valueWords } from './values.ts';

export interface WordedDifference {
  readonly path: DifferencePath;
  readonly text: string;
}
export interface Wording {
  readonly lexicon: Lexicon;
  /** Whether the format could read both sides: only then do values have their meaning. */
  readonly isRead: boolean;
}

export function changeWords(
  kind: string,
  differences: readonly Difference[],
  wording: Wording,
): readonly WordedDifference[] {
  return differences.map((one) => ({ path: one.path, text: wordsOf(kind, one, wording) }));
}

/** "the journey “trial-nurture”", "the file rules/facts.json". */
export function partName(kind: string, key: string): string {
  return key.includes('/') ? `the file ${key}` : `the ${kind} ${quoted(key)}`;
}

function wordsOf(kind: string, one: Difference, wording: Wording): string {
  const { subject, field, container } = placeOf(one.path, wording.lexicon);
  const name = field === '' ? subject : `${subject === '' ? '' : `${subject}: `}${field}`;
  if (one.type === 'moved') return `${name} now comes ${one.to} instead of ${one.from}`;
  if (one.type === 'added') {
    const whole = field === '' ? sentenceOf(kind, container, one.after, wording) : undefined;
    return whole === undefined
      ? `${name} is now ${sideWords(one.after, wording)}`
      : `new ${subject.replace(/^the /, '')}: ${whole}`;
  }
  if (one.type === 'removed') {
    const whole = field === '' ? sentenceOf(kind, container, one.before, wording) : undefined;
    return `${name} is gone: ${whole ?? sideWords(one.before, wording)}`;
  }
  return (
    setPhrase(one.path, one.before, one.after, subject) ??
    listChange(name, one.before.written, one.after.written) ??
    textChange(name, one.before.written, one.after.written) ??
    `${name} is ${sideWords(one.after, wording)} instead of ${sideWords(one.before, wording)}`
  );
}

/** Without its own capital and full stop: it follows a colon. */
function sentenceOf(
  kind: string,
  container: string,
  side: Side,
  { lexicon, isRead }: Wording,
): string | undefined {
  const words = isRead ? entrySentence(kind, container, side.meant, lexicon) : undefined;
  return words === undefined ? undefined : lowered(words).replace(/\.$/, '');
}

/** Changes so common that they have a phrase of their own. */
function setPhrase(
  path: DifferencePath,
  { meant: before }: Side,
  { meant: after }: Side,
  subject: string,
): string | undefined {
  const field = path.at(-1);
  if (field === 'points' && typeof before === 'number' && typeof after === 'number') {
    const verb = after < 0 ? 'takes' : 'gives';
    const was =
      after < 0 === before < 0
        ? `${Math.abs(before)}`
        : `${before < 0 ? 'taking' : 'giving'} ${Math.abs(before)}`;
    return `${subject} ${verb} ${Math.abs(after)} points instead of ${was}`;
  }
  if (field === 'goal') return `${subject} is ${after === true ? 'now' : 'no longer'} a goal`;
  if (field === 'again' && isAgain(before) && isAgain(after)) {
    return `${subject === '' ? '' : `${subject}: `}${againWords(after)}, no longer ${againWords(before)}`;
  }
  if (field === 'keeps')
    return `the points of ${subject} ${after === true ? 'no longer' : 'now'} fade`;
  if (field === 'send' && typeof before === 'string' && typeof after === 'string') {
    return `${subject} sends ${quoted(after)} instead of ${quoted(before)}`;
  }
  return undefined;
}

/** "speaks: adds de; drops fr". */
function listChange(name: string, before: Json, after: Json): string | undefined {
  if (!isList(before) || !isList(after) || [...before, ...after].some(isNested)) return undefined;
  const adds = after.filter((value) => !before.includes(value)).map(valueWords);
  const drops = before.filter((value) => !after.includes(value)).map(valueWords);
  const isOrder = adds.length + drops.length === 0;
  if (isOrder) {
    return `${name} is in the order ${after.map(valueWords).join(', ')} instead of ${before.map(valueWords).join(', ')}`;
  }
  const said = [
    ...(adds.length === 0 ? [] : [`adds ${adds.join(', ')}`]),
    ...(drops.length === 0 ? [] : [`drops ${drops.join(', ')}`]),
  ];
  return `${name} ${said.join(' and ')}`;
}

/** A text of many lines is told by the lines that differ. */
function textChange(name: string, before: Json, after: Json): string | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  if (!before.includes('\n') && !after.includes('\n')) return undefined;
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = now.findIndex((line, index) => line !== old[index]);
  const first = at < 0 ? now.length : at;
  const adds = now.filter((line) => !old.includes(line)).length;
  const drops = old.filter((line) => !now.includes(line)).length;
  const line = (now[first] ?? '').trim().slice(0, 100);
  return `${name} differs from line ${first + 1} on (${adds} new, ${drops} gone): ${quoted(line)}`;
}

function sideWords({ written, meant }: Side, { lexicon }: Wording): string {
  if (isAgain(meant)) return quoted(againWords(meant));
  const condition = conditionIn(written);
  if (condition !== undefined) return quoted(conditionWords(condition, lexicon));
  if (isObject(written) && typeof written['event'] === 'string') {
    const within =
      written['within'] === undefined ? '' : ` of the last ${valueWords(written['within'])}`;
    return `${eventMatchWords(written as unknown as EventSource, lexicon)}${within}`;
  }
  if (typeof written === 'string' && typeof meant === 'number' && /\d/.test(written)) {
    return /^-?\d{4}/.test(written) ? written : `${meant < 0 ? 'minus ' : ''}${span(meant)}`;
  }
  return typeof written === 'string' ? quoted(written) : valueWords(written);
}

function isAgain(value: Json): value is Again & JsonObject {
  if (!isObject(value)) return false;
  const { type, ms } = value;
  return type === 'never' || type === 'always' || (type === 'after' && typeof ms === 'number');
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}

/** What the entries of a list or record are called. */
const nouns: { readonly [container: string]: string } = {
  ...{ rules: 'rule', scores: 'score', grades: 'grades of', stages: 'stage', bant: 'question' },
  ...{ disqualified: 'disqualification', match: 'route', sla: 'deadline', pools: 'pool' },
  ...{ members: 'member', hours: 'office hours', reps: 'rep', queues: 'queue', caps: 'cap' },
  ...{ topics: 'topic', consent: 'consent rule', holidays: 'holidays in', handoffs: 'handoff' },
  ...{ rejectReasons: 'reason to reject', events: 'event', properties: 'property' },
  ...{ named: 'named account', roles: 'role', aliases: 'aliases of' },
  ...{ interests: 'interest', from: 'sign', buyingStages: 'buying stage' },
  ...{ facts: 'fact', words: 'value', segments: 'segment', enter: 'entry on', exit: 'exit' },
  ...{ steps: 'step', branch: 'arm', split: 'arm', first: 'arm', renamed: 'renamed step' },
  ...{ removed: 'removed step', languages: 'language', variables: 'variable', sources: 'file' },
};
/** Keys that only hold others. */
const silent = ['manifest', 'waitFor'];

interface Place {
  /** "the rule can-sign"; empty for what belongs to the file itself. */
  readonly subject: string;
  /** "points"; empty for the whole of the subject. */
  readonly field: string;
  /** The list or record that holds it. */
  readonly container: string;
}

/** ["pools", "dach", "members", "anna", "weight"] → the member anna of the pool dach: weight. */
function placeOf(path: DifferencePath, lexicon: Lexicon): Place {
  const subjects: string[] = [];
  const fields: string[] = [];
  let container = '';
  const keys = path.filter((key) => !silent.includes(key));
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? '';
    const id = keys[index + 1];
    const noun = Object.hasOwn(nouns, key) ? nouns[key] : undefined;
    if (noun !== undefined && id !== undefined && fields.length === 0) {
      subjects.unshift(`the ${noun} ${nameOf(key, id, lexicon)}`);
      container = key;
      index++;
    } else fields.push(key === 'max' && container !== 'caps' ? 'the most' : spelled(key));
  }
  return { subject: subjects.join(' of '), field: fields.join(', '), container };
}

function nameOf(container: string, id: string, lexicon: Lexicon): string {
  if (container === 'stages') return stageWords(id, lexicon);
  return container === 'enter' ? eventWords(id, lexicon) : id;
}

const fieldNames: { readonly [key: string]: string } = {
  when: 'the condition',
  if: 'the condition',
  where: 'the condition on the event',
  why: 'the reason',
  forEach: 'the event it counts',
  atMost: 'the most in all',
  upTo: 'the longest wait',
  enrich: 'what it looks up',
  enrichment: 'what can be looked up',
  zone: 'the zone',
  holdFor: 'the time it must hold',
  perDay: 'the most leads a day',
  perHour: 'the most leads an hour',
  per: 'the span',
  max: 'the most emails',
  share: 'the share',
  sending: 'how it sends',
  window: 'the window',
  whenEdited: 'when edited',
  inFlight: 'leads inside',
  halfLife: 'the half-life',
};

/** "acceptWithin" → "accept within". */
function spelled(key: string): string {
  return (
    fieldNames[key] ??
    key.replace(
      /([a-z])([A-Z])/g,
      (_all, low: string, high: string) => `${low} ${high.toLowerCase()}`,
    )
  );
}
