/** The ledger rows that feedback is about, and what is kept of it where no lead is concerned. */
import type { MailOfFeedback } from '../core/feedback/events.ts';
import type { BounceKind } from '../core/feedback/feedback.ts';
import type { SendState } from '../core/sending/ledger.ts';
import type { Sql } from './client.ts';

export interface FeedbackSend extends MailOfFeedback {
  /** Whom it was written to: its events stay there when a merge is undone. */
  readonly leadId: string;
  /** As it was written to. */
  readonly address: string;
  readonly class: string;
  readonly state: SendState;
}

/** Rows that never had an address were never sent. */
export async function findFeedbackSends(
  sql: Sql,
  sendIds: readonly string[],
): Promise<ReadonlyMap<string, FeedbackSend>> {
  const rows = await sql.query<FeedbackSend>(
    `SELECT s.id AS send, s.command_id AS "commandId", s.lead_id AS "leadId", s.address, s.journey, s.step,
       s.template, s.class, s.state
     FROM send s WHERE s.id = ANY($1::uuid[]) AND s.address IS NOT NULL`,
    [[...new Set(sendIds)]],
  );
  return new Map(rows.map((row) => [row.send, row]));
}

export interface InternalBounce {
  readonly send: string;
  readonly kind: BounceKind;
  readonly detail: string;
  readonly at: number;
}

/** A rep's mailbox refused: kept with the email, for the operator. The first report stands. */
export async function keepInternalBounce(sql: Sql, bounce: InternalBounce): Promise<void> {
  const { send, kind, detail, at } = bounce;
  const kept = { kind, detail, at: new Date(at).toISOString() };
  await sql.run(
    `UPDATE send SET evidence = evidence || jsonb_build_object('bounced', $2::jsonb)
     WHERE id = $1 AND class = 'internal' AND NOT evidence ? 'bounced'`,
    [send, JSON.stringify(kept)],
  );
}
