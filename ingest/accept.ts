/**
 * The door: one Segment-shaped call (identify, track, page, screen, group, alias, enrol) becomes a request
 * that a batch can take without looking again, or is refused with every problem and its field path.
 *
 * Pure: the instant and a fresh message id come from the caller. It keeps what was sent as it was
 * sent; how a trait is called elsewhere is the business of the facts that read it.
 */
import { parseDomain } from '../core/accounts/domain.ts';
import { derivedId, eventId } from '../core/decision/ids.ts';
import type { IncomingEvent } from '../core/decision/decision.ts';
import type { Account, Trust } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { parseAddress } from '../core/sending/address.ts';
import { findPoison, type FieldProblem } from './poison.ts';
import type { IngestRequest } from './request.ts';

export type Accepted =
  | { readonly ok: true; readonly request: IngestRequest }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export interface AcceptOptions {
  /** Message ids are unique per source: the API key's, the form's, the import's. */
  readonly source: string;
  readonly now: number;
  /** Of a call without a timestamp; default: now. */
  readonly happenedAt?: number;
  /** Used when the call brings none; then a repeat cannot be recognised. */
  readonly newMessageId: () => string;
  readonly fillOnly?: boolean;
  readonly historical?: boolean;
}

const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias', 'enrol'] as const;
type CallType = (typeof callTypes)[number];
const builtInNames = { page: 'Page Viewed', screen: 'Screen Viewed' } as const;

const identifierCharactersMax = 256;
const eventNameCharactersMax = 200;
/** Segment's own limit for one object. */
const traitsMax = 256;
/** Clocks of browsers are wrong; more than this ahead of ours is taken as "now". */
const aheadMs = 5 * 60_000;

