/**
 * When can a fact of an account change although nothing happens? Somebody stops being engaged, an event
 * leaves a window, the points of somebody fade.
 *
 * Each member's next change is found once and holds until it comes, so a company with many people
 * costs what its most recent events cost. Like `next-change.ts`, which asks it, an instant returned may
 * change nothing; one left out would be a decision missed.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import { matchChanges } from '../facts/match-event.ts';
import { nextChange } from '../facts/next-change.ts';
import { turningPoints } from '../facts/turning-points.ts';
import { factReader } from '../facts/read.ts';
import { compileCondition, type CompiledCondition } from '../rules/compile.ts';
import type { EventMatch, Leaf, ReadFact } from '../rules/condition.ts';
import { durationOf } from '../rules/duration.ts';
import { compiledAccounts } from './compiled-accounts.ts';
import { alone, asOneLead, membersOf, sumOfPoints } from './read-account.ts';

export interface AccountSearch {
  readonly release: Release;
  readonly lead: Lead;
  readonly from: number;
  readonly read: ReadFact;
}

export function accountChanges(search: AccountSearch, leaf: Leaf): readonly number[] {
  const { lead, release, from } = search;
  const { others } = lead.account ?? {};
  if (others === undefined) return [];
  const members = [alone(lead), ...others];
  switch (leaf.fact) {
    case 'account.members':
      return [];
    case 'account.eventCount':
      return members.flatMap((member) => windowEnds(member, leaf, search));
    case 'account.intent':
    case 'account.intentSurge':
      return [nextChange(release, asOneLead(lead), [ofOneLead(leaf, release)], from) ?? []].flat();
    case 'account.score':
      return scoreChanges(search, leaf);
    default:
      return members.flatMap((member) => nextStanding(release, member, from) ?? []);
  }
}

/** `account.intent` of all members is `intent` of one who did everything they did. */
function ofOneLead(leaf: Leaf, { segments }: Release): CompiledCondition {
  const known = ofLeaf.get(leaf);
  if (known !== undefined) return known;
  const fact = leaf.fact.slice('account.'.length);
  const compiled = compileCondition({ ...leaf, fact }, segments);
  ofLeaf.set(leaf, compiled);
  return compiled;
}
const ofLeaf = new WeakMap<Leaf, CompiledCondition>();

/** The next event of a member to enter or leave the window, or to be of the age that is asked for. */
function windowEnds(
  { events }: Lead,
  { params = {} }: Leaf,
  { release, from }: AccountSearch,
): readonly number[] {
  const ages = matchChanges(params as unknown as EventMatch, events, release.segments);
  const withinMs = durationOf(params['within']);
  const ends = events.flatMap(({ name, occurredAt }) => {
    if (name !== params['event']) return [];
    return withinMs === undefined ? [occurredAt] : [occurredAt, occurredAt + withinMs];
  });
  const ahead = [...ends, ...ages].filter((at) => at > from);
  return ahead.length === 0 ? [] : [ahead.reduce((a, b) => Math.min(a, b))];
}

/** A score that falls point by point is looked at so often; then the lead is simply asked again. */
const STEPS_MAX = 64;

/** From one change of somebody's whole points to the next, until the sum crosses what the rule names. */
function scoreChanges({ release, lead, from, read }: AccountSearch, leaf: Leaf): readonly number[] {
  const thresholds = turningPoints(leaf, read);
  const rules = compiledAccounts(release).rules.score;
  const at = (now: number, of: Lead) =>
    membersOf({ release, lead: of, now, readerOf: (one) => factReader(release, one, now) });
  const points = new Map(at(from, lead).map((member) => [member.lead, member.points()]));
  const band = () => {
    const score = sumOfPoints([...points.values()], rules);
    return thresholds.filter((threshold) => score >= threshold).length;
  };
  const before = band();
  const next = new Map<Lead, number>();
  const plan = (member: Lead, after: number) => {
    const change = nextPoint(release, member, after);
    if (change === null) next.delete(member);
    else next.set(member, change);
  };
  for (const member of points.keys()) if (member.events.length > 0) plan(member, from);
  let now = from;
  for (let step = 0; step < STEPS_MAX && next.size > 0; step += 1) {
    now = Math.min(...next.values());
    for (const [member, change] of [...next]) {
      if (change > now) continue;
      const [alone] = at(now, member);
      points.set(member, alone?.points() ?? 0);
      plan(member, now);
    }
    if (band() !== before) return [now];
  }
  return next.size === 0 ? [] : [now];
}

type Known = WeakMap<
  Lead,
  { readonly release: Release; readonly from: number; readonly at: number | null }
>;
const standings: Known = new WeakMap();
const pointChanges: Known = new WeakMap();

/** When somebody may begin or end to be engaged, or get another role. */
function nextStanding(release: Release, member: Lead, from: number): number | null {
  const { engaged, roles } = compiledAccounts(release);
  const conditions = [engaged, ...roles.map(({ condition }) => condition)];
  return remembered(standings, release, member, from, conditions);
}

function nextPoint(release: Release, member: Lead, from: number): number | null {
  return remembered(pointChanges, release, member, from, [anyPoint(release)]);
}

function remembered(
  known: Known,
  release: Release,
  member: Lead,
  from: number,
  conditions: readonly CompiledCondition[],
): number | null {
  const found = known.get(member);
  const isStill = found?.release === release && found.from <= from;
  if (isStill && (found.at === null || found.at > from)) return found.at;
  const at = nextChange(release, member, conditions, from);
  known.set(member, { release, from, at });
  return at;
}

const points = new WeakMap<Release, CompiledCondition>();

/** Turns at every whole point that a member can give. */
function anyPoint(release: Release): CompiledCondition {
  const known = points.get(release);
  if (known !== undefined) return known;
  const { model, score, atMost } = compiledAccounts(release).rules.score.fromEach;
  const fact = score === 'fit' ? 'fitScore' : 'engagementScore';
  const any = Array.from({ length: Math.ceil(atMost) }, (_, point) => ({
    ...{ fact, params: { model }, operator: 'atLeast', value: point + 1 },
  }));
  const compiled = compileCondition({ any }, release.segments);
  points.set(release, compiled);
  return compiled;
}
