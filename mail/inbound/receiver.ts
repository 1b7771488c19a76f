/**
 * The SMTP server that hears what becomes of our mail: bounces, complaints, replies, wishes to leave.
 *
 * It takes mail only for signed addresses of our own domains, so it relays nothing and a stranger cannot
 * even fill it; complaint boxes (`abuse@`, `fbl@`) take reports that return one of our mails. A mail is
 * answered 250 only after what it says is committed: killed at any line, the sender tries again, and the
 * repeat changes nothing. What cannot be stored now is answered 451, never lost and never accepted.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import type { Feedback } from '../../core/feedback/feedback.ts';
import { domainOfAddress, localPartOf } from '../../core/sending/address.ts';
import { failpoint } from '../../faults/failpoint.ts';
import { readReturnAddress, type ReturnedMail } from '../return-address.ts';
import { readComplaint, sendInReport } from './complaint.ts';
import { feedbackOf } from './feedback-of.ts';
import { readInbound, type InboundMail } from './inbound-mail.ts';

export interface ReceiverOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Of bounces and replies; mail for any other is refused. */
  readonly domains: readonly string[];
  /** Signed the addresses. */
  readonly secret: string;
  readonly clock: () => number;
  /** Whom an email was written to; undefined when it is not, or no longer, known. */
  readonly addressOf: (send: string) => Promise<string | undefined>;
  /** Resolves when it is committed. */
  readonly record: (heard: readonly Feedback[]) => Promise<void>;
  /** What happened to a mail, in words without addresses. */
  readonly onMail?: (line: MailLine) => void;
  readonly onError: (error: unknown) => void;
}
export interface MailLine {
  readonly heard: string;
  readonly send?: string;
  readonly bytes: number;
}
export interface Receiver {
  readonly port: number;
  /** Lets mails in progress finish for a moment, then closes. */
  stop(): Promise<void>;
}

/** Twice what Gmail lets people attach; advertised, and refused above. */
const bytesMax = 50 * 1024 * 1024;
/** What is kept of it: reports and answers stand at the beginning, attachments behind them. */
const bytesKept = 512 * 1024;
const connectionsMax = 50;
/** One host that opens more is told to come back; large providers send one after the other. */
const connectionsPerHostMax = 10;
/** After so many unknown addresses in one session somebody is guessing. */
const refusedRecipientsMax = 5;
/** A mail of ours had one recipient; its answer has few. */
const recipientsMax = 10;
const idleMs = 60_000;

export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  /** The host of each session. */
  const hosts = new Map<string, string>();
  const refusals = new Map<string, number>();
  const server = new SMTPServer({
    banner: 'Perennial',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: bytesMax,
    maxClients: connectionsMax,
    socketTimeout: idleMs,
    closeTimeout: 5_000,
    onConnect: ({ id, remoteAddress }, answer) => {
      hosts.set(id, remoteAddress);
      const open = [...hosts.values()].filter((host) => host === remoteAddress).length;
      answer(open > connectionsPerHostMax ? said(421, '4.7.0 Too many connections') : undefined);
    },
    onClose: ({ id }) => {
      hosts.delete(id);
      refusals.delete(id);
    },
    onRcptTo: (address, session, answer) => {
      const refused = refusalOf(options, address, session);
      if (refused !== undefined) {
        const count = (refusals.get(session.id) ?? 0) + 1;
        refusals.set(session.id, count);
        answer(
          count > refusedRecipientsMax ? said(421, '4.7.0 Too many unknown addresses') : refused,
        );
        return;
      }
      answer();
    },
    onData: (stream, session, answer) => {
      void receive(options, stream, session).then(
        (words) => answer(words instanceof Error ? words : null, words as string),
        (error: unknown) => {
          options.onError(error);
          answer(said(451, '4.3.0 This cannot be stored at the moment, please try again'));
        },
      );
    },
  });
  // A sender that vanishes in mid-session is an everyday event for a server.
  server.on('error', () => undefined);
  return listening(server, options);
}

