/**
 * What becomes of an open handoff when its reason goes: the evidence was a robot's, or a person sets
 * the lead back. It is closed, and whoever has it is told why; a handoff that was opened before the
 * stage that is lost stands, and its owner hears the news. Nothing ends silently.
 */
import type { Lead } from '../facts/lead.ts';
import type { Qualification } from '../qualification/model.ts';
import { BY_HAND, TAKEN_BACK, type Moved, type StageMove } from '../qualification/stages.ts';
import { nothing, type Moment } from './context.ts';
import type { Decided } from './decision.ts';
import { closeHandoff } from './verdicts.ts';

/** `before` is the lead as it stood before it was moved. */
export function withdrawHandoff(
  before: Lead,
  { lead, moves }: Moved,
  { event, now, judged }: Moment,
  { order }: Qualification,
): Decided {
  const { handoff } = lead;
  if (handoff?.status !== 'open') return nothing(lead);
  const [first] = moves;
  const isTaken = first?.rule.endsWith(TAKEN_BACK) === true;
  if (first !== undefined && (isTaken || isSetBack(before, first, order))) {
    // It left the stage it goes back to when it entered those that it loses now.
    const lostSince = before.stage.left[first.to] ?? -Infinity;
    const { by } = first;
    const who = { tell: true, ...(by === undefined ? {} : { by }) };
    if (handoff.openedAt >= lostSince) {
      return closeHandoff(lead, now, isTaken ? 'robot' : BY_HAND, who);
    }
  }
  const isItsCause = judged?.trust === 'likely-robot' && handoff.cause === judged.event.name;
  if (!isTaken && !isItsCause) return nothing(lead);
  const { id: handoffId } = handoff;
  return {
    ...nothing(lead),
    effects: [{ type: 'tell-handoff', handoffId, cause: event.name, at: now }],
  };
}

function isSetBack({ stage }: Lead, { rule, to }: StageMove, order: readonly string[]): boolean {
  return rule === BY_HAND && order.indexOf(to) < order.indexOf(stage.stage);
}
