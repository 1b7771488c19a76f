/**
 * The fold: one event of one lead in, the lead after it, the decisions and the effects out.
 *
 * Order inside one event: facts, a rep's verdict and account, score, `disqualified`, stage, handoff, exits, answers,
 * waits, entries, and the next instant at which the clock alone can change an answer. Each phase sees the
 * lead as the one before left it, so a demo request that makes an MQL opens the handoff and ends the
 * journeys that sales replaces in one decision. A tick is the same fold without an event.
 *
 * Pure: decided one by one or in batches the result is the same. Duplicates are dropped before.
 */
import type { Lead } from '../facts/lead.ts';
import { keepRep } from './account-owner.ts';
import { applyEvent } from './apply-event.ts';
import { momentOf, readerOf, type DecisionContext, type Moment, type Phase } from './context.ts';
import {
  bringsNoEvent,
  type Decided,
  type Decision,
  type Effect,
  type IncomingEvent,
  type ScoreSummary,
} from './decision.ts';
import { withBaseline } from './baseline.ts';
import { nextDueAt } from './due.ts';
import { enterJourneys } from './entries.ts';
import { exitJourneys } from './exits.ts';
import { handOver } from './handoffs.ts';
import { matchingSegments, occasionsOf } from './occasions.ts';
import { decideDisqualified, decideStages } from './stage-decisions.ts';
import { settleVerdict } from './verdicts.ts';
import { AUTO_REPLIED, pauseWhileAway } from './absence.ts';
import { tellOfReply } from './replies.ts';
import { satisfyWaits } from './waits.ts';

const phases: readonly Phase[] = [
  applyEvent,
  settleVerdict,
  keepRep,
  decideDisqualified,
  decideStages,
  handOver,
  exitJourneys,
  answerReply,
  satisfyWaits,
  decideEntries,
];

/** `before`: the lead as it was before a merge that this event brought about, to tell what that did to its scores. */
export function decide(
  known: Lead,
  event: IncomingEvent,
  context: DecisionContext,
  before?: Lead,
): Decided {
  const moment = momentOf(known, event);
  const lead = withBaseline(known, moment, context);
  const decisions: Decision[] = [];
  const effects: Effect[] = [];
  let current = lead;
  for (const phase of phases) {
    const decided = phase(current, moment, context, decisions);
    current = decided.lead;
    decisions.push(...decided.decisions);
    effects.push(...decided.effects);
    if (phase === applyEvent) {
      decisions.push(...scoreDecisions(before ?? lead, current, moment, context));
    }
  }
  const due = nextDueAt(current, moment.now, context);
  return { lead: withDue(current, stillDue(current, due, moment.now)), decisions, effects };
}

/** What a person's answer, or that of their absence, leads to. */
function answerReply(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Decided {
  return moment.event.name === AUTO_REPLIED
    ? pauseWhileAway(lead, moment)
    : tellOfReply(lead, moment, context, before);
}

function decideEntries(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Decided {
  const segments = matchingSegments(lead, moment, context);
  const occasions = occasionsOf(lead, segments, moment, context, before);
  const isSame = segments.join() === lead.segments.join();
  return enterJourneys(isSame ? lead : { ...lead, segments }, moment, context, occasions);
}

/** What this event did to the scores, by itself: both are taken at the same instant. */
function scoreDecisions(
  before: Lead,
  after: Lead,
  { event, now }: Moment,
  { release }: DecisionContext,
): readonly Decision[] {
  if (bringsNoEvent(event)) return [];
  const [then, here] = [readerOf(release, before, now), readerOf(release, after, now)];
  return release.models.flatMap(({ model }) => {
    const [was, is] = [then.scored(model), here.scored(model)];
    if (was === undefined || is === undefined) return [];
    const summaries = { before: summaryOf(was), after: summaryOf(is) };
    if (JSON.stringify(summaries.before) === JSON.stringify(summaries.after)) return [];
    const points = is.points.map(({ rule, why, points }) => ({ rule, why, points }));
    return [{ kind: 'score', at: now, model, ...summaries, points }];
  });
}

function summaryOf({ scores, grade }: ScoreSummary): ScoreSummary {
  return { scores, grade };
}

/**
 * An instant that lies before the next one is early, not late: it stays, at the price of one tick that
 * finds nothing. Whoever is active every day would get another one with every event, and Postgres an
 * index entry for each.
 */
function stillDue({ dueAt }: Lead, next: number | undefined, now: number): number | undefined {
  return dueAt !== undefined && next !== undefined && dueAt > now && dueAt < next ? dueAt : next;
}

function withDue(lead: Lead, dueAt: number | undefined): Lead {
  if (dueAt === lead.dueAt) return lead;
  const { dueAt: _before, ...rest } = lead;
  return dueAt === undefined ? rest : { ...rest, dueAt };
}
