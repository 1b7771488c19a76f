/**
 * The outside world as a witness: what it told the API, and what it was answered.
 *
 * A call without an answer is a *maybe*: it may have been stored or not. A caller repeats such a call
 * under the same message id, at any instance, until it is answered.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export interface Call {
  readonly messageId: string;
  readonly event: string;
  readonly address: string;
  readonly sentAt: number;
  /** When it was acknowledged first; null: maybe. */
  answeredAt: number | null;
  /** The body of every 2xx answer. */
  readonly answers: string[];
}
export interface OneClick {
  readonly address: string;
  readonly answeredAt: number;
}
export interface Driver {
  readonly calls: Call[];
  readonly unsubscribes: OneClick[];
  /** One try, at the instance of that number. */
  tryTrack(call: Call, instance: number): Promise<boolean>;
  /** Until it is acknowledged, at one instance after the other. */
  track(event: string, address: string, instance?: number): Promise<Call>;
  identify(address: string, traits: Readonly<Record<string, string>>): Promise<void>;
  /** The same call until it is acknowledged. */
  repeat(call: Call, instance: number): Promise<void>;
  newCall(event: string, address: string, messageId?: string): Call;
  /** RFC 8058: the one request that a mail program makes. */
  unsubscribe(address: string, url: string): Promise<void>;
  /** Any other call of the API, as an operator makes it. */
  ask(path: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  /** The figures that people are shown. */
  journeys(url: string): Promise<readonly ShownJourney[]>;
}
export interface ShownJourney {
  readonly journey: string;
  readonly open: number;
  readonly closed: number;
}

const answerWithinMs = 10_000;
const giveUpAfterMs = 90_000;

export function createDriver(urls: readonly string[], apiKey: string): Driver {
  const calls: Call[] = [];
  const unsubscribes: OneClick[] = [];
  const newCall = (event: string, address: string, messageId: string = randomUUID()): Call => {
    const call: Call = {
      messageId,
      event,
      address,
      sentAt: Date.now(),
      answeredAt: null,
      answers: [],
    };
    calls.push(call);
    return call;
  };
  const tryTrack = async (call: Call, instance: number): Promise<boolean> => {
    const { messageId, event, address } = call;
    const url = urls[instance % urls.length] ?? '';
    const answer = await post(`${url}/v1/track`, {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ messageId, event, context: { traits: { email: address } } }),
    });
    if (answer === undefined || answer.status >= 500) return false;
    if (answer.status !== 200)
      throw new Error(`${event} was refused: ${answer.status} ${answer.text}`);
    call.answeredAt ??= Date.now();
    call.answers.push(answer.text);
    return true;
  };
  const repeat = async (call: Call, instance: number): Promise<void> => {
    const giveUpAt = Date.now() + giveUpAfterMs;
    for (let turn = instance; !(await tryTrack(call, turn)); turn += 1) {
      if (Date.now() > giveUpAt) throw new Error(`nobody answered ${call.event} for 90 s`);
      await delay(100);
    }
  };
  const track = async (event: string, address: string, instance = 0): Promise<Call> => {
    const call = newCall(event, address);
    await repeat(call, instance);
    return call;
  };
  const identify = async (address: string, traits: Readonly<Record<string, string>>) => {
    const answer = await post(`${urls[0] ?? ''}/v1/identify`, {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ messageId: randomUUID(), traits: { ...traits, email: address } }),
    });
    if (answer?.status !== 200)
      throw new Error(`identify was answered ${answer?.text ?? 'nothing'}`);
  };
  const unsubscribe = async (address: string, url: string): Promise<void> => {
    const answer = await post(url, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    if (answer?.status !== 200) {
      throw new Error(
        `the one click was answered ${answer?.status ?? 'nothing'}: ${answer?.text ?? ''}`,
      );
    }
    unsubscribes.push({ address, answeredAt: Date.now() });
  };
  const ask: Driver['ask'] = async (path, body) => {
    const answer = await post(`${urls[0] ?? ''}${path}`, {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(body),
    });
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`${path} was answered ${answer?.text ?? 'nothing'}`);
    }
    return JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
  };
  const journeys = async (url: string): Promise<readonly ShownJourney[]> => {
    const headers = { Authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${url}/v1/journeys`, { headers });
    const body = (await answer.json()) as { readonly journeys: readonly ShownJourney[] };
    return body.journeys;
  };
  return {
    calls,
    unsubscribes,
    newCall,
    tryTrack,
    repeat,
    track,
    identify,
    unsubscribe,
    ask,
    journeys,
  };
}

/** Nothing when the connection ended without an answer, or none came in time. */
async function post(
  url: string,
  request: { readonly headers: Record<string, string>; readonly body: string },
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const answer = await fetch(url, { method: 'POST', signal, ...request });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    // `fetch failed`, `terminated` and timeouts: all of them leave the caller not knowing.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Runs `work` for each item, at most `atOnce` side by side. */
export async function forEachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  const left = items.entries();
  const run = async (): Promise<void> => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, run));
}
