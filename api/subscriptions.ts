/**
 * What the pages behind the links of an email read and do for the person it was mailed to: leave, choose
 * topics, ask for fewer emails, come back, confirm a request.
 *
 * Whatever is pressed becomes events through ingest, under the lead's lock, about the address that the
 * link was mailed to. Their message ids name the state they were decided on: two presses at once are one
 * act, and pressing again later is heard again. Reading a page writes nothing.
 */
import type { Release } from '../core/definitions/release.ts';
import { derivedId } from '../core/decision/ids.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { SUBSCRIPTION_REQUESTED } from '../core/sending/confirmation.ts';
import {
  leaving,
  preferred,
  saidByForm,
  standingOf,
  stayed,
  turnOff,
  type Said,
  type Standing,
} from '../core/sending/preferences.ts';
import { preferencesPage } from '../console/pages/preferences.ts';
import { unsubscribePage } from '../console/pages/unsubscribe.ts';
import type { Notice, Outside } from '../console/outside.ts';
import type { Releases } from '../ingest/batch.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from '../ingest/request.ts';
import { addressMark, readToken, signToken } from '../mail/tokens.ts';
import type { Sql } from '../store/client.ts';
import { loadPermissions } from '../store/consent.ts';
import { findLinkedSend } from '../store/read-sends.ts';
import { findAddressOf, listConsents, type SaidConsent } from '../store/subscriptions.ts';
import { loadWholeLead } from './lead-view.ts';
import { isUuid } from './named-lead.ts';
import { badLink } from './problems.ts';
import type { Pages, Pressed } from './routes/subscriptions.ts';

export interface SubscriptionDeps {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
  /** Signs and checks the tokens. */
  readonly secret: string;
}

/** Whom a link speaks for: a person is an address here. */
export interface Subject {
  readonly leadId: string;
  readonly address: string;
  /** Names the link in evidence and message ids: the command of its mail, or `lead/<id>`. */
  readonly key: string;
  readonly preferencesPath: string;
  /** Of the mail. */
  readonly topic?: string;
}
/** Everything a page says and an act rests on, read at one moment. */
export interface Found {
  readonly subject: Subject;
  readonly release: Release;
  readonly lead: Lead;
  readonly consents: readonly SaidConsent[];
  readonly standing: Standing;
  /** Whether the lead still has the address: a confirmation is mailed there and nowhere else. */
  readonly isCurrent: boolean;
  readonly now: number;
}

/** Undoing what was pressed by mistake needs no new consent for so long: one sitting, with a margin. */
const undoForMs = 60 * 60_000;

export function createUnsubscribePages(deps: SubscriptionDeps): Pages {
  return {
    page: async (token, notice) => {
      const found = await find(deps, await subjectOf(deps, 'unsubscribe', token));
      return unsubscribePage({ ...outside(found), ...shown(found), ...notices(notice) });
    },
    press: async (token, body) => {
      const found = await find(deps, await subjectOf(deps, 'unsubscribe', token));
      const choice = body['choice'];
      if (choice === undefined) return leave(deps, found, 'unsubscribe');
      return press(deps, found, { ...body, choice });
    },
  };
}

export function createPreferencePages(deps: SubscriptionDeps): Pages {
  return {
    page: async (token, notice) => {
      const found = await find(deps, await subjectOf(deps, 'preferences', token));
      return preferencesPage({ ...outside(found), ...shown(found), ...notices(notice) });
    },
    press: async (token, body) => {
      const found = await find(deps, await subjectOf(deps, 'preferences', token));
      return press(deps, found, body);
    },
  };
}

async function subjectOf(
  { sql, secret }: SubscriptionDeps,
  purpose: 'unsubscribe' | 'preferences',
  token: string,
): Promise<Subject> {
  const read = readToken(secret, purpose, token);
  if (!read.ok) throw badLink();
  const preferencesPath = preferencesPathOf(secret, read.payload);
  if (isUuid(read.payload)) {
    const send = await findLinkedSend(sql, read.payload);
    if (send === null) throw badLink();
    const { leadId, address, commandId: key, topic } = send;
    return { leadId, address, key, preferencesPath, ...(topic === null ? {} : { topic }) };
  }
  // `lead/<id>/<mark>`: for pages of the workspace's own, where no email is the way in.
  const [kind, id = '', mark] = read.payload.split('/');
  const named = kind === 'lead' && isUuid(id) ? await findAddressOf(sql, id) : null;
  if (named === null || addressMark(secret, named.address) !== mark) throw badLink();
  return { ...named, key: `lead/${id}`, preferencesPath };
}

