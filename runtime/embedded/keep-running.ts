/**
 * An embedded server that ends by itself, or is ended by somebody else, is started again where it was:
 * `api` and `worker` keep its address. At first at once, then with a growing pause, so that one that
 * cannot start does not spin. Until it is back events wait in the database, or are refused and not lost.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface EmbeddedServer {
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface KeptServer {
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface KeepOptions {
  readonly first: EmbeddedServer;
  /** Starts it once more, at the same address. */
  readonly again: () => Promise<EmbeddedServer>;
  readonly onEnd: () => void;
  readonly onBack: () => void;
  /** One more start failed; there will be another. */
  readonly onFailure: (error: unknown) => void;
}

const pausesMs = [0, 500, 2_000, 5_000];
/** A server that lived this long starts anew without a pause. */
const steadyMs = 20_000;

export function keepRunning({ first, again, ...tell }: KeepOptions): KeptServer {
  const stopping = new AbortController();
  let current: EmbeddedServer | undefined = first;

  const loop = async (): Promise<void> => {
    let startedAt = Date.now();
    for (let ends = 0; ;) {
      await current?.ended;
      if (stopping.signal.aborted) return;
      if (current !== undefined) tell.onEnd();
      ends = Date.now() - startedAt > steadyMs ? 0 : ends + 1;
      await pause(pausesMs[Math.min(ends, pausesMs.length - 1)] ?? 0, stopping.signal);
      if (stopping.signal.aborted) return;
      startedAt = Date.now();
      try {
        current = await again();
        tell.onBack();
      } catch (error) {
        current = undefined;
        tell.onFailure(error);
      }
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await current?.stop();
      await running;
      // One that was being started when the stop came.
      await current?.stop();
    },
  };
}

/** Ends early when the product stops; that is no failure. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
