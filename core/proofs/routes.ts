/**
 * Does every lead get somebody, and does every route, SLA and consent rule get a lead?
 *
 * A route takes a lead for certain when it names a rep whom nothing holds back, a queue, or a pool that
 * overflows to one; an account's owner may be missing, and `next-match` passes on. Entries before the
 * last always have an `if`: the formats say so.
 */
import type { Match, Routing } from '../routing/model.ts';
import type { Release } from '../definitions/release.ts';
import type { Condition, Leaf } from '../rules/condition.ts';
import type { Finding, FindingId, ProvableWorkspace } from './finding.ts';
import { neverHolds } from './never-holds.ts';
import { leadWorld } from './satisfiability/domain.ts';
import { conflictOf, solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { conditionInWords, witnessInWords } from './witness-words.ts';

export function findRoutesWithoutLeads(workspace: ProvableWorkspace): readonly Finding[] {
  const { release, sources } = workspace;
  return [
    ...sources.routing.flatMap(({ path: file, value }) => {
      const routing = value.routing === undefined ? undefined : release.routings[value.routing];
      if (routing === undefined) return [];
      return [
        ...findUnrouted(release, file, routing),
        ...inOrder(release, { ...ofRoutes(release, routing), file }),
        ...inOrder(release, { ...ofSlas(routing), file }),
      ];
    }),
    ...sources.sending.flatMap(({ path: file }) =>
      inOrder(release, { ...ofConsent(release), file }),
    ),
  ];
}

/** First match wins; the last has no `if`. */
interface Ordered {
  readonly what: string;
  readonly at: string;
  /** What is said of an entry that gets nobody. */
  readonly idle: string;
  readonly entries: readonly Entry[];
  /** Behind an entry that takes everybody; behind several that together do; by its own condition. */
  readonly findings: { readonly shadowed: FindingId; readonly unused: FindingId };
}
interface Entry {
  readonly id: string;
  readonly if?: Condition;
  /** Whether nobody it holds for goes on to the next. */
  readonly takes: boolean;
}

function ofRoutes(release: Release, { match }: Routing): Ordered {
  return {
    what: 'route',
    at: 'match',
    idle: 'gets no lead first',
    entries: match.map((one) => ({ ...one, takes: takes(release, one.to, one.ifAway) })),
    findings: { shadowed: 'shadowed-route', unused: 'unused-route' },
  };
}

function ofSlas({ sla }: Routing): Ordered {
  return {
    what: 'SLA',
    at: 'sla',
    idle: 'is never used',
    entries: sla.map((one) => ({ ...one, takes: true })),
    findings: { shadowed: 'shadowed-sla', unused: 'shadowed-sla' },
  };
}

function ofConsent({ sending }: Release): Ordered {
  return {
    what: 'consent rule',
    at: 'consent',
    idle: 'is never used',
    entries: sending.consent.map((one) => ({ ...one, takes: true })),
    findings: { shadowed: 'rule-never-matches', unused: 'rule-never-matches' },
  };
}

function takes(release: Release, to: string, ifAway: Match['ifAway']): boolean {
  if (to.startsWith('queue:')) return true;
  if (to.startsWith('rep:')) return ifAway !== 'next-match';
  return to.startsWith('pool:') && overflows(release, to, []);
}

function overflows(release: Release, to: string, visited: readonly string[]): boolean {
  if (to.startsWith('queue:')) return true;
  const pool = to.startsWith('pool:') ? release.team.pools[to.slice('pool:'.length)] : undefined;
  if (pool?.whenFull === undefined || visited.includes(to)) return false;
  return overflows(release, pool.whenFull, [...visited, to]);
}

function inOrder(release: Release, list: Ordered & { readonly file: string }): readonly Finding[] {
  const { what, at, entries, file } = list;
  const takers: { readonly id: string; readonly term: Term }[] = [];
  for (const [index, entry] of entries.entries()) {
    const path = [at, index, ...(entry.if === undefined ? [] : ['if'])];
    const never =
      entry.if === undefined ? undefined : neverHolds(release, leadWorld, [{ holds: entry.if }]);
    if (never !== undefined) {
      if (never.isSaidElsewhere) continue;
      const { witness, fix, finding = 'rule-never-matches' } = never;
      const message = `${what} "${entry.id}" never matches: no lead is for it`;
      return [{ finding, severity: 'warning', file, path, message, witness, fix }];
    }
    const needs: readonly Term[] = entry.if === undefined ? [] : [{ holds: entry.if }];
    const core = conflictOf(release, leadWorld, [...needs, ...takers.map(({ term }) => term)]);
    if (core !== undefined) {
      const before = takers.filter(({ term }) => core.includes(term)).map(({ id }) => `"${id}"`);
      const everybody = needs.length === 0 || !core.some((term) => needs.includes(term));
      const isShadowed = everybody && before.length === 1;
      return [
        {
          finding: isShadowed ? list.findings.shadowed : list.findings.unused,
          severity: 'warning',
          ...{ file, path: [at, index] },
          message: `${what} "${entry.id}" ${list.idle}`,
          witness: sayTakers(release, entry, before, everybody),
          fix: everybody ? `narrow the "if" of ${before.join(' or ')}` : 'move it further up',
        },
      ];
    }
    if (entry.if !== undefined && entry.takes)
      takers.push({ id: entry.id, term: { fails: entry.if } });
  }
  return [];
}

function sayTakers(
  release: Release,
  entry: Entry,
  before: readonly string[],
  everybody: boolean,
): string {
  if (everybody || entry.if === undefined)
    return `every lead is taken by ${before.join(' or ')} before`;
  const lead = solve(release, leadWorld, [{ holds: entry.if }]);
  const who = lead.type === 'yes' ? witnessInWords(lead.witness) : conditionInWords(entry.if);
  return `${who}: taken by ${before.join(' or ')} before`;
}

const noOwner: Leaf = { fact: 'account.owner', operator: 'known', value: false };

/** Whoever no route but those to the account's owner holds for, and whose account has none. */
function findUnrouted(release: Release, file: string, routing: Routing): readonly Finding[] {
  const others = routing.match.filter(({ to }) => to !== 'account-owner');
  if (others.some((match) => match.if === undefined)) return [];
  const fails = others.flatMap((match): Term[] =>
    match.if === undefined ? [] : [{ fails: match.if }],
  );
  const left = solve(release, leadWorld, [{ holds: noOwner }, ...fails]);
  if (left.type !== 'yes') return [];
  return [
    {
      finding: 'unrouted-leads',
      severity: 'error',
      file,
      path: ['match', routing.match.length - 1, 'to'],
      message: `routing "${routing.routing}" has nobody for leads whose account has no owner`,
      witness: witnessInWords(left.witness),
      fix: 'let the last match go to a pool or a queue',
    },
  ];
}
