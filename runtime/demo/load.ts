/**
 * The invented leads of a first start: sixty people with a past, some of whom act now.
 *
 * The past goes in as facts only (historical events enter no journey and open no handoff); what
 * happens now goes the way of every real event, so that what is then to see is what the product does.
 * Message ids are derived from the person: a start killed in the middle loads the rest at the next.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ingest } from '../../ingest/ingest.ts';
import { eventAbout, type IngestAnswer, type OwnEvent } from '../../ingest/request.ts';
import { loadHandoffs } from '../../store/handoffs.ts';
import { composeCore, type Core } from '../composition.ts';
import type { Config } from '../config.ts';
import { doesNow, past, type Deed, type Profile } from './scripts.ts';

interface Person {
  readonly profile: Profile;
  readonly email: string;
  readonly consent?: 'opt-in';
  readonly [trait: string]: string | number | undefined;
}

const dayMs = 86_400_000;
/** The worker is up when this runs, so seconds are plenty. */
const assignedWithinMs = 30_000;

export async function loadDemo(config: Config, say: (text: string) => void): Promise<void> {
  const people = await readPeople();
  const core = composeCore(config, 'cli');
  try {
    const now = Date.now();
    await Promise.all(people.map((person, index) => livePast(core.ingest, person, index, now)));
    say(`${people.length} leads have a past; some of them act now`);
    for (const person of people) await actNow(core, person);
  } finally {
    await core.close();
  }
}

async function readPeople(): Promise<readonly Person[]> {
  const text = await readFile(join(import.meta.dirname, 'people.json'), 'utf8');
  return JSON.parse(text) as readonly Person[];
}

async function livePast(ingest: Ingest, person: Person, index: number, now: number): Promise<void> {
  const { profile, consent, ...traits } = person;
  const known: Record<string, string | number> = {};
  for (const [trait, value] of Object.entries(traits))
    if (value !== undefined) known[trait] = value;
  const deeds = past[profile](index);
  const first = Math.max(40, ...deeds.map(({ daysAgo }) => daysAgo)) + (index % 9);
  const events: OwnEvent[] = [
    said(person, 'born', {
      type: 'identify',
      name: '',
      traits: known,
      address: person.email,
      now,
      occurredAt: now - first * dayMs,
    }),
    ...(consent === undefined ? [] : [consented(person, now, first)]),
    ...deeds.map((deed, order) => pastEvent(person, deed, order, now)),
  ];
  // One after the other: a lead's own past has an order.
  await ingest.ingest(
    events.map((event) => eventAbout(whoIs(person), { ...event, historical: true })),
  );
}

async function actNow(core: Core, person: Person): Promise<void> {
  let given: { readonly handoffId: string; readonly by: string } | undefined;
  for (const [order, deed] of (doesNow[person.profile] ?? []).entries()) {
    const properties = { ...deed.properties, ...given };
    const event = said(person, `now-${order}`, { name: deed.event, properties, now: Date.now() });
    const [answer] = await core.ingest.ingest([eventAbout(whoIs(person), event)]);
    const handoffId = openedBy(answer);
    if (handoffId !== undefined && order + 1 < (doesNow[person.profile] ?? []).length) {
      given = { handoffId, by: await repOf(core, handoffId) };
    }
  }
}

/** Who got it: a verdict is given by the rep who has the lead. */
async function repOf(core: Core, handoffId: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < assignedWithinMs; waitedMs += 100) {
    const [handoff] = await loadHandoffs(core.store, [handoffId]);
    if (handoff?.rep != null) return handoff.rep;
    await delay(100);
  }
  throw new Error(`Handoff ${handoffId} was given to nobody within ${assignedWithinMs} ms.`);
}

function openedBy(answer: IngestAnswer | undefined): string | undefined {
  return answer?.handoff?.status === 'opened' ? answer.handoff.handoffId : undefined;
}

function pastEvent(person: Person, deed: Deed, order: number, now: number): OwnEvent {
  const occurredAt = now - Math.round(deed.daysAgo * dayMs);
  return said(person, `past-${order}`, {
    name: deed.event,
    now,
    occurredAt,
    properties: deed.properties ?? {},
    ...(deed.type !== undefined && { type: deed.type }),
    ...(deed.traits !== undefined && { traits: deed.traits }),
  });
}

function consented(person: Person, now: number, daysAgo: number): OwnEvent {
  return said(person, 'consent', {
    name: 'Consent Given',
    now,
    occurredAt: now - (daysAgo - 0.01) * dayMs,
    properties: {
      class: 'marketing',
      state: 'opt-in',
      text: 'Yes, send me product news',
      evidence: 'Sign-up form',
    },
  });
}

function said(
  person: Person,
  what: string,
  event: Omit<OwnEvent, 'source' | 'messageId'>,
): OwnEvent {
  return { source: 'demo', messageId: `${person.email}/${what}`, ...event };
}

function whoIs(person: Person): { readonly email: string } {
  return { email: person.email };
}