export function accept(call: unknown, options: AcceptOptions): Accepted {
  if (!isObject(call)) return refused([{ path: '', problem: 'expected an object' }]);
  const poison = findPoison(call, '');
  if (poison !== undefined) return refused([poison]);
  const reader = readerOf(call);
  const type = reader.type();
  if (type === undefined) return refused(reader.problems);
  const context = reader.object('context');
  const said = reader.object(
    type === 'track' || type === 'page' || type === 'screen' ? 'properties' : 'traits',
  );
  const traits =
    type === 'identify' ? profileOf(said, context) : (objectIn(context, 'traits') ?? {});
  const email = reader.email(traits, type === 'identify' ? 'traits.email' : 'context.traits.email');
  const userId = reader.identifier('userId');
  const anonymousId = reader.identifier('anonymousId');
  const messageId = reader.identifier('messageId') ?? options.newMessageId();
  const name = reader.eventName(type);
  const occurredAt = reader.occurredAt(options.now, options.happenedAt);
  const groupId = type === 'group' ? reader.required('groupId') : undefined;
  const alias = type === 'alias' ? reader.required('previousId') : undefined;
  const journey = type === 'enrol' ? reader.required('journey') : undefined;
  const isNobody = userId === undefined && anonymousId === undefined && email === undefined;
  if (type === 'alias' && userId === undefined) reader.required('userId');
  if (isNobody && reader.problems.length === 0) {
    reader.problems.push({
      path: 'userId',
      problem: 'expected a userId, an anonymousId or an email in the traits',
    });
  }
  reader.problems.push(...tooMany('traits', traits), ...tooMany('properties', said));
  if (reader.problems.length > 0) return refused(reader.problems);
  const account = groupId === undefined ? undefined : accountOf(groupId, said);
  const event: IncomingEvent = {
    id: eventId(options.source, messageId),
    source: options.source,
    messageId,
    type,
    name,
    properties: propertiesOf(type, said, call),
    traits,
    ...(options.fillOnly === undefined ? {} : { fillOnly: options.fillOnly }),
    ...(options.historical === undefined ? {} : { historical: options.historical }),
    ...(email === undefined ? {} : { address: email }),
    ...(account === undefined ? {} : { account }),
    ...(journey === undefined ? {} : { journey }),
    occurredAt,
    receivedAt: options.now,
    trust: trustOf(context),
  };
  const who = {
    ...(userId === undefined ? {} : { userId }),
    ...(email === undefined ? {} : { email }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
  };
  return {
    ok: true,
    request: {
      who,
      event,
      ...(groupId === undefined ? {} : { accountKey: groupId }),
      ...(alias === undefined ? {} : { alias }),
    },
  };
}

function tooMany(path: string, object: JsonObject): readonly FieldProblem[] {
  if (Object.keys(object).length <= traitsMax) return [];
  return [{ path, problem: `more than ${traitsMax} fields` }];
}

/** Reads fields one by one and collects what is wrong with them, so that all is reported at once. */
function readerOf(call: JsonObject) {
  const problems: FieldProblem[] = [];
  const identifier = (field: string): string | undefined => {
    const value = call[field];
    if (value === undefined || value === null) return undefined;
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') problems.push({ path: field, problem: 'expected a text' });
    else if (text.trim() === '') problems.push({ path: field, problem: 'is empty' });
    else if (text.length > identifierCharactersMax) {
      problems.push({ path: field, problem: `longer than ${identifierCharactersMax} characters` });
    } else return text;
    return undefined;
  };
  return {
    problems,
    identifier,
    required(field: string): string | undefined {
      const before = problems.length;
      const value = identifier(field);
      if (value === undefined && problems.length === before) {
        problems.push({ path: field, problem: 'is missing' });
      }
      return value;
    },
    type(): CallType | undefined {
      const known = callTypes.find((type) => type === call['type']);
      if (known === undefined) {
        problems.push({ path: 'type', problem: `expected one of ${callTypes.join(', ')}` });
      }
      return known;
    },
    object(field: string): JsonObject {
      const value = call[field];
      if (value === undefined || value === null) return {};
      if (isObject(value)) return value;
      problems.push({ path: field, problem: 'expected an object' });
      return {};
    },
    email(traits: JsonObject, path: string): string | undefined {
      const written = traits['email'];
      if (written === undefined || written === null || written === '') return undefined;
      const parsed = parseAddress(written);
      if (parsed.ok) return parsed.address;
      problems.push({ path, problem: parsed.problem });
      return undefined;
    },
    eventName(type: CallType): string {
      if (type === 'page' || type === 'screen') return builtInNames[type];
      if (type !== 'track') return '';
      const name = call['event'];
      if (typeof name === 'string' && name.trim() !== '' && name.length <= eventNameCharactersMax)
        return name;
      const found = typeof name === 'string' ? `${name.length} characters` : 'none';
      problems.push({
        path: 'event',
        problem: `expected a name of 1 to ${eventNameCharactersMax} characters, found ${found}`,
      });
      return '';
    },
    /** Corrects a wrong clock as Segment does: by the distance between `sentAt` and our own. */
    occurredAt(now: number, happenedAt = now): number {
      const at = instantIn(call, 'timestamp', problems) ?? happenedAt;
      const sentAt = instantIn(call, 'sentAt', problems);
      const corrected = sentAt === undefined ? at : now - Math.max(0, sentAt - at);
      return corrected > now + aheadMs ? now : Math.trunc(corrected);
    },
  };
}

function instantIn(call: JsonObject, field: string, problems: FieldProblem[]): number | undefined {
  const value = call[field];
  if (value === undefined || value === null) return undefined;
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN;
  // Postgres stores further back than any lead reaches; year 0 and below only confuse.
  if (Number.isFinite(at) && at > earliest) return at;
  problems.push({
    path: field,
    problem: 'expected an RFC 3339 date and time, such as 2026-03-27T16:30:00Z',
  });
  return undefined;
}
const earliest = Date.UTC(1900, 0, 1);

/** Browsers send their zone and language beside the traits. */
function profileOf(traits: JsonObject, context: JsonObject): JsonObject {
  const { timezone, locale } = context;
  return {
    ...(typeof timezone === 'string' && traits['timezone'] === undefined ? { timezone } : {}),
    ...(typeof locale === 'string' && traits['language'] === undefined ? { language: locale } : {}),
    ...traits,
  };
}

function propertiesOf(type: CallType, said: JsonObject, call: JsonObject): JsonObject {
  if (type === 'identify' || type === 'alias') return {};
  if (type === 'enrol') return isObject(call['properties']) ? call['properties'] : {};
  const { name } = call;
  const isPage = type === 'page' || type === 'screen';
  return isPage && typeof name === 'string' && said['name'] === undefined
    ? { ...said, name }
    : said;
}

function accountOf(key: string, traits: JsonObject): Account {
  const name = traits['name'];
  const domain = traits['domain'] ?? traits['website'];
  const owner = traits['owner'];
  const tags = traits['tags'];
  return {
    id: derivedId('account', key),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof domain === 'string' ? { domain: parseDomain(domain) ?? domain.toLowerCase() } : {}),
    ...(typeof owner === 'string' ? { owner } : {}),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    traits,
  };
}

const robots = /bot\b|crawler|spider|headless|preview|scanner/i;
function trustOf(context: JsonObject): Trust {
  const agent = context['userAgent'];
  return typeof agent === 'string' && robots.test(agent) ? 'likely-robot' : 'human';
}

function objectIn(object: JsonObject, field: string): JsonObject | undefined {
  const value = object[field];
  return isObject(value) ? value : undefined;
}
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function refused(problems: readonly FieldProblem[]): Accepted {
  return { ok: false, problems };
}
