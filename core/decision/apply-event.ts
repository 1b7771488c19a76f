/**
 * Facts of the lead, carried forward by one event: traits, tags, counts, activity, account, consent,
 * suppression, and who owns it. No rule is looked at here.
 *
 * Facts are functions of the set of events: counts and "last" instants come out the same in whatever
 * order events arrive. Traits have no instants of their own, so what arrives more than a day late only
 * fills what is unknown.
 */
import type { Release } from '../definitions/release.ts';
import type { EventCount, Lead } from '../facts/lead.ts';
import { isActivity } from './activity.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { applyPermission } from './apply-permission.ts';
import { momentOf, nothing, type DecisionContext, type Moment } from './context.ts';
import { bringsNoEvent, type Decided, type IncomingEvent } from './decision.ts';
import { leadEventOf } from './matching.ts';
import { textOf } from './properties.ts';

export function applyEvent(lead: Lead, moment: Moment, context: DecisionContext): Decided {
  const { event } = moment;
  const counted = { ...lead, seq: moment.seq };
  if (bringsNoEvent(event)) return nothing(counted);
  const known = withProfile(counted, moment);
  const lived = withHistory(known, moment, context.release);
  return applyPermission(withOwner(lived, moment), moment);
}

function withProfile(lead: Lead, { event, age }: Moment): Lead {
  const fillOnly = event.fillOnly === true || age === 'too-old';
  const address = addressAfter(lead, event);
  const account = event.account ?? lead.account;
  return {
    ...lead,
    traits: mergeTraits(lead.traits, event.traits, fillOnly),
    tags: mergeTags(lead.tags, event.addTags ?? [], event.removeTags ?? []),
    ...(address === undefined ? {} : { address }),
    ...(account === undefined ? {} : { account }),
  };
}

/** Which address the lead has once this event is applied: consent and suppression hang on it. */
export function addressAfter(lead: Lead, event: IncomingEvent): string | undefined {
  const fillOnly = event.fillOnly === true || momentOf(lead, event).age === 'too-old';
  return fillOnly ? (lead.address ?? event.address) : (event.address ?? lead.address);
}

function mergeTraits(before: Lead['traits'], news: JsonObject, fillOnly: boolean): Lead['traits'] {
  const entries = Object.entries(news).filter(
    ([trait]) => !fillOnly || !Object.hasOwn(before, trait) || isEmpty(before[trait]),
  );
  return entries.length === 0 ? before : { ...before, ...Object.fromEntries(entries) };
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function mergeTags(
  before: readonly string[],
  add: readonly string[],
  remove: readonly string[],
): readonly string[] {
  if (add.length === 0 && remove.length === 0) return before;
  return [...new Set([...before, ...add])].filter((tag) => !remove.includes(tag));
}

function withHistory(lead: Lead, moment: Moment, release: Release): Lead {
  const { event } = moment;
  const isOwnDoing = event.type !== 'track' && event.type !== 'enrol';
  const activity = event.name !== '' && isActivity(release, event.name, event.trust);
  const at = event.occurredAt;
  return {
    ...lead,
    ...(event.name === '' ? {} : remembered(lead, moment)),
    ...(activity ? { lastActivityAt: latest(lead.lastActivityAt, at) } : {}),
    ...(activity || isOwnDoing ? { lastSeenAt: latest(lead.lastSeenAt, at) } : {}),
  };
}

function remembered(lead: Lead, moment: Moment): Pick<Lead, 'events' | 'counts'> {
  const { name, occurredAt } = moment.event;
  const before = lead.events.findLastIndex((known) => known.occurredAt <= occurredAt) + 1;
  const count = Object.hasOwn(lead.counts, name) ? lead.counts[name] : undefined;
  return {
    events: lead.events.toSpliced(before, 0, leadEventOf(moment)),
    counts: { ...lead.counts, [name]: oneMore(count, occurredAt) },
  };
}

function oneMore(count: EventCount | undefined, at: number): EventCount {
  if (count === undefined) return { count: 1, firstAt: at, lastAt: at };
  return {
    count: count.count + 1,
    firstAt: Math.min(count.firstAt, at),
    lastAt: Math.max(count.lastAt, at),
  };
}

function latest(known: number | undefined, at: number): number {
  return known === undefined ? at : Math.max(known, at);
}

/** `Rep Assigned` names the rep (or queue) of the open handoff; without one it only sets the owner. */
function withOwner(lead: Lead, { event }: Moment): Lead {
  if (event.name !== 'Rep Assigned') return lead;
  const rep = textOf(event.properties['rep']);
  const to = textOf(event.properties['to']);
  const about = textOf(event.properties['handoffId']);
  const { handoff } = lead;
  const isAboutIt = handoff !== undefined && (about === undefined || about === handoff.id);
  if (about !== undefined && !isAboutIt) return lead;
  const assigned =
    handoff === undefined || !isAboutIt
      ? {}
      : { handoff: { ...handoff, ...(rep ? { rep } : {}), ...(to ? { to } : {}) } };
  return { ...lead, ...assigned, ...(rep ? { owner: rep } : {}) };
}
