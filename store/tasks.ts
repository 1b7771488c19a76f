/** Tasks for people: unique on the command id, written together with where the run stands. */
import type { Progress } from '../core/sending/ledger.ts';
import type { Sql } from './client.ts';
import { progressSql, progressValues } from './progress.ts';

export interface NewTask {
  readonly id: string;
  readonly commandId: string;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly text: string;
  readonly kind: string;
  readonly rep?: string;
  readonly queue?: string;
  readonly dueAt: number;
  readonly at: number;
}

export function createTasks(sql: Sql) {
  return { add: (task: NewTask, progress: Progress) => addTask(sql, task, progress) };
}

async function addTask(sql: Sql, task: NewTask, progress: Progress): Promise<void> {
  await sql.run(
    `WITH locked AS MATERIALIZED (SELECT l.id, l.erased_at FROM lead l WHERE l.id = $3::uuid FOR UPDATE OF l),
     run AS (${progressSql(11)} AND EXISTS (SELECT FROM locked))
     INSERT INTO task (id, command_id, lead_id, enrolment_id, text, kind, rep, queue, due_at, at)
     SELECT $1::uuid, $2, id, $4::uuid, $5, $6, $7, $8, to_timestamp($9::float8 / 1000.0), to_timestamp($10::float8 / 1000.0)
     FROM locked WHERE erased_at IS NULL
     ON CONFLICT (command_id) DO NOTHING`,
    [
      ...[task.id, task.commandId, task.leadId, task.enrolmentId, task.text, task.kind],
      ...[task.rep ?? null, task.queue ?? null, task.dueAt, task.at, ...progressValues(progress)],
    ],
  );
}
