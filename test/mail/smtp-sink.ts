/**
 * A real SMTP server for the transport's tests, with faults chosen by the recipient's local part and
 * its own log of what it took: the witness that does not trust the sender.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface SinkMail {
  readonly recipients: readonly string[];
  readonly raw: string;
}
export interface Sink {
  readonly url: string;
  readonly taken: readonly SinkMail[];
  close(): Promise<void>;
}

type Fault = (reply: (error?: Error) => void, cut: () => void) => void;

function refuse(code: number, text: string): Fault {
  return (reply) => {
    reply(Object.assign(new Error(text), { responseCode: code }));
  };
}

const atRecipient: Readonly<Record<string, Fault>> = {
  gone: refuse(550, '5.1.1 no such user'),
  plain: refuse(550, 'No such user here'),
  busy: refuse(451, '4.7.1 try again later'),
  full: refuse(552, '5.2.2 mailbox full'),
  policy: refuse(550, '5.7.1 blocked by policy'),
  hangup: (_reply, cut) => {
    cut();
  },
};
const afterContent: Readonly<Record<string, Fault>> = {
  latebusy: refuse(451, '4.3.0 queue is full'),
  latespam: refuse(554, '5.7.1 looks like spam'),
  late421: refuse(421, '4.3.2 shutting down'),
  drop: (_reply, cut) => {
    cut();
  },
  silent: () => undefined,
};

interface Wire {
  readonly id: string;
  readonly _socket: { destroy(): void };
}

export async function startSink(): Promise<Sink> {
  const taken: SinkMail[] = [];
  const cut = (sessionId: string) => () => {
    for (const { id, _socket } of wires) if (id === sessionId) _socket.destroy();
  };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo(address, session, callback) {
      const fault = atRecipient[localPart(address.address)];
      if (fault === undefined) callback();
      else fault(callback, cut(session.id));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        taken.push({ recipients, raw: Buffer.concat(chunks).toString('utf8') });
        const fault = afterContent[localPart(recipients[0] ?? '')];
        if (fault === undefined) callback();
        else fault(callback, cut(session.id));
      });
    },
  });
  // Cut connections report here; the sender's side of it is what the tests look at.
  server.on('error', () => undefined);
  const { connections: wires } = server as unknown as { readonly connections: ReadonlySet<Wire> };
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    close: () =>
      new Promise((resolve) => {
        for (const { _socket } of wires) _socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function localPart(address: string): string {
  return address.split('@')[0] ?? '';
}
