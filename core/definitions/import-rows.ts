/**
 * One row of a list → a lead, its consent and its events, or the reason why not.
 *
 * Pure: the same mapping and row always give the same message ids and instants, so importing a list
 * a second time changes nothing. A row is refused as a whole rather than half understood.
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../rules/condition.ts';
import { instantOf } from '../rules/instant.ts';
import { numberOf } from '../rules/operators.ts';
import { parseAddress } from '../sending/address.ts';
import { parseColumnDate } from '../sending/column-date.ts';
import type { ConsentState } from '../sending/model.ts';
import type { ColumnMapping, EventMapping, ImportMapping } from './compile-import.ts';
import { setAt } from './compile-persona.ts';
import { list } from './problems.ts';
import type { FactType } from './release.ts';
import { didYouMean } from './suggest.ts';

export type Row = { readonly [column: string]: string };
export interface ImportedEvent {
  readonly messageId: string;
  readonly event: string;
  readonly occurredAt: number;
  readonly properties: JsonObject;
}
export interface ImportedConsent {
  readonly messageId: string;
  readonly state: ConsentState;
  readonly topic?: string;
  readonly text: string;
  readonly evidence: string;
}
export type MappedRow =
  | {
      readonly ok: true;
      readonly rowNumber: number;
      /** Of the row: the same person in the same import. */
      readonly messageId: string;
      readonly email?: string;
      readonly userId?: string;
      /** By trait path, as `identify` would send them; empty columns are left out. */
      readonly traits: JsonObject;
      readonly tags: readonly string[];
      readonly consent?: ImportedConsent;
      /** In order of time. */
      readonly events: readonly ImportedEvent[];
    }
  | { readonly ok: false; readonly rowNumber: number; readonly reason: string };

/** Visits and the like: more than this from one cell is a column mixed up. */
const timesMost = 1000;
const dayMs = 86_400_000;

export function mapRow(mapping: ImportMapping, row: Row, rowNumber: number): MappedRow {
  try {
    return readRow(mapping, row, rowNumber);
  } catch (cause) {
    if (cause instanceof RowRefused) return { ok: false, rowNumber, reason: cause.message };
    throw cause;
  }
}

/** What is wrong with the header of a list, before any row is read. */
export function checkHeader(mapping: ImportMapping, header: readonly string[]): readonly string[] {
  const needed = new Set([
    ...mapping.columns.map(({ column }) => column),
    ...(mapping.consent?.column === undefined ? [] : [mapping.consent.column]),
    ...mapping.events.flatMap(columnsOf),
  ]);
  return [...needed]
    .filter((column) => !header.includes(column))
    .map((column) => {
      const fix = didYouMean(column, header) ?? `the list has ${list(header)}`;
      return `the list has no column ${JSON.stringify(column)}; ${fix}`;
    });
}

class RowRefused extends Error {}

function readRow(mapping: ImportMapping, row: Row, rowNumber: number): MappedRow {
  const identity = readIdentity(mapping, row);
  const rowKey = identity.email ?? identity.userId ?? '';
  const traits: { [trait: string]: Json } = {};
  const tags: string[] = [];
  for (const column of mapping.columns) {
    const value = readColumn(column, row);
    if (value === undefined) continue;
    if (column.to === 'trait') setAt(traits, column.trait.split('.'), value);
    if (column.to === 'tags') tags.push(...[value].flat().map(String));
  }
  const events = mapping.events.flatMap((event, index) =>
    readEvent(mapping, event, index, row, rowKey),
  );
  const consent = readConsent(mapping, row, rowKey);
  return {
    ok: true,
    rowNumber,
    messageId: messageIdOf(mapping, rowKey, 'lead'),
    ...identity,
    traits,
    tags,
    ...(consent === undefined ? {} : { consent }),
    events: events.sort((a, b) => a.occurredAt - b.occurredAt),
  };
}

function readIdentity(mapping: ImportMapping, row: Row): { email?: string; userId?: string } {
  const found: { email?: string; userId?: string } = {};
  for (const column of mapping.columns) {
    if (column.to !== 'email' && column.to !== 'userId') continue;
    const text = readColumn(column, row);
    if (text === undefined) continue;
    if (column.to === 'userId') {
      found.userId = typeof text === 'string' ? text : JSON.stringify(text);
      continue;
    }
    const parsed = parseAddress(text);
    if (!parsed.ok) throw new RowRefused(`${JSON.stringify(column.column)}: ${parsed.problem}`);
    found.email = parsed.address;
  }
  if (mapping.matchOn.some((kind) => found[kind] !== undefined)) return found;
  const columns = mapping.columns.filter(({ to }) => mapping.matchOn.some((kind) => kind === to));
  throw new RowRefused(`${list(columns.map(({ column }) => column))} is empty`);
}

