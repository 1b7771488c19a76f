/**
 * Plays a persona: an invented lead lives its script in the in-memory world, meets every journey of the
 * workspace, and what came of it is compared with what its file expects.
 *
 * Entries of one instant play in order, each after all that the one before caused. Nothing here is
 * random: ids and the arms of splits derive from the persona's name.
 */
import type { Persona, ScriptEntry } from '../definitions/compile-persona.ts';
import { bornLead } from '../decision/birth.ts';
import { STAGE_SET } from '../decision/by-hand.ts';
import { derivedId } from '../decision/ids.ts';
import { EVENT_JUDGED } from '../decision/judged.ts';
import type { Release } from '../definitions/release.ts';
import type { JsonObject } from '../rules/condition.ts';
import { addressOrUndefined } from '../sending/address.ts';
import { compare, type Expectation } from './expectations.ts';
import { summaryOf, type PersonaSummary } from './summary.ts';
import { timelineOf, type TimelineEntry } from './timeline.ts';
import { World } from './world.ts';

export interface PersonaRun extends PersonaSummary {
  readonly persona: string;
  readonly timeline: readonly TimelineEntry[];
  readonly expectations: readonly Expectation[];
}

const DAY_MS = 86_400_000;
/** Holds of stages and the like come to their end, even when no journey is running. */
const AFTERGLOW_MS = DAY_MS;
/** A journey that waits for a date far ahead is watched no longer than this. */
const WATCHED_AT_MOST_MS = 400 * DAY_MS;

export function runPersona(release: Release, persona: Persona): PersonaRun {
  const id = derivedId('persona', persona.persona);
  const { startsAt } = persona;
  const lead = bornLead({ id, bornAt: startsAt }, release.qualification);
  const world = new World(release, lead, persona.enrichment);
  const failures: Expectation[] = [];
  introduce(world, persona);
  persona.script.forEach((entry, index) => {
    world.runUntil(entry.at);
    const problem = play(world, entry, `${persona.persona}/${index}`);
    if (problem !== undefined) failures.push(problem);
    world.settle();
  });
  watch(world, persona);
  const summary = summaryOf(world);
  return {
    persona: persona.persona,
    ...summary,
    timeline: timelineOf(world.happenings, release),
    expectations: [...failures, ...compare(persona.expect, summary)],
  };
}

function introduce(world: World, { persona, traits, tags, consent }: Persona): void {
  const address = addressOrUndefined(traits['email']);
  world.ingest({
    source: 'persona',
    messageId: `${persona}/identify`,
    type: 'identify',
    traits,
    addTags: tags,
    ...(address === undefined ? {} : { address }),
  });
  if (consent !== undefined && consent !== 'none') {
    const properties = { class: 'marketing', state: consent, evidence: 'persona' };
    const messageId = `${persona}/consent`;
    world.ingest({ source: 'persona', messageId, name: 'Consent Given', properties });
  }
  world.settle();
}

function watch(world: World, { startsAt, runsForMs, script }: Persona): void {
  if (runsForMs !== undefined) return world.runUntil(startsAt + runsForMs);
  world.runUntil((script.at(-1)?.at ?? startsAt) + AFTERGLOW_MS);
  while (world.hasOpenRuns() && world.now < startsAt + WATCHED_AT_MOST_MS) {
    world.runUntil(world.now + DAY_MS);
  }
}

