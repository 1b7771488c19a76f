/**
 * A stage set by a person, as the event says it: which, why, by whom, and until when rules leave it
 * alone. Callers' mistakes are refused at the door with a sentence (`api/by-hand.ts`); what gets here
 * unasked and names no stage of the workspace changes nothing.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import type { SetByHand } from '../qualification/stages.ts';
import { instantOf } from '../rules/instant.ts';
import type { IncomingEvent } from './decision.ts';
import { textOf } from './properties.ts';

export const STAGE_SET = 'Stage Set';

export function setByHand(
  lead: Lead,
  { name, properties, occurredAt: at }: IncomingEvent,
  { qualification }: Release,
): SetByHand | undefined {
  if (name !== STAGE_SET) return undefined;
  const stage = stageNamed(qualification, textOf(properties['stage']));
  // What a person said later has arrived already.
  if (stage === undefined || (lead.stage.byHand?.at ?? -Infinity) > at) return undefined;
  const until = instantOf(properties['until']);
  return {
    stage,
    why: textOf(properties['reason']) ?? 'No reason given',
    by: textOf(properties['by']) ?? 'somebody',
    at,
    ...(until === undefined ? {} : { until }),
    quiet: properties['quiet'] === true,
  };
}

/** By its value or its label, in any case: people write "Lead" where a page says so. */
export function stageNamed(
  { order, stages }: Release['qualification'],
  name: string | undefined,
): string | undefined {
  if (name === undefined) return undefined;
  if (order.includes(name)) return name;
  const wanted = name.toLowerCase();
  return (
    stages.find(({ label }) => label.toLowerCase() === wanted)?.stage ??
    order.find((stage) => stage.toLowerCase() === wanted)
  );
}
