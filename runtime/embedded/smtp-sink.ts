// A real SMTP server on loopback that hands every mail it accepted to a listener, and that can be
// told to misbehave: refuse, answer late or never, hang up, reset. What it reports as accepted is
// what a relay would go on to deliver, also when the sender never heard the answer: that is the
// ambiguous case. It relays nothing. TLS and authentication are off.
import { type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerEnvelope,
  type SMTPServerSession,
} from 'smtp-server';
import { assertPortIsFree, LOOPBACK } from './ports.ts';

export interface AcceptedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly raw: Buffer;
  /** Epoch milliseconds at which the last byte was there. */
  readonly receivedAt: number;
}

export type SmtpFault =
  /** `text` starts with an enhanced status code: `5.1.1 No such mailbox`. Nothing is accepted. */
  | { readonly type: 'refuse'; readonly code: number; readonly text: string }
  /** The usual answer, `ms` later. */
  | { readonly type: 'delay'; readonly ms: number }
  /** The connection ends without an answer; at `data` the mail has been accepted. */
  | { readonly type: 'drop' }
  /** Like `drop`, but with a TCP reset. */
  | { readonly type: 'reset' }
  /** No answer while the sender stays connected; at `data` the mail has been accepted. */
  | { readonly type: 'silence' };

export interface SmtpAttempt {
  readonly stage: 'recipient' | 'data';
  readonly from: string;
  /** At `recipient` the one just named, at `data` all that were accepted. */
  readonly to: readonly string[];
  /** At `data` only. */
  readonly raw?: Buffer;
  readonly at: number;
}

export interface SmtpSinkOptions {
  readonly port?: number;
  readonly fault?: (attempt: SmtpAttempt) => SmtpFault | undefined;
  /** Awaited before the sender is told that the mail was taken. */
  readonly onAccepted: (mail: AcceptedMail) => void | Promise<void>;
}

export interface SmtpSink {
  readonly smtpUrl: string;
  readonly port: number;
  stop(): Promise<void>;
}

type Answer = (error?: Error | null) => void;

export async function createSmtpSink(options: SmtpSinkOptions): Promise<SmtpSink> {
  if (options.port) await assertPortIsFree(options.port, 'the mailbox', 'MAILBOX_PORT');
  // A session knows its remote port only; the socket is needed to hang up on it.
  const sockets = new Map<number, Socket>();
  const socketOf = (session: SMTPServerSession) => sockets.get(session.remotePort);
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1_000,
    onRcptTo: (address, session, answer) => {
      const attempt = { ...attemptOf('recipient', session.envelope), to: [address.address] };
      void respond(options.fault?.(attempt), socketOf(session), answer);
    },
    onData: (stream, session, answer) => {
      void receive(stream, session.envelope, options).then(
        (fault) => respond(fault, socketOf(session), answer),
        (error: unknown) => answer(refusal(451, `4.3.0 The mailbox failed: ${String(error)}`)),
      );
    },
  });
  // A sender that vanishes in mid-session is an everyday event for a server.
  server.on('error', () => undefined);
  const port = await listen(server, options.port ?? 0);
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  return {
    smtpUrl: `smtp://${LOOPBACK}:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

/** Reads the mail; unless it is to be refused, it is accepted before any other fault strikes. */
async function receive(
  stream: SMTPServerDataStream,
  envelope: SMTPServerEnvelope,
  options: SmtpSinkOptions,
): Promise<SmtpFault | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const attempt = { ...attemptOf('data', envelope), raw };
  const fault = options.fault?.(attempt);
  if (fault?.type !== 'refuse') {
    const { from, to, at: receivedAt } = attempt;
    await options.onAccepted({ envelope: { from, to }, raw, receivedAt });
  }
  return fault;
}

async function respond(
  fault: SmtpFault | undefined,
  socket: Socket | undefined,
  answer: Answer,
): Promise<void> {
  switch (fault?.type) {
    case undefined:
      answer();
      return;
    case 'refuse':
      answer(refusal(fault.code, fault.text));
      return;
    case 'delay':
      await delay(fault.ms, undefined, { ref: false });
      answer();
      return;
    case 'drop':
      socket?.destroy();
      return;
    case 'reset':
      socket?.resetAndDestroy();
      return;
    case 'silence':
      return;
  }
}

function attemptOf(stage: SmtpAttempt['stage'], envelope: SMTPServerEnvelope) {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { stage, from, to: envelope.rcptTo.map((each) => each.address), at: Date.now() };
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listener = server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      const address = listener.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error(`Expected a TCP address, found ${String(address)}.`));
    });
  });
}
