/** Routing and handoffs: parsed files → models; reps, pools, queues and hours are seen by all files. */
import type { HandoffKind, RejectReason, Routing, SalesTeam } from '../routing/model.ts';
import { checkCondition, leadWorld } from './check-condition.ts';
import type { World } from './check-condition.ts';
import type { HandoffsFile } from './handoffs.ts';
import type { Path } from './problems.ts';
import { present } from './present.ts';
import type { RoutingFile } from './routing.ts';
import { check, refer, referAssignee, referEnterable, referStage } from './scope.ts';
import type { Scope } from './scope.ts';

export interface RoutingPart {
  readonly routing?: Routing;
  readonly team: SalesTeam;
}
export interface HandoffsPart {
  readonly handoffs: readonly HandoffKind[];
  readonly rejectReasons: readonly RejectReason[];
}

const slaWorld: World = { type: 'lead', handoff: true };
const destinations = ['rep', 'pool', 'queue'] as const;

export function compileRouting(scope: Scope, file: RoutingFile): RoutingPart {
  const { routing, match, sla } = file;
  const given = [routing, match, sla].filter((one) => one !== undefined).length;
  if (given > 0 && given < 3) {
    scope.reportShape([], {
      message: '"routing", "match" and "sla" belong together',
      fix: 'add what is missing, or leave all three out in a file of reps only',
    });
  }
  const team = compileTeam(scope, file);
  if (routing === undefined || match === undefined || sla === undefined) return { team };
  checkLast(scope, match, ['match'], 'match');
  checkLast(scope, sla, ['sla'], 'sla');
  return {
    routing: {
      routing,
      match: match.map((one, index) => compileMatch(scope, one, ['match', index])),
      sla: sla.map((one, index) => compileSla(scope, one, ['sla', index])),
    },
    team,
  };
}

/** Ordered lists end in exactly one entry without `if`. */
export function checkLast(
  scope: Scope,
  entries: readonly { readonly if?: unknown }[],
  path: Path,
  what: string,
): void {
  entries.forEach((entry, index) => {
    const isLast = index === entries.length - 1;
    if (isLast && entry.if !== undefined) {
      const message = `the last ${what} must have no "if": somebody would match none`;
      scope.reportShape(
        [...path, index, 'if'],
        { message, fix: `add a last ${what} for the rest` },
        path,
      );
    }
    if (!isLast && entry.if === undefined) {
      const message = `only the last ${what} may have no "if": none after it can match`;
      scope.reportShape([...path, index], { message, fix: 'add an "if", or move it to the end' });
    }
  });
}

function compileMatch(
  scope: Scope,
  match: NonNullable<RoutingFile['match']>[number],
  path: Path,
): Routing['match'][number] {
  const { id, why, to, ifAway } = match;
  referDestination(scope, to, [...path, 'to']);
  return present({ id, why, to, ifAway, if: conditionOf(scope, match.if, path, leadWorld) });
}

function compileSla(
  scope: Scope,
  sla: NonNullable<RoutingFile['sla']>[number],
  path: Path,
): Routing['sla'][number] {
  referDestination(scope, sla.escalateTo, [...path, 'escalateTo']);
  return present({ ...sla, if: conditionOf(scope, sla.if, path, slaWorld) });
}

function conditionOf(
  scope: Scope,
  condition: NonNullable<RoutingFile['match']>[number]['if'],
  path: Path,
  world: World,
) {
  return condition === undefined
    ? undefined
    : checkCondition(scope, condition, [...path, 'if'], world);
}

function referDestination(scope: Scope, to: string, path: Path): void {
  referAssignee(scope, to, path, ['account-owner'], destinations);
}

