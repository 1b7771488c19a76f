/**
 * Does an email follow up another that may never have gone out?
 *
 * Two marks are certain: it is sent because a lead did not open, click or answer the email before, or
 * its subject begins with "Re:". Without `onlyIfSent` it also reaches those for whom the first one was
 * skipped: no consent, a cap, a missing variable.
 */
import type { StepId } from '../journey/flow.ts';
import type { PlanStep } from '../journey/plan.ts';
import { alongFlow } from './along-flow.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { stepsInOrder, timedOut, waysOf } from './flow-ways.ts';
import { placedJourneys, placeOf, type PlacedJourney } from './step-places.ts';

const answers = ['Email Delivered', 'Email Opened', 'Email Clicked', 'Email Replied'];

export function findFollowUps(workspace: ProvableWorkspace): readonly Finding[] {
  return placedJourneys(workspace).flatMap((journey) => {
    const before = lastSends(journey);
    const afterWaits = [...before].flatMap(([id, sends]) => findAfterWait(journey, id, sends));
    const told = new Set(afterWaits.map(({ step }) => step));
    const replies = [...before].flatMap(([id, sends]) =>
      told.has(id) ? [] : findReply(journey, id, sends, workspace),
    );
    return [...afterWaits.map(({ finding }) => finding), ...replies];
  });
}

type Sends = ReadonlySet<StepId>;

/** The emails that can be the latest one when a lead comes to a step. */
function lastSends({ plan }: PlacedJourney): ReadonlyMap<StepId, Sends> {
  return alongFlow<Sends>(plan.flow, {
    start: new Set(),
    pass: (state, { from }) => (plan.steps[from]?.type === 'send' ? new Set([from]) : state),
    join: (a, b) => new Set([...a, ...b]),
  });
}

function findAfterWait(
  journey: PlacedJourney,
  id: StepId,
  sends: Sends,
): readonly { readonly step: StepId; readonly finding: Finding }[] {
  const step = journey.plan.steps[id];
  const watched = step?.type === 'wait-for' ? watchedEvent(step) : undefined;
  const [earlier] = sends;
  if (watched === undefined || earlier === undefined) return [];
  return nextSends(journey, id).flatMap((next) => {
    if (onlyIfSent(journey, next) !== undefined) return [];
    const finding: Finding = {
      finding: 'follow-up-without-only-if-sent',
      severity: 'warning',
      file: journey.file,
      path: placeOf(journey, next),
      message: `"${next}" follows up "${earlier}", and is sent also when "${earlier}" was not`,
      witness: `${earlier} is skipped (no consent) → ${id}: no "${watched}" → ${next} is sent`,
      fix: `add "onlyIfSent": "${earlier}"`,
    };
    return [{ step: next, finding }];
  });
}

function watchedEvent(step: Extract<PlanStep, { type: 'wait-for' }>): string | undefined {
  const events = step.arms.flatMap(({ when }) => (when.type === 'event' ? [when.match.event] : []));
  return events.find((event) => answers.includes(event));
}

/** The first emails on the way on which nothing was heard. */
function nextSends({ plan }: PlacedJourney, wait: StepId): readonly StepId[] {
  const { flow, steps } = plan;
  const from = flow.steps[wait];
  if (from?.type !== 'wait-for') return [];
  const isBefore = alongFlow<boolean>(
    { ...flow, start: wait },
    {
      start: true,
      pass: (state, way) => {
        if (way.from === wait) return way.arm === timedOut ? true : undefined;
        return steps[way.from]?.type === 'send' ? undefined : state;
      },
      join: (a, b) => a || b,
    },
  );
  const ownArms = waysOf(wait, from).filter(({ arm }) => arm !== timedOut);
  const shared = new Set(ownArms.flatMap(({ to }) => [...stepsInOrder(flow, to)]));
  return [...isBefore.keys()].filter((id) => steps[id]?.type === 'send' && !shared.has(id));
}

function onlyIfSent({ plan }: PlacedJourney, id: StepId): StepId | undefined {
  const step = plan.steps[id];
  return step?.type === 'send' ? step.onlyIfSent : undefined;
}

function findReply(
  journey: PlacedJourney,
  id: StepId,
  sends: Sends,
  { release }: ProvableWorkspace,
): readonly Finding[] {
  const step = journey.plan.steps[id];
  if (step?.type !== 'send' || step.onlyIfSent !== undefined) return [];
  const languages = Object.values(release.templates[step.template]?.manifest.languages ?? {});
  const subject = languages.map((one) => one.subject).find((one) => /^\s*re:/i.test(one));
  if (subject === undefined) return [];
  const [earlier] = sends;
  return [
    {
      finding: 'follow-up-without-only-if-sent',
      severity: 'warning',
      file: journey.file,
      path: placeOf(journey, id),
      message: `"${id}" looks like an answer ("${subject}"), and is sent also when nothing was sent before`,
      witness:
        earlier === undefined
          ? `"${id}" is the first email of the journey`
          : `${earlier} is skipped (no consent) → ${id} is sent as "${subject}"`,
      fix:
        earlier === undefined ? 'take "Re:" out of the subject' : `add "onlyIfSent": "${earlier}"`,
    },
  ];
}
