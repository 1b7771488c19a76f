/**
 * Ends the runs that an edit takes out of their journey ("inFlight": "exit"): the enrolment is closed,
 * the decision is stored with its reason, the run is told through the outbox, as ingest does for an exit.
 *
 * It takes the lock of each lead first, in order, like everybody who ends a run.
 */
import { derivedId } from '../core/decision/ids.ts';
import { StaleRead, type Sql } from './client.ts';
import { saveDecisions } from './decisions.ts';
import { closeEnrolments } from './enrolments.ts';
import { addToOutbox } from './outbox.ts';

export interface EndEdited {
  readonly releaseId: string;
  readonly at: number;
  /** All open runs of these journeys but those on the plan that is in force from now on. */
  readonly journeys: readonly { readonly journey: string; readonly toPlan: string }[];
}
/** The exit that such a run ends by. */
const editedExit = 'edited';
const why = 'The journey was changed, and its file says that leads in it leave';

/** How many ended. */
export async function endEdited(sql: Sql, { releaseId, at, journeys }: EndEdited): Promise<number> {
  if (journeys.length === 0) return 0;
  const runs = await lockRuns(sql, journeys);
  const closing = runs.map(({ id }) => ({ id, outcome: editedExit, goal: false, at }));
  const closed = new Set(await closeEnrolments(sql, closing));
  const ended = runs.filter(({ id }) => closed.has(id));
  const seqs = await nextSeqs(
    sql,
    ended.map(({ leadId }) => leadId),
  );
  const seqOf = (leadId: string): number => seqs.get(leadId) ?? 0;
  await saveDecisions(
    sql,
    ended.map(({ id: enrolmentId, leadId, journey }) => ({
      ...{ id: derivedId('edited', releaseId, enrolmentId), leadId, seq: seqOf(leadId) },
      ...{ eventId: null, kind: 'exit', at, releaseId },
      detail: { enrolmentId, journey, exit: editedExit, goal: false, why, explanation: null },
    })),
  );
  await addToOutbox(
    sql,
    ended.map(({ id, leadId }) => {
      const message = { type: 'exit', seq: seqOf(leadId), exit: editedExit };
      return { target: 'journey', targetId: id, payload: { type: 'message', message } };
    }),
  );
  return ended.length;
}

interface Run {
  readonly id: string;
  /** The canonical lead. */
  readonly leadId: string;
  readonly journey: string;
}

/** A lead that was merged while its lock was waited for is not the one to lock: all begins anew. */
async function lockRuns(sql: Sql, journeys: EndEdited['journeys']): Promise<readonly Run[]> {
  const runs = await sql.query<Run & { readonly isCanonical: boolean }>(
    `WITH run AS (
       SELECT e.id, m.canonical_id AS lead_id, e.journey
       FROM json_to_recordset($1::json) AS x(journey text, "toPlan" text)
       JOIN enrolment e ON e.journey = x.journey AND e.plan_hash <> x."toPlan" AND e.status = 'open'
       JOIN lead m ON m.id = e.lead_id),
     locked AS MATERIALIZED (
       SELECT id, canonical_id FROM lead WHERE id IN (SELECT lead_id FROM run) ORDER BY id FOR UPDATE)
     SELECT run.id, run.lead_id AS "leadId", run.journey, locked.canonical_id = locked.id AS "isCanonical"
     FROM run JOIN locked ON locked.id = run.lead_id
     ORDER BY run.lead_id, run.id`,
    [JSON.stringify(journeys)],
  );
  const merged = runs.find(({ isCanonical }) => !isCanonical);
  if (merged !== undefined) throw new StaleRead(`lead ${merged.leadId} has been merged`);
  return runs;
}

async function nextSeqs(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query<{ readonly id: string; readonly seq: number }>(
    'UPDATE lead SET seq = seq + 1 WHERE id = ANY($1::uuid[]) RETURNING id, seq',
    [[...new Set(leadIds)]],
  );
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}
