/**
 * A parsed journey → its plan: who enters, what ends it, and every step by id.
 *
 * Checks what the form cannot say: names, ids, shares, the last arm, references between steps.
 * Whether a transactional email answers something is `check-transactional.ts`'s.
 */
import type { Entry, Exit, JourneyPlan, SendingRules } from '../journey/plan.ts';
import { checkCondition, checkMatch } from './check-condition.ts';
import type { World } from './check-condition.ts';
import { checkTransactional } from './check-transactional.ts';
import { compileFlow } from './compile-flow.ts';
import { compileSteps } from './compile-steps.ts';
import type { JourneyFile } from './journey.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import { present } from './present.ts';
import { checkUnique, refer, referStage } from './scope.ts';
import type { Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

type LeadWorld = Extract<World, { type: 'lead' }>;

/** A workflow carries the flow in its input and through every continue-as-new. */
export const flowBytesMost = 16 * 1024;

export function compileJourney(scope: Scope, file: JourneyFile): JourneyPlan {
  const world: LeadWorld = { type: 'lead', entry: entryProperties(scope, file) };
  const enter = file.enter.map((entry, index) =>
    compileEntry(scope, entry, ['enter', index], world),
  );
  checkUnique(
    scope,
    'exit',
    file.exit.map(({ id }, index) => ({ id, path: ['exit', index, 'id'] })),
  );
  const exits = file.exit.map((exit, index) => compileExit(scope, exit, ['exit', index], world));
  const sending = compileSending(scope, file.sending);
  const steps = compileSteps(scope, file.steps, world);
  checkTransactional(scope, file);
  checkEdits(scope, file, Object.keys(steps));
  const flow = compileFlow(file.steps);
  const bytes = new TextEncoder().encode(JSON.stringify(flow)).length;
  if (bytes > flowBytesMost) {
    scope.report(['steps'], {
      message: `the journey is too long: ${bytes} bytes of flow, at most ${flowBytesMost}`,
      fix: 'split it in two journeys, or shorten the ids',
    });
  }
  return {
    v: 1,
    journey: file.journey,
    title: file.title,
    owner: file.owner,
    enter,
    exits,
    sending,
    steps,
    flow,
    whenEdited: file.whenEdited,
    whenPaused: present({
      timers: file.whenPaused.timers,
      perHour: file.whenPaused.resume?.perHour,
      skipIfOlderThanMs: file.whenPaused.resume?.skipIfOlderThan,
    }),
  };
}

/** What `entry.<property>` can be: `any` when somebody else decides what comes with the entry. */
function entryProperties(scope: Scope, file: JourneyFile): NonNullable<LeadWorld['entry']> {
  if (file.enter.some(({ on }) => on === 'api')) return 'any';
  const declared = file.enter.map((entry) =>
    entry.on === 'event' ? scope.names.events.get(entry.event)?.properties : {},
  );
  if (declared.includes(undefined)) return 'any';
  return Object.fromEntries(declared.flatMap((properties) => Object.entries(properties ?? {})));
}

function compileEntry(
  scope: Scope,
  entry: JourneyFile['enter'][number],
  path: Path,
  world: LeadWorld,
): Entry {
  const condition =
    entry.if === undefined ? undefined : checkCondition(scope, entry.if, [...path, 'if'], world);
  const existing = entry.existing ?? 'ignore';
  const { whileInside, again, perHour, oncePer } = entry;
  const common = present({ whileInside, again, existing, perHour, oncePer, if: condition });
  if (existing === 'enrol' && perHour === undefined) {
    scope.reportShape(path, {
      message: '"existing": "enrol" needs "perHour"',
      fix: 'add "perHour"',
    });
  }
  if (oncePer !== undefined) checkOncePer(scope, oncePer, path, world);
  switch (entry.on) {
    case 'event':
      return { ...common, on: 'event', match: checkMatch(scope, entry, path, undefined) };
    case 'segment':
      refer(scope, 'segment', entry.segment, [...path, 'segment']);
      return { ...common, on: 'segment', segment: entry.segment };
    case 'stage':
      return { ...common, on: 'stage', stage: referStage(scope, entry.stage, [...path, 'stage']) };
    case 'api':
      return { ...common, on: 'api' };
  }
}

function checkOncePer(scope: Scope, property: string, path: Path, world: LeadWorld): void {
  const { entry } = world;
  if (entry === undefined || entry === 'any' || Object.hasOwn(entry, property)) return;
  if (scope.names.tolerated.has(property)) return;
  const found = JSON.stringify(property);
  scope.report([...path, 'oncePer'], {
    message: `the entry of this journey has no property ${found}`,
    found,
    expected: list(Object.keys(entry)),
    fix: didYouMean(property, Object.keys(entry)) ?? 'declare it in rules/events.json',
  });
}

function compileExit(
  scope: Scope,
  exit: JourneyFile['exit'][number],
  path: Path,
  world: LeadWorld,
): Exit {
  const at = [...path, 'when'];
  const { id, why, goal, when } = exit;
  return 'event' in when
    ? { id, why, goal, when: { type: 'event', match: checkMatch(scope, when, at, world.entry) } }
    : {
        id,
        why,
        goal,
        when: { type: 'condition', condition: checkCondition(scope, when, at, world) },
      };
}

function compileSending(scope: Scope, sending: JourneyFile['sending']): SendingRules {
  if (sending.topic !== undefined) refer(scope, 'topic', sending.topic, ['sending', 'topic']);
  if (sending.class !== 'transactional' && sending.holdAtMost === undefined) {
    scope.reportShape(['sending'], {
      message: '"holdAtMost" is missing: how long a held email may wait',
      fix: 'add "holdAtMost": "4 days"',
    });
  }
  if (sending.class !== 'transactional' && sending.topic === undefined) {
    scope.reportShape(['sending'], {
      message: '"topic" is missing: what people subscribe to',
      fix: 'add a "topic" of rules/sending.json',
    });
  }
  return present({
    class: sending.class,
    topic: sending.topic,
    priority: sending.priority,
    holdAtMostMs: sending.holdAtMost ?? 0,
    window: sending.window,
    because: sending.because,
  });
}

function checkEdits(scope: Scope, file: JourneyFile, steps: readonly string[]): void {
  for (const kind of ['renamed', 'removed'] as const) {
    for (const [gone, now] of Object.entries(file.whenEdited[kind])) {
      const path = ['whenEdited', kind, gone];
      if (steps.includes(gone)) {
        const found = JSON.stringify(gone);
        scope.report(
          path,
          { message: `step ${found} still exists`, found, fix: 'leave it out' },
          'key',
        );
      }
      if (steps.includes(now)) continue;
      const found = JSON.stringify(now);
      const fix = didYouMean(now, steps);
      scope.report(path, present({ message: `unknown step ${found}`, found, fix }));
    }
  }
}
