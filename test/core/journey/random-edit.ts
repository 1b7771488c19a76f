/**
 * A random journey that is edited while its lead is in it: from some instant on every asking under the
 * old plan is answered with the newer one, in which every step has another name.
 *
 * The world stays a pure function of command and instant, so that both drivers can be given it.
 */
import type { ActingCommand } from '../../../core/journey/command.ts';
import type { Flow, FlowStep, Next, StepId } from '../../../core/journey/flow.ts';
import type { JourneyMessage } from '../../../core/journey/input.ts';
import { Random, randomPausedPlan, type RandomPlan } from './random-plan.ts';

const DAY = 24 * 3_600_000;

export function randomEditedPlan(seed: number): RandomPlan {
  const plan = randomPausedPlan(seed);
  const editedAt = plan.startAt + new Random(`edit ${seed}`).below(10) * DAY;
  const steps = Object.keys(plan.flow.steps);
  const flow = renameFlow(plan.flow, newName);
  const renamed = Object.fromEntries(steps.map((step) => [step, newName(step)]));
  const messages = plan.messages.map(({ arrivesAt, message }) => ({
    arrivesAt,
    message: arrivesAt < editedAt ? message : renameMessage(message, newName),
  }));
  return {
    ...plan,
    messages,
    act: (command, now) => {
      const isOld = 'step' in command && !command.step.startsWith('new-');
      if (!isOld || now < editedAt) return plan.act(renameCommand(command, oldName), now);
      const heard = plan.messages
        .filter(({ arrivesAt }) => arrivesAt <= now)
        .map(({ message }) => renameMessage(message, newName));
      return { type: 'move', planHash: 'newer', flow, renamed, removed: {}, heard };
    },
  };
}

export function newName(step: StepId): StepId {
  return `new-${step}`;
}
function oldName(step: StepId): StepId {
  return step.replace(/^new-/, '');
}

export function renameFlow(flow: Flow, nameOf: (step: StepId) => StepId): Flow {
  const name = (next: Next): Next => (next === null ? null : nameOf(next));
  const arms = (record: { readonly [arm: string]: Next }) =>
    Object.fromEntries(Object.entries(record).map(([arm, next]) => [arm, name(next)]));
  const renameStep = (step: FlowStep): FlowStep => {
    switch (step.type) {
      case 'act':
      case 'wait':
        return { ...step, next: name(step.next) };
      case 'wait-until':
        return { ...step, inside: name(step.inside), next: name(step.next) };
      case 'wait-for':
        return { ...step, arms: arms(step.arms), timedOut: name(step.timedOut) };
      case 'choose':
        return { ...step, arms: arms(step.arms) };
      case 'exit':
        return step;
    }
  };
  const steps = Object.entries(flow.steps).map(([id, step]) => [nameOf(id), renameStep(step)]);
  return { ...flow, start: name(flow.start), steps: Object.fromEntries(steps) as Flow['steps'] };
}

export function renameMessage(
  message: JourneyMessage,
  nameOf: (step: StepId) => StepId,
): JourneyMessage {
  return message.type === 'satisfied' ? { ...message, step: nameOf(message.step) } : message;
}

/** Also in its id: what comes to it is drawn by that. */
export function renameCommand(
  command: ActingCommand,
  nameOf: (step: StepId) => StepId,
): ActingCommand {
  return 'step' in command
    ? { ...command, step: nameOf(command.step), id: nameOf(command.id) }
    : command;
}
