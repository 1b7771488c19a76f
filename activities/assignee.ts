/**
 * Whom a task or a note of a journey goes to. Unlike a handoff nobody is assigned in turn: a pool or a
 * queue gets the task as it is, for whoever takes it, and only its hours decide when it is due.
 */
import { accountOwner } from '../core/accounts/read-account.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { ReadFact } from '../core/rules/condition.ts';
import type { Hours } from '../core/routing/model.ts';
import { evaluateCondition } from '../rule-engine/evaluate.ts';

export interface ResolvedAssignee {
  readonly rep?: string;
  /** `queue:<id>` or `pool:<id>`. */
  readonly queue?: string;
  /** Whose inbox hears of it, and in whose hours it is due. */
  readonly reader?: string;
}

export async function resolveAssignee(
  assignee: string,
  release: Release,
  lead: Lead,
  read: ReadFact,
  now: number,
): Promise<ResolvedAssignee | undefined> {
  const [kind = '', id = ''] = assignee.split(':');
  const { team } = release;
  switch (kind) {
    case 'owner':
    case 'last-owner':
      return asRep(release, lead.owner ?? accountOwner(release, lead.account));
    case 'account-owner':
      return asRep(release, accountOwner(release, lead.account));
    case 'rep':
      return asRep(release, id);
    case 'pool': {
      const [first] = team.pools[id]?.members ?? [];
      return first === undefined ? undefined : { queue: assignee, reader: first.rep };
    }
    case 'queue': {
      const [watcher] = team.queues[id]?.watchedBy ?? [];
      return watcher === undefined ? undefined : { queue: assignee, reader: watcher };
    }
    case 'route':
      return byRoute(id, release, lead, read, now);
    default:
      return undefined;
  }
}

export function hoursOf(release: Release, assignee: ResolvedAssignee): Hours | undefined {
  const rep = release.team.reps[assignee.rep ?? assignee.reader ?? ''];
  return rep === undefined ? undefined : release.team.hours[rep.hours];
}

function asRep(release: Release, id: string | undefined): ResolvedAssignee | undefined {
  if (id === undefined || !Object.hasOwn(release.team.reps, id)) return undefined;
  return { rep: id, reader: id };
}

/** The first match that holds and leads to somebody; a routing is never its own destination. */
async function byRoute(
  routing: string,
  release: Release,
  lead: Lead,
  read: ReadFact,
  now: number,
): Promise<ResolvedAssignee | undefined> {
  for (const match of release.routings[routing]?.match ?? []) {
    const holds =
      match.if === undefined ||
      (await evaluateCondition(match.if, release.segments, read, now)).holds;
    if (!holds || match.to.startsWith('route:')) continue;
    const found = await resolveAssignee(match.to, release, lead, read, now);
    if (found !== undefined) return found;
  }
  return undefined;
}
