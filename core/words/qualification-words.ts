/** The stages a lead moves through, in sentences. */
import type { QualificationFile } from '../definitions/qualification.ts';
import { conditionWords } from './conditions.ts';
import { eventWords, stageWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { deeper, line, sections } from './reading.ts';
import type { Line, Reading } from './reading.ts';
import { capitalised, listed, quoted, sentence, span } from './values.ts';

export type StageSource = QualificationFile['stages'][number];

export function readQualification(file: QualificationFile, lexicon: Lexicon): Reading {
  const order = file.order.map((stage) => stageInOrder(stage, lexicon));
  return {
    title: `Qualification ${quoted(file.qualification)}`,
    about: `From ${order.join(' → ')}.`,
    sections: sections(
      ['Stages', file.stages.flatMap((stage) => stageLines(stage, lexicon))],
      [
        'Questions a rep asks',
        Object.entries(file.bant).map(([id, one]) => line(questionWords(one, lexicon), id)),
      ],
      [
        'How far they are in making up their minds',
        file.buyingStages.map((one) => line(buyingStageWords(one, lexicon), one.is)),
      ],
      ['Who is out', file.disqualified.map((one) => line(disqualifiedWords(one, lexicon), one.id))],
      ['What came of it', [line(outcomeWords(file.outcome, lexicon))]],
    ),
  };
}

function stageInOrder(stage: string, lexicon: Lexicon): string {
  const label = stageWords(stage, lexicon);
  return label === stage || label.endsWith(`(${stage})`) ? label : `${label} (${stage})`;
}

function stageLines(stage: StageSource, lexicon: Lexicon): readonly Line[] {
  const [first = '', ...rest] = stageSentences(stage, lexicon);
  return [line(first, stage.stage), ...deeper(rest.map((text) => line(text)))];
}

export function stageSentences(stage: StageSource, lexicon: Lexicon): readonly string[] {
  const { label, why, when, holdFor, instantOn, onEnter, backTo } = stage;
  const name = (one: string): string => stageWords(one, lexicon);
  const events = instantOn.map((event) => eventWords(event, lexicon));
  const from =
    stage.from === undefined ? '' : `, coming from ${listed(stage.from.map(name), 'or')},`;
  return [
    sentence(`A lead becomes ${quoted(label)}${from} when ${conditionWords(when, lexicon)}`),
    sentence(`Why: ${quoted(why)}`),
    ...(holdFor === undefined ? [] : [`That must hold for ${span(holdFor)} first.`]),
    ...(events.length === 0 ? [] : [`At once on ${listed(events, 'or')}.`]),
    ...(onEnter?.handoff === undefined ? [] : [`It is handed over as ${quoted(onEnter.handoff)}.`]),
    ...(onEnter?.journey === undefined
      ? []
      : [`It enters the journey ${quoted(onEnter.journey)}.`]),
    ...(backTo === undefined
      ? []
      : [sentence(`Back to ${name(backTo.stage)} when ${conditionWords(backTo.if, lexicon)}`)]),
    ...(stage.again === undefined ? [] : [againSentence(stage.again, lexicon)]),
  ];
}

function againSentence(
  { notBefore, needs, except }: NonNullable<StageSource['again']>,
  lexicon: Lexicon,
): string {
  const activity = needs === undefined ? '' : ', and only after new activity';
  const events = except.map((event) => eventWords(event, lexicon));
  const exempt = events.length === 0 ? '' : `; ${listed(events, 'or')} lets it in at any time`;
  return sentence(`A second time at the earliest ${span(notBefore)} later${activity}${exempt}`);
}

export function questionWords(
  { ask, yes, no }: QualificationFile['bant'][string],
  lexicon: Lexicon,
): string {
  const not = no === undefined ? '' : `; no, when ${conditionWords(no, lexicon)}`;
  return sentence(`${quoted(ask)} Yes, when ${conditionWords(yes, lexicon)}${not}`);
}

export function buyingStageWords(
  { is, why, when }: QualificationFile['buyingStages'][number],
  lexicon: Lexicon,
): string {
  return sentence(`${capitalised(is)}, when ${conditionWords(when, lexicon)}: ${quoted(why)}`);
}

export function disqualifiedWords(
  { why, when }: QualificationFile['disqualified'][number],
  lexicon: Lexicon,
): string {
  return sentence(`${capitalised(conditionWords(when, lexicon))}: ${quoted(why)}`);
}

function outcomeWords(outcome: QualificationFile['outcome'], lexicon: Lexicon): string {
  const { opportunity, won, lost, amount, currency, within } = outcome;
  const name = (event: string): string => eventWords(event, lexicon);
  return [
    `${name(opportunity)} makes an opportunity, ${name(won)} a customer; ${name(lost)} is lost.`,
    ...(amount === undefined ? [] : [`The amount is in the property ${quoted(amount)}.`]),
    ...(currency === undefined ? [] : [`It is counted in ${currency}.`]),
    ...(within === undefined ? [] : [`What happens within ${span(within)} counts.`]),
  ].join(' ');
}
