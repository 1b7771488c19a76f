// Waits for a condition instead of a time: polls `check` until it returns something truthy and
// returns that. When the time is up the error says what was waited for and what was seen last.
import { inspect } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** Completes the sentence "Waited for ...". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

type Falsy = false | 0 | '' | null | undefined;

/** A `check` that throws is asked again; its last error becomes the cause of the failure. */
export async function until<T>(
  check: () => T | Promise<T>,
  { what, timeoutMs = 10_000, everyMs = 20 }: UntilOptions,
): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await attempt(check);
    if (seen.type === 'value' && seen.value) return seen.value as Exclude<T, Falsy>;
    if (performance.now() >= deadline) {
      const last = seen.type === 'value' ? `last seen: ${inspect(seen.value)}` : 'it failed';
      const cause = seen.type === 'error' ? { cause: seen.error } : {};
      throw new Error(`Waited ${timeoutMs} ms for ${what}; ${last}.`, cause);
    }
    await delay(everyMs);
  }
}

async function attempt<T>(check: () => T | Promise<T>) {
  try {
    return { type: 'value', value: await check() } as const;
  } catch (error) {
    return { type: 'error', error } as const;
  }
}