function compileTeam(scope: Scope, file: RoutingFile): SalesTeam {
  for (const [name, pool] of Object.entries(file.pools)) checkPool(scope, pool, ['pools', name]);
  for (const [name, rep] of Object.entries(file.reps)) {
    refer(scope, 'hours', rep.hours, ['reps', name, 'hours']);
  }
  for (const [name, queue] of Object.entries(file.queues)) {
    queue.watchedBy.forEach((rep, index) =>
      refer(scope, 'rep', rep, ['queues', name, 'watchedBy', index]),
    );
  }
  for (const [name, hours] of Object.entries(file.hours)) {
    if (hours.from >= hours.to) {
      scope.report(['hours', name, 'to'], { message: 'office hours end after they begin' });
    }
  }
  const reps = Object.entries(file.reps).map(([id, rep]) => [id, present({ id, ...rep })] as const);
  const pools = Object.entries(file.pools).map(([id, pool]) => [id, present(pool)] as const);
  const queues = Object.entries(file.queues).map(
    ([id, { watchedBy, takeWithin }]) => [id, { watchedBy, takeWithin }] as const,
  );
  return {
    reps: Object.fromEntries(reps),
    pools: Object.fromEntries(pools),
    queues: Object.fromEntries(queues),
    hours: file.hours,
  };
}

function checkPool(scope: Scope, pool: RoutingFile['pools'][string], path: Path): void {
  if (pool.whenFull !== undefined) referDestination(scope, pool.whenFull, [...path, 'whenFull']);
  referAssignee(
    scope,
    pool.whenClosed,
    [...path, 'whenClosed'],
    ['assign-now-clock-later', 'account-owner'],
    destinations,
  );
  const seen = new Set<string>();
  pool.members.forEach(({ rep }, index) => {
    const at = [...path, 'members', index, 'rep'];
    refer(scope, 'rep', rep, at);
    const found = JSON.stringify(rep);
    if (seen.has(rep)) {
      scope.report(at, {
        message: `rep ${found} is in this pool twice`,
        found,
        fix: 'use "weight"',
      });
    }
    seen.add(rep);
  });
}

export function compileHandoffs(scope: Scope, file: HandoffsFile): HandoffsPart {
  return {
    handoffs: file.handoffs.map((handoff, index) =>
      compileHandoff(scope, handoff, ['handoffs', index]),
    ),
    rejectReasons: file.rejectReasons.map((reason, index) =>
      compileReason(scope, reason, ['rejectReasons', index]),
    ),
  };
}

function compileHandoff(
  scope: Scope,
  handoff: HandoffsFile['handoffs'][number],
  path: Path,
): HandoffKind {
  refer(scope, 'routing', handoff.routing, [...path, 'routing']);
  const known = new Set(scope.names.facts.keys());
  handoff.required.forEach((fact, index) =>
    check(scope, 'fact', fact, [...path, 'required', index], known),
  );
  handoff.brief.facts.forEach((fact, index) =>
    check(scope, 'fact', fact, [...path, 'brief', 'facts', index], known),
  );
  const { facts, history, playbook } = handoff.brief;
  return {
    handoff: handoff.handoff,
    title: handoff.title ?? handoff.handoff,
    routing: handoff.routing,
    whenOpen: handoff.whenOpen,
    required: handoff.required,
    ifMissing: handoff.ifMissing,
    brief: present({ facts, historyMs: history, playbook }),
  };
}

function compileReason(
  scope: Scope,
  reason: HandoffsFile['rejectReasons'][number],
  path: Path,
): RejectReason {
  const { stage, journey, ...rest } = reason.then;
  if (journey !== undefined) referEnterable(scope, journey, [...path, 'then', 'journey']);
  const asks = [
    ...(reason.askDate ? (['date'] as const) : []),
    ...(reason.askText ? (['text'] as const) : []),
    ...(reason.askLead ? (['lead'] as const) : []),
  ];
  return {
    id: reason.id,
    label: reason.label,
    asks,
    then: present({
      ...rest,
      journey,
      stage: stage === undefined ? undefined : referStage(scope, stage, [...path, 'then', 'stage']),
    }),
  };
}
