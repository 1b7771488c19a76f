/**
 * A lead as people name it: by its address, an id of their own, or the id that the console shows. The
 * API, the console and the command line all find it here, and refuse an unknown one in the same words.
 */
import { parseAddress } from '../core/sending/address.ts';
import type { Sql } from '../store/client.ts';
import { findLead } from '../store/read-leads.ts';
import { Problem } from './problems.ts';

/** `field` is where a request named it, when it names more than one. */
export async function leadNamed(sql: Sql, name: string, field?: string): Promise<string> {
  const id = name === '' ? null : await findLead(sql, leadKey(name));
  if (id === null) throw unknownLead(name, field);
  return id;
}

export function unknownLead(name: string, field?: string): Problem {
  const where = field === undefined ? '' : ` (${JSON.stringify(field)})`;
  return new Problem(
    'not-found',
    `There is no lead ${JSON.stringify(name)}${where}; expected an address, your own user id, or the id that the console shows.`,
  );
}

export function leadKey(name: string): Parameters<typeof findLead>[1] {
  const parsed = name.includes('@') ? parseAddress(name) : undefined;
  return {
    userId: name,
    ...(isUuid(name) ? { id: name } : {}),
    ...(parsed?.ok === true ? { email: parsed.address } : {}),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
