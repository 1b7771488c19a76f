/** What people decided about a lead, in the words of its timeline: a stage by hand, a verdict on an event. */
import { instantInZone } from '../console/time.ts';
import { STAGE_SET } from '../core/decision/by-hand.ts';
import { EVENT_JUDGED } from '../core/decision/judged.ts';
import type { Release } from '../core/definitions/release.ts';
import { eventLabel, stageLabel } from '../core/routing/brief.ts';
import { instantOf } from '../core/rules/instant.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { text } from './words.ts';

interface Words {
  readonly title: string;
  readonly reasons: readonly string[];
}

/** Why a handoff was closed that nobody answered. */
export const closedBecause: { readonly [reason: string]: string } = {
  robot: 'What it rested on was a robot',
  'by-hand': 'Somebody set the stage back',
  disqualified: 'The lead was disqualified',
};

export function handWords(
  name: string,
  properties: JsonObject,
  release: Release,
): Words | undefined {
  if (name === STAGE_SET) return stageWords(properties, release);
  return name === EVENT_JUDGED ? verdictWords(properties, release) : undefined;
}

/** "Rules leave it alone until Wed 1 Apr, 11:00". */
export function leftAloneWords(until: number | undefined, release: Release): string {
  const end =
    until === undefined
      ? 'for ever'
      : `until ${instantInZone(until, release.sending.zoneIfUnknown)}`;
  return `Rules leave it alone ${end}`;
}

function stageWords({ stage, reason, by, until, quiet }: JsonObject, release: Release): Words {
  const reasons = [
    text(reason) ?? '',
    text(by) === undefined ? '' : `By ${text(by) ?? ''}`,
    leftAloneWords(instantOf(until), release),
    ...(quiet === true ? ['Nobody was told'] : []),
  ];
  return { title: `Stage set by hand: ${stageLabel(release, text(stage) ?? '')}`, reasons };
}

const whose: { readonly [trust: string]: string } = {
  'likely-robot': 'a robot',
  human: 'a person',
  unknown: 'nobody can say',
};

function verdictWords({ trust, because, by, before, name }: JsonObject, release: Release): Words {
  const event = text(name) ?? '';
  const what = event === '' ? 'An event' : `“${eventLabel(release, event) ?? event}”`;
  const was = whose[text(before) ?? ''];
  return {
    title: `${what} was judged: ${whose[text(trust) ?? ''] ?? 'unclear'}`,
    reasons: [
      text(because) ?? '',
      text(by) === undefined ? '' : `By ${text(by) ?? ''}`,
      was === undefined ? 'It changed nothing' : `It counted as ${was} before`,
    ],
  };
}
