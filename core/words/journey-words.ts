/** A journey in sentences: who enters, what ends it, how it sends, its steps, what an edit does. */
import type { JourneyFile } from '../definitions/journey.ts';
import { conditionWords, eventMatchWords, watchWords } from './conditions.ts';
import { stageWords, topicWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { stepLines } from './step-words.ts';
import { againWords, capitalised, count, quoted, sentence, span, windowWords } from './values.ts';

export function readJourney(file: JourneyFile, lexicon: Lexicon): Reading {
  return {
    title: file.title,
    about: `Journey ${file.journey}, in the care of ${file.owner}.`,
    sections: sections(
      ['Who enters', file.enter.map((entry) => line(entryWords(entry, lexicon)))],
      ['What ends it, at any moment', exitLines(file, lexicon)],
      ['How it sends', [line(sendingWords(file.sending, lexicon))]],
      ['Steps', stepLines(file.steps, lexicon)],
      ['When this file is edited', editLines(file.whenEdited)],
      ['When it is paused', [line(pauseWords(file.whenPaused))]],
    ),
  };
}

export type EntrySource = JourneyFile['enter'][number];
export type ExitSource = JourneyFile['exit'][number];

/** The whole entry: on what, for whom, how often. */
export function entryWords(entry: EntrySource, lexicon: Lexicon): string {
  const { oncePer, perHour, existing = 'ignore' } = entry;
  return [
    sentence(entryCauseWords(entry, lexicon)),
    ...(entry.on === 'api' ? [] : [existingWords[existing]]),
    'Whoever is inside already does not enter twice.',
    ...(oncePer === undefined ? [] : [`Once for each ${oncePer} of the entry.`]),
    sentence(againWords(entry.again)),
    ...(perHour === undefined ? [] : [`At most ${count(perHour, 'lead')} an hour.`]),
  ].join(' ');
}

const existingWords = {
  enrol: 'Those who match on the day of publishing are let in too.',
  ignore: 'Those who matched before are left alone.',
} as const;

/** "Enters on “Started a trial”", for lists and headings. */
export function entryCauseWords(entry: EntrySource, lexicon: Lexicon): string {
  const also = entry.if === undefined ? '' : `, if ${conditionWords(entry.if, lexicon)}`;
  return `${causeWords(entry, lexicon)}${also}`;
}

function causeWords(entry: EntrySource, lexicon: Lexicon): string {
  switch (entry.on) {
    case 'event':
      return `Enters on ${eventMatchWords(entry, lexicon)}`;
    case 'segment':
      return `Enters when the lead comes to belong to the segment ${quoted(entry.segment)}`;
    case 'stage':
      return `Enters when the lead becomes ${stageWords(entry.stage, lexicon)}`;
    case 'api':
      return 'Enters when asked for: by the API, an import, a rejection or another journey';
  }
}

function exitLines({ exit }: JourneyFile, lexicon: Lexicon): readonly Line[] {
  if (exit.length === 0) return [line('Nothing: every lead goes through to the end.')];
  return exit.map((one) => line(exitWords(one, lexicon), one.id));
}

export function exitWords({ goal, why, when }: ExitSource, lexicon: Lexicon): string {
  const watch = watchWords(when, lexicon);
  const cause = 'event' in when ? `On ${watch}` : `As soon as ${watch}`;
  return sentence(`${cause}${goal ? ', which is the goal' : ''}: ${quoted(why)}`);
}

function sendingWords(sending: JourneyFile['sending'], lexicon: Lexicon): string {
  const { topic, because, window, holdAtMost, priority } = sending;
  const parts = [
    `${capitalised(sending.class)} email`,
    ...(topic === undefined ? [] : [`on the topic ${topicWords(topic, lexicon)}`]),
    ...(because === undefined ? [] : [`because ${quoted(because)}`]),
  ];
  return [
    sentence(parts.join(' ')),
    ...(window === undefined ? [] : [sentence(windowWords(window))]),
    `Priority ${priority} where only one email may go.`,
    ...(holdAtMost === undefined
      ? []
      : [`An email that must wait is held for at most ${span(holdAtMost)}.`]),
  ].join(' ');
}

function editLines({ inFlight, renamed, removed }: JourneyFile['whenEdited']): readonly Line[] {
  return [
    line(inFlightWords[inFlight]),
    ...Object.entries(renamed).map(([from, to]) => line(`The step ${from} is now called ${to}.`)),
    ...Object.entries(removed).map(([from, to]) =>
      line(`Whoever stood at ${from}, which is gone, stands at ${to}.`),
    ),
  ];
}
const inFlightWords: {
  readonly [Choice in JourneyFile['whenEdited']['inFlight']]: string;
} = {
  stay: 'Leads inside stay on the version they entered with.',
  'move-at-next-step': 'Leads inside move to the new version at their next step.',
  exit: 'Leads inside leave the journey.',
};

function pauseWords({ timers: _timers, resume }: JourneyFile['whenPaused']): string {
  const stand = 'Waits stand still.';
  if (resume === undefined) return stand;
  const { perHour, skipIfOlderThan } = resume;
  const stale =
    skipIfOlderThan === undefined
      ? ''
      : ` What is more than ${span(skipIfOlderThan)} late by then is dropped.`;
  return `${stand} Afterwards at most ${count(perHour, 'lead')} an hour go on.${stale}`;
}
