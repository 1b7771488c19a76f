// Ports of the loopback interface: find a free one, or say clearly that a wanted one is taken.
// Everything embedded binds loopback only, never another interface.
import { createServer } from 'node:net';
import { isErrno } from './processes.ts';

export const LOOPBACK = '127.0.0.1';

/** A port that was free a moment ago. Another process may take it before the caller binds it. */
export function freePort(host: string = LOOPBACK): Promise<number> {
  return bind(0, host);
}

/** Throws one sentence when `port` cannot be bound; `setting` names what the reader can change. */
export async function assertPortIsFree(
  port: number,
  purpose: string,
  setting: string,
  host: string = LOOPBACK,
): Promise<void> {
  try {
    await bind(port, host);
  } catch (error) {
    if (!isErrno(error)) throw error;
    const reason = error.code === 'EADDRINUSE' ? 'is taken by another program' : 'cannot be bound';
    throw new Error(`Port ${port} for ${purpose} ${reason}: free it or set ${setting}.`, {
      cause: error,
    });
  }
}

function bind(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`Expected a TCP address on ${host}, found ${String(address)}.`));
        return;
      }
      server.close(() => resolve(address.port));
    });
  });
}
