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
      return `The way back to ${stageLabel(release, block.stage)} is open: that has to end first`;
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
  const label = labelOf(release, move.fact);
  const [only] = move.settles;
  const isNumber = typeof move.value === 'number';
  if (isNumber && only !== undefined && move.settles.length === 1) {
    return `${label} ${expectation(explained(only))}`;
  }
  const example = isAnyText(move.value) ? '' : ` (for instance ${shown(move.value)})`;
  return `${label} known${example}`;
}

/** The question of BANT that a part answers, for whoever asks the lead. */
export function questionFor({ move }: Step, { qualification }: Release): string | undefined {
  if (move.type === 'event') return undefined;
  const asks = Object.values(qualification.bant).find(({ yes }) =>
    JSON.stringify(yes).includes(`"fact":${JSON.stringify(move.fact)}`),
  );
  return asks?.ask;
}

/** "and then at once", "and then after 10 minutes". */
export function thenInWords({ afterMs, beyond }: TowardsSet, release: Release): string {
  const stage = beyond === undefined ? '' : `, as ${stageLabel(release, beyond)}`;
  if (afterMs === undefined) return '';
  return afterMs === 0 ? `at once${stage}` : `${durationInWords(afterMs)} later${stage}`;
}

export function answerInWords({ answer, stage, sets, isCut }: Towards, release: Release): string {
  const label = stageLabel(release, stage);
  switch (answer) {
    case 'there':
      return `This lead is ${label} already, or beyond.`;
    case 'holds':
      return `All that ${label} asks for holds already.`;
    case 'none':
      return isCut
        ? `Nothing was found that would make it ${label}; the search was stopped before it had tried everything.`
        : `No three missing facts or events would make it ${label}: what is known speaks against it, or only a rep's answer leads there.`;
    case 'sets': {
      const end = isCut ? ' (the search was stopped: there may be more)' : '';
      return sets.length === 1
        ? `One way to ${label}${end}:`
        : `${sets.length} ways to ${label}${end}:`;
    }
  }
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
