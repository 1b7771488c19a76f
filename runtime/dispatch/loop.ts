/**
 * Something done again and again until it is told to stop, then not once more. A round that fails is
 * reported and the loop goes on; `stop` waits for the round in progress.
 */
export interface Loop {
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly everyMs: number;
  /** Returns true when there is more to do at once. */
  readonly round: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export function startLoop({ everyMs, round, onError }: LoopOptions): Loop {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      if (!(await attempt(round, onError))) await pause(everyMs, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function attempt(
  round: () => Promise<boolean>,
  onError: (error: unknown) => void,
): Promise<boolean> {
  try {
    return await round();
  } catch (error) {
    onError(error);
    return false;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
