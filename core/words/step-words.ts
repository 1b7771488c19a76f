/**
 * The steps of a journey as sentences, each list numbered, each arm below the step that chooses.
 *
 * `stepWords` says one step alone: it is what the console, pictures and comparisons show of it.
 */
import type { DateSource, StepSource, Steps, WaitForSource } from '../definitions/step-source.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { conditionWords, watchWords } from './conditions.ts';
import { assigneeWords, factWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { deeper, line } from './reading.ts';
import type { Line } from './reading.ts';
import {
  businessSpan,
  distance,
  fieldsWords,
  isList,
  listed,
  quoted,
  sentence,
  span,
  valueWords,
} from './values.ts';

export function stepLines(steps: Steps, lexicon: Lexicon): readonly Line[] {
  return steps.flatMap((step, index) => {
    const arms = armsOf(step, lexicon);
    const text = sentence(`${stepWords(step, lexicon)}${arms.length === 0 ? '' : ':'}`);
    const own: Line = { text, depth: 0, number: index + 1, id: step.id };
    return [own, ...deeper(arms.flatMap((arm) => armLines(arm, lexicon)))];
  });
}

export interface Arm {
  /** As the file calls it; `happened` and `timedOut` have no name of their own. */
  readonly id?: string;
  readonly words: string;
  readonly steps: Steps;
}

function armLines({ id, words, steps }: Arm, lexicon: Lexicon): readonly Line[] {
  const text = steps.length === 0 ? `${words}: goes on.` : `${words}:`;
  return [line(text, id), ...deeper(stepLines(steps, lexicon))];
}

/** Where a step leads: in the order of the file. */
export function armsOf(step: StepSource, lexicon: Lexicon): readonly Arm[] {
  if ('branch' in step) {
    return step.branch.map((arm) => ({
      id: arm.id,
      words: 'if' in arm ? `If ${conditionWords(arm.if, lexicon)}` : 'Otherwise',
      steps: arm.steps,
    }));
  }
  if ('split' in step) {
    return step.split.map(({ id, share, holdout, steps }) => ({
      id,
      words: `${share} %${holdout ? ', held out as a control group' : ''}`,
      steps,
    }));
  }
  if ('waitFor' in step) return armsOfWait(step, lexicon);
  if (isDateWait(step)) {
    return [{ words: 'On that day', steps: step.steps }];
  }
  return [];
}

function armsOfWait(
  { waitFor, happened, timedOut }: Extract<StepSource, { waitFor: WaitForSource }>,
  lexicon: Lexicon,
): readonly Arm[] {
  const late: Arm = { words: 'If not by then', steps: timedOut };
  if (!('first' in waitFor)) {
    const word = 'event' in waitFor ? 'If it happened' : 'If it came true';
    return [{ words: word, steps: happened ?? [] }, late];
  }
  const arms = waitFor.first.map((arm) => ({
    id: arm.id,
    words: `If ${watchWords(arm, lexicon)} came first`,
    steps: arm.steps,
  }));
  const after = happened === undefined ? [] : [{ words: 'If it happened', steps: happened }];
  return [...arms, ...after, late];
}

/** One step without its arms, without a full stop. */
export function stepWords(step: StepSource, lexicon: Lexicon): string {
  if ('send' in step) return sendWords(step, lexicon);
  if ('waitFor' in step) return waitForWords(step.waitFor, lexicon);
  if (isDateWait(step)) return dateWaitWords(step, lexicon);
  if ('wait' in step) return `Waits ${span(step.wait)}`;
  if ('branch' in step) return 'Chooses by the first that holds';
  if ('split' in step) return 'Splits the leads, the same lead always the same way';
  if ('update' in step) return updateWords(step.update, lexicon);
  if ('task' in step) {
    const who = assigneeWords(step.for, lexicon);
    const none =
      step.ifNone === undefined
        ? ''
        : ` (if there is none, ${assigneeWords(step.ifNone, lexicon)})`;
    return `Gives ${who}${none} a task, ${taskKinds[step.kind] ?? step.kind}, due in ${businessSpan(step.due)}: ${quoted(step.task)}`;
  }
  if ('notify' in step) return `Tells ${assigneeWords(step.notify, lexicon)}: ${quoted(step.text)}`;
  if ('webhook' in step) return `Calls the webhook ${quoted(step.webhook)}`;
  if ('enrich' in step) {
    const facts = step.enrich.map((fact) => factWords(fact, lexicon));
    return `Looks up ${listed(facts)}, for up to ${span(step.upTo)}`;
  }
  if ('enter' in step) {
    const carried = Object.keys(step.with).length === 0 ? '' : `, with ${fieldsWords(step.with)}`;
    return `Enters the lead into the journey ${quoted(step.enter)}${carried}`;
  }
  return `Ends the journey for the lead: ${quoted(step.exit)}`;
}
const taskKinds: { readonly [kind: string]: string } = {
  call: 'a call',
  email: 'an email',
  social: 'on social media',
  meeting: 'a meeting',
  other: 'of another kind',
};

function sendWords(step: Extract<StepSource, { send: string }>, lexicon: Lexicon): string {
  const { send, because, sendBy, onlyIfSent } = step;
  const notes = [
    ...(step.class === undefined ? [] : [step.class]),
    ...(because === undefined ? [] : [`because ${quoted(because)}`]),
    ...(sendBy === undefined ? [] : [`not later than ${dateWords(sendBy, lexicon)}`]),
    ...(onlyIfSent === undefined ? [] : [`only if the step ${onlyIfSent} sent its email`]),
  ];
  return [`Sends ${quoted(send)}`, ...notes].join(', ');
}

function waitForWords(waitFor: WaitForSource, lexicon: Lexicon): string {
  const { since, upTo, until } = waitFor;
  const limits = [
    ...(upTo === undefined ? [] : [`up to ${span(upTo)}`]),
    ...(until === undefined ? [] : [`until ${dateWords(until, lexicon)} at the latest`]),
  ];
  const what =
    'first' in waitFor
      ? 'whichever comes first'
      : 'event' in waitFor
        ? watchWords(waitFor, lexicon)
        : `the moment when ${watchWords(waitFor, lexicon)}`;
  const from = since === 'entry' ? 'counting since the entry' : 'counting from this step on';
  return `${['Waits', ...limits].join(' ')} for ${what}, ${from}`;
}

type DateWait = Extract<StepSource, { ifPast: string }>;

function isDateWait(step: StepSource): step is DateWait {
  return 'ifPast' in step;
}

function dateWaitWords({ wait, ifPast }: DateWait, lexicon: Lexicon): string {
  const date = dateWords({ date: wait.until, offset: wait.offset }, lexicon);
  return `Waits until ${date}; ${pastWords[ifPast]}`;
}
const pastWords: { readonly [Choice in DateWait['ifPast']]: string } = {
  skip: 'if that has passed already, skips what would follow',
  continue: 'if that has passed already, goes on at once',
  exit: 'if that has passed already, the lead leaves the journey',
};

/** "14 days before the entry’s callAgainAt". */
export function dateWords({ date, offset }: DateSource, lexicon: Lexicon): string {
  return `${distance(offset)}${factWords(date, lexicon)}`;
}

function updateWords(
  { tags, ...facts }: JsonObject & { readonly tags?: Json },
  lexicon: Lexicon,
): string {
  const set = Object.entries(facts).map(
    ([fact, value]) => `${factWords(fact, lexicon)} to ${valueWords(value)}`,
  );
  return [
    ...(set.length === 0 ? [] : [`sets ${listed(set)}`]),
    ...(tags === undefined ? [] : [tagWords(tags)]),
  ].join('; ');
}

function tagWords(tags: Json): string {
  if (typeof tags !== 'object' || tags === null || isList(tags)) return `tags ${valueWords(tags)}`;
  const { add, remove, ...more } = tags;
  return [
    ...(add === undefined ? [] : [`adds the tags ${valueWords(add)}`]),
    ...(remove === undefined ? [] : [`takes the tags ${valueWords(remove)} away`]),
    ...(Object.keys(more).length === 0 ? [] : [fieldsWords(more)]),
  ].join('; ');
}
