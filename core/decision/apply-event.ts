/**
 * Facts of the lead, carried forward by one event: traits, tags, counts, activity, account, consent,
 * suppression, and who owns it. No rule is looked at here.
 *
 * Facts are functions of the set of events: counts, "last" instants and traits come out the same in
 * whatever order events arrive (`facts/survivors.ts`). Tags are added and removed as events arrive.
 */
import type { Release } from '../definitions/release.ts';
import { withEvent } from '../facts/event-index.ts';
import type { EventCount, Lead, Origin } from '../facts/lead.ts';
import {
  joinProfiles,
  leadFieldsOf,
  profileOf,
  profileSaid,
  type Profile,
} from '../facts/survivors.ts';
import { isActivity } from './activity.ts';
import { applyPermission } from './apply-permission.ts';
import { nothing, type DecisionContext, type Moment } from './context.ts';
import { bringsNoEvent, type Decided, type IncomingEvent } from './decision.ts';
import { isOwnDoing, withTrust } from './judged.ts';
import { leadEventOf } from './matching.ts';
import { keepStanding } from './standing.ts';
import { textOf } from './properties.ts';

export function applyEvent(lead: Lead, moment: Moment, context: DecisionContext): Decided {
  const { event } = moment;
  const counted = { ...lead, seq: moment.seq };
  if (bringsNoEvent(event)) return keepStanding(nothing(counted), moment, context);
  const known = withProfile(counted, moment, context.release);
  const lived = withHistory(known, moment, context.release);
  const permitted = applyPermission(withOwner(lived, moment), moment);
  return keepStanding(judge(permitted, moment, context.release), moment, context);
}

/** What a verdict on an earlier event changes. */
function judge(decided: Decided, { judged }: Moment, release: Release): Decided {
  if (judged === undefined) return decided;
  const { event: about, trust } = judged;
  const effect = { type: 'judge-event', eventId: about.id, trust, before: about } as const;
  return {
    ...decided,
    lead: withTrust(decided.lead, judged, release),
    effects: [...decided.effects, effect],
  };
}

function withProfile(lead: Lead, { event }: Moment, release: Release): Lead {
  const account = event.account ?? lead.account;
  return {
    ...lead,
    ...profileAfter(lead, event, release),
    tags: mergeTags(lead.tags, event.addTags ?? [], event.removeTags ?? []),
    ...(account === undefined ? {} : { account }),
  };
}

/** Which address the lead has once this event is applied: consent and suppression hang on it. */
export function addressAfter(
  lead: Lead,
  event: IncomingEvent,
  release: Release,
): string | undefined {
  if (event.address === undefined || event.address === lead.address) return lead.address;
  return profileAfter(lead, event, release).address ?? lead.address;
}

function profileAfter(lead: Lead, event: IncomingEvent, release: Release): Partial<Lead> {
  if (event.address === undefined && Object.keys(event.traits).length === 0) return {};
  const known = profileOf(lead);
  const joined = joinProfiles(known, saidBy(event), release);
  return joined === known ? {} : leadFieldsOf(joined);
}

/** The address is the trait `email`; one that belongs to another lead, or was refused, is none. */
export function saidBy(event: Said): Profile {
  const { address, fillOnly, by = fillOnly === true ? 'import' : 'person', confidence } = event;
  const { email: _written, ...traits } = event.traits;
  const origin: Origin = {
    source: event.source,
    // A list tells of the past; of two lists that only fill the one that was brought in first stays.
    at: fillOnly === true ? event.receivedAt : event.occurredAt,
    by,
    ...(confidence === undefined ? {} : { confidence }),
    ...(fillOnly === true ? { fillOnly } : {}),
  };
  return profileSaid(address === undefined ? traits : { ...traits, email: address }, origin);
}
type Said = Pick<
  IncomingEvent,
  'address' | 'traits' | 'source' | 'occurredAt' | 'receivedAt' | 'fillOnly' | 'by' | 'confidence'
>;

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
  const activity = event.name !== '' && isActivity(release, event.name, event.trust);
  const at = event.occurredAt;
  return {
    ...lead,
    ...remembered(lead, moment),
    ...(activity ? { lastActivityAt: latest(lead.lastActivityAt, at) } : {}),
    ...(activity || (event.type !== 'enrol' && event.type !== 'merge' && isOwnDoing(event.name))
      ? { lastSeenAt: latest(lead.lastSeenAt, at) }
      : {}),
  };
}

/** What brings traits alone is remembered as heard of; no file can name it, so none counts it. A merge is nobody's doing. */
function remembered(lead: Lead, moment: Moment): Partial<Pick<Lead, 'events' | 'counts'>> {
  const { name, occurredAt, trust, type } = moment.event;
  if (type === 'enrol' || type === 'merge') return {};
  const before = lead.events.findLastIndex((known) => known.occurredAt <= occurredAt) + 1;
  const events = withEvent(lead.events, leadEventOf(moment), before);
  if (name === '' || trust === 'likely-robot') return { events };
  const count = Object.hasOwn(lead.counts, name) ? lead.counts[name] : undefined;
  return {
    events,
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
