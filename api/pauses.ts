/**
 * Pausing and resuming as callers ask for it: names become subjects, texts become instants, and every
 * refusal names what was found and what was expected. The API, the console and the command line all
 * come through here, so that they refuse the same things with the same words.
 */
import { didYouMean } from '../core/definitions/suggest.ts';
import type { Release } from '../core/definitions/release.ts';
import { parseAddress } from '../core/sending/address.ts';
import { momentExpected, parseMoment } from '../core/sending/moment.ts';
import { pauseKey, receiverOfDomain } from '../core/sending/receiver.ts';
import type { Releases } from '../ingest/batch.ts';
import { freshId } from '../ingest/fresh-id.ts';
import { beginPause, type Begun, type PauseDeps } from '../runtime/dispatch/pauses.ts';
import type { Sql, Store } from '../store/client.ts';
import {
  findPause,
  findSamePause,
  pauseScopes,
  type PauseScope,
  type PauseSubject,
  type StoredPause,
} from '../store/pauses.ts';
import { countRuns } from '../store/read-journeys.ts';
import { Problem } from './problems.ts';
import { invalidField, optionalText } from './body-fields.ts';
import { isUuid, leadNamed } from './named-lead.ts';

export interface Pausing {
  readonly sql: Sql & Pick<Store, 'transaction'>;
  readonly releases: Releases;
  readonly clock: () => number;
}
/** As written by whoever asks. */
export interface PauseAsk {
  readonly scope?: unknown;
  readonly key?: unknown;
  readonly from?: unknown;
  readonly until?: unknown;
  readonly why?: unknown;
  readonly by?: unknown;
}

export function pauseDeps({ sql, releases, clock }: Pausing): PauseDeps {
  return { store: sql, plans: (hashes) => releases.plans(hashes), now: clock };
}

export async function pauseAsAsked(deps: Pausing, ask: PauseAsk): Promise<Begun> {
  const release = await deps.releases.current();
  const times = timesOf(release, ask, deps.clock());
  const texts = { why: optionalText(ask.why, 'why'), by: optionalText(ask.by, 'by') };
  const subject = await subjectOf(deps, release, ask.scope, ask.key);
  return beginPause(pauseDeps(deps), { id: freshId(), ...subject, ...times, ...texts });
}

/** The pause of this thing that is on, or else the next one to come. */
export async function findPauseOf(
  deps: Pausing,
  scope: unknown,
  key: unknown,
): Promise<StoredPause | undefined> {
  const subject = await subjectOf(deps, await deps.releases.current(), scope, key);
  return findSamePause(deps.sql, { ...subject, from: deps.clock(), until: null });
}

export async function mustFindPause(deps: Pausing, id: string): Promise<StoredPause> {
  const found = isUuid(id) ? await findPause(deps.sql, id) : undefined;
  if (found === undefined) {
    throw new Problem('not-found', `There is no pause ${JSON.stringify(id)}.`);
  }
  return found;
}

/** A number of runs per hour and journey, as a query, a form or an option brings it. */
export function perHourOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const perHour = typeof value === 'string' ? Number(value.trim()) : value;
  if (typeof perHour === 'number' && Number.isInteger(perHour) && perHour >= 1) return perHour;
  const detail = `perHour is ${JSON.stringify(value)}; expected a whole number of at least 1.`;
  throw invalidField('perHour', detail);
}

async function subjectOf(
  deps: Pausing,
  release: Release,
  scope: unknown,
  key: unknown,
): Promise<PauseSubject> {
  const known = pauseScopes.find((one) => one === scope);
  if (known === undefined) throw unknownScope(scope);
  const name = typeof key === 'string' ? key.trim() : '';
  if (key !== undefined && typeof key !== 'string') {
    throw invalidField('key', `The key is ${JSON.stringify(key)}; expected a text.`);
  }
  return { scope: known, key: await keyOf(deps, release, known, name) };
}

