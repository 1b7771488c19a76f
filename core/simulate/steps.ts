/**
 * Carries out the acting steps of a simulated journey: the only switch over them here. Each answers as
 * its activity would; tasks, notes and webhooks leave a line and nothing else.
 */
import { sortAnswer, unknownOf } from '../enrichment/answer.ts';
import {
  enrichmentEvents,
  enrichOutcomeWords,
  outcomeOf,
  type EnrichOutcome,
} from '../enrichment/event.ts';
import { sendId } from '../decision/ids.ts';
import type { EnrolmentState } from '../facts/lead.ts';
import { factReader } from '../facts/read.ts';
import { aboutMail } from '../feedback/events.ts';
import type { ActingCommand, Outcome } from '../journey/command.ts';
import type { JourneyPlan, PlanStep } from '../journey/plan.ts';
import { splitArm } from '../journey/split.ts';
import { invariant } from '../journey/state.ts';
import { compileCondition } from '../rules/compile.ts';
import { instantOf } from '../rules/instant.ts';
import { askToSend, type SendStep } from './sends.ts';
import type { World } from './world.ts';

type Asking = Exclude<ActingCommand, { type: 'complete' | 'wake' }>;

export function carryOut(
  world: World,
  plan: JourneyPlan,
  enrolment: EnrolmentState,
  command: Asking,
): Outcome {
  const step = plan.steps[command.step];
  invariant(step !== undefined, `the plan has no step "${command.step}"`);
  const commandId = `${enrolment.id}/${command.id}`;
  if (step.type === 'send') return send(world, plan, enrolment, command.step, step, commandId);
  if (enrolment.status === 'closed') return { type: 'closed' };
  const note = (text: string) => {
    world.note({ type: 'act', journey: plan.journey, step: command.step, text });
  };
  switch (step.type) {
    case 'branch':
    case 'split':
      return { type: 'arm', arm: armOf(world, plan, enrolment, command.step, step) };
    case 'wait-until':
    case 'wait-for':
      return { type: 'date', at: dateOf(world, enrolment, step) };
    case 'update':
      world.ingest({
        source: 'journey',
        messageId: commandId,
        type: 'identify',
        traits: step.attributes,
        addTags: step.addTags,
        removeTags: step.removeTags,
      });
      return { type: 'done' };
    case 'enter': {
      const { journey, with: properties } = step;
      world.ingest({ source: 'journey', messageId: commandId, type: 'enrol', journey, properties });
      return { type: 'done' };
    }
    case 'task':
      note(`A task for ${step.for}: ${step.text}`);
      return { type: 'done' };
    case 'notify':
      note(`A note to ${step.who}: ${step.text}`);
      return { type: 'done' };
    case 'webhook':
      note(`A call to ${step.target}`);
      return { type: 'done' };
    case 'enrich':
      note(enrichOutcomeWords[lookUp(world, plan, command.step, step, commandId)]);
      return { type: 'done' };
    case 'wait':
    case 'exit':
      invariant(false, `step "${command.step}" does not act`);
  }
}

/** What the persona says that a provider knows; without that, nobody knows more. */
function lookUp(
  world: World,
  { journey }: JourneyPlan,
  id: string,
  step: Extract<PlanStep, { type: 'enrich' }>,
  commandId: string,
): EnrichOutcome {
  const { release, lead, now, enrichment } = world;
  const wanted = unknownOf(step.facts, factReader(release, lead, now));
  if (wanted.length === 0) return 'known';
  const values = Object.fromEntries(
    Object.entries(enrichment).map(([fact, value]) => [fact, { value }]),
  );
  const sorted = sortAnswer({ values, source: 'persona' }, wanted, release);
  for (const told of enrichmentEvents(sorted, { provider: 'persona', journey, step: id })) {
    const { suffix, ...event } = told;
    const own = { source: 'persona', messageId: `${commandId}${suffix}`, name: 'Lead Enriched' };
    world.ingest({ ...own, ...event, by: 'enrichment' });
  }
  return outcomeOf(sorted);
}

function send(
  world: World,
  plan: JourneyPlan,
  enrolment: EnrolmentState,
  id: string,
  step: SendStep,
  commandId: string,
): Outcome {
  const question = { commandId, enrolment, plan, id, step };
  const row = askToSend(question, world.lead, world.now, world.release, world.sends);
  world.record(row);
  if (row.state === 'held') return { type: 'retry-at', at: row.at };
  if (row.state === 'sent') {
    const { journey } = plan;
    const properties = aboutMail({
      journey,
      step: id,
      template: step.template,
      send: sendId(commandId),
    });
    world.ingest({ source: 'mail', messageId: commandId, name: 'Email Sent', properties });
  }
  return enrolment.status === 'closed' ? { type: 'closed' } : { type: 'done' };
}

function armOf(
  world: World,
  plan: JourneyPlan,
  enrolment: EnrolmentState,
  id: string,
  step: Extract<PlanStep, { type: 'branch' | 'split' }>,
): string {
  const { lead, release, now } = world;
  if (step.type === 'split') return splitArm(step.arms, lead.splitKey, plan.journey, id);
  const read = factReader(release, lead, now, { entry: enrolment.entry });
  const taken = step.arms.find(
    ({ if: condition }) =>
      condition === undefined || compileCondition(condition, release.segments).holds(read, now),
  );
  invariant(taken !== undefined, `branch "${id}" has no arm without "if"`);
  return taken.id;
}

function dateOf(
  { release, lead, now }: World,
  { entry }: EnrolmentState,
  step: Extract<PlanStep, { type: 'wait-until' | 'wait-for' }>,
): number | null {
  if (step.until === undefined) return null;
  const at = instantOf(factReader(release, lead, now, { entry })(step.until.date));
  return at === undefined ? null : at + step.until.offsetMs;
}