/** The page without an email, for as long as the lead has the address. */
export function leadPreferencesPath(secret: string, leadId: string, address: string): string {
  return preferencesPathOf(secret, `lead/${leadId}/${addressMark(secret, address)}`);
}

export function preferencesPathOf(secret: string, payload: string): string {
  return `/p/${signToken(secret, 'preferences', payload)}`;
}

export async function find(deps: SubscriptionDeps, subject: Subject): Promise<Found> {
  const { sql } = deps;
  const { address } = subject;
  const now = deps.clock();
  const release = await deps.releases.current();
  const [whole, permissions, consents] = await Promise.all([
    loadWholeLead(sql, release, subject.leadId, now),
    loadPermissions(sql, [address]),
    listConsents(sql, address),
  ]);
  if (whole === undefined) throw badLink();
  const { preferences: _ofItsAddress, ...person } = whole;
  const preferences = permissions.preferences.get(address);
  const lead: Lead = {
    ...person,
    // Another address of the lead by now: what the page shows and does is about the one mailed to.
    ...{ address, consents, suppressions: permissions.suppressions.get(address) ?? [] },
    ...(preferences === undefined ? {} : { preferences }),
  };
  const standing = standingOf(release, lead, factReader(release, lead, now), now);
  const isCurrent = whole.address === address;
  return { subject, release, lead, consents, standing, isCurrent, now };
}

function shown(found: Found) {
  const { subject, release, standing } = found;
  const topic = standing.topics.find(({ id }) => id === subject.topic);
  const { fewer } = release.sending;
  return {
    ...{ address: subject.address, preferencesPath: subject.preferencesPath, standing },
    ...(topic === undefined ? {} : { topic }),
    ...(fewer === undefined ? {} : { fewerTitle: fewer.title }),
    canTrack: tracks(release),
    canStay: leftJustNow(found) !== undefined,
    canReturn: canReturn(found),
  };
}

function tracks({ sending: { tracking } }: Release): boolean {
  return tracking?.clicks === true || tracking?.opens === true;
}

export function outside({ release }: Pick<Found, 'release'>): Outside {
  const { from, postalAddress } = release.sending;
  return { brand: from.name, contact: from.email, postalAddress };
}

function notices(notice: Notice | undefined) {
  return notice === undefined ? {} : { notice };
}

async function press(
  deps: SubscriptionDeps,
  found: Found,
  body: { readonly [field: string]: unknown },
): Promise<Pressed> {
  switch (body['choice']) {
    case 'leave':
      return { ...(await leave(deps, found, 'preferences')), redirect: true };
    case 'stay':
      return stay(deps, found);
    case 'return':
      return { notice: await askToReturn(deps, found), redirect: true };
    case 'topic':
      return leaveTopic(deps, found);
    case 'fewer':
      return tell(deps, found, 'preferences', preferred(found.standing, { fewer: true }), 'fewer');
    case 'save':
      return save(deps, found, body);
    default:
      return { redirect: true };
  }
}

/** Also when the address is dead or was left before: what a person says is written down. */
async function leave(deps: SubscriptionDeps, found: Found, source: string): Promise<Pressed> {
  const isOut = found.standing.left !== undefined && lastRefusal(found) !== undefined;
  if (!isOut) await say(deps, found, source, [leaving]);
  return { redirect: false };
}

async function leaveTopic(deps: SubscriptionDeps, found: Found): Promise<Pressed> {
  const topic = found.standing.topics.find(({ id }) => id === found.subject.topic);
  const said = topic === undefined || topic.state === 'off' ? [] : [turnOff(topic.id, topic.title)];
  return tell(deps, found, 'preferences', said, 'topic');
}

async function stay(deps: SubscriptionDeps, found: Found): Promise<Pressed> {
  const { consents, release, standing } = found;
  const left = standing.quiet === undefined ? leftJustNow(found) : Infinity;
  if (left === undefined) return { redirect: true };
  return tell(deps, found, 'preferences', stayed(consents, left, release.sending.topics), 'stayed');
}

