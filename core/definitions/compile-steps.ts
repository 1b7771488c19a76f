/**
 * The steps of a journey, one by one: what each sends, waits for, chooses or does.
 *
 * Step ids and arm ids share one namespace, so that a lead's position is one word.
 */
import type { DateReference, PlanStep, Watch } from '../journey/plan.ts';
import { mayBeEnriched } from '../enrichment/answer.ts';
import { checkCondition, checkMatch, findFact } from './check-condition.ts';
import type { World } from './check-condition.ts';
import { happenedArm } from './compile-flow.ts';
import type { DateSource, Steps, StepSource, WatchSource } from './step-source.ts';
import { present } from './present.ts';
import type { Path } from './problems.ts';
import { list } from './problems.ts';
import type { Json } from '../rules/condition.ts';
import type { BusinessDuration } from '../routing/model.ts';
import { check, refer, referAssignee, referEnterable } from './scope.ts';
import type { Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

interface Pass {
  readonly scope: Scope;
  readonly world: Extract<World, { type: 'lead' }>;
  readonly steps: { [step: string]: PlanStep };
  /** Ids of steps and arms alike. */
  readonly ids: Set<string>;
  /** Steps that send, in file order. */
  readonly sends: string[];
}

export function compileSteps(
  scope: Scope,
  steps: Steps,
  world: Extract<World, { type: 'lead' }>,
): { readonly [step: string]: PlanStep } {
  const pass: Pass = { scope, world, steps: {}, ids: new Set(), sends: [] };
  addList(pass, steps, ['steps']);
  if (steps.length === 0)
    scope.reportShape(['steps'], { message: 'a journey needs at least one step' });
  return pass.steps;
}

function addList(pass: Pass, steps: Steps, path: Path): void {
  steps.forEach((step, index) => {
    const at = [...path, index];
    claimId(pass, step.id, [...at, 'id']);
    pass.steps[step.id] = compileStep(pass, step, at);
    if (index < steps.length - 1 && 'exit' in step) {
      pass.scope.report([...path, index + 1], {
        message: `nothing comes after the exit ${JSON.stringify(step.id)}`,
        fix: 'move the exit to the end of the list',
      });
    }
  });
}

function claimId(pass: Pass, id: string, path: Path): void {
  const found = JSON.stringify(id);
  if (pass.ids.has(id)) {
    const message = `id ${found} is used twice in this journey (steps and arms share one namespace)`;
    pass.scope.report(path, { message, found, fix: 'rename one' });
  }
  pass.ids.add(id);
}

function compileStep(pass: Pass, step: StepSource, path: Path): PlanStep {
  if ('send' in step) return compileSend(pass, step, path);
  if ('waitFor' in step) return compileWaitFor(pass, step, path);
  if ('wait' in step) return compileWait(pass, step, path);
  if ('branch' in step) return compileBranch(pass, step, path);
  if ('split' in step) return compileSplit(pass, step, path);
  if ('update' in step) return compileUpdate(pass, step, path);
  if ('task' in step) return compileTask(pass, step, path);
  if ('notify' in step) {
    referAssignee(pass.scope, step.notify, [...path, 'notify'], people, anybody);
    return { type: 'notify', who: step.notify, text: step.text };
  }
  if ('webhook' in step) return { type: 'webhook', target: step.webhook };
  if ('enrich' in step) return compileEnrich(pass, step, path);
  if ('enter' in step) {
    referEnterable(pass.scope, step.enter, [...path, 'enter']);
    return { type: 'enter', journey: step.enter, with: step.with };
  }
  return { type: 'exit', why: step.exit };
}

const people = ['owner', 'last-owner', 'account-owner'];
const anybody = ['rep', 'pool', 'queue', 'route'] as const;

function compileSend(
  pass: Pass,
  step: Extract<StepSource, { send: string }>,
  path: Path,
): PlanStep {
  const { scope } = pass;
  refer(scope, 'template', step.send, [...path, 'send']);
  if (step.onlyIfSent !== undefined && !pass.sends.includes(step.onlyIfSent)) {
    const found = JSON.stringify(step.onlyIfSent);
    const expected = list(pass.sends);
    const fix = didYouMean(step.onlyIfSent, pass.sends);
    const message = `no earlier step ${found} sends an email`;
    scope.report([...path, 'onlyIfSent'], present({ message, found, expected, fix }));
  }
  pass.sends.push(step.id);
  return present({
    type: 'send' as const,
    template: step.send,
    class: step.class,
    because: step.because,
    sendBy: step.sendBy === undefined ? undefined : dateOf(pass, step.sendBy, [...path, 'sendBy']),
    onlyIfSent: step.onlyIfSent,
  });
}

function compileWait(
  pass: Pass,
  step: Extract<StepSource, { wait: unknown }>,
  path: Path,
): PlanStep {
  if (typeof step.wait === 'number') {
    if (step.wait <= 0) pass.scope.report([...path, 'wait'], { message: 'a wait of nothing' });
    return { type: 'wait', ms: step.wait };
  }
  if ('steps' in step) addList(pass, step.steps, [...path, 'steps']);
  const source = { date: step.wait.until, offset: step.wait.offset };
  return {
    type: 'wait-until',
    until: dateOf(pass, source, [...path, 'wait'], 'until'),
    ifPast: 'ifPast' in step ? step.ifPast : 'continue',
  };
}

function compileWaitFor(
  pass: Pass,
  step: Extract<StepSource, { waitFor: unknown }>,
  path: Path,
): PlanStep {
  const { scope } = pass;
  const { waitFor } = step;
  const at = [...path, 'waitFor'];
  if ((waitFor.upTo === undefined) === (waitFor.until === undefined)) {
    scope.reportShape(at, {
      message: 'a waitFor ends after "upTo" or at "until": exactly one of them',
      fix: waitFor.upTo === undefined ? 'add "upTo": "5 days"' : 'leave one out',
    });
  }
  if ('first' in waitFor && step.happened !== undefined) {
    const message = '"happened" belongs to a waitFor without "first": each arm has its own "steps"';
    scope.report([...path, 'happened'], { message }, 'key');
  }
  const arms =
    'first' in waitFor
      ? waitFor.first.map((arm, index) => {
          const armPath = [...at, 'first', index];
          claimId(pass, arm.id, [...armPath, 'id']);
          addList(pass, arm.steps, [...armPath, 'steps']);
          return { id: arm.id, when: watchOf(pass, arm, armPath) };
        })
      : [{ id: happenedArm, when: watchOf(pass, waitFor, at) }];
  addList(pass, step.happened ?? [], [...path, 'happened']);
  addList(pass, step.timedOut, [...path, 'timedOut']);
  return present({
    type: 'wait-for' as const,
    arms,
    since: waitFor.since,
    upToMs: waitFor.upTo,
    until: waitFor.until === undefined ? undefined : dateOf(pass, waitFor.until, [...at, 'until']),
  });
}

function watchOf(pass: Pass, watch: WatchSource, path: Path): Watch {
  const { scope, world } = pass;
  return 'event' in watch
    ? { type: 'event', match: checkMatch(scope, watch, path, world.entry) }
    : {
        type: 'condition',
        condition: checkCondition(scope, watch.when, [...path, 'when'], world),
      };
}

function compileBranch(
  pass: Pass,
  step: Extract<StepSource, { branch: unknown }>,
  path: Path,
): PlanStep {
  const last = step.branch.length - 1;
  const arms = step.branch.map((arm, index) => {
    const at = [...path, 'branch', index];
    claimId(pass, arm.id, [...at, 'id']);
    const isElse = 'else' in arm;
    if (isElse && index < last) {
      const message = 'only the last arm of a branch is "else": no arm after it can win';
      pass.scope.report([...at, 'else'], { message, fix: 'move it to the end' }, 'key');
    }
    if (!isElse && index === last) {
      const message = 'the last arm of a branch must be "else": true';
      pass.scope.reportShape(
        at,
        { message, fix: 'add { "id": "others", "else": true, "steps": [] }' },
        [...path, 'branch'],
      );
    }
    const condition = isElse
      ? undefined
      : checkCondition(pass.scope, arm.if, [...at, 'if'], pass.world);
    addList(pass, arm.steps, [...at, 'steps']);
    return present({ id: arm.id, if: condition });
  });
  return { type: 'branch', arms };
}

function compileSplit(
  pass: Pass,
  step: Extract<StepSource, { split: unknown }>,
  path: Path,
): PlanStep {
  const total = step.split.reduce((sum, arm) => sum + arm.share, 0);
  if (Math.abs(total - 100) > 1e-9) {
    const message = `the shares of a split total 100, found ${total}`;
    pass.scope.reportShape([...path, 'split'], { message, found: String(total), expected: '100' });
  }
  const arms = step.split.map((arm, index) => {
    const at = [...path, 'split', index];
    claimId(pass, arm.id, [...at, 'id']);
    addList(pass, arm.steps, [...at, 'steps']);
    return { id: arm.id, share: arm.share, holdout: arm.holdout };
  });
  return { type: 'split', arms };
}

function compileUpdate(
  pass: Pass,
  step: Extract<StepSource, { update: unknown }>,
  path: Path,
): PlanStep {
  const { scope } = pass;
  const { tags, ...attributes } = step.update;
  const known = new Set([...scope.names.facts].flatMap(([id, fact]) => (fact.isTrait ? [id] : [])));
  for (const attribute of Object.keys(attributes)) {
    check(scope, 'fact', attribute, [...path, 'update', attribute], known);
  }
  return {
    type: 'update',
    attributes: attributes,
    addTags: tagsOf(scope, tags, 'add', [...path, 'update', 'tags']),
    removeTags: tagsOf(scope, tags, 'remove', [...path, 'update', 'tags']),
  };
}

function compileEnrich(
  { scope }: Pass,
  step: Extract<StepSource, { enrich: unknown }>,
  path: Path,
): PlanStep {
  const traits = [...scope.names.facts].flatMap(([id, { isTrait }]) => (isTrait ? [id] : []));
  const known = new Set(traits.filter(mayBeEnriched));
  step.enrich.forEach((fact, index) => {
    const at = [...path, 'enrich', index];
    const isFirst = step.enrich.indexOf(fact) === index;
    const found = JSON.stringify(fact);
    if (!isFirst)
      scope.report(at, { message: `fact ${found} is named twice`, fix: 'leave one out' });
    else if (traits.includes(fact) && !known.has(fact)) {
      scope.report(at, { message: `only the lead itself can say ${found}`, found });
    } else check(scope, 'fact', fact, at, known);
  });
  if (step.upTo <= 0) scope.report([...path, 'upTo'], { message: 'no time to look anything up' });
  return { type: 'enrich', facts: step.enrich, upToMs: step.upTo };
}

function tagsOf(
  scope: Scope,
  tags: Json | undefined,
  which: 'add' | 'remove',
  path: Path,
): readonly string[] {
  if (tags === undefined) return [];
  const isObject = typeof tags === 'object' && tags !== null && !Array.isArray(tags);
  const known = isObject && Object.keys(tags).every((key) => key === 'add' || key === 'remove');
  const words = known ? ((tags as { readonly [key: string]: Json })[which] ?? []) : undefined;
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  const message = 'tags are changed by { "add": ["…"], "remove": ["…"] }';
  scope.report(path, { message });
  return [];
}

function compileTask(
  pass: Pass,
  step: Extract<StepSource, { task: string }>,
  path: Path,
): PlanStep {
  referAssignee(pass.scope, step.for, [...path, 'for'], people, anybody);
  if (step.ifNone !== undefined) {
    referAssignee(pass.scope, step.ifNone, [...path, 'ifNone'], people, anybody);
  } else if (people.includes(step.for)) {
    const message = `"for": ${JSON.stringify(step.for)} needs "ifNone": who, when there is none`;
    pass.scope.reportShape(path, { message, fix: 'add "ifNone": "route:…" or "pool:…"' });
  }
  return present({
    type: 'task' as const,
    text: step.task,
    kind: step.kind,
    due: sayDuration(step.due),
    for: step.for,
    ifNone: step.ifNone,
  });
}

function sayDuration({ amount, unit, business }: BusinessDuration): string {
  return `${amount} ${business ? 'business ' : ''}${unit}`;
}

function dateOf(pass: Pass, source: DateSource, path: Path, key = 'date'): DateReference {
  const at = [...path, key];
  const fact = findFact(pass.scope, source.date, at, pass.world);
  if (fact !== undefined && fact !== 'any' && fact.type !== 'date') {
    const found = JSON.stringify(source.date);
    pass.scope.report(at, { message: `${found} is not a date (a ${fact.type})`, found });
  }
  return { date: source.date, offsetMs: source.offset };
}
