/** `personas/*.json` parsed → a script of instants; every name it expects is checked. */
import { mayBeEnriched } from '../enrichment/answer.ts';
import type { ConsentState, SkipReason } from '../sending/model.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import type { PersonaFile } from './persona.ts';
import type { Path } from './problems.ts';
import { present } from './present.ts';
import { check, refer, referEvent, referStage } from './scope.ts';
import type { Scope } from './scope.ts';

export type ScriptEntry = { readonly at: number } & (
  | {
      readonly type: 'event';
      readonly event: string;
      readonly properties: JsonObject;
      readonly times: number;
      readonly trust: 'human' | 'likely-robot';
    }
  | { readonly type: 'traits'; readonly traits: JsonObject }
  | {
      readonly type: 'email';
      readonly template: string;
      readonly does:
        | ('opens' | 'clicks' | 'replies' | 'bounces' | 'complains' | 'unsubscribes')
        | ('confirms' | 'bounces-softly' | 'auto-replies');
      readonly properties: JsonObject;
      readonly trust: 'human' | 'likely-robot';
    }
  | { readonly type: 'accepts'; readonly note?: string }
  | {
      readonly type: 'rejects';
      readonly reason: string;
      readonly callAgainAt?: number;
      readonly note?: string;
    }
  | { readonly type: 'judged'; readonly event: string; readonly trust: 'human' | 'likely-robot' }
  | {
      readonly type: 'stage';
      readonly stage: string;
      /** Null: for ever. */
      readonly forMs: number | null;
      readonly why?: string;
      readonly quiet: boolean;
    }
);

export interface Persona {
  readonly persona: string;
  readonly title?: string;
  /** By trait path, as `identify` would send them. */
  readonly traits: JsonObject;
  readonly tags: readonly string[];
  readonly consent?: ConsentState;
  /** By fact: what a provider knows of the company. */
  readonly enrichment?: JsonObject;
  readonly startsAt: number;
  readonly runsForMs?: number;
  /** In order of time; entries of one instant in file order. */
  readonly script: readonly ScriptEntry[];
  readonly expect: {
    readonly emails?: readonly string[];
    readonly journeys?: readonly string[];
    readonly exit?: string;
    /** A value of `order`. */
    readonly stage?: string;
    readonly grade?: string;
    readonly rep?: string;
    readonly handoff?: string;
    readonly never?: readonly string[];
    readonly notSent?: readonly { readonly email: string; readonly reason: SkipReason }[];
    readonly maxPerWeek?: number;
  };
}

const dayMs = 86_400_000;

export function compilePersona(scope: Scope, file: PersonaFile): Persona {
  const { consent, tags, ...facts } = file.lead;
  const script = file.script.map((entry, index) =>
    compileEntry(scope, file, entry, ['script', index]),
  );
  return present({
    persona: file.persona,
    title: file.title,
    traits: traitsOf(scope, facts, ['lead']),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    consent: consent as ConsentState | undefined,
    enrichment: enrichmentOf(scope, file.enrichment),
    startsAt: file.startsAt,
    runsForMs: file.runsFor,
    script: [...script].sort((a, b) => a.at - b.at),
    expect: compileExpect(scope, file),
  });
}

/** Facts by id → traits by path. */
function traitsOf(scope: Scope, facts: { readonly [fact: string]: Json }, path: Path): JsonObject {
  const known = new Set([...scope.names.facts].flatMap(([id, fact]) => (fact.isTrait ? [id] : [])));
  const traits: { [trait: string]: Json } = {};
  for (const [fact, value] of Object.entries(facts)) {
    const at = [...path, fact];
    const info = check(scope, 'fact', fact, at, known) ? scope.names.facts.get(fact) : undefined;
    if (info?.type === 'number' && typeof value !== 'number') {
      scope.report(at, { message: `fact ${JSON.stringify(fact)} is a number` });
    }
    setAt(traits, (info?.trait ?? fact).split('.'), value);
  }
  return traits;
}

/** Kept by fact; a provider knows nothing of traits and their paths. */
function enrichmentOf(
  scope: Scope,
  facts: PersonaFile['enrichment'],
): Persona['enrichment'] | undefined {
  if (facts === undefined) return undefined;
  traitsOf(scope, facts, ['enrichment']);
  for (const fact of Object.keys(facts)) {
    if (mayBeEnriched(fact)) continue;
    const found = JSON.stringify(fact);
    const message = `only the lead itself can say ${found}`;
    scope.report(['enrichment', fact], { message, found }, 'key');
  }
  return facts;
}

