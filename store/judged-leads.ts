/**
 * Writes what a new judgement changes about leads that did nothing: stage, flag, segments, scores, the
 * next instant, and the account an address leads to. Narrow, because a change of rules judges every lead:
 * traits, identity and history stay as they are. The lock of each lead must be held.
 */
import type { Sql } from './client.ts';
import type { SavedLead } from './leads.ts';

export async function saveJudged(sql: Sql, saved: readonly SavedLead[]): Promise<void> {
  if (saved.length === 0) return;
  await sql.run(
    `UPDATE lead SET stage = x.stage, stage_state = x.stage_state, disqualified = x.disqualified,
       owner = x.owner, account_id = x.account_id, segments = x.segments, segments_hash = x.segments_hash, scores = x.scores, seq = x.seq,
       due_at = to_timestamp(x.due_at / 1000.0)
     FROM json_to_recordset($1::json) AS x(id uuid, stage text, stage_state jsonb, disqualified jsonb,
       owner text, account_id uuid, segments text[], segments_hash text, scores jsonb, seq bigint, due_at float8)
     WHERE lead.id = x.id`,
    [JSON.stringify(saved.map(rowOf))],
  );
}

function rowOf({ lead, scores }: SavedLead): object {
  const { stage, ...stageState } = lead.stage;
  return {
    id: lead.id,
    stage,
    stage_state: stageState,
    disqualified: lead.disqualified,
    owner: lead.owner,
    account_id: lead.account?.id,
    segments: lead.segments,
    segments_hash: lead.segmentsHash,
    scores,
    seq: lead.seq,
    due_at: lead.dueAt,
  };
}
