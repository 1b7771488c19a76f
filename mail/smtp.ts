/**
 * Hands one email to one recipient over SMTP and says, without guessing, what became of it:
 * accepted, not taken, or unknown. It never retries and never requeues, because only the send ledger
 * knows whether a second attempt is allowed. It asserts exactly one recipient for every mail, and
 * accepts bodies as strings only, so that nothing in the data can attach a file or fetch a URL.
 *
 * How it knows that content may have left: the pool reads the body only after the server answered
 * DATA with 354. The body is given to it as a stream that starts on the first read, so `dataBegan`
 * is false exactly as long as the server cannot have anything to accept.
 */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import { storable } from '../core/feedback/said.ts';
import type { Signer } from './identity/dkim.ts';
import { mailOptions, notTaken, refusalOf } from './outgoing.ts';
import { classifySmtpError } from './smtp-error.ts';
import type { FailedDelivery } from './smtp-error.ts';
import type { OutgoingEmail } from './outgoing.ts';

export type Delivery =
  | { readonly type: 'accepted'; readonly response: string; readonly serverMessageId?: string }
  | FailedDelivery;

/**
 * Moments that a fault test may stop or kill at. `afterRcpt`: the recipient and DATA are accepted,
 * no content is written. `dataWritten`: all of it is written, the answer not yet looked at (the
 * server may have it). `after250`: accepted, our caller does not know yet.
 */
export type SmtpPhase = 'afterRcpt' | 'dataWritten' | 'after250';

export interface SmtpOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly url: string;
  readonly connectionsMax?: number;
  readonly messagesPerSecondMax?: number;
  readonly socketTimeoutMs?: number;
  /** From the connection to the first words of the server. */
  readonly greetingTimeoutMs?: number;
  /** Signs every mail; without it the relay does, or nobody. */
  readonly signer?: Signer;
  readonly onPhase?: (phase: SmtpPhase, messageId: string) => Promise<void>;
}
export interface SmtpTransport {
  /** Runs `work` when one of the connections is free for it; the others wait in order. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Rejects only for a broken caller (a second recipient, a header with a line break) or a failpoint. */
  deliver(message: OutgoingEmail): Promise<Delivery>;
  /** Lets what is being sent finish, at most `graceMs`, then cuts the connections. */
  close(graceMs?: number): Promise<void>;
}

/** Relays accept a handful from one sender; each takes tens of mails a second. */
const connectionsMax = 5;
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  /** RFC 5321 4.5.3.2 allows ten minutes for the last answer; relays answer in seconds. */
  socketTimeout: 60_000,
};

interface Transmission {
  readonly messageId: string;
  readonly mustBeSigned: boolean;
  readonly onPhase: SmtpOptions['onPhase'];
  dataBegan: boolean;
  written: Promise<void>;
  failpoint: unknown;
  /** No byte of it left: it is no doubtful mail, but none at all. */
  unsigned: boolean;
}

export function createSmtpTransport(options: SmtpOptions): SmtpTransport {
  const transmissions = new Map<string, Transmission>();
  const pool = new TrackedPool(poolOptions(options), transmissions);
  const mailer = createTransport(pool);
  const dkim = options.signer === undefined ? {} : { dkim: options.signer.options };
  const inFlight = new Set<Promise<unknown>>();
  let isClosing = false;

  async function send(message: OutgoingEmail, transmission: Transmission): Promise<Delivery> {
    try {
      const info = await mailer.sendMail({ ...mailOptions(message), ...dkim });
      await transmission.written;
      await reachPhase('after250', transmission);
      const { serverMessageId } = info;
      const response = storable(info.response);
      return {
        type: 'accepted',
        response,
        ...(serverMessageId === undefined ? {} : { serverMessageId }),
      };
    } catch (cause) {
      if (transmission.failpoint !== undefined) throw asError(transmission.failpoint);
      if (transmission.unsigned) return notTaken('config', unsignedWords);
      return classifySmtpError(cause, transmission);
    } finally {
      transmissions.delete(message.messageId);
    }
  }

  return {
    inTurn: createTurns(options.connectionsMax ?? connectionsMax),
    async deliver(message) {
      const refusal = isClosing ? notTaken('infra', 'shutting down') : refusalOf(message);
      if (refusal !== undefined) return refusal;
      if (transmissions.has(message.messageId)) {
        throw new Error(`${message.messageId} is being sent already`);
      }
      const transmission = startOf(message.messageId, options);
      transmissions.set(message.messageId, transmission);
      const sending = send(message, transmission);
      inFlight.add(sending);
      try {
        return await sending;
      } finally {
        inFlight.delete(sending);
      }
    },
    async close(graceMs = 10_000) {
      isClosing = true;
      const timer = new AbortController();
      const grace = delay(graceMs, undefined, { signal: timer.signal }).catch(ignoreAbort);
      await Promise.race([Promise.allSettled(inFlight), grace]);
      timer.abort();
      pool.close({ force: true });
      await Promise.allSettled(inFlight);
    },
  };
}