async function listening(
  server: SMTPServer,
  { host, port, onError }: ReceiverOptions,
): Promise<Receiver> {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listener = server.listen(port, host);
  await once(listener, 'listening');
  listener.on('error', onError);
  const address = listener.address();
  if (address === null || typeof address === 'string') {
    throw new Error(`Expected a TCP address for inbound mail, found ${String(address)}.`);
  }
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          for (const socket of sockets) socket.destroy();
          resolve();
        });
      }),
  };
}

const complaintBoxes = ['abuse', 'fbl'];

function refusalOf(
  { domains, secret }: ReceiverOptions,
  { address }: SMTPServerAddress,
  { envelope }: SMTPServerSession,
): Error | undefined {
  const domain = domainOfAddress(address);
  if (!domains.some((own) => own.toLowerCase() === domain)) {
    return said(550, '5.7.1 Relaying denied');
  }
  if (envelope.rcptTo.length >= recipientsMax) return said(452, '4.5.3 Too many recipients');
  const isBox = complaintBoxes.includes(localPartOf(address));
  if (isBox || readReturnAddress(secret, address) !== undefined) return undefined;
  return said(550, '5.1.1 No such mailbox');
}

/** The words of the 250, or the refusal. Throws what may pass by itself. */
async function receive(
  options: ReceiverOptions,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<string | Error> {
  const { raw, bytes } = await keptOf(stream);
  if (stream.sizeExceeded) return said(552, '5.3.4 The mail is too large');
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  const read = await readable(raw, from);
  if (read instanceof Error) {
    options.onError(read);
    return said(554, '5.6.0 This is no mail that can be read');
  }
  const returned = returnedMails(options, envelope.rcptTo, read);
  if (returned.length === 0) return said(550, '5.7.1 Only reports that return one of our mails');
  const digest = createHash('sha256').update(raw).digest('hex');
  const heard: Feedback[] = [];
  for (const mail of returned) {
    const address = await options.addressOf(mail.send);
    const reading = feedbackOf(read, {
      ...mail,
      digest,
      receivedAt: options.clock(),
      ...(address === undefined ? {} : { address }),
    });
    const words = reading.type === 'feedback' ? reading.feedback.type : reading.because;
    options.onMail?.({ heard: words, send: mail.send, bytes });
    if (reading.type === 'feedback') heard.push(reading.feedback);
  }
  await options.record(heard);
  await failpoint('inbound.beforeAnswer');
  return '2.6.0 Noted';
}

/** The mails that it is about: named by its recipients, or returned in a report to a complaint box. */
function returnedMails(
  { secret }: ReceiverOptions,
  recipients: readonly SMTPServerAddress[],
  mail: InboundMail,
): readonly ReturnedMail[] {
  const byId = new Map<string, ReturnedMail>();
  for (const { address } of recipients) {
    const named = readReturnAddress(secret, address);
    if (named !== undefined) byId.set(named.send, named);
  }
  if (byId.size === 0 && readComplaint(mail) !== undefined) {
    const send = sendInReport(mail, secret);
    if (send !== undefined) byId.set(send, { purpose: 'bounce', send });
  }
  return [...byId.values()];
}

async function keptOf(stream: SMTPServerDataStream): Promise<{ raw: Buffer; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (bytes < bytesKept) chunks.push(chunk.subarray(0, bytesKept - bytes));
    bytes += chunk.length;
  }
  return { raw: Buffer.concat(chunks), bytes };
}

/** What is no mail today is none tomorrow: it is refused, so that nobody tries for days. */
async function readable(raw: Buffer, from: string): Promise<InboundMail | Error> {
  try {
    return await readInbound(raw, from);
  } catch (cause) {
    return new Error('a mail that came in could not be read', { cause });
  }
}

function said(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
