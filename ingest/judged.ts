/**
 * What a batch with verdicts on earlier events has to load beside what its rules need: the whole
 * history of the leads concerned, so that "last" instants come out as if the event had never counted.
 * A batch without a verdict asks for nothing.
 */
import { EVENT_JUDGED } from '../core/decision/judged.ts';
import type { Lead, LeadEvent } from '../core/facts/lead.ts';
import type { Sql } from '../store/client.ts';
import { loadWholeHistories } from '../store/judged.ts';
import type { IngestRequest } from './request.ts';

/** `leadIdOf` says whom each request was found to be about. */
export async function withHistories(
  sql: Sql,
  leads: readonly Lead[],
  requests: readonly IngestRequest[],
  leadIdOf: (request: number) => string | undefined,
): Promise<readonly Lead[]> {
  const verdicts = requests.flatMap(({ event }, index) => {
    const about = event.properties['event'];
    const leadId = leadIdOf(index);
    if (event.name !== EVENT_JUDGED || typeof about !== 'string' || leadId === undefined) return [];
    return [{ leadId, about }];
  });
  if (verdicts.length === 0) return leads;
  const concerned = new Set(verdicts.map(({ leadId }) => leadId));
  const ids = verdicts.map(({ about }) => about).filter((id) => uuid.test(id));
  const histories = await loadWholeHistories(sql, [...concerned], ids);
  return leads.map((lead) => {
    const history = histories.get(lead.id);
    return history === undefined ? lead : { ...lead, events: together(lead.events, history) };
  });
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function together(some: readonly LeadEvent[], others: readonly LeadEvent[]): readonly LeadEvent[] {
  const known = new Set(some.map(({ id }) => id));
  return [...some, ...others.filter(({ id }) => !known.has(id))].sort(
    (a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq,
  );
}
