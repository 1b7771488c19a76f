/** Events, facts and segments in sentences: what a workspace calls its things, and what they mean. */
import type { CleanForm } from '../definitions/release.ts';
import type { EventsFile } from '../definitions/events.ts';
import type { FactsFile } from '../definitions/facts.ts';
import type { SegmentsFile } from '../definitions/segments.ts';
import { conditionWords } from './conditions.ts';
import { factWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { deeper, line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { capitalised, count, listed, quoted, sentence, valueWords } from './values.ts';

export function readEvents({ events }: EventsFile): Reading {
  return {
    title: 'Events',
    about: `${count(events.length, 'event')} beside the built-in ones.`,
    sections: sections([
      'What leads do',
      events.map((event) => line(eventDeclarationWords(event), event.event)),
    ]),
  };
}

export function eventDeclarationWords(event: EventsFile['events'][number]): string {
  const { label, activity, properties, description } = event;
  const carried = Object.entries(properties).map(([name, type]) => `${name} (${type})`);
  return [
    `${quoted(label)} ${activity ? 'counts' : 'does not count'} as a sign of life`,
    carried.length === 0 ? '.' : `; it carries ${listed(carried)}.`,
    ...(description === undefined ? [] : [` ${sentence(description)}`]),
  ].join('');
}

export function readFacts({ facts }: FactsFile, lexicon: Lexicon): Reading {
  return {
    title: 'Facts',
    about: `${count(facts.length, 'fact')} beside the built-in ones.`,
    sections: sections([
      'What is known of a lead',
      facts.flatMap((fact) => factLines(fact, lexicon)),
    ]),
  };
}

function factLines(fact: FactsFile['facts'][number], lexicon: Lexicon): readonly Line[] {
  const { derive } = fact;
  const words = Object.entries(derive?.words ?? {}).map(([value, any]) =>
    line(`${valueWords(value)}: when ${listed(any.map(valueWords), 'or')} occurs`),
  );
  return [line(factDeclarationWords(fact, lexicon), fact.id), ...deeper(words)];
}

export function factDeclarationWords(fact: FactsFile['facts'][number], lexicon: Lexicon): string {
  const { label, type, from, values, range, survivor, derive, description } = fact;
  const source =
    derive === undefined
      ? ''
      : derive.as === undefined
        ? `, read from the words of ${factWords(derive.from, lexicon)}, the first that fits`
        : `, ${cleanWords[derive.as]} ${factWords(derive.from, lexicon)}`;
  return [
    `${quoted(label)} is ${typeWords[type]}`,
    ...(values === undefined ? [] : [`: ${listed(values.map(valueWords), 'or')}`]),
    ...(range === undefined ? [] : [` from ${range[0]} to ${range[1]}`]),
    source,
    ...(from === undefined ? [] : [`; it comes from ${quoted(from)}`]),
    ...(survivor === undefined ? [] : [`; of several words the ${survivor} stays`]),
    ...(description === undefined ? ['.'] : [`. ${sentence(description)}`]),
  ].join('');
}
const cleanWords: { readonly [Form in CleanForm]: string } = {
  seniority: 'the seniority in',
  country: 'the country code of',
  phone: 'the telephone number in',
  domain: 'the domain of',
  'lower-case': 'the small letters of',
};
const typeWords: { readonly [Type in FactsFile['facts'][number]['type']]: string } = {
  text: 'a text',
  number: 'a number',
  boolean: 'yes or no',
  choice: 'one of a few',
  date: 'a date',
  list: 'a list',
};

export function readSegments({ segments }: SegmentsFile, lexicon: Lexicon): Reading {
  return {
    title: 'Segments',
    about: `${count(segments.length, 'segment')}: conditions with a name.`,
    sections: sections([
      'Who belongs to which',
      segments.map((segment) => line(segmentWords(segment, lexicon), segment.id)),
    ]),
  };
}

export function segmentWords(
  { title, why, when }: SegmentsFile['segments'][number],
  lexicon: Lexicon,
): string {
  const name = title === undefined ? '' : `${capitalised(title)}. `;
  return sentence(`${name}${capitalised(conditionWords(when, lexicon))}: ${quoted(why)}`);
}
