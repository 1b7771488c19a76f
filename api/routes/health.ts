/**
 * Whether this process lives, and whether it can do its work. Ready means: the database answers and a
 * release is in force. Temporal is told and never makes it unready: what is captured waits in the outbox.
 */
import { Router } from 'express';
import type { Releases } from '../../ingest/batch.ts';
import type { Sql } from '../../store/client.ts';
import { countOutbox } from '../../store/outbox.ts';

export interface HealthRoutes {
  readonly sql: Sql;
  readonly releases: Releases;
  /** Null: it answers; else one sentence. Must not take longer than a second. */
  readonly temporal: () => Promise<string | null>;
}

export function healthRoutes(deps: HealthRoutes): Router {
  const router = Router();
  router.get('/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/ready', async (_request, response) => {
    const [outbox, release, temporal] = await Promise.all([
      tried(() => countOutbox(deps.sql)),
      tried(async () => (await deps.releases.current()).id),
      tried(deps.temporal),
    ]);
    const isReady = outbox.ok && release.ok;
    const isWhole = isReady && temporal.ok && temporal.value === null;
    response.status(isReady ? 200 : 503).json({
      status: isWhole ? 'ok' : isReady ? 'degraded' : 'unavailable',
      database: outbox.ok ? 'ok' : 'does not answer',
      release: release.ok ? release.value : 'none in force',
      temporal: temporal.ok ? (temporal.value ?? 'ok') : 'does not answer',
      outbox: outbox.ok ? outbox.value : null,
    });
  });
  return router;
}

type Tried<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false };

/** Anyone may ask for health: the error's own words stay inside. */
async function tried<Value>(work: () => Promise<Value>): Promise<Tried<Value>> {
  return work().then(
    (value) => ({ ok: true, value }) as const,
    () => ({ ok: false }) as const,
  );
}
