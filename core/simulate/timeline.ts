/** A simulated life as sentences, one per thing that happened, for people to read. */
import { suppressionTitle } from '../words/standing-words.ts';
import type { Decision } from '../decision/decision.ts';
import type { Release } from '../definitions/release.ts';
import type { Happening } from './world.ts';

export interface TimelineEntry {
  readonly at: number;
  readonly text: string;
}

export function timelineOf(
  happenings: readonly Happening[],
  release: Release,
): readonly TimelineEntry[] {
  return happenings.flatMap((happening) => {
    const text = sentenceOf(happening, release);
    return text === undefined ? [] : [{ at: happening.at, text }];
  });
}

function sentenceOf(happening: Happening, release: Release): string | undefined {
  switch (happening.type) {
    case 'event':
      return eventSentence(happening.event.name, happening.event.type);
    case 'decision':
      return decisionSentence(happening.decision, release);
    case 'send': {
      const { template, journey, step, state, reason } = happening.send;
      return state === 'sent'
        ? `Email "${template}" is sent (${journey}, ${step})`
        : `Email "${template}" is not sent: ${reason ?? 'unknown'} (${journey}, ${step})`;
    }
    case 'act':
      return `${happening.text} (${happening.journey}, ${happening.step})`;
    case 'ended':
      return happening.why === 'completed'
        ? `Journey "${happening.journey}" is completed`
        : `Journey "${happening.journey}" ends: ${happening.why}`;
    case 'paused':
      return `Everything waits: ${happening.why}`;
    case 'assigned':
      return `Goes to ${happening.to}: ${happening.why}`;
  }
}

/** The mail itself says that it was sent. */
function eventSentence(name: string, type: string): string | undefined {
  if (name === 'Email Sent' || name === 'Rep Assigned') return undefined;
  if (name !== '') return name;
  return type === 'identify' ? 'Facts become known' : undefined;
}

function decisionSentence(decision: Decision, { qualification }: Release): string | undefined {
  const label = (stage: string) =>
    qualification.stages.find((rule) => rule.stage === stage)?.label ?? stage;
  switch (decision.kind) {
    case 'score':
      return decision.before.grade === decision.after.grade
        ? undefined
        : `Grade ${decision.before.grade} becomes ${decision.after.grade} (${decision.model})`;
    case 'stage':
      return `${label(decision.from)} becomes ${label(decision.to)}: ${decision.why}`;
    case 'disqualified':
      return `${decision.holds ? 'Disqualified' : 'No longer disqualified'}: ${decision.why}`;
    case 'entry':
      return decision.entered
        ? `Enters journey "${decision.journey}"`
        : `Does not enter journey "${decision.journey}": ${decision.because ?? 'unknown'}`;
    case 'exit':
      return `Leaves journey "${decision.journey}": ${decision.why}`;
    case 'wait':
      return `What step "${decision.step}" of "${decision.journey}" waits for is here (${decision.arm})`;
    case 'handoff':
      return decision.opened
        ? `Is handed to sales as "${decision.handoff}" because of ${label(decision.because)}`
        : `Is not handed over again: ${decision.because}`;
    case 'verdict':
      return `Handoff ${decision.verdict} by ${decision.by}`;
    case 'suppression': {
      const { holds, until, why } = decision;
      const ends =
        until === undefined ? '' : ` until ${new Date(until).toISOString().slice(0, 10)}`;
      return `${suppressionTitle(decision, holds)}${ends}: ${why}`;
    }
    case 'reply':
      return decision.to === undefined
        ? 'Nobody is told of the answer'
        : `${decision.to} is told of the answer`;
  }
}
