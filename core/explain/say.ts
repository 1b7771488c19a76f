/**
 * Blocks, holds and the parts of a set in words, for the terminal, the API and the console alike.
 * How an instant is written is the reader's business: `when` says it.
 */
import type { Release } from '../definitions/release.ts';
import { eventLabel, labelOf, stageLabel } from '../routing/brief.ts';
import { durationInWords } from '../rules/duration.ts';
import type { Json, Leaf } from '../rules/condition.ts';
import type { Block } from './blocks.ts';
import { expectation } from './sentence.ts';
import type { Towards, TowardsSet } from './towards.ts';
import type { Step } from './what-if.ts';

export interface Saying {
  readonly release: Release;
  readonly when: (at: number) => string;
}

export function blockInWords(block: Block, { release, when }: Saying): string {
  switch (block.type) {
    case 'disqualified':
      return `Disqualified since ${when(block.at)}: ${block.why}. That has to end first`;
    case 'by-hand': {
      const until =
        block.until === undefined ? 'until somebody takes that back' : `until ${when(block.until)}`;
      return `Its stage was set by hand by ${block.by} (${block.why}): rules leave it alone ${until}`;
    }
    case 'from': {
      const stages = block.stages.map((stage) => stageLabel(release, stage));
      return `Only a lead in ${stages.join(' or ')} can enter it`;
    }
    case 'again':
      return againInWords(block, { release, when });
    case 'back-to':
      return `What sends a lead from there back to ${stageLabel(release, block.stage)} holds: nobody enters while it does`;
  }
}

function againInWords(block: Extract<Block, { type: 'again' }>, { release, when }: Saying): string {
  const { left, until, needsActivity, needsAnew, except } = block;
  const needs = [
    ...(until === undefined ? [] : [`not again before ${when(until)}`]),
    ...(needsActivity ? ['only after new activity'] : []),
    ...(needsAnew ? ['only once its condition has stopped and begun to hold anew'] : []),
  ];
  const events = except.map((event) => eventLabel(release, event) ?? event);
  const exempt = events.length === 0 ? '' : `; “${events.join('” or “')}” lets it in at any time`;
  return `It left this stage on ${when(left)}: ${needs.join(', ')}${exempt}`;
}

/** "Budget known (for instance 10-50k)", "4 × Looked at prices". */
export function stepInWords({ move, times }: Step, release: Release): string {
  if (move.type === 'event') {
    const label = eventLabel(release, move.event);
    const named =
      label === undefined || label === move.event ? move.event : `${label} (${move.event})`;
    const properties = Object.entries(move.properties).map(
      ([key, value]) => `${key} ${shown(value)}`,
    );
    const where = properties.length === 0 ? '' : `, with ${properties.join(' and ')}`;
    return `${times} × ${named}${where}`;
  }
  const label = quotedIfLong(labelOf(release, move.fact));
  const exact = move.settles.find(({ value }) => value === move.value);
  if (typeof move.value === 'number' && exact !== undefined) {
    return `${label} ${expectation(explained(exact))}`;
  }
  const example = isAnyText(move.value) ? '' : ` (for instance ${shown(move.value)})`;
  return `${label} known${example}`;
}

export interface Way {
  /** What has to become known, and what has to happen where nothing else would do. */
  readonly parts: readonly string[];
  /** Of these one has to happen beside the parts; empty where there is no choice. */
  readonly choices: readonly string[];
  /** "reached at once", "reached 10 minutes later"; empty where something is in the way. */
  readonly then: string;
  /** Questions of BANT that bring what has to become known. */
  readonly asks: readonly string[];
}

/** More are no help: whoever reads wants the nearest. */
const WAYS_SHOWN = 5;

/** Sets as people read them: those that differ in an event alone are one way with a choice. */
export function waysOf({ sets }: Towards, release: Release): readonly Way[] {
  const groups = new Map<string, { readonly set: TowardsSet; readonly happen: string[] }>();
  for (const set of sets) {
    const events = set.steps.filter(({ move }) => move.type === 'event');
    const happens = events.map((step) => stepInWords(step, release)).join(' and ');
    const key = JSON.stringify([knownIn(set, release), events.length, thenInWords(set, release)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { set, happen: happens === '' ? [] : [happens] });
    else group.happen.push(happens);
  }
  return [...groups.values()].slice(0, WAYS_SHOWN).map(({ set, happen }) => {
    const isChoice = happen.length > 1;
    return {
      parts: [...knownIn(set, release), ...(isChoice ? [] : happen)],
      choices: isChoice ? happen : [],
      then: thenInWords(set, release),
      asks: set.steps.flatMap((step) => questionFor(step, release) ?? []),
    };
  });
}

function knownIn({ steps }: TowardsSet, release: Release): readonly string[] {
  return steps.flatMap((step) => (step.move.type === 'fact' ? [stepInWords(step, release)] : []));
}

/** "Employees at least 500 and one of these: reached 10 minutes later". */
export function wayInWords({ parts, choices, then }: Way): string {
  const all = choices.length === 0 ? parts : [...parts, 'one of these'];
  return `${all.join(' and ')}${then === '' ? '' : `: ${then}`}`;
}

/** The question of BANT that a part answers, for whoever asks the lead. */
export function questionFor({ move }: Step, { qualification }: Release): string | undefined {
  if (move.type === 'event') return undefined;
  const asks = Object.values(qualification.bant).find(({ yes }) =>
    JSON.stringify(yes).includes(`"fact":${JSON.stringify(move.fact)}`),
  );
  return asks?.ask;
}

/** "reached at once", "reached 10 minutes later, as PQL". */
export function thenInWords({ afterMs, beyond }: TowardsSet, release: Release): string {
  const stage = beyond === undefined ? '' : `, as ${stageLabel(release, beyond)}`;
  if (afterMs === undefined) return '';
  const after = afterMs === 0 ? 'at once' : `${durationInWords(afterMs)} later`;
  return `reached ${after}${stage}`;
}

export function answerInWords(found: Towards, release: Release): string {
  const { answer, stage, isCut } = found;
  const label = stageLabel(release, stage);
  switch (answer) {
    case 'there':
      return `it is ${label} already, or beyond.`;
    case 'holds':
      return `all that ${label} asks for holds already.`;
    case 'none':
      return isCut
        ? 'nothing was found; the search was stopped before it had tried everything.'
        : 'no three missing facts or events lead there: what is known speaks against it, or somebody else has to act.';
    case 'sets': {
      const count = waysOf(found, release).length;
      const isMore = found.more > 0 || isCut || count === WAYS_SHOWN;
      const more = isMore ? ', and there may be more' : '';
      return `${count === 1 ? 'one way' : `${count} ways`}${more}:`;
    }
  }
}

/** Labels of several words run into the sentence around them. */
function quotedIfLong(label: string): string {
  return label.includes(' ') ? `“${label}”` : label;
}

/** A text that a search made up says nothing to people. */
function isAnyText(value: Json): boolean {
  return typeof value === 'string' && value.startsWith('something else');
}

function explained({ fact, operator, value }: Leaf) {
  return { type: 'leaf', fact, operator, expected: value } as const;
}

function shown(value: Json): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
