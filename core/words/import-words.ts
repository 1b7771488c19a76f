/** An import in sentences: what becomes of the columns of a list. */
import type { ImportFile } from '../definitions/import.ts';
import { eventWords, factWords, topicWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import {
  count,
  dayWords,
  instantWords,
  isList,
  listed,
  quoted,
  sentence,
  valueWords,
} from './values.ts';
import type { Json } from '../rules/condition.ts';

export function readImport(file: ImportFile, lexicon: Lexicon): Reading {
  const matched = file.matchOn.map((key) => factWords(key, lexicon));
  const known =
    file.ifKnown === 'overwrite'
      ? 'what the list says replaces what was known'
      : 'the list fills only what was not known';
  return {
    title: file.title ?? `Import ${quoted(file.import)}`,
    about: `Import ${file.import}. Leads are found by ${listed(matched, 'or')}; ${known}.`,
    sections: sections(
      [
        'Columns',
        Object.entries(file.columns).map(([name, to]) => line(columnWords(to, lexicon), name)),
      ],
      ['Consent', consentLines(file, lexicon)],
      ['Events', file.events.map((event) => line(importedEventWords(event, lexicon)))],
      ['Journey', file.enter === undefined ? [] : [line(enterWords(file.enter))]],
    ),
  };
}

type Target = ImportFile['columns'][string];

function columnWords(target: Target, lexicon: Lexicon): string {
  if (typeof target === 'string') return sentence(factWords(target, lexicon));
  const { to, values, format } = target;
  const written = format === undefined ? '' : `, written as ${quoted(format)}`;
  const read = Object.entries(values ?? {}).map(
    ([from, stored]) =>
      `${valueWords(from)} means ${stored === '' ? 'not known' : valueWords(stored)}`,
  );
  const mapped = read.length === 0 ? '' : `; ${listed(read)}`;
  return sentence(`${factWords(to, lexicon)}${written}${mapped}`);
}

function consentLines({ consent }: ImportFile, lexicon: Lexicon): readonly Line[] {
  if (consent === undefined) return [];
  const topic =
    consent.topic === undefined ? '' : ` for the topic ${topicWords(consent.topic, lexicon)}`;
  const proof = `The words were ${quoted(consent.text)}; the evidence: ${quoted(consent.evidence)}.`;
  if (!('column' in consent)) {
    return [
      line(sentence(`Everybody on the list counts as ${consentStates[consent.state]}${topic}`)),
      line(proof),
    ];
  }
  const read = Object.entries(consent.values).map(
    ([from, state]) => `${from === '' ? 'left empty' : quoted(from)} is ${consentStates[state]}`,
  );
  return [
    line(sentence(`The column ${quoted(consent.column)} says it${topic}: ${read.join('; ')}`)),
    line(proof),
  ];
}
const consentStates = {
  none: 'neither yes nor no',
  refused: 'a no',
  'opt-in': 'a yes',
  'double-opt-in': 'a confirmed yes',
} as const;

type ImportedEvent = ImportFile['events'][number];

function importedEventWords(event: ImportedEvent, lexicon: Lexicon): string {
  const { name, at, times, when, properties } = event;
  const carried = Object.entries(properties).map(
    ([property, value]) => `${property} ${fromWords(value)}`,
  );
  return sentence(
    [
      `${eventWords(name, lexicon)} ${atWords(at)}`,
      ...(times === undefined ? [] : [`as often as the column ${quoted(times.column)} says`]),
      ...(when === undefined
        ? []
        : [`if the column ${quoted(when.column)} says ${quoted(when.is)}`]),
      ...(carried.length === 0 ? [] : [`with ${listed(carried)}`]),
    ].join(', '),
  );
}

function atWords(at: ImportedEvent['at']): string {
  if (typeof at === 'number') return `at ${instantWords(at)}`;
  if ('column' in at) {
    return `at the time in the column ${quoted(at.column)} (written ${at.format}, in the zone ${at.zone})`;
  }
  const { from, to, seed } = at.spread;
  return `at some time from ${dayWords(from)} to ${dayWords(to)}, drawn for each row (seed ${seed})`;
}

function fromWords(value: Json | { readonly column: string }): string {
  const isColumn =
    typeof value === 'object' && value !== null && !isList(value) && 'column' in value;
  return isColumn && typeof value.column === 'string'
    ? `from the column ${quoted(value.column)}`
    : valueWords(value);
}

function enterWords({ journey, perHour }: NonNullable<ImportFile['enter']>): string {
  return `Every lead of the list enters the journey ${quoted(journey)}, ${count(perHour, 'lead')} an hour.`;
}
