/** The steps and entries of a plan as people say them. Pure; the files in force have the last word. */
import type { Entry, JourneyPlan, PlanStep, Watch } from '../core/journey/plan.ts';
import { durationInWords } from '../core/rules/duration.ts';

export interface StepLine {
  readonly id: string;
  readonly depth: number;
  readonly words: string;
  /** "→ congrats or help": where an answer leads. */
  readonly arms: readonly string[];
}

/** Steps in the order a lead meets them; arms are indented below the step that chooses. */
export function stepLines(plan: JourneyPlan): readonly StepLine[] {
  const lines: StepLine[] = [];
  const seen = new Set<string>();
  const walk = (start: string | null, depth: number, until: string | null): void => {
    for (let id = start; id !== null && id !== until && !seen.has(id);) {
      seen.add(id);
      const step = plan.steps[id];
      const flow = plan.flow.steps[id];
      if (step === undefined || flow === undefined) return;
      const arms = asWritten(armsOf(flow), step);
      const join = joinOf(
        plan,
        arms.map(([, next]) => next),
      );
      lines.push({ id, depth, words: stepWords(step), arms: arms.map(([arm]) => arm) });
      for (const [, next] of arms) if (next !== join) walk(next, depth + 1, join);
      id = arms.length > 0 ? join : 'next' in flow ? flow.next : null;
    }
  };
  walk(plan.flow.start, 0, null);
  return lines;
}

/** In the order of the file: what comes back from a database has lost the order of its keys. */
function asWritten(
  arms: readonly (readonly [string, string | null])[],
  step: PlanStep,
): readonly (readonly [string, string | null])[] {
  const written = 'arms' in step ? step.arms.map(({ id }) => id) : [];
  const place = (arm: string): number =>
    written.includes(arm) ? written.indexOf(arm) : written.length;
  return [...arms].sort(([left], [right]) => place(left) - place(right));
}

type FlowStep = JourneyPlan['flow']['steps'][string];

function armsOf(flow: FlowStep): readonly (readonly [string, string | null])[] {
  switch (flow.type) {
    case 'choose':
      return Object.entries(flow.arms);
    case 'wait-for':
      return [...Object.entries(flow.arms), ['timed out', flow.timedOut]];
    case 'wait-until':
      return flow.inside === flow.next
        ? []
        : [
            ['in time', flow.inside],
            ['past', flow.next],
          ];
    case 'act':
    case 'wait':
    case 'exit':
      return [];
  }
}

/** The first step that every arm comes to: where they meet again. */
function joinOf(plan: JourneyPlan, starts: readonly (string | null)[]): string | null {
  const [first, ...others] = starts.map((start) => reachable(plan, start));
  if (first === undefined) return null;
  return [...first].find((id) => others.every((other) => other.has(id))) ?? null;
}

function reachable(plan: JourneyPlan, start: string | null): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [start];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (id === null || found.has(id)) continue;
    const flow = plan.flow.steps[id];
    if (flow === undefined) continue;
    found.add(id);
    const arms = armsOf(flow).map(([, next]) => next);
    queue.push(...(arms.length > 0 ? arms : 'next' in flow ? [flow.next] : []));
  }
  return found;
}

export function stepWords(step: PlanStep): string {
  switch (step.type) {
    case 'send':
      return `Send “${step.template}”${step.class === undefined ? '' : ` (${step.class})`}`;
    case 'wait':
      return `Wait ${durationInWords(step.ms)}`;
    case 'wait-until':
      return `Wait until ${step.until.date}`;
    case 'wait-for': {
      const limit = step.upToMs === undefined ? '' : `, at most ${durationInWords(step.upToMs)}`;
      return `Wait for ${step.arms.map(({ when }) => watchWords(when)).join(' or ')}${limit}`;
    }
    case 'branch':
      return 'Choose by what is known';
    case 'split':
      return `Split ${step.arms.map(({ id, share }) => `${share} % ${id}`).join(', ')}`;
    case 'update':
      return `Update ${[...Object.keys(step.attributes), ...step.addTags, ...step.removeTags].join(', ')}`;
    case 'task':
      return `Task (${step.kind}, due in ${step.due}): ${step.text}`;
    case 'notify':
      return `Notify ${step.who}: ${step.text}`;
    case 'webhook':
      return `Call the webhook “${step.target}”`;
    case 'enter':
      return `Enter “${step.journey}”`;
    case 'exit':
      return `Leave: ${step.why}`;
  }
}

export function entryWords(entry: Entry): string {
  const condition = entry.if === undefined ? '' : ', under a condition';
  switch (entry.on) {
    case 'event':
      return `Entered on “${entry.match.event}”${condition}`;
    case 'segment':
      return `Entered with the segment “${entry.segment}”${condition}`;
    case 'stage':
      return `Entered with the stage “${entry.stage}”${condition}`;
    case 'api':
      return `Entered by request${condition}`;
  }
}

export function watchWords(watch: Watch): string {
  return watch.type === 'event' ? `“${watch.match.event}”` : 'a condition';
}
