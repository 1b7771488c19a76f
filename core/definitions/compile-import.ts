/** `imports/*.json` parsed → a mapping that `import-rows.ts` applies row by row. */
import type { ConsentState } from '../sending/model.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import type { ImportFile } from './import.ts';
import { present } from './present.ts';
import type { Path } from './problems.ts';
import type { FactType } from './release.ts';
import { check, refer, referEnterable, referEvent } from './scope.ts';
import type { Scope } from './scope.ts';
import { checkProperty } from './check-condition.ts';

export interface ColumnMapping {
  readonly column: string;
  readonly to: 'email' | 'userId' | 'tags' | 'trait';
  /** Dotted trait path. */
  readonly trait: string;
  readonly type: FactType;
  readonly values?: { readonly [text: string]: Json };
  readonly format?: string;
}
export interface EventMapping {
  readonly name: string;
  readonly at:
    | { readonly type: 'instant'; readonly at: number }
    | {
        readonly type: 'column';
        readonly column: string;
        readonly format: string;
        readonly zone: string;
      }
    /** ISO days, both inclusive. */
    | {
        readonly type: 'spread';
        readonly from: string;
        readonly to: string;
        readonly seed: number;
      };
  readonly timesColumn?: string;
  readonly when?: { readonly column: string; readonly is: string };
  readonly columns: { readonly [property: string]: string };
  readonly constants: JsonObject;
  readonly types: { readonly [property: string]: string };
}
export interface ImportMapping {
  readonly import: string;
  readonly title: string;
  readonly columns: readonly ColumnMapping[];
  readonly matchOn: readonly ('email' | 'userId')[];
  readonly ifKnown: 'fill-empty-only' | 'overwrite';
  readonly consent?: {
    readonly column?: string;
    readonly values?: { readonly [text: string]: ConsentState };
    readonly state?: ConsentState;
    readonly topic?: string;
    readonly text: string;
    readonly evidence: string;
  };
  readonly events: readonly EventMapping[];
  readonly enter?: { readonly journey: string; readonly perHour: number };
}

export function compileImport(scope: Scope, file: ImportFile): ImportMapping {
  const read = Object.entries(file.columns).map(([column, target]) =>
    compileColumn(scope, column, target),
  );
  const columns = read.flatMap((one) => (one === undefined ? [] : [one]));
  for (const [index, kind] of file.matchOn.entries()) {
    if (read.some((one) => one === undefined || one.to === kind)) continue;
    const message = `"matchOn" names ${JSON.stringify(kind)}, which no column fills`;
    scope.reportShape(['matchOn', index], { message, fix: 'map a column to it' });
  }
  if (file.enter !== undefined) referEnterable(scope, file.enter.journey, ['enter', 'journey']);
  if (file.consent?.topic !== undefined) {
    refer(scope, 'topic', file.consent.topic, ['consent', 'topic']);
  }
  return present({
    import: file.import,
    title: file.title ?? file.import,
    columns,
    matchOn: file.matchOn,
    ifKnown: file.ifKnown,
    consent: file.consent === undefined ? undefined : present(file.consent),
    events: file.events.map((event, index) => compileEvent(scope, event, ['events', index])),
    enter: file.enter,
  });
}

function compileColumn(
  scope: Scope,
  column: string,
  target: ImportFile['columns'][string],
): ColumnMapping | undefined {
  const { to, values, format } =
    typeof target === 'string' ? { to: target, values: undefined, format: undefined } : target;
  const path = ['columns', column, ...(typeof target === 'string' ? [] : ['to'])];
  const mapping = present({ column, values, format });
  if (to === 'email' || to === 'userId') return { ...mapping, to, trait: to, type: 'text' };
  if (to === 'tags') return { ...mapping, to, trait: to, type: 'list' };
  if (to === 'name') return { ...mapping, to: 'trait', trait: 'name', type: 'text' };
  const traits = [...scope.names.facts].flatMap(([id, fact]) => (fact.isTrait ? [id] : []));
  const known = new Set([...traits, 'name', 'userId', 'tags']);
  const info = check(scope, 'fact', to, path, known) ? scope.names.facts.get(to) : undefined;
  if (info === undefined) return undefined;
  return { ...mapping, to: 'trait', trait: info.trait, type: info.type };
}

function compileEvent(scope: Scope, event: ImportFile['events'][number], path: Path): EventMapping {
  const isKnown = referEvent(scope, event.name, [...path, 'name']);
  const columns: { [property: string]: string } = {};
  const constants: { [property: string]: Json } = {};
  for (const [property, value] of Object.entries(event.properties)) {
    if (isKnown) checkProperty(scope, event.name, property, [...path, 'properties', property]);
    const column = columnOf(value);
    if (column === undefined) constants[property] = value;
    else columns[property] = column;
  }
  return present({
    name: event.name,
    at: compileAt(scope, event.at, [...path, 'at']),
    timesColumn: event.times?.column,
    when: event.when,
    columns,
    constants,
    types: scope.names.events.get(event.name)?.properties ?? {},
  });
}

function columnOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { column } = value as JsonObject;
  return typeof column === 'string' ? column : undefined;
}

function compileAt(
  scope: Scope,
  at: ImportFile['events'][number]['at'],
  path: Path,
): EventMapping['at'] {
  if (typeof at === 'number') return { type: 'instant', at };
  if ('column' in at) return { type: 'column', ...at };
  if (at.spread.from > at.spread.to) {
    scope.report([...path, 'spread', 'to'], { message: 'a spread ends after it begins' });
  }
  return { type: 'spread', ...at.spread };
}
