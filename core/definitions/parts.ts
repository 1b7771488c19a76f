/**
 * A release as stored: one part per file, each with its hash, its source and what it means.
 *
 * `assembleRelease` is the only way a release comes to be, from files just compiled and from stored
 * parts alike, so that both are the same release.
 */
import type { AccountRules } from '../accounts/model.ts';
import { builtInEvents } from '../facts/catalogue.ts';
import type { Interest, InterestRules } from '../interests/model.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import type { Qualification } from '../qualification/model.ts';
import type { ScoringModel } from '../scoring/model.ts';
import type { SendingPolicy } from '../sending/model.ts';
import type { HandoffsPart, RoutingPart } from './compile-sales.ts';
import type {
  EventDeclaration,
  FactDeclaration,
  Release,
  SegmentDeclaration,
  TemplateManifest,
} from './release.ts';

export interface TemplateSources {
  /** `message.mjml`, `message.txt`, partials and the brand: path → text. */
  readonly [path: string]: string;
}
export interface TemplatePart {
  readonly manifest: TemplateManifest;
  readonly sources: TemplateSources;
}

type PartOf<Kind extends string, Compiled> = {
  readonly kind: Kind;
  readonly key: string;
  readonly hash: string;
  readonly source: string;
  readonly compiled: Compiled;
};
export type Part =
  | PartOf<'events', readonly EventDeclaration[]>
  | PartOf<'facts', readonly FactDeclaration[]>
  | PartOf<'segments', readonly SegmentDeclaration[]>
  | PartOf<'interests', InterestRules>
  | PartOf<'scoring', ScoringModel>
  | PartOf<'qualification', Qualification>
  | PartOf<'routing', RoutingPart>
  | PartOf<'handoffs', HandoffsPart>
  | PartOf<'sending', SendingPolicy>
  | PartOf<'accounts', AccountRules>
  | PartOf<'journey', JourneyPlan>
  | PartOf<'template', TemplatePart>;

/** Parts may come in any order: what lists hold follows kinds and keys. */
export function assembleRelease(id: string, unsorted: readonly Part[]): Release | undefined {
  const parts = [...unsorted].sort((a, b) => compareParts(a, b));
  const qualification = ofKind(parts, 'qualification')[0]?.compiled;
  const sending = ofKind(parts, 'sending')[0]?.compiled;
  if (qualification === undefined || sending === undefined) return undefined;
  const accounts = ofKind(parts, 'accounts')[0]?.compiled;
  const interests = ofKind(parts, 'interests').map(({ compiled }) => compiled);
  const [interestGate] = interests.flatMap((file) => ('gate' in file ? [file.gate] : []));
  const routing = ofKind(parts, 'routing').map(({ compiled }) => compiled);
  const handoffs = ofKind(parts, 'handoffs').map(({ compiled }) => compiled);
  const routings = routing.flatMap((file) => (file.routing === undefined ? [] : [file.routing]));
  const teams = routing.map(({ team }) => team);
  return {
    id,
    events: {
      ...builtInEvents,
      ...byKey(
        ofKind(parts, 'events').flatMap(({ compiled }) => compiled),
        (one) => one.event,
      ),
    },
    facts: byKey(
      ofKind(parts, 'facts').flatMap(({ compiled }) => compiled),
      (one) => one.id,
    ),
    segments: byKey(
      ofKind(parts, 'segments').flatMap(({ compiled }) => compiled),
      (one) => one.id,
    ),
    interests: byKey(
      interests.flatMap((file) => interestsOf(file)),
      (one) => one.id,
    ),
    ...(interestGate === undefined ? {} : { interestGate }),
    models: ofKind(parts, 'scoring').map(({ compiled }) => compiled),
    qualification,
    routings: Object.fromEntries(routings.map((one) => [one.routing, one])),
    team: {
      reps: mergeAll(teams.map(({ reps }) => reps)),
      hours: mergeAll(teams.map(({ hours }) => hours)),
      pools: mergeAll(teams.map(({ pools }) => pools)),
      queues: mergeAll(teams.map(({ queues }) => queues)),
    },
    handoffs: Object.fromEntries(
      handoffs.flatMap((file) => file.handoffs.map((one) => [one.handoff, one])),
    ),
    rejectReasons: handoffs.flatMap((file) => file.rejectReasons),
    sending,
    ...(accounts === undefined ? {} : { accounts }),
    journeys: Object.fromEntries(
      ofKind(parts, 'journey').map(({ hash, compiled }) => [
        compiled.journey,
        { hash, plan: compiled },
      ]),
    ),
    templates: Object.fromEntries(
      ofKind(parts, 'template').map(({ hash, compiled: { manifest } }) => [
        manifest.template,
        { hash, manifest },
      ]),
    ),
  };
}

export function interestsOf(file: InterestRules): readonly Interest[] {
  return 'gate' in file ? file.interests : file;
}

function compareParts(a: Part, b: Part): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}

function ofKind<Kind extends Part['kind']>(
  parts: readonly Part[],
  kind: Kind,
): readonly Extract<Part, { kind: Kind }>[] {
  const isOfKind = (part: Part): part is Extract<Part, { kind: Kind }> => part.kind === kind;
  return parts.filter(isOfKind);
}

function byKey<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): { readonly [key: string]: Entry } {
  return Object.fromEntries(entries.map((entry) => [keyOf(entry), entry]));
}

function mergeAll<Value>(records: readonly { readonly [key: string]: Value }[]): {
  readonly [key: string]: Value;
} {
  return Object.fromEntries(records.flatMap((record) => Object.entries(record)));
}
