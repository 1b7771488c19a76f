/** What came of a simulated life, in the words in which a persona expects it. Plain data. */
import { factReader } from '../facts/read.ts';
import type { SkipReason } from '../sending/model.ts';
import type { Happening, World } from './world.ts';

export interface PersonaSummary {
  readonly emails: readonly EmailSent[];
  readonly skipped: readonly (EmailSent & { readonly reason: SkipReason })[];
  /** Every stage entered, in order. */
  readonly stages: readonly { readonly at: number; readonly stage: string; readonly why: string }[];
  readonly stage: string;
  readonly grade: string;
  readonly journeys: readonly { readonly at: number; readonly journey: string }[];
  readonly refused: readonly {
    readonly at: number;
    readonly journey: string;
    readonly because: string;
  }[];
  /** `completed`, or the id of the exit, for each run in the order they were entered. */
  readonly exits: readonly {
    readonly journey: string;
    readonly exit: string;
    readonly at: number;
  }[];
  readonly rep?: string;
  readonly handoff?: string;
}
interface EmailSent {
  readonly at: number;
  readonly template: string;
  readonly journey: string;
  readonly step: string;
}

export function summaryOf({ happenings, sends, lead, release, now }: World): PersonaSummary {
  const decided = happenings.flatMap((one) => (one.type === 'decision' ? [one.decision] : []));
  const entries = decided.filter((decision) => decision.kind === 'entry');
  const rep = lead.handoff?.rep ?? lead.owner;
  return {
    emails: sends
      .filter(({ state }) => state === 'sent')
      .map(emailOf)
      .sort(byInstant),
    skipped: sends.flatMap((send) =>
      send.reason === undefined ? [] : [{ ...emailOf(send), reason: send.reason }],
    ),
    stages: decided
      .filter((decision) => decision.kind === 'stage')
      .map(({ at, to, why }) => ({ at, stage: to, why })),
    stage: lead.stage.stage,
    grade: factReader(release, lead, now).scored('core')?.grade ?? '',
    journeys: entries.filter(({ entered }) => entered).map(({ at, journey }) => ({ at, journey })),
    refused: entries
      .filter(({ entered }) => !entered)
      .map(({ at, journey, because = '' }) => ({ at, journey, because })),
    exits: endsOf(happenings),
    ...(rep === undefined ? {} : { rep }),
    ...(lead.handoff === undefined ? {} : { handoff: lead.handoff.handoff }),
  };
}

function endsOf(happenings: readonly Happening[]): PersonaSummary['exits'] {
  return happenings.flatMap((entry) => {
    if (entry.type !== 'decision' || entry.decision.kind !== 'entry') return [];
    const { enrolmentId } = entry.decision;
    const ended = happenings.find((one) => one.type === 'ended' && one.enrolmentId === enrolmentId);
    return ended?.type === 'ended'
      ? [{ journey: ended.journey, exit: ended.why, at: ended.at }]
      : [];
  });
}

function emailOf({ at, template, journey, step }: EmailSent): EmailSent {
  return { at, template, journey, step };
}

function byInstant(a: EmailSent, b: EmailSent): number {
  return a.at - b.at;
}