function createTurns(places: number): SmtpTransport['inTurn'] {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** The pool of nodemailer, with the body of each mail watched. */
class TrackedPool extends SMTPPool {
  readonly #transmissions: ReadonlyMap<string, Transmission>;

  constructor(
    options: ConstructorParameters<typeof SMTPPool>[0],
    transmissions: ReadonlyMap<string, Transmission>,
  ) {
    super(options);
    this.#transmissions = transmissions;
  }

  override send(...[mail, callback]: Parameters<SMTPPool['send']>): boolean {
    const transmission = this.#transmissions.get(String(mail.data.messageId));
    // Added here, last of all, so that DKIM has signed what the watched stream reads.
    if (transmission !== undefined) {
      mail.message.processFunc((input: Readable) => watched(input, transmission));
    }
    return super.send(mail, callback);
  }
}

function watched(input: Readable, transmission: Transmission): Readable {
  const body = Readable.from(bodyOf(input, transmission), { objectMode: false });
  transmission.written = new Promise((resolve, reject) => {
    body.once('end', () => {
      // The end mark of DATA follows in the same turn; after it everything is the socket's.
      setImmediate(() => {
        reachPhase('dataWritten', transmission).then(resolve, reject);
      });
    });
  });
  // Read only after a success; a failure before that must not count as unhandled.
  transmission.written.catch(() => undefined);
  return body;
}

async function* bodyOf(input: Readable, transmission: Transmission): AsyncGenerator<Buffer> {
  transmission.dataBegan = true;
  await reachPhase('afterRcpt', transmission);
  const chunks: Buffer[] = [];
  for await (const chunk of input as AsyncIterable<Buffer>) {
    // nodemailer writes the signature first, and none, without an error, when it cannot make one.
    const isFirst = chunks.length === 0;
    transmission.unsigned = isFirst && transmission.mustBeSigned && !isSignature(chunk);
    if (transmission.unsigned) throw new Error(unsignedWords);
    chunks.push(chunk);
  }
  // In one piece: nodemailer makes dozens, and each would be a system call of its own.
  yield Buffer.concat(chunks);
}

const unsignedWords = 'it could not be signed (DKIM), and nothing is sent unsigned';

function isSignature(chunk: Buffer): boolean {
  return /^dkim-signature:/i.test(chunk.toString('latin1', 0, 20));
}

async function reachPhase(phase: SmtpPhase, transmission: Transmission): Promise<void> {
  try {
    await transmission.onPhase?.(phase, transmission.messageId);
  } catch (cause) {
    transmission.failpoint = cause;
    throw cause;
  }
}

function startOf(messageId: string, { signer, onPhase }: SmtpOptions): Transmission {
  return {
    messageId,
    mustBeSigned: signer !== undefined,
    onPhase,
    dataBegan: false,
    written: Promise.resolve(),
    failpoint: undefined,
    unsigned: false,
  };
}

function poolOptions(options: SmtpOptions): ConstructorParameters<typeof SMTPPool>[0] {
  return {
    ...timeouts,
    url: options.url,
    pool: true,
    maxConnections: options.connectionsMax ?? connectionsMax,
    maxMessages: 100,
    maxRequeues: 0,
    ...(options.socketTimeoutMs === undefined ? {} : { socketTimeout: options.socketTimeoutMs }),
    ...(options.greetingTimeoutMs === undefined
      ? {}
      : { greetingTimeout: options.greetingTimeoutMs }),
    ...(options.messagesPerSecondMax === undefined
      ? {}
      : { rateLimit: options.messagesPerSecondMax, rateDelta: 1000 }),
  };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

function ignoreAbort(cause: unknown): void {
  if (!(cause instanceof Error) || cause.name !== 'AbortError') throw asError(cause);
}