function readColumn(column: ColumnMapping, row: Row): Json | undefined {
  const text = (row[column.column] ?? '').trim();
  if (column.values !== undefined && Object.hasOwn(column.values, text)) {
    const value = column.values[text];
    return value === null || value === '' ? undefined : value;
  }
  if (text === '') return undefined;
  if (column.format !== undefined) return column.format.replaceAll('{}', () => text);
  return readTyped(text, column.type, column.column);
}

function readTyped(text: string, type: FactType | undefined, column: string): Json {
  const refuse = (expected: string): never => {
    throw new RowRefused(
      `${JSON.stringify(column)}: expected ${expected}, found ${JSON.stringify(text)}`,
    );
  };
  switch (type) {
    case 'number':
      return numberOf(text) ?? refuse('a number');
    case 'boolean':
      if (/^(true|yes|1)$/i.test(text)) return true;
      return /^(false|no|0)$/i.test(text) ? false : refuse('yes or no');
    case 'date':
      return instantOf(text) === undefined ? refuse('a date such as 2026-03-27') : text;
    case 'list':
      return text.split(/\s*[;,]\s*/).filter((word) => word !== '');
    case 'text':
    case 'choice':
    case undefined:
      return text;
  }
}

function readConsent(
  mapping: ImportMapping,
  row: Row,
  rowKey: string,
): ImportedConsent | undefined {
  const { consent } = mapping;
  if (consent === undefined) return undefined;
  const { column, values, topic, text, evidence } = consent;
  const said = column === undefined ? '' : (row[column] ?? '').trim();
  const state = column === undefined ? consent.state : values?.[said];
  if (state === undefined) {
    const known = list(Object.keys(values ?? {}));
    throw new RowRefused(
      `${JSON.stringify(column)}: expected ${known}, found ${JSON.stringify(said)}`,
    );
  }
  if (state === 'none') return undefined;
  const messageId = messageIdOf(mapping, rowKey, 'consent', state);
  return { messageId, state, ...(topic === undefined ? {} : { topic }), text, evidence };
}

function readEvent(
  mapping: ImportMapping,
  event: EventMapping,
  index: number,
  row: Row,
  rowKey: string,
): ImportedEvent[] {
  const { when } = event;
  if (when !== undefined && (row[when.column] ?? '').trim() !== when.is) return [];
  const properties = readProperties(event, row);
  return Array.from({ length: readTimes(event, row) }, (_, turn) => {
    const occurredAt = readInstant(event, row, `${rowKey}/${index}/${turn}`);
    // A date column tells two visits of one person apart; a spread date is made from the row itself.
    const told = event.at.type === 'column' ? String(occurredAt) : '';
    return {
      messageId: messageIdOf(mapping, rowKey, event.name, String(index), String(turn), told),
      event: event.name,
      occurredAt,
      properties,
    };
  });
}

function readTimes(event: EventMapping, row: Row): number {
  if (event.timesColumn === undefined) return 1;
  const text = (row[event.timesColumn] ?? '').trim();
  const times = text === '' ? 0 : Number(text);
  if (Number.isInteger(times) && times >= 0 && times <= timesMost) return times;
  const place = JSON.stringify(event.timesColumn);
  throw new RowRefused(
    `${place}: expected a whole number up to ${timesMost}, found ${JSON.stringify(text)}`,
  );
}

function readProperties(event: EventMapping, row: Row): JsonObject {
  const read = Object.entries(event.columns).flatMap(([property, column]) => {
    const text = (row[column] ?? '').trim();
    const type = factTypes.find((known) => known === event.types[property]);
    return text === '' ? [] : [[property, readTyped(text, type, column)] as const];
  });
  return { ...event.constants, ...Object.fromEntries(read) };
}

const factTypes: readonly FactType[] = ['text', 'number', 'boolean', 'date', 'list'];

function readInstant(event: EventMapping, row: Row, key: string): number {
  const { at } = event;
  switch (at.type) {
    case 'instant':
      return at.at;
    case 'spread': {
      const from = Date.parse(`${at.from}T00:00:00Z`);
      const span = Date.parse(`${at.to}T00:00:00Z`) + dayMs - from;
      return from + Math.floor(shareOf(`${at.seed}/${key}`) * span);
    }
    case 'column': {
      const text = row[at.column] ?? '';
      const instant = parseColumnDate(text, at.format, at.zone);
      if (instant !== undefined) return instant;
      const place = JSON.stringify(at.column);
      throw new RowRefused(
        `${place}: expected a date written ${at.format}, found ${JSON.stringify(text)}`,
      );
    }
  }
}

/** In [0, 1), evenly spread and always the same for a key. */
function shareOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;
}

function messageIdOf(mapping: ImportMapping, ...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `import/${mapping.import}/${hash.slice(0, 32)}`;
}

function columnsOf(event: EventMapping): readonly string[] {
  return [
    ...(event.at.type === 'column' ? [event.at.column] : []),
    ...(event.timesColumn === undefined ? [] : [event.timesColumn]),
    ...(event.when === undefined ? [] : [event.when.column]),
    ...Object.values(event.columns),
  ];
}
