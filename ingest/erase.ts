/**
 * Erasing a person, in one transaction under the lock of the lead and of all that were merged into it:
 * what runs is ended and told so, mails that have not started never do, and everything stored of the
 * person goes by the one list of where personal data lives (`store/personal-data.ts`).
 *
 * What stays says nothing of whom: counts, states, and a salted hash of each address that keeps marketing
 * from coming back by an import. Killed at any line nothing has happened; asked twice it happens once.
 */
import { failpoint } from '../faults/failpoint.ts';
import { StaleRead, type Sql, type Store } from '../store/client.ts';
import { closeEnrolments } from '../store/enrolments.ts';
import {
  erasePersonalData,
  findErasure,
  findPerson,
  hashedKeys,
  listOpen,
  lockPerson,
  saveErasure,
  stopMails,
  suppressHashed,
  type Erasure,
  type Person,
} from '../store/erase.ts';
import { settleHandoffs } from '../store/handoffs.ts';
import { findCanonical } from '../store/identities.ts';
import { addToOutbox, type NewOutboxRow, type OutboxRow } from '../store/outbox.ts';
import { freshId } from './fresh-id.ts';

export interface EraseAsked {
  readonly lead: string;
  readonly by: string;
  /** For those who ask later; says nothing of the person. */
  readonly why: string;
  readonly now: number;
}
export interface Erased {
  readonly erasure: Erasure;
  /** Written here and due now: to be delivered after the commit. */
  readonly outbox: readonly OutboxRow[];
}

/** The outcome of a run, and the reason of a handoff, that ended so. */
const ended = 'erased';

/** Undefined: there is no such lead. One that is erased already answers as it did then. */
export async function eraseLead(
  store: Pick<Store, 'transaction'>,
  asked: EraseAsked,
): Promise<Erased | undefined> {
  return store.transaction(async (sql) => {
    const leadId = (await findCanonical(sql, [asked.lead])).get(asked.lead);
    if (leadId === undefined) return undefined;
    const ids = await lockPerson(sql, leadId);
    if (ids.length === 0) throw new StaleRead(`lead ${leadId} has been merged`);
    const earlier = await findErasure(sql, leadId);
    if (earlier !== undefined) return { erasure: earlier, outbox: [] };
    return eraseLocked(sql, leadId, ids, asked);
  });
}

async function eraseLocked(
  sql: Sql,
  leadId: string,
  ids: readonly string[],
  { by, why, now: at }: EraseAsked,
): Promise<Erased> {
  const person = await findPerson(sql, ids);
  const keys = await hashedKeys(sql, person);
  const runs = await endRuns(sql, person, at);
  const handoffs = await endHandoffs(sql, person, at);
  await stopMails(sql, person, at);
  await suppressHashed(sql, person, at);
  await failpoint('erase.mid');
  const counts = await erasePersonalData(sql, person, at);
  const erasure = { id: freshId(), leadId, by, why, at, counts };
  await saveErasure(sql, { ...erasure, keys });
  const outbox = await addToOutbox(sql, [...runs, ...handoffs]);
  return { erasure, outbox };
}

async function endRuns(sql: Sql, person: Person, at: number): Promise<readonly NewOutboxRow[]> {
  const open = await listOpen(sql, 'enrolment', person);
  await closeEnrolments(
    sql,
    open.map(({ id }) => ({ id, outcome: ended, goal: false, at })),
  );
  return open.map(({ id: targetId, seq }) => {
    const message = { type: 'exit', seq, exit: ended };
    return { target: 'journey', targetId, payload: { type: 'message', message } };
  });
}

async function endHandoffs(sql: Sql, person: Person, at: number): Promise<readonly NewOutboxRow[]> {
  const open = await listOpen(sql, 'handoff', person);
  const closed = { status: 'closed', by: 'perennial', reason: ended, detail: {}, at } as const;
  await settleHandoffs(
    sql,
    open.map(({ id }) => ({ id, ...closed })),
  );
  return open.map(({ id: targetId }) => {
    // Without a `because`: nobody is written about a person who is erased.
    const message = { type: 'settled', status: 'closed' };
    return { target: 'handoff', targetId, payload: { type: 'message', message } };
  });
}
