/**
 * A trouble of the whole development mail server, for a while: set from the mailbox page in one process,
 * obeyed by the mailbox in another, so it stands in a file beside the mails. It ends by itself.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FaultRule } from './smtp-faults.ts';
import { isErrno } from './processes.ts';
import type { SmtpFault } from './smtp-sink.ts';

export interface Outage {
  readonly kind: OutageKind;
  readonly untilMs: number;
}
export type OutageKind = 'later' | 'down' | 'blocked' | 'silent';

export const outageKinds: {
  readonly [Kind in OutageKind]: { readonly title: string; readonly fault: SmtpFault };
} = {
  later: {
    title: 'Asks to come later (451)',
    fault: { type: 'refuse', code: 451, text: '4.3.0 Please come later' },
  },
  down: { title: 'Is down: resets every connection', fault: { type: 'reset' } },
  blocked: {
    title: 'Refuses us for policy (550 5.7.1)',
    fault: { type: 'refuse', code: 550, text: '5.7.1 Sender blocked by policy' },
  },
  silent: { title: 'Never answers', fault: { type: 'silence' } },
};

export async function setOutage(dir: string, outage: Outage | undefined): Promise<void> {
  const half = path.join(dir, 'outage.half');
  await writeFile(half, JSON.stringify(outage ?? null));
  await rename(half, path.join(dir, name));
}

export function outageNow(dir: string, now: number): Outage | undefined {
  const outage = readOutage(dir);
  return outage !== null && now < outage.untilMs ? outage : undefined;
}

/** Before anything is taken: what was not accepted is nowhere in doubt. */
export function faultsOfOutage(dir: string): FaultRule {
  return ({ stage, at }) => {
    const outage = stage === 'recipient' ? outageNow(dir, at) : undefined;
    return outage && outageKinds[outage.kind].fault;
  };
}

const name = 'outage';

function readOutage(dir: string): Outage | null {
  try {
    return JSON.parse(readFileSync(path.join(dir, name), 'utf8')) as Outage | null;
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}
