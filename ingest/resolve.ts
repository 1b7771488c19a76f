/**
 * Whom each event of a batch is about, and which leads turn out to be one person. Pure: it plans on
 * what was read, the transaction carries the plan out under locks.
 *
 * An event goes to the lead of its userId, else email, else anonymousId; unknown keys join that lead.
 * Two leads merge by themselves when at most one has an address and they do not hold two different
 * user ids. Any other pair is listed for a person, and no key moves: a shared browser or a forwarded
 * form must never melt two people into one. A pair that a person keeps apart is neither merged nor
 * listed again. An `alias` call says itself that two user ids are one person.
 *
 * Events and new keys stay with the lead whose key brought them (`ownId`), also while another lead
 * stands for it: that is what makes a merge one update, and its undoing possible.
 */
import type { FoundIdentity, IdentityKey, IdentityKind } from '../store/identities.ts';
import type { IngestRequest } from './request.ts';

export interface Resolution {
  /** The lead as it is known when the event is folded, after these merges. */
  readonly leadId: string;
  /** The lead the event is stored under, where that is another: it stays there when a merge is undone. */
  readonly ownId?: string;
  readonly merges: readonly PlannedMerge[];
  readonly listed: readonly {
    readonly leadIds: readonly [string, string];
    readonly because: string;
  }[];
  /** The email of the event belongs to another lead: the event must not bring it to this one. */
  readonly dropsAddress: boolean;
  /** It is that of a lead absorbed by hand: the lead keeps its own, and the event speaks of this one. */
  readonly keepsAddress?: boolean;
}
export interface PlannedMerge {
  readonly from: string;
  readonly into: string;
  readonly by: string;
  readonly why: string;
}
export interface ResolutionPlan {
  readonly resolutions: readonly Resolution[];
  readonly newKeys: readonly (IdentityKey & { readonly leadId: string })[];
  /** Leads the batch brings to life, of which some may merge at once. */
  readonly born: ReadonlySet<string>;
  /** Existing leads the batch touches, to be locked. */
  readonly leadIds: readonly string[];
}

export interface Known {
  readonly identities: readonly FoundIdentity[];
  /** Of the leads found; read only when `asksForUserIds`. */
  readonly userIds: ReadonlyMap<string, readonly string[]>;
  /** For events that name their lead: its canonical id. */
  readonly canonical: ReadonlyMap<string, string>;
  /** Which of those have an address; read only when `asksForUserIds`. */
  readonly addressed?: ReadonlySet<string>;
  /** Pairs of leads that a person decided to keep apart; read only when `asksForUserIds`. */
  readonly keptApart?: readonly (readonly [string, string])[];
}

interface Person {
  readonly id: string;
  hasAddress: boolean;
  readonly userIds: Set<string>;
}

/** Throws for an event that names a lead which does not exist. */
export function resolveLeads(
  requests: readonly IngestRequest[],
  known: Known,
  newLeadId: () => string,
): ResolutionPlan {
  const world = worldOf(known);
  const newKeys: (IdentityKey & { readonly leadId: string })[] = [];
  const touched = new Set<string>();
  const resolutions = requests.map((request): Resolution => {
    const keys = keysOf(request);
    const resolution = resolve(request, keys, world, known, newLeadId);
    const { leadId, ownId = leadId, merges } = resolution;
    touched.add(leadId);
    for (const merge of merges) touched.add(merge.from).add(merge.into);
    for (const key of [...keys, ...newAliasOf(request, world)]) {
      if (world.owner.has(nameOf(key)) || (resolution.dropsAddress && key.kind === 'email'))
        continue;
      world.owner.set(nameOf(key), ownId);
      newKeys.push({ ...key, leadId: ownId });
      attach(key, world.person(leadId));
    }
    return resolution;
  });
  const leadIds = [...touched].filter((id) => !world.born.has(id)).sort();
  return { resolutions, newKeys: newKeys.sort(byName), born: world.born, leadIds };
}

/** Every key of a batch once. */
export function keysOfAll(requests: readonly IngestRequest[]): readonly IdentityKey[] {
  const keys = new Map<string, IdentityKey>();
  for (const request of requests) {
    for (const key of [...keysOf(request), ...aliasKeysOf(request)]) keys.set(nameOf(key), key);
  }
  return [...keys.values()];
}

/**
 * Whether this batch can merge leads or attach keys to known ones. Most batches cannot: each event
 * brings one key, or keys that all belong to the same lead already.
 */
