/**
 * When a run is to act next if nothing else happens: what tells a run that sleeps from one that stopped.
 *
 * The latest such instant, because nobody knows yet which arm a branch takes; null where a date decides
 * that only an activity can resolve. It follows the flow and knows no state.
 */
import type { Flow, Next } from './flow.ts';

/** `from` is the instant at which the run goes on to `next`. */
export function expectedAt(flow: Flow, next: Next, from: number): number | null {
  const span = spanTo(flow, next, new Map());
  return span === null ? null : from + span;
}

/** `known` keeps lists that meet again after a branch from being walked once per way to them. */
function spanTo(flow: Flow, next: Next, known: Map<string, number | null>): number | null {
  if (next === null) return 0;
  const before = known.get(next);
  if (before !== undefined) return before;
  const span = spanOf(flow, next, known);
  known.set(next, span);
  return span;
}

function spanOf(flow: Flow, id: string, known: Map<string, number | null>): number | null {
  const step = flow.steps[id];
  switch (step?.type) {
    case 'wait':
      return plus(step.ms, spanTo(flow, step.next, known));
    case 'wait-until':
      return null;
    case 'wait-for': {
      const arms = Object.values(step.arms).map((arm) => spanTo(flow, arm, known));
      const late = spanTo(flow, step.timedOut, known);
      return step.upToMs === undefined ? null : plus(step.upToMs, longest([...arms, late]));
    }
    case 'choose':
      return longest(Object.values(step.arms).map((arm) => spanTo(flow, arm, known)));
    case 'act':
    case 'exit':
    case undefined:
      return 0;
  }
}

function plus(ms: number, span: number | null): number | null {
  return span === null ? null : ms + span;
}

function longest(spans: readonly (number | null)[]): number | null {
  return spans.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
}