/** What could not be played, as an expectation that was not met. */
function play(world: World, entry: ScriptEntry, name: string): Expectation | undefined {
  switch (entry.type) {
    case 'event': {
      const { event, properties, trust } = entry;
      const type = event === 'Page Viewed' ? 'page' : 'track';
      for (let time = 0; time < entry.times; time += 1) {
        const messageId = `${name}/${time}`;
        world.ingest({ source: 'persona', messageId, type, name: event, properties, trust });
        world.settle();
      }
      return undefined;
    }
    case 'traits':
      world.ingest({ source: 'persona', messageId: name, type: 'identify', traits: entry.traits });
      return undefined;
    case 'email':
      return answerEmail(world, entry, name);
    case 'judged':
      return judge(world, entry, name);
    case 'stage': {
      const { stage, forMs, why: reason = 'As the script says', quiet } = entry;
      const until = forMs === null ? {} : { until: new Date(world.now + forMs).toISOString() };
      const properties = { stage, reason, quiet, by: 'the script', ...until };
      world.ingest({ source: 'operator', messageId: name, name: STAGE_SET, properties });
      return undefined;
    }
    case 'accepts':
      return giveVerdict(world, 'Handoff Accepted', noteOf(entry.note), name);
    case 'rejects': {
      const { reason, callAgainAt } = entry;
      const again =
        callAgainAt === undefined ? {} : { callAgainAt: new Date(callAgainAt).toISOString() };
      return giveVerdict(
        world,
        'Handoff Rejected',
        { reason, ...again, ...noteOf(entry.note) },
        name,
      );
    }
  }
}

const doings = {
  opens: { name: 'Email Opened', says: {} },
  clicks: { name: 'Email Clicked', says: {} },
  replies: { name: 'Email Replied', says: { reply: 'reply' } },
  bounces: { name: 'Email Bounced', says: { kind: 'hard' } },
  'bounces-softly': { name: 'Email Bounced', says: { kind: 'soft' } },
  'auto-replies': { name: 'Email Auto Replied', says: {} },
  complains: { name: 'Email Complained', says: {} },
  unsubscribes: {
    name: 'Consent Withdrawn',
    says: { class: 'marketing', evidence: 'unsubscribe' },
  },
  confirms: { name: 'Consent Confirmed', says: { class: 'marketing', evidence: 'confirmation' } },
} as const;

function answerEmail(
  world: World,
  { template, does, properties: own, trust }: Extract<ScriptEntry, { type: 'email' }>,
  messageId: string,
): Expectation | undefined {
  const sent = world.sends.findLast((row) => row.template === template && row.state === 'sent');
  if (sent === undefined) {
    return {
      ok: false,
      expected: `${template} is in the inbox when the lead ${does}`,
      found: 'no',
    };
  }
  const { name, says } = doings[does];
  const { journey, step } = sent;
  const asked = does === 'confirms' ? askedFor(world, sent.enrolmentId) : {};
  const properties = { template, journey, step, ...says, ...asked, ...own };
  world.ingest({ source: 'persona', messageId, name, properties, trust });
  return undefined;
}

/** A confirmation is of what its journey was entered for. */
function askedFor(world: World, enrolment: string): JsonObject {
  const entry = world.lead.enrolments.find(({ id }) => id === enrolment)?.entry ?? {};
  const { class: messageClass, topic } = entry;
  return {
    ...(typeof messageClass === 'string' ? { class: messageClass } : {}),
    ...(typeof topic === 'string' ? { topic } : {}),
  };
}

function judge(
  world: World,
  { event: name, trust }: Extract<ScriptEntry, { type: 'judged' }>,
  messageId: string,
): Expectation | undefined {
  const about = world.lead.events.findLast((event) => event.name === name);
  if (about === undefined) {
    return { ok: false, expected: `an event "${name}" that can be judged`, found: 'none' };
  }
  const properties = { event: about.id, trust, because: 'As the script says', by: 'the script' };
  world.ingest({ source: 'operator', messageId, name: EVENT_JUDGED, properties });
  return undefined;
}

function giveVerdict(
  world: World,
  name: string,
  said: JsonObject,
  messageId: string,
): Expectation | undefined {
  const { handoff } = world.lead;
  if (handoff?.status !== 'open') {
    const found = handoff === undefined ? 'none' : handoff.status;
    return { ok: false, expected: `an open handoff for "${name}"`, found };
  }
  const properties = { handoffId: handoff.id, by: handoff.rep ?? 'unknown', ...said };
  world.ingest({ source: 'rep', messageId, name, properties });
  return undefined;
}

function noteOf(note: string | undefined): JsonObject {
  return note === undefined ? {} : { note };
}