export function setAt(target: { [key: string]: Json }, path: readonly string[], value: Json): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  const next: { [key: string]: Json } = isObject ? { ...(inner as JsonObject) } : {};
  target[first] = next;
  setAt(next, rest, value);
}

function compileEntry(
  scope: Scope,
  file: PersonaFile,
  entry: PersonaFile['script'][number],
  path: Path,
): ScriptEntry {
  if ((entry.day === undefined) === (entry.at === undefined)) {
    const message = 'an entry happens at "day" or "at": exactly one of them';
    scope.reportShape(path, { message });
  }
  const at = file.startsAt + (entry.at ?? Math.round((entry.day ?? 0) * dayMs));
  if ('event' in entry) {
    referEvent(scope, entry.event, [...path, 'event']);
    const { event, properties, times, trust = 'human' } = entry;
    return { at, type: 'event', event, properties, times, trust };
  }
  if ('traits' in entry) {
    return { at, type: 'traits', traits: traitsOf(scope, entry.traits, [...path, 'traits']) };
  }
  if ('email' in entry) {
    refer(scope, 'template', entry.email, [...path, 'email']);
    const { email, does, properties: own, trust = 'human', until } = entry;
    if (until !== undefined && does !== 'auto-replies') {
      const message = `"until" is for "auto-replies"; found it with ${JSON.stringify(does)}`;
      scope.report([...path, 'until'], { message }, 'key');
    }
    const back = until === undefined ? {} : { until: new Date(until).toISOString() };
    const properties = { ...back, ...own };
    return { at, type: 'email', template: email, does, properties, trust };
  }
  if ('judged' in entry) {
    referEvent(scope, entry.judged, [...path, 'judged']);
    const trust = entry.as === 'robot' ? 'likely-robot' : 'human';
    return { at, type: 'judged', event: entry.judged, trust };
  }
  if ('stage' in entry) {
    const { for: forMs, why, quiet } = entry;
    const stage = referStage(scope, entry.stage, [...path, 'stage']);
    return present({ at, type: 'stage' as const, stage, forMs, why, quiet });
  }
  return compileVerdict(scope, entry, at, path);
}

function compileVerdict(
  scope: Scope,
  entry: Extract<PersonaFile['script'][number], { rep: string }>,
  at: number,
  path: Path,
): ScriptEntry {
  const { rep, reason, callAgainAt, note } = entry;
  if (rep === 'accepts') return present({ at, type: 'accepts' as const, note });
  if (reason === undefined) {
    scope.reportShape(path, { message: 'a rep rejects for a "reason"', fix: 'add "reason"' });
  } else {
    refer(scope, 'rejectReason', reason, [...path, 'reason']);
  }
  return present({ at, type: 'rejects' as const, reason: reason ?? '', callAgainAt, note });
}

function compileExpect(scope: Scope, file: PersonaFile): Persona['expect'] {
  const { expect } = file;
  expect.emails?.forEach((name, index) =>
    refer(scope, 'template', name, ['expect', 'emails', index]),
  );
  expect.never?.forEach((name, index) =>
    refer(scope, 'template', name, ['expect', 'never', index]),
  );
  expect.notSent?.forEach(({ email }, index) =>
    refer(scope, 'template', email, ['expect', 'notSent', index, 'email']),
  );
  expect.journeys?.forEach((name, index) =>
    refer(scope, 'journey', name, ['expect', 'journeys', index]),
  );
  // A journey that reached its end, or whose email was answered, has no exit of its own to name.
  if (expect.exit !== undefined && !endsOfItsOwn.has(expect.exit)) {
    refer(scope, 'exit', expect.exit, ['expect', 'exit']);
  }
  if (expect.rep !== undefined) refer(scope, 'rep', expect.rep, ['expect', 'rep']);
  if (expect.handoff !== undefined) refer(scope, 'handoff', expect.handoff, ['expect', 'handoff']);
  const stage =
    expect.stage === undefined ? undefined : referStage(scope, expect.stage, ['expect', 'stage']);
  return present({ ...expect, stage });
}

const endsOfItsOwn: ReadonlySet<string> = new Set(['completed', 'replied']);
