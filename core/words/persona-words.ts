/** A persona in sentences: who it is, what it does, what must come of it. */
import type { PersonaFile } from '../definitions/persona.ts';
import { isZone } from '../sending/zone.ts';
import type { Json } from '../rules/condition.ts';
import { eventWords, factWords, repWords, stageWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import {
  capitalised,
  count,
  fieldsWords,
  instantWords,
  listed,
  quoted,
  sentence,
  span,
  times,
  valueWords,
} from './values.ts';

export function readPersona(file: PersonaFile, lexicon: Lexicon): Reading {
  const watched = file.runsFor === undefined ? '' : ` and is watched for ${span(file.runsFor)}`;
  return {
    title: file.title ?? `Persona ${quoted(file.persona)}`,
    about: `Persona ${file.persona}. It starts on ${instantWords(file.startsAt, zoneOf(file))}${watched}.`,
    sections: sections(
      [
        'Who it is',
        Object.entries(file.lead).map(([fact, value]) =>
          line(valueWords(value), traitName(fact, lexicon)),
        ),
      ],
      [
        'What can be looked up',
        Object.entries(file.enrichment ?? {}).map(([fact, value]) =>
          line(valueWords(value), traitName(fact, lexicon)),
        ),
      ],
      [
        'What it does',
        file.script.map((entry) => line(sentence(deedWords(entry, lexicon)), momentWords(entry))),
      ],
      ['What must come of it', expectLines(file.expect, lexicon)],
    ),
  };
}

function traitName(fact: string, lexicon: Lexicon): string {
  return fact === 'consent' ? 'Consent' : capitalised(factWords(fact, lexicon));
}

/** The zone its lead names: what the author of the file had in mind. */
function zoneOf({ lead }: PersonaFile): string {
  const { timezone } = lead;
  return typeof timezone === 'string' && isZone(timezone) ? timezone : 'UTC';
}

type ScriptEntry = PersonaFile['script'][number];

function momentWords({ day, at }: ScriptEntry): string {
  if (at !== undefined) return at === 0 ? 'At the start' : `After ${span(at)}`;
  return day === undefined ? 'Then' : `Day ${day}`;
}

function deedWords(entry: ScriptEntry, lexicon: Lexicon): string {
  if ('event' in entry) {
    const often = entry.times === 1 ? '' : ` ${times(entry.times)}`;
    return `${eventWords(entry.event, lexicon)}${often}${carriedWords(entry.properties)}${trustWords(entry.trust)}`;
  }
  if ('traits' in entry) {
    const known = Object.entries(entry.traits).map(
      ([fact, value]) => `${factWords(fact, lexicon)} is ${valueWords(value)}`,
    );
    return `it becomes known that ${listed(known)}`;
  }
  if ('email' in entry) {
    return `${emailDeeds[entry.does]} ${quoted(entry.email)}${backWords(entry.until)}${carriedWords(entry.properties)}${trustWords(entry.trust)}`;
  }
  if ('judged' in entry) {
    const what = entry.as === 'robot' ? 'a robot' : 'a person';
    return `the latest ${eventWords(entry.judged, lexicon)} turns out to have been ${what}`;
  }
  if ('stage' in entry) return handWords(entry, lexicon);
  const { rep, reason, callAgainAt, note } = entry;
  return [
    `the rep ${rep}`,
    ...(reason === undefined ? [] : [` because of ${quoted(reason)}`]),
    ...(callAgainAt === undefined ? [] : [`, to be called again on ${instantWords(callAgainAt)}`]),
    ...(note === undefined ? [] : [`, noting ${quoted(note)}`]),
  ].join('');
}

function handWords(
  { stage, for: alone, why, quiet }: Extract<ScriptEntry, { stage: string }>,
  lexicon: Lexicon,
): string {
  const ends = alone === null ? 'for ever' : `for ${span(alone)}`;
  const said = why === undefined ? '' : `, because ${quoted(why)}`;
  const told = quiet ? '; nobody is told' : '';
  return `somebody sets the stage to ${stageWords(stage, lexicon)} and rules leave it alone ${ends}${said}${told}`;
}

const emailDeeds = {
  opens: 'opens',
  clicks: 'clicks in',
  replies: 'answers',
  bounces: 'has its address send back',
  complains: 'calls spam',
  unsubscribes: 'unsubscribes from',
  confirms: 'presses the button of',
  'bounces-softly': 'has its full mailbox send back',
  'auto-replies': 'is away, says the automatic answer to',
} as const;

function backWords(until: number | undefined): string {
  return until === undefined ? '' : `, until ${instantWords(until)}`;
}

function carriedWords(properties: { readonly [name: string]: Json }): string {
  return Object.keys(properties).length === 0 ? '' : ` (${fieldsWords(properties)})`;
}

function trustWords(trust: 'human' | 'likely-robot' | undefined): string {
  if (trust === undefined) return '';
  return trust === 'human' ? ', surely a person' : ', likely a robot';
}

function expectLines(expect: PersonaFile['expect'], lexicon: Lexicon): readonly Line[] {
  const { emails, journeys, exit, stage, grade, rep, handoff, never, notSent, maxPerWeek } = expect;
  const none = (names: readonly string[]): string => listed(names.map(quoted)) || 'none';
  const said: readonly (string | undefined)[] = [
    emails && `Emails, in this order and no other: ${none(emails)}`,
    journeys && `Journeys entered: ${none(journeys)}`,
    exit === undefined ? undefined : `The first journey ends by ${quoted(exit)}`,
    stage === undefined ? undefined : `The stage at the end is ${stageWords(stage, lexicon)}`,
    grade === undefined ? undefined : `The grade at the end is ${quoted(grade)}`,
    rep === undefined ? undefined : `The rep is ${repWords(rep, lexicon)}`,
    handoff === undefined ? undefined : `It is handed over as ${quoted(handoff)}`,
    never && `Never sent: ${none(never)}`,
    ...(notSent ?? []).map(({ email, reason }) => `${quoted(email)} is not sent: ${reason}`),
    maxPerWeek === undefined ? undefined : `At most ${count(maxPerWeek, 'email')} in any week`,
  ];
  return said.flatMap((text) => (text === undefined ? [] : [line(sentence(text))]));
}
