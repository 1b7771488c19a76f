/** Ingest over a real database, with the small company of the decision tests. */
import { randomUUID } from 'node:crypto';
import type { Release } from '../../core/definitions/release.ts';
import { accept } from '../../ingest/accept.ts';
import { createIngest, type Ingest, type IngestDeps } from '../../ingest/ingest.ts';
import type { IngestRequest } from '../../ingest/request.ts';
import { createStore, type Store } from '../../store/client.ts';
import { journey, onApi, onEvent, release, withSales } from '../core/decision/acme.ts';

export const NOW = Date.parse('2026-03-02T09:00:00Z');

export interface IngestWorld {
  readonly store: Store;
  readonly ingest: Ingest;
  /** Texts of every statement since the last call. */
  statements(): readonly string[];
  close(): Promise<void>;
}

export const acme: Release = {
  ...release(),
  id: '0195a000-0000-7000-8000-0000000000aa',
  journeys: {
    ...journey('trial', { enter: [onEvent('Trial Started')], exits: [withSales] }),
    ...journey('recycle', { enter: [onApi] }),
  },
};

export function openWorld(
  databaseUrl: string,
  over: Partial<Omit<IngestDeps, 'store'>> = {},
): IngestWorld {
  let seen: string[] = [];
  const store = createStore({
    databaseUrl,
    poolSize: 4,
    onStatement: (text) => void seen.push(text),
  });
  const ingest = createIngest({
    store,
    releases: { current: async () => acme, plans: async () => new Map() },
    ...over,
  });
  return {
    store,
    ingest,
    statements() {
      const statements = seen;
      seen = [];
      return statements;
    },
    async close() {
      await ingest.close();
      await store.close();
    },
  };
}

/** A call as a caller writes it; throws when the door refuses it. */
export function call(body: object, now = NOW, source = 'test'): IngestRequest {
  const accepted = accept(body, { source, now, newMessageId: randomUUID });
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
  return accepted.request;
}

export function track(userId: string, event: string, over: object = {}, now = NOW): IngestRequest {
  return call({ type: 'track', userId, event, ...over }, now);
}

export function identify(ids: object, traits: object = {}, now = NOW): IngestRequest {
  return call({ type: 'identify', ...ids, traits }, now);
}
