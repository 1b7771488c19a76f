/** An explanation as JSON: the same data that the terminal and the console word, instants in RFC 3339. */
import { instantInZone } from '../console/time.ts';
import type { BantAnswered, StageAhead } from '../core/explain/lead-explanation.ts';
import {
  answerInWords,
  blockInWords,
  questionFor,
  stepInWords,
  thenInWords,
  type Saying,
} from '../core/explain/say.ts';
import type { Towards } from '../core/explain/towards.ts';
import { stageLabel } from '../core/routing/brief.ts';
import type { Explained } from './explanation.ts';
import { instant } from './lead-view.ts';

export function explanationJson(explained: Explained): object {
  const { lead, release, at, tense, asToday, explanation, changes } = explained;
  const { sending } = release;
  const saying = { release, when: (when: number) => instantInZone(when, sending.zoneIfUnknown) };
  const { stage, disqualified, back } = explanation;
  return {
    leadId: lead.id,
    email: lead.address ?? null,
    at: instant(at),
    /** `forecast`: what the clock alone makes of it. */
    tense,
    releaseId: release.id,
    asToday,
    stage: {
      ...{ stage: stage.stage, label: stage.label, since: instant(stage.since) },
      byHand:
        stage.byHand === undefined
          ? null
          : {
              ...stage.byHand,
              at: instant(stage.byHand.at),
              until: instant(stage.byHand.until),
            },
    },
    disqualified:
      disqualified === undefined ? null : { ...disqualified, at: instant(disqualified.at) },
    models: explanation.models.map(({ model, grade, scores }) => ({
      model,
      grade,
      scores: scores.map(({ points, unknown, ...score }) => ({
        ...score,
        unknown: unknown ?? null,
        points: points.map(({ events, ...point }) => ({
          ...point,
          events: events.map(({ occurredAt, ...event }) => ({
            ...event,
            occurredAt: instant(occurredAt),
          })),
        })),
      })),
    })),
    changes: changes.map((change) => ({ ...change, at: instant(change.at) })),
    ahead: explanation.ahead.map((ahead) => aheadJson(ahead, saying)),
    back: back ?? null,
    bant: explanation.bant.map((answer: BantAnswered) => answer),
    dueAt: instant(explanation.dueAt),
    ...(explained.towards === undefined ? {} : { towards: towardsJson(explained.towards, saying) }),
  };
}

function aheadJson({ blocks, hold, ...stage }: StageAhead, saying: Saying): object {
  return {
    ...stage,
    hold: hold === undefined ? null : { since: instant(hold.since), until: instant(hold.until) },
    blocks: blocks.map((block) => ({ type: block.type, text: blockInWords(block, saying) })),
  };
}

function towardsJson(found: Towards, saying: Saying): object {
  const { stage, answer, sets, more, blocks, against, isCut } = found;
  const { release } = saying;
  return {
    ...{ stage, label: stageLabel(release, stage), answer, more, isCut },
    text: answerInWords(found, release),
    sets: sets.map((set) => ({
      text: set.steps.map((step) => stepInWords(step, release)).join(' and '),
      then: thenInWords(set, release),
      afterMs: set.afterMs ?? null,
      reaches: set.afterMs === undefined ? null : (set.beyond ?? stage),
      parts: set.steps.map((step) => ({
        ...(step.move.type === 'fact'
          ? {
              fact: step.move.fact,
              value: step.move.value,
              ask: questionFor(step, release) ?? null,
            }
          : { event: step.move.event, properties: step.move.properties, times: step.times }),
        text: stepInWords(step, release),
      })),
    })),
    blocks: blocks.map((block) => ({ type: block.type, text: blockInWords(block, saying) })),
    against,
  };
}