async function save(
  deps: SubscriptionDeps,
  found: Found,
  body: { readonly [field: string]: unknown },
): Promise<Pressed> {
  const { standing, consents, release } = found;
  // Who has left comes back by a confirmation; what else is ticked counts when they have.
  const topics = standing.left === undefined ? textsIn(body['topics']) : [];
  const asked = {
    topics,
    fewer: release.sending.fewer === undefined ? standing.fewer : body['fewer'] === 'yes',
    tracking: tracks(release) ? body['tracking'] === 'yes' : standing.tracking,
  };
  return tell(deps, found, 'preferences', saidByForm(standing, consents, asked), 'saved');
}

async function tell(
  deps: SubscriptionDeps,
  found: Found,
  source: string,
  said: readonly Said[],
  notice: Notice,
): Promise<Pressed> {
  await say(deps, found, source, said);
  return { notice, redirect: true, to: found.subject.preferencesPath };
}

async function say(
  deps: SubscriptionDeps,
  { subject, lead, now }: Found,
  source: string,
  said: readonly Said[],
): Promise<readonly IngestAnswer[]> {
  const { leadId, address, key } = subject;
  const page = source === 'unsubscribe' ? 'unsubscribe link' : 'preference page';
  return deps.ingest(
    said.map(({ name, properties }) => {
      const messageId = `${key}/${derivedId(String(lead.seq), name, JSON.stringify(properties))}`;
      const own = { source, messageId, name, now, concerns: address };
      const told = { ...properties, from: 'link', evidence: `${page} of ${key}`, address };
      return eventAbout({ leadId }, { ...own, properties: told });
    }),
  );
}

/** When the person left by this very link, less than an hour ago. */
function leftJustNow(found: Found): number | undefined {
  const { subject, standing, now } = found;
  const refusal = lastRefusal(found);
  if (standing.left === undefined || standing.stopped !== undefined) return undefined;
  if (refusal === undefined || now - refusal.at > undoForMs) return undefined;
  const isOurs = refusal.source === 'unsubscribe' || refusal.source === 'preferences';
  return isOurs && refusal.messageId?.startsWith(`${subject.key}/`) === true
    ? refusal.at
    : undefined;
}

function lastRefusal({ consents }: Found): SaidConsent | undefined {
  return consents.findLast(
    (one) => one.class === 'marketing' && one.topic === undefined && one.state === 'refused',
  );
}

/** Only where some journey writes the mail that confirms. */
export function canReturn({ standing, release, isCurrent }: Found): boolean {
  if (standing.stopped !== undefined || !isCurrent) return false;
  return Object.values(release.journeys).some(({ plan }) =>
    plan.enter.some(
      (entry) => entry.on === 'event' && entry.match.event === SUBSCRIPTION_REQUESTED,
    ),
  );
}

async function askToReturn(deps: SubscriptionDeps, found: Found): Promise<Notice> {
  if (!canReturn(found)) return 'cannot';
  return requestAgain(deps, found, { class: 'marketing' }, 'preference page');
}

/** The journey decides whether one more mail may go out: a stranger's address is no letter box. */
export async function requestAgain(
  deps: SubscriptionDeps,
  { subject, lead, now }: Pick<Found, 'subject' | 'lead' | 'now'>,
  asked: { readonly class: string; readonly topic?: string },
  where: string,
): Promise<Notice> {
  const { leadId, address, key } = subject;
  const messageId = `${key}/${derivedId(String(lead.seq), SUBSCRIPTION_REQUESTED, asked.topic ?? '')}`;
  const properties = {
    ...asked,
    from: 'link',
    text: 'Write to me again',
    evidence: `${where} of ${key}`,
  };
  const own = { source: 'preferences', messageId, name: SUBSCRIPTION_REQUESTED, now, properties };
  const [answer] = await deps.ingest([eventAbout({ leadId }, { ...own, concerns: address })]);
  if (answer?.journeys.some(({ entered }) => entered) === true) return 'asked';
  const before = answer?.journeys.some(
    ({ because }) => because === 'inside' || because === 'again',
  );
  return before === true ? 'asked-before' : 'cannot';
}

function textsIn(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}