export function asksForUserIds(
  requests: readonly IngestRequest[],
  identities: readonly FoundIdentity[],
): boolean {
  if (requests.some(({ alias, merge }) => alias !== undefined || merge !== undefined)) return true;
  if (identities.length === 0) return false;
  const owners = new Map(identities.map((found) => [nameOf(found), found.leadId]));
  return requests.some((request) => {
    const keys = keysOf(request);
    return keys.length > 1 && new Set(keys.map((key) => owners.get(nameOf(key)))).size > 1;
  });
}

const kinds: readonly IdentityKind[] = ['userId', 'email', 'anonymousId'];
function keysOf({ who }: IngestRequest): readonly IdentityKey[] {
  if ('leadId' in who) return [];
  return kinds.flatMap((kind) => {
    const value = who[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
}

/** A `previousId` is whatever the caller once called the person by: a user id, or that of a browser. */
function aliasKeysOf({ alias }: IngestRequest): readonly IdentityKey[] {
  if (alias === undefined) return [];
  return [
    { kind: 'userId', value: alias },
    { kind: 'anonymousId', value: alias },
  ];
}

/** One that nobody is known by becomes a key, so that what comes late under it finds its lead. */
function newAliasOf(request: IngestRequest, world: World): readonly IdentityKey[] {
  const keys = aliasKeysOf(request);
  return keys.some((key) => world.owner.has(nameOf(key))) ? [] : keys.slice(1);
}

/** What is known, changing as the batch is planned from its first event to its last. */
interface World {
  /** By key: the lead it was attached to, for which another one may stand. */
  readonly owner: Map<string, string>;
  readonly born: Set<string>;
  /** The person who stands for a lead now, through the merges planned so far. */
  person(leadId: string): Person;
  bear(leadId: string): Person;
  merge(from: Person, into: Person): void;
  isKeptApart(one: Person, other: Person): boolean;
}

function worldOf(known: Known): World {
  const people = new Map<string, Person>();
  const owner = new Map<string, string>();
  const mergedInto = new Map<string, string>();
  const born = new Set<string>();
  for (const [id, canonical] of known.canonical)
    if (id !== canonical) mergedInto.set(id, canonical);
  for (const { leadId, ownId, address, ...key } of known.identities) {
    owner.set(nameOf(key), ownId);
    if (ownId !== leadId) mergedInto.set(ownId, leadId);
    const userIds = new Set(known.userIds.get(leadId));
    people.set(leadId, { id: leadId, hasAddress: address !== null, userIds });
  }
  for (const id of known.canonical.values()) {
    const hasAddress = known.addressed?.has(id) === true;
    if (!people.has(id)) {
      people.set(id, { id, hasAddress, userIds: new Set(known.userIds.get(id)) });
    }
  }
  const make = (id: string): Person => {
    const person = { id, hasAddress: false, userIds: new Set<string>() };
    people.set(id, person);
    return person;
  };
  const person = (leadId: string): Person => {
    const id = mergedInto.get(leadId);
    return id === undefined ? (people.get(leadId) ?? make(leadId)) : person(id);
  };
  return {
    owner,
    born,
    person,
    bear(leadId) {
      born.add(leadId);
      return make(leadId);
    },
    merge(from, into) {
      mergedInto.set(from.id, into.id);
      into.hasAddress ||= from.hasAddress;
      for (const id of from.userIds) into.userIds.add(id);
    },
    isKeptApart: (one, other) =>
      (known.keptApart ?? []).some((pair) => {
        const [a, b] = pair.map((id) => person(id).id);
        return (a === one.id && b === other.id) || (a === other.id && b === one.id);
      }),
  };
}

function resolve(
  request: IngestRequest,
  keys: readonly IdentityKey[],
  world: World,
  known: Known,
  newLeadId: () => string,
): Resolution {
  const { who, merge, alias } = request;
  if (!('leadId' in who)) {
    const said = alias === undefined ? [] : aliasKeysOf(request);
    return resolveKeys(keys, said, world, newLeadId);
  }
  const ownId = who.leadId;
  const target = canonicalOf(ownId, world, known);
  const from = merge === undefined ? target : canonicalOf(merge.from, world, known);
  const nothing = { ownId, leadId: target.id, merges: [], listed: [], dropsAddress: false };
  // Another merge may have been quicker: they are one already.
  if (merge === undefined || from.id === target.id) return nothing;
  world.merge(from, target);
  const { by, why } = merge;
  return { ...nothing, merges: [{ from: from.id, into: target.id, by, why }] };
}

function canonicalOf(leadId: string, world: World, known: Known): Person {
  const canonical = known.canonical.get(leadId);
  if (canonical === undefined) throw new Error(`there is no lead ${leadId}`);
  return world.person(canonical);
}

/** `aliases` are keys of which the caller says itself that they are the same person's. */
function resolveKeys(
  keys: readonly IdentityKey[],
  aliases: readonly IdentityKey[],
  world: World,
  newLeadId: () => string,
): Resolution {
  const isAlias = aliases.length > 0;
  const found = new Map<string, { readonly person: Person; readonly ownId: string }>();
  for (const key of [...keys, ...aliases]) {
    const ownId = world.owner.get(nameOf(key));
    if (ownId === undefined) continue;
    const person = world.person(ownId);
    if (!found.has(person.id)) found.set(person.id, { person, ownId });
  }
  const [known, ...others] = found.values();
  const first = known?.person;
  const newcomer = first === undefined || isAlias ? undefined : whyNewcomer(keys, first, world);
  const isNew = first === undefined || newcomer !== undefined;
  let target = isNew ? world.bear(newLeadId()) : first;
  const ownId = isNew || known === undefined ? target.id : known.ownId;
  const listed: { leadIds: readonly [string, string]; because: string }[] = [];
  const merges: PlannedMerge[] = [];
  if (first !== undefined && newcomer !== undefined) {
    listed.push({ leadIds: [target.id, first.id], because: newcomer });
  }
  const brings = (kind: IdentityKind) =>
    keys.some((key) => key.kind === kind && !world.owner.has(nameOf(key)));
  const said = { bringsEmail: brings('email'), bringsUserId: brings('userId'), isAlias };
  for (const { person: other } of others) {
    if (world.isKeptApart(target, other)) continue;
    const against = whyNotMerge(target, other, said);
    if (against !== undefined) {
      listed.push({ leadIds: [target.id, other.id], because: against });
      continue;
    }
    const [into, from] = survivor(target, other);
    world.merge(from, into);
    const why = isAlias ? 'alias' : 'same-person';
    merges.push({ from: from.id, into: into.id, by: 'perennial', why });
    target = into;
  }
  return {
    leadId: target.id,
    ownId,
    merges,
    listed,
    dropsAddress: ownsElsewhere(keys, target, world),
    keepsAddress: target.hasAddress && isOfAbsorbed(keys, target, world),
  };
}

/** A new user id on a lead that has one, or a new address in a browser that has one: someone else. */
function whyNewcomer(keys: readonly IdentityKey[], lead: Person, world: World): string | undefined {
  const isUnknown = (kind: IdentityKind) =>
    keys.some((key) => key.kind === kind && !world.owner.has(nameOf(key)));
  if (isUnknown('userId')) return lead.userIds.size > 0 ? 'two-user-ids' : undefined;
  const hasKnownUser = keys.some((key) => key.kind === 'userId');
  return isUnknown('email') && !hasKnownUser && lead.hasAddress ? 'two-addresses' : undefined;
}

/** What the event adds to the lead it is about. */
interface Brought {
  readonly bringsEmail: boolean;
  readonly bringsUserId: boolean;
  readonly isAlias: boolean;
}

function whyNotMerge(
  one: Person,
  other: Person,
  { bringsEmail, bringsUserId, isAlias }: Brought,
): string | undefined {
  if ((one.hasAddress || bringsEmail) && other.hasAddress) return 'two-addresses';
  if (isAlias) return undefined;
  // A lead may have several by now, of an alias or by hand: what counts is that the other has its own.
  if ((one.userIds.size > 0 || bringsUserId) && other.userIds.size > 0) return 'two-user-ids';
  return undefined;
}

/** The one with the address survives, else the one with a user id, else the one the event names first. */
function survivor(one: Person, other: Person): readonly [Person, Person] {
  if (other.hasAddress && !one.hasAddress) return [other, one];
  if (one.hasAddress || one.userIds.size > 0 || other.userIds.size === 0) return [one, other];
  return [other, one];
}

function ownsElsewhere(keys: readonly IdentityKey[], lead: Person, world: World): boolean {
  const email = keys.find((key) => key.kind === 'email');
  const owner = email === undefined ? undefined : world.owner.get(nameOf(email));
  return owner !== undefined && world.person(owner).id !== lead.id;
}

function isOfAbsorbed(keys: readonly IdentityKey[], lead: Person, world: World): boolean {
  const email = keys.find((key) => key.kind === 'email');
  const ownId = email === undefined ? undefined : world.owner.get(nameOf(email));
  return ownId !== undefined && ownId !== lead.id && world.person(ownId).id === lead.id;
}

function attach(key: IdentityKey, person: Person): void {
  if (key.kind === 'email') person.hasAddress = true;
  if (key.kind === 'userId') person.userIds.add(key.value);
}

export function nameOf(key: IdentityKey): string {
  return `${key.kind}\u0000${key.value}`;
}
/** In the order of Postgres' index: by code point, as its C collation compares. */
function byName(one: IdentityKey, other: IdentityKey): number {
  const [a, b] = [nameOf(one), nameOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}
