/**
 * What servers do to a mail: by a rule of the sink (what it answers to a recipient or to the content), or
 * as a server of their own where it happens before that (no server, no greeting, no login).
 */
import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../../runtime/embedded/ports.ts';
import type { SmtpAttempt, SmtpFault } from '../../../runtime/embedded/smtp-sink.ts';

export interface Behaviour {
  /** The domain of who it happens to. */
  readonly id: string;
  readonly title: string;
  readonly at?: SmtpAttempt['stage'];
  readonly fault?: SmtpFault;
  /** Another server than the sink: its URL and how it ends. */
  readonly server?: () => Promise<Elsewhere>;
}
interface Elsewhere {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Of the transports of the matrix: longer than any answer here takes, unless it is to come late. */
export const socketTimeoutMs = 700;
export const greetingTimeoutMs = 400;

const refused = (
  id: string,
  answer: string,
  { at = 'recipient', say = answer }: { at?: SmtpAttempt['stage']; say?: string } = {},
): Behaviour => ({
  id,
  title: at === 'recipient' ? `RCPT: ${say}` : `after the content: ${say}`,
  at,
  fault: { type: 'refuse', code: Number(answer.slice(0, 3)), text: answer.slice(4) },
});

export const behaviours: readonly Behaviour[] = [
  { id: 'nobody', title: 'connection refused', server: nobodyThere },
  { id: 'noname', title: 'name does not resolve', server: noName },
  { id: 'mute', title: 'connects, and never greets', server: () => scripted(() => undefined) },
  {
    id: 'full-house',
    title: 'greets with 421',
    server: () => scripted(() => undefined, '421 4.3.2 too many connections'),
  },
  { id: 'login', title: '535 to the login', server: () => scripted(wrongPassword) },
  refused('c421', '421 4.3.2 closing the channel'),
  refused('c450', '450 4.2.1 mailbox busy'),
  refused('c451', '451 4.3.0 local error'),
  refused('greylisted', '450 4.7.1 greylisted, try again in 300 seconds'),
  refused('c4full', '452 4.2.2 mailbox over quota'),
  refused('gone1', '550 5.1.1 no such mailbox'),
  refused('full1', '552 5.2.2 mailbox full'),
  refused('big', '552 5.3.4 message too big'),
  refused('policy', '550 5.7.1 blocked by policy'),
  refused('dmarc', '550 5.7.515 does not meet the authentication level'),
  refused('spam', '554 rejected as spam, see our blocklist'),
  refused('content451', '451 4.3.0 queue is full', { at: 'data' }),
  refused('content554', '554 5.7.1 looks like spam', { at: 'data' }),
  refused('content421', '421 4.3.2 shutting down', { at: 'data' }),
  { id: 'rst0', title: 'RST before the content', at: 'recipient', fault: { type: 'reset' } },
  { id: 'rst1', title: 'RST after the content', at: 'data', fault: { type: 'reset' } },
  { id: 'hangup', title: 'hangs up after the content', at: 'data', fault: { type: 'drop' } },
  { id: 'silent', title: 'silence after the content', at: 'data', fault: { type: 'silence' } },
  {
    id: 'late',
    title: '250 later than the timeout',
    at: 'data',
    fault: { type: 'delay', ms: 2 * socketTimeoutMs },
  },
  {
    id: 'slow',
    title: '250 late, within the timeout',
    at: 'data',
    fault: { type: 'delay', ms: 300 },
  },
];

async function nobodyThere(): Promise<Elsewhere> {
  return { url: `smtp://127.0.0.1:${await freePort()}`, close: () => Promise.resolve() };
}

function noName(): Promise<Elsewhere> {
  // RFC 2606: no name below .invalid ever resolves.
  return Promise.resolve({ url: 'smtp://relay.invalid:25', close: () => Promise.resolve() });
}

function wrongPassword(line: string): string {
  if (line.startsWith('EHLO')) return '250-relay.example\r\n250 AUTH PLAIN LOGIN';
  return line.startsWith('AUTH') ? '535 5.7.8 authentication failed' : '221 bye';
}

/** Says what it is told to, line by line; nothing at all where that is undefined. */
async function scripted(
  answer: (line: string) => string | undefined,
  greeting = answer === wrongPassword ? '220 relay.example' : '',
): Promise<Elsewhere> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== '') socket.write(`${greeting}\r\n`);
    if (greeting.startsWith('4')) socket.end();
    socket.on('data', (bytes) => {
      const said = answer(bytes.toString('utf8').trim());
      if (said !== undefined) socket.write(`${said}\r\n`);
    });
  });
  const port = await listening(server);
  const login = answer === wrongPassword ? 'mailer:wrong@' : '';
  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
}
