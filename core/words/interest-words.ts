/** Interests in sentences: what shows them, how much, and when they are gone. */
import type { InterestsFile } from '../definitions/interests.ts';
import { eventMatchWords } from './conditions.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { count, listed, quoted, sentence, span } from './values.ts';

export type InterestSource = InterestsFile['interests'][number];

export function readInterests({ interests, gate }: InterestsFile, lexicon: Lexicon): Reading {
  return {
    title: 'Interests',
    about: `${count(interests.length, 'interest')}.`,
    sections: sections(
      [
        'What shows which',
        interests.map((interest) => line(interestWords(interest, lexicon), interest.id)),
      ],
      ['Who gets email that is about some of them', gateLines(gate)],
    ),
  };
}

function gateLines(gate: InterestsFile['gate']): readonly Line[] {
  if (gate === undefined) return [];
  const { noInterestKnown, otherInterest } = gate;
  return [
    line(`A lead whose interests are not known ${gateWords[noInterestKnown]}.`, 'noInterestKnown'),
    line(
      `A lead that is interested in other things only ${gateWords[otherInterest]}.`,
      'otherInterest',
    ),
  ];
}
const gateWords = { send: 'gets it', block: 'does not get it' } as const;

export function interestWords(interest: InterestSource, lexicon: Lexicon): string {
  const { title, why, fadesAfter, from } = interest;
  const signs = from.map((source) => sourceWords(source, lexicon));
  const shown = `${quoted(title)} is shown by ${listed(signs, 'or')}`;
  return `${sentence(`${shown}; gone ${span(fadesAfter)} after the last of them`)} ${sentence(`Why: ${quoted(why)}`)}`;
}

/** "“Downloaded an e-book” where interest is hr (weighs 3, half of it after 30 days)". */
function sourceWords(source: InterestSource['from'][number], lexicon: Lexicon): string {
  const { points, halfLife, ...match } = source;
  const half = halfLife === undefined ? '' : `, half of it after ${span(halfLife)}`;
  return `${eventMatchWords(match, lexicon)} (weighs ${points}${half})`;
}
