/**
 * Emails that need a person, and what a person decides about them. An `unknown` email is settled as it
 * was found (the server has it, or not); one that the server has not may go out once more, because
 * somebody decided so. The API, the console and the command line all come through here.
 */
import { Problem } from './problems.ts';
import { invalidField, requiredText } from './body-fields.ts';
import { cutPage, pageAsked } from './page-of.ts';
import type { Request } from 'express';
import type { Sql } from '../store/client.ts';
import {
  findSend,
  isRunOpen,
  listSends,
  listSettlements,
  type SendListing,
} from '../store/read-sends.ts';
import { settleByHand, type Settled } from '../store/settlements.ts';

export interface Sending {
  readonly sql: Sql;
  readonly clock: () => number;
}
/** As written by whoever asks. */
export interface SettleAsk {
  readonly sent?: unknown;
  readonly sendAgain?: unknown;
  readonly why?: unknown;
  readonly by?: unknown;
}

export const sendStates = [
  ...(['sent', 'held', 'skipped', 'failed', 'unknown', 'planned', 'claimed'] as const),
  ...(['transmitting', 'overdue'] as const),
] as const;
export type SendStateAsked = (typeof sendStates)[number];

/** As late as a run that is looked for. */
export const lateMs = 15 * 60_000;

export async function sendsAsked(
  deps: Sending,
  query: Request['query'],
): Promise<{ readonly rows: readonly SendListing[]; readonly nextCursor: string | null }> {
  const { limit, after } = pageAsked(query, ['number', 'string']);
  const state = stateAsked(query['state']);
  const rows = await listSends(deps.sql, {
    limit: limit + 1,
    ...(state === undefined || state === 'overdue' ? {} : { state }),
    ...(state === 'overdue' ? { overdue: { now: deps.clock(), lateMs } } : {}),
    ...(after === undefined ? {} : { after: { at: Number(after[0]), id: String(after[1]) } }),
  });
  return cutPage(rows, limit, (row) => [row.at, row.id]);
}

function stateAsked(value: unknown): SendStateAsked | undefined {
  if (value === undefined || value === '') return undefined;
  const known = sendStates.find((state) => state === value);
  if (known !== undefined) return known;
  const detail = `The query parameter state is ${JSON.stringify(value)}; expected one of ${sendStates.join(', ')}.`;
  throw new Problem('bad-request', detail);
}

export interface SettledByHand extends Settled {
  readonly send: SendListing;
}

/** `name`: the id of the row or its command id. */
export async function settleAsAsked(
  deps: Sending,
  name: string,
  ask: SettleAsk,
): Promise<SettledByHand> {
  const why = requiredText(ask.why, 'why', 'how you know');
  const by = requiredText(ask.by ?? 'the API', 'by');
  const verdict = verdictOf(ask);
  const send = await findSend(deps.sql, name);
  if (send === null) {
    const detail = `There is no email ${JSON.stringify(name)}; \`perennial sends --state unknown\` lists those to be settled.`;
    throw new Problem('not-found', detail);
  }
  if (verdict === 'again') await refuseAgain(deps, send);
  const at = deps.clock();
  const settled = await settleByHand(deps.sql, { sendId: send.id, verdict, why, by, at });
  if (settled === undefined) throw new Problem('conflict', notUnknown(send));
  return { ...settled, send };
}

function verdictOf({ sent, sendAgain }: SettleAsk): 'sent' | 'not-sent' | 'again' {
  if (typeof sent !== 'boolean') {
    const found = sent === undefined ? 'is missing' : `is ${JSON.stringify(sent)}`;
    throw invalidField('sent', `sent ${found}; expected true (the server has it) or false.`);
  }
  if (sendAgain !== undefined && typeof sendAgain !== 'boolean') {
    const detail = `sendAgain is ${JSON.stringify(sendAgain)}; expected true or false.`;
    throw invalidField('sendAgain', detail);
  }
  if (sent && sendAgain === true) {
    throw invalidField('sendAgain', 'An email that the server has is not sent again.');
  }
  if (sent) return 'sent';
  return sendAgain === true ? 'again' : 'not-sent';
}

async function refuseAgain(deps: Sending, send: SendListing): Promise<void> {
  const settlements = await listSettlements(deps.sql, send.id);
  const before = settlements.find(({ after }) => after === 'planned');
  if (before !== undefined) {
    const who = before.by ?? before.source;
    const detail = `It was sent again once already, by ${who}: one email never goes out a third time.`;
    throw new Problem('conflict', detail);
  }
  if (!(await isRunOpen(deps.sql, send.commandId))) {
    const detail =
      'Its journey has ended, so nobody would send it again; settle it without sending and write to them yourself.';
    throw new Problem('conflict', detail);
  }
}

function notUnknown({ state, at, reason }: SendListing): string {
  const because = reason === null ? '' : ` (${reason})`;
  return `It is ${state}${because} since ${new Date(at).toISOString()}; only an email whose fate is unknown is settled by hand.`;
}
