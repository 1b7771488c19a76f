/**
 * A lead as it would be if facts became known and events happened, and what would be decided then: both
 * by the fold that decides in production. Nothing is stored and nobody is written to.
 */
import { applyEvent } from '../decision/apply-event.ts';
import { momentOf, type DecisionContext } from '../decision/context.ts';
import { decide } from '../decision/decide.ts';
import type { IncomingEvent } from '../decision/decision.ts';
import type { Lead } from '../facts/lead.ts';
import type { Json } from '../rules/condition.ts';
import type { Move } from './moves.ts';

/** A move that is made: an event so many times. */
export interface Step {
  readonly move: Move;
  readonly times: number;
}

/** The facts alone: no rule has been looked at. */
export function leadAfter(
  lead: Lead,
  steps: readonly Step[],
  now: number,
  context: DecisionContext,
): Lead {
  return eventsOf(lead, steps, now, context).reduce(
    (before, event) => applyEvent(before, momentOf(before, event), context).lead,
    lead,
  );
}

/** Ticks that one hold and what comes due within it need, with room. */
const TICKS_MOST = 50;

/** The lead after everything was decided up to `until`; stops early where `isEnough`. */
export function decidedAfter(
  lead: Lead,
  steps: readonly Step[],
  now: number,
  until: number,
  context: DecisionContext,
  isEnough: (lead: Lead) => boolean,
): { readonly lead: Lead; readonly at: number } {
  let current = lead;
  for (const event of eventsOf(lead, steps, now, context)) {
    current = decide(current, event, context).lead;
  }
  let at = now;
  for (let ticks = 0; ticks < TICKS_MOST && !isEnough(current); ticks += 1) {
    const { dueAt } = current;
    if (dueAt === undefined || dueAt > until) break;
    at = Math.max(at, dueAt);
    current = decide(current, { ...blank('tick', at), type: 'tick' }, context).lead;
  }
  return { lead: current, at };
}

/** One call tells all facts, then things happen, one after another at the same instant. */
export function eventsOf(
  lead: Lead,
  steps: readonly Step[],
  now: number,
  { release }: DecisionContext,
): readonly IncomingEvent[] {
  const facts = steps.flatMap(({ move }) => (move.type === 'fact' ? [move] : []));
  const address = facts.find(({ fact }) => fact === 'email')?.value;
  const traits: { [trait: string]: Json } = {};
  for (const { fact, value } of facts) traits[release.facts[fact]?.from ?? fact] = value;
  const told: readonly IncomingEvent[] =
    facts.length === 0
      ? []
      : [
          {
            ...blank(`${lead.id}/facts`, now),
            traits,
            ...(typeof address === 'string' ? { address } : {}),
          },
        ];
  const happened = steps.flatMap(({ move, times }) =>
    move.type === 'fact'
      ? []
      : Array.from({ length: times }, (_, index): IncomingEvent => {
          const id = `${lead.id}/${move.event}/${JSON.stringify(move.properties)}/${index}`;
          const { event: name, properties } = move;
          return { ...blank(id, now), type: 'track', name, properties };
        }),
  );
  return [...told, ...happened];
}

function blank(id: string, now: number): IncomingEvent {
  return {
    id: `what-if/${id}`,
    source: 'what-if',
    messageId: id,
    type: 'identify',
    name: '',
    properties: {},
    traits: {},
    occurredAt: now,
    receivedAt: now,
    trust: 'human',
  };
}
