/**
 * One mapped row of a list → the requests that ingest takes: who it is, what they agreed to, what they
 * did, and the journey they are to enter.
 *
 * Pure. All but the entry are facts of the past (`historical`): a list alone writes to nobody. Message
 * ids derive from the row, so the same list brings the same events; a row whose facts were corrected
 * since is told apart by them.
 */
import { createHash } from 'node:crypto';
import type { ImportMapping } from '../core/definitions/compile-import.ts';
import type { MappedRow } from '../core/definitions/import-rows.ts';
import type { IncomingEvent } from '../core/decision/decision.ts';
import { eventAbout, type IngestRequest, type OwnEvent } from './request.ts';

export type ReadableRow = Extract<MappedRow, { ok: true }>;

/** In the order they are folded. */
export function requestsOf(
  mapping: ImportMapping,
  row: ReadableRow,
  now: number,
): readonly IngestRequest[] {
  const { userId, email } = row;
  const who = {
    ...(userId === undefined ? {} : { userId }),
    ...(email === undefined ? {} : { email }),
  };
  const arrivedAt = Math.min(now, row.events[0]?.occurredAt ?? now);
  const about = (own: Omit<OwnEvent, 'source' | 'now'>, more: Partial<IncomingEvent> = {}) => {
    const request = eventAbout(who, { source: 'import', by: 'import', now, ...own });
    const address = email === undefined ? {} : { address: email };
    return { ...request, event: { ...request.event, ...address, ...more } };
  };
  const fillOnly = mapping.ifKnown === 'fill-empty-only';
  const past = { historical: true };
  return [
    about(
      {
        messageId: `${row.messageId}/${fingerprint(row)}`,
        type: 'identify',
        name: '',
        traits: row.traits,
        // The later word stands: a list that overwrites speaks of today.
        occurredAt: fillOnly ? arrivedAt : now,
        ...(row.tags.length === 0 ? {} : { addTags: row.tags }),
      },
      { ...past, fillOnly },
    ),
    ...consentOf(row, arrivedAt).map((own) => about(own, past)),
    ...row.events.map(({ messageId, event: name, occurredAt, properties }) =>
      about({ messageId, name, properties, occurredAt }, past),
    ),
    ...entryOf(mapping, row).map((own) => about(own)),
  ];
}

/** Why a row adds to a lead that is known: "facts, 2 × Site Visited". */
export function newsOf(requests: readonly IngestRequest[]): string {
  const counts = new Map<string, number>();
  for (const { event } of requests) {
    const what = newsWords[event.type] ?? event.name;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => (count > 1 ? `${count} × ${what}` : what)).join(', ');
}
const newsWords: { readonly [type: string]: string } = { identify: 'facts', enrol: 'a journey' };

function consentOf({ consent }: ReadableRow, occurredAt: number) {
  if (consent === undefined) return [];
  const { messageId, state, topic, text, evidence } = consent;
  const basis = 'list';
  const properties = {
    ...{ class: 'marketing', state, text, evidence, basis },
    ...(topic === undefined ? {} : { topic }),
  };
  return [{ messageId, name: 'Consent Given', properties, occurredAt }];
}

/** The journey reads what the row says of its first event as `entry.<property>`. */
function entryOf({ enter }: ImportMapping, { messageId, events }: ReadableRow) {
  if (enter === undefined) return [];
  const properties = events[0]?.properties ?? {};
  const { journey } = enter;
  return [
    { messageId: `${messageId}/enter`, type: 'enrol' as const, name: '', journey, properties },
  ];
}

function fingerprint({ traits, tags }: ReadableRow): string {
  const text = JSON.stringify([traits, tags]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
