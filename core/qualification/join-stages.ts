/**
 * Where one person stands who was two leads: at the further stage, and where a person set it by hand,
 * there. What either has left stays left, so that the old evidence of the one never hands over the
 * other anew.
 */
import type { Lead, StageState } from '../facts/lead.ts';
import type { Qualification } from './model.ts';
import { isLeftAlone } from './stages.ts';

export function joinStages(
  into: Lead,
  from: Lead,
  { order }: Qualification,
  now: number,
): StageState {
  const [stays, goes] = isFirst(into, from, order, now) ? [into, from] : [from, into];
  const { left, takenBack, ...state } = stays.stage;
  const taken = { ...goes.stage.takenBack, ...takenBack };
  return {
    ...state,
    left: latestOfEach(left, goes.stage.left),
    ...(Object.keys(taken).length === 0 ? {} : { takenBack: taken }),
  };
}

function isFirst(into: Lead, from: Lead, order: readonly string[], now: number): boolean {
  const [held, other] = [isLeftAlone(into, now), isLeftAlone(from, now)];
  if (held !== other) return held;
  if (held) return (into.stage.byHand?.at ?? 0) >= (from.stage.byHand?.at ?? 0);
  return order.indexOf(into.stage.stage) >= order.indexOf(from.stage.stage);
}

function latestOfEach(one: StageState['left'], other: StageState['left']): StageState['left'] {
  const both = Object.entries(other).map(
    ([stage, at]) =>
      [stage, Math.max(at, Object.hasOwn(one, stage) ? (one[stage] ?? at) : at)] as const,
  );
  return { ...one, ...Object.fromEntries(both) };
}
