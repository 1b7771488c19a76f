/**
 * Where a lead stands on its way to sales: stage, handoff, the questions a rep asks, and how far the
 * lead is in making up its mind.
 *
 * The answers to the questions are conditions of `rules/qualification.json`: a "yes" that holds wins
 * over a "no", and a question with neither is a gap that a rep asks about. Nothing here moves a stage.
 */
import type { JsonObject } from '../rules/condition.ts';
import type { Answers, Reading } from './reading.ts';

export const qualificationFacts: Answers = {
  stage: ({ lead }) => lead.stage.stage,
  withSales: ({ lead, compiled }) =>
    compiled.salesStages.has(lead.stage.stage) || lead.handoff?.status === 'open',
  repAccepted: ({ lead }) => lead.handoff?.status === 'accepted',
  bantYes: (reading) => answered(reading, 'yes').length,
  bantNo: (reading) => answered(reading, 'no').length,
  bantUnknown: (reading) => answered(reading, 'unknown').length,
  bantGaps: (reading) => answered(reading, 'unknown'),
  bantAnswer: (reading, { question }: JsonObject) => {
    const found = reading.compiled.questions.find(({ id }) => id === question);
    return found === undefined ? undefined : answerTo(reading, found);
  },
  buyingStage: ({ compiled, read, now }) =>
    compiled.buyingStages.find(({ when }) => when.holds(read, now))?.is,
};

type Question = Reading['compiled']['questions'][number];
type BantAnswer = 'yes' | 'no' | 'unknown';

function answered(reading: Reading, wanted: BantAnswer): readonly string[] {
  return reading.compiled.questions
    .filter((question) => answerTo(reading, question) === wanted)
    .map(({ id }) => id);
}

function answerTo({ read, now }: Reading, { yes, no }: Question): BantAnswer {
  if (yes.holds(read, now)) return 'yes';
  return no?.holds(read, now) === true ? 'no' : 'unknown';
}
