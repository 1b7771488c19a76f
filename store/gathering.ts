/**
 * Asks together what is asked at the same time: what arrives while one batch is under way forms the next.
 * No waiting for whoever comes alone or with two or three; in a crowd a few large statements, a little apart,
 * take the place of many small ones, and most of a small statement is the way there and back.
 *
 * A batch never waits for a lock, or one lead that is busy would hold up strangers: `work` leaves out what
 * it would have to wait for, and what fails with others is tried alone. Only alone it may wait.
 */
import { isUnavailable } from './client.ts';

export interface Gathering<Request, Answer> {
  /** In a crowd batches begin this far apart; else at once. Of what holds nobody up but its own caller. */
  readonly crowdedEveryMs?: number;
  /** Those who share a name are asked one after the other. */
  readonly namesOf?: (request: Request) => readonly string[];
  /** In the order of the requests; undefined (never where it `mayWait`): ask for this one alone. */
  readonly work: (
    requests: readonly Request[],
    mayWait: boolean,
  ) => Promise<readonly (Answer | undefined)[]>;
}

/** A mail in a crowd takes that much longer, and half the work (measured: 25 ms gain little, 100 no more). */
export const usualEveryMs = 50;
/** Fewer come one by one, and nobody gains by waiting. */
const crowd = 4;
/** More gain nothing, and their locks are held for longer. */
const togetherMax = 50;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export function gathered<Request, Answer>(
  gathering: Gathering<Request, Answer>,
): (request: Request) => Promise<Answer> {
  const { namesOf = () => [], crowdedEveryMs = 0 } = gathering;
  const waiting: Waiting<Request, Answer>[] = [];
  let isBusy = false;
  const next = async (): Promise<void> => {
    const startedAt = performance.now();
    const batch = takeOneOfEach(waiting, namesOf);
    await askTogether(gathering, batch);
    const isCrowd = batch.length >= crowd && waiting.length < togetherMax;
    const pauseMs = isCrowd ? startedAt + crowdedEveryMs - performance.now() : 0;
    if (waiting.length === 0 && pauseMs <= 0) isBusy = false;
    else if (pauseMs > 0) setTimeout(go, pauseMs);
    else setImmediate(go);
  };
  const go = (): void => {
    if (waiting.length > 0) void next();
    else isBusy = false;
  };
  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      // Not at once: what the same turn of the event loop brings belongs into the same batch.
      setImmediate(go);
    });
}

/** Never rejects: each of the batch hears for itself. */
async function askTogether<Request, Answer>(
  { work }: Gathering<Request, Answer>,
  batch: readonly Waiting<Request, Answer>[],
): Promise<void> {
  const alone = ({ request, resolve, reject }: Waiting<Request, Answer>): void => {
    work([request], true).then(([answer]) => {
      if (answer === undefined) reject(new Error('what was asked alone found no answer'));
      else resolve(answer);
    }, reject);
  };
  try {
    const answers = await work(
      batch.map(({ request }) => request),
      false,
    );
    batch.forEach((one, index) => {
      const answer = answers[index];
      if (answer === undefined) alone(one);
      else one.resolve(answer);
    });
  } catch (error) {
    // One by one finds who is at fault; it would only add to the load of a database that is away.
    if (batch.length === 1 || isUnavailable(error)) for (const one of batch) one.reject(error);
    else batch.forEach(alone);
  }
}

function takeOneOfEach<Request, Answer>(
  waiting: Waiting<Request, Answer>[],
  namesOf: (request: Request) => readonly string[],
): readonly Waiting<Request, Answer>[] {
  const taken: Waiting<Request, Answer>[] = [];
  const kept: Waiting<Request, Answer>[] = [];
  const held = new Set<string>();
  for (const one of waiting) {
    const names = namesOf(one.request);
    const isFree = taken.length < togetherMax && !names.some((name) => held.has(name));
    (isFree ? taken : kept).push(one);
    for (const name of names) held.add(name);
  }
  waiting.splice(0, waiting.length, ...kept);
  return taken;
}