async function keyOf(
  deps: Pausing,
  release: Release,
  scope: PauseScope,
  name: string,
): Promise<string> {
  switch (scope) {
    case 'journey':
      return journeyOf(deps, release, name);
    case 'lead':
      return leadNamed(deps.sql, name);
    case 'sender':
      return senderOf(release, name);
    case 'all':
      if (name === '') return '';
      throw invalidField('key', `"all" has no key; found ${JSON.stringify(name)}.`);
  }
}

/** Also one that is published no more, as long as anybody was in it. */
async function journeyOf(deps: Pausing, release: Release, name: string): Promise<string> {
  if (Object.hasOwn(release.journeys, name)) return name;
  const counted = await countRuns(deps.sql);
  const known = new Set([
    ...Object.keys(release.journeys),
    ...counted.map(({ journey }) => journey),
  ]);
  if (known.has(name)) return name;
  throw notFound(`There is no journey ${JSON.stringify(name)}`, name, known);
}

/** "maria@acme.example", or only what goes from there to a receiver: "maria@acme.example to gmail.com". */
function senderOf(release: Release, name: string): string {
  if (name === '') return '';
  const [from = '', to] = name.split(/\s*>\s*|\s+to\s+/);
  const sender = addressOf(release, from);
  return to === undefined ? sender : pauseKey(sender, receiverOfDomain(to.toLowerCase()));
}

/** A pause of an address nobody sends from would look like one and stop nothing. */
function addressOf(release: Release, name: string): string {
  const senders = sendersOf(release);
  const parsed = parseAddress(name);
  const address = parsed.ok ? parsed.address : name;
  const found = senders.find((one) => one.toLowerCase() === address.toLowerCase());
  if (found !== undefined) return found;
  throw notFound(`Nobody sends from ${JSON.stringify(name)}`, name, senders);
}

/** The workspace's address first, then those of the reps. */
export function sendersOf(release: Release): readonly string[] {
  const reps = Object.values(release.team.reps).map(({ email }) => email);
  return [...new Set([release.sending.from.email, ...reps])];
}

const listedMost = 12;

function notFound(sentence: string, name: string, known: Iterable<string>): Problem {
  const all = [...known];
  const guess = didYouMean(name, all);
  const shown = all.slice(0, listedMost).join(', ') + (all.length > listedMost ? ' …' : '');
  const rest = all.length === 0 ? 'there are none' : `known are ${shown}`;
  return new Problem('not-found', `${sentence}; ${guess ?? rest}${guess === undefined ? '.' : ''}`);
}

function unknownScope(scope: unknown): Problem {
  const guess = typeof scope === 'string' ? didYouMean(scope, pauseScopes) : undefined;
  const more = guess === undefined ? '' : ` (${guess})`;
  const detail = `The scope is ${JSON.stringify(scope ?? null)}; expected one of ${pauseScopes.join(', ')}${more}.`;
  return invalidField('scope', detail);
}

function timesOf(release: Release, ask: PauseAsk, now: number) {
  const { zoneIfUnknown } = release.sending;
  const read = (name: 'from' | 'until'): number | null => {
    const value = ask[name];
    if (value === undefined || value === null || value === '') return null;
    const at = typeof value === 'string' ? parseMoment(value, now, zoneIfUnknown) : undefined;
    if (at !== undefined) return at;
    throw invalidField(name, `${name} is ${JSON.stringify(value)}; expected ${momentExpected}.`);
  };
  const from = read('from') ?? now;
  const until = read('until');
  if (from < now - toleratedMs) {
    const detail = `from is ${iso(from)}, which has passed: a pause stops nothing that already happened.`;
    throw invalidField('from', detail);
  }
  if (until !== null && until <= from) {
    throw invalidField('until', `until is ${iso(until)}; expected an instant after ${iso(from)}.`);
  }
  return { from: Math.max(from, now), until };
}
/** Clocks of callers differ. */
const toleratedMs = 60_000;

function iso(at: number): string {
  return new Date(at).toISOString();
}
