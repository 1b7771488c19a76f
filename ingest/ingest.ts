/**
 * The one way in: events from the API, forms, imports, mail, reps, steps and the clock.
 *
 * What arrives while batches commit forms the next one: no timer, no waiting when idle, and under load
 * few transactions for many events. Two batches of different people are under way at once. A batch that fails is tried again request by request, so that one
 * bad event never fails a stranger's. Delivery to Temporal and the second opinion come after the commit
 * and never hold an answer up.
 */
import { failpoint } from '../faults/failpoint.ts';
import { isUnavailable, type Store } from '../store/client.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { ingestBatch, type BatchResult, type Releases } from './batch.ts';
import { createHistories, type Histories } from './histories.ts';
import { takeBeside, type Laned } from './lanes.ts';
import { tickOf, type IngestAnswer, type IngestRequest } from './request.ts';
import { keysOfAll, nameOf } from './resolve.ts';
import { confirmFolded } from './second-opinion.ts';

export interface IngestDeps {
  readonly store: Store;
  readonly releases: Releases;
  /** Delivers what was committed; what it leaves, the relay takes. Without it all is left to the relay. */
  readonly deliver?: (rows: readonly OutboxRow[]) => Promise<void>;
  /** Told of what went wrong after the commit, where no caller is left to tell. */
  readonly onError?: (error: unknown, doing: string) => void;
  /** Events that wait for a batch; a call that finds so many is refused. */
  readonly waitingMax?: number;
}

export interface Ingest {
  /** Answers in the order of the requests. Rejects when one of them could not be stored. */
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  /** Decides what the clock alone changes for this lead up to the instant. */
  readonly tick: (leadId: string, at: number) => Promise<void>;
  /** Ends when all that was taken in is stored, delivered and confirmed. */
  readonly close: () => Promise<void>;
}

/** Larger batches gain little and hold the locks of many leads for longer. */
const liveEventsMax = 200;

/** Some ten seconds of work: beyond it a caller is better told to come back than kept waiting. */
const waitingMax = 10_000;

/** More arrives than is stored: nothing of the call was taken in, and it may be sent again. */
export class IngestFull extends Error {
  override readonly name = 'IngestFull';
}

/** While one waits for the database the other decides; more gain nothing on one thread. */
const lanesMax = 2;

interface Waiting extends Laned {
  readonly request: IngestRequest;
  readonly resolve: (answer: IngestAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export function createIngest(deps: IngestDeps): Ingest {
  const queue: Waiting[] = [];
  const busy = new Set<string>();
  const lanes = new Set<Promise<void>>();
  const afterwards = new Set<Promise<void>>();
  const histories = createHistories();
  let isClosed = false;

  const go = (): void => {
    while (lanes.size < lanesMax) {
      const batch = takeBeside(queue, busy, liveEventsMax);
      if (batch.length === 0) return;
      const names = batch.flatMap((one) => one.names);
      for (const name of names) busy.add(name);
      const lane = settle({ ...deps, histories }, batch, follow).finally(() => {
        for (const name of names) busy.delete(name);
        lanes.delete(lane);
        go();
      });
      lanes.add(lane);
    }
  };
  const follow = (result: BatchResult): void => {
    const work = followUp(deps, result).finally(() => afterwards.delete(work));
    afterwards.add(work);
  };
  const ingest = async (requests: readonly IngestRequest[]): Promise<readonly IngestAnswer[]> => {
    if (isClosed) throw new Error('ingest is closed: this process is shutting down');
    if (queue.length >= (deps.waitingMax ?? waitingMax)) {
      throw new IngestFull('More events arrive than can be stored. Send them again in a moment.');
    }
    const answers = requests.map(
      (request) =>
        new Promise<IngestAnswer>((resolve, reject) =>
          queue.push({ request, names: namesOf(request), resolve, reject }),
        ),
    );
    // Not at once: what the same turn of the event loop brings belongs into the same batch.
    queueMicrotask(go);
    return Promise.all(answers);
  };

  return {
    ingest,
    async tick(leadId, at) {
      await ingest([tickOf(leadId, at)]);
    },
    async close() {
      isClosed = true;
      while (queue.length > 0 || lanes.size > 0) await Promise.all(lanes);
      await Promise.all(afterwards);
    },
  };
}

/** A repeat meets the first one by its event. */
function namesOf(request: IngestRequest): readonly string[] {
  const { who, event } = request;
  const people = 'leadId' in who ? [`lead ${who.leadId}`] : keysOfAll([request]).map(nameOf);
  return [...people, event.id];
}

interface LaneDeps extends IngestDeps {
  readonly histories: Histories;
}

async function settle(
  deps: LaneDeps,
  batch: readonly Waiting[],
  follow: (result: BatchResult) => void,
): Promise<void> {
  try {
    const result = await commit(deps, batch);
    follow(result);
    batch.forEach(({ resolve }, index) => {
      const answer = result.answers[index];
      if (answer !== undefined) resolve(answer);
    });
  } catch (error) {
    // One by one finds the event that is at fault; it would only add to the load of a database that is away.
    if (batch.length === 1 || isUnavailable(error)) for (const one of batch) one.reject(error);
    else for (const one of batch) await settle(deps, [one], follow);
  }
}

async function commit(deps: LaneDeps, batch: readonly Waiting[]): Promise<BatchResult> {
  const requests = batch.map(({ request }) => request);
  const { store, releases, histories } = deps;
  // Before the transaction: one that holds a connection must not wait for a second one.
  const release = await releases.current();
  const result = await store.transaction((sql) =>
    ingestBatch(sql, requests, release, releases, histories),
  );
  result.remember();
  await failpoint('api.afterCommit');
  return result;
}

async function followUp(deps: IngestDeps, result: BatchResult): Promise<void> {
  const onError = deps.onError ?? (() => undefined);
  const delivered = deps.deliver?.(result.outbox) ?? Promise.resolve();
  await Promise.all([
    delivered.catch((error: unknown) => onError(error, 'delivering the outbox')),
    confirmFolded(deps.store, result.folded, result.context).catch((error: unknown) =>
      onError(error, 'asking for the second opinion'),
    ),
  ]);
}
