/**
 * Erasing a person and giving out what is stored of one, as callers ask for it. The API, the console and
 * the command line all come through here: a person is found by whatever it is called, asked twice the
 * answer is the same, and the reason that is kept for ever may not name anybody.
 */
import { parseAddress } from '../core/sending/address.ts';
import { eraseLead } from '../ingest/erase.ts';
import type { Sql, Store } from '../store/client.ts';
import {
  countPersonalData,
  findErasure,
  findPerson,
  listGroup,
  readPersonalData,
  type Erasure,
} from '../store/erase.ts';
import { findLead } from '../store/read-leads.ts';
import { invalidField, optionalText, requiredText } from './body-fields.ts';
import { instant } from './lead-view.ts';
import { leadKey, leadNamed, unknownLead } from './named-lead.ts';

export interface Erasing {
  readonly sql: Sql & Pick<Store, 'transaction'>;
  readonly clock: () => number;
}
export interface EraseAsk {
  readonly why?: unknown;
  readonly by?: unknown;
}

/** Whoever was erased already, by whatever name, is answered as then. */
export async function eraseAsAsked(
  deps: Erasing,
  name: string,
  { why, by }: EraseAsk,
): Promise<Erasure> {
  const said = {
    why: anonymous(requiredText(why, 'why', 'for what reason, without naming the person'), 'why'),
    by: optionalText(by, 'by'),
  };
  const lead = name === '' ? null : await findLead(deps.sql, leadKey(name));
  if (lead === null) {
    const earlier = await findErasure(deps.sql, normalised(name));
    if (earlier === undefined) throw unknownLead(name);
    return earlier;
  }
  const erased = await eraseLead(deps.sql, { lead, ...said, now: deps.clock() });
  if (erased === undefined) throw unknownLead(name);
  return erased.erasure;
}

/** Rows by table that an erasure would delete or empty. */
export async function erasurePreview(
  { sql }: Pick<Erasing, 'sql'>,
  name: string,
): Promise<{ readonly leadId: string; readonly counts: Erasure['counts'] }> {
  const leadId = await leadNamed(sql, name);
  const person = await findPerson(sql, await listGroup(sql, leadId));
  return { leadId, counts: await countPersonalData(sql, person) };
}

export interface Exported {
  readonly exportedAt: string;
  readonly leadId: string;
  /** Rows by table, as they are stored. */
  readonly tables: { readonly [table: string]: readonly unknown[] };
}

/** Everything stored of a person: the very rows that an erasure would go through. */
export async function exportAsAsked(deps: Erasing, name: string): Promise<Exported> {
  const leadId = await leadNamed(deps.sql, name);
  const tables = await deps.sql.transaction(async (sql) =>
    readPersonalData(sql, await findPerson(sql, await listGroup(sql, leadId))),
  );
  return { exportedAt: new Date(deps.clock()).toISOString(), leadId, tables };
}

export function erasureJson({ id, leadId, by, why, at, counts }: Erasure): object {
  return { id, leadId, by, why, at: instant(at), erased: counts };
}

/** "1,204 rows in 9 tables". */
export function rowsInTables(counts: Erasure['counts']): string {
  const tables = Object.values(counts);
  const rows = tables.reduce((sum, count) => sum + count, 0);
  const plural = (count: number, word: string) =>
    `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
  return `${plural(rows, 'row')} in ${plural(tables.length, 'table')}`;
}

/** As keys are stored, so that the hash is the same. */
function normalised(name: string): string {
  const parsed = name.includes('@') ? parseAddress(name) : undefined;
  return parsed?.ok === true ? parsed.address : name;
}

function anonymous(text: string, field: string): string {
  if (!text.includes('@')) return text;
  const detail = `${field} holds an address; it is kept when the person is gone, so expected words such as "asked by letter of 3 May".`;
  throw invalidField(field, detail);
}
