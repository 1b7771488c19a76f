/**
 * The crash matrix: a worker is killed (SIGKILL) with a mail of every kind at every failpoint of a send,
 * and another carries out each step again. One line per failpoint and kind.
 */
import { spawn } from 'node:child_process';
import { sendFailpoints } from '../../../faults/failpoint.ts';
import { tuesday } from '../../activities/world.ts';
import type { Sink } from '../support/sink.ts';
import {
  commandOf,
  kinds,
  openWorlds,
  stepOf,
  worldOf,
  type Kind,
  type Mail,
  type Worlds,
} from './mails.ts';
import { fateOf, journeyWords } from './seen.ts';

export interface CrashLine {
  readonly point: string;
  readonly kind: Kind;
  readonly copies: number;
  readonly ledger: string;
  readonly journey: string;
  readonly operator: string;
}

/** Between the commit of `transmitting` and the settlement nobody can vouch for what the server has. */
export const doubtful: ReadonlySet<string> = new Set([
  'send.connected',
  'send.afterRcpt',
  'send.dataWritten',
  'send.after250',
]);

export async function playCrashes(url: string, sink: Sink): Promise<readonly CrashLine[]> {
  const worlds = await openWorlds(url, sink.smtpUrl);
  try {
    const mails = await enrolled(worlds);
    await dieWith({ url, smtpUrl: sink.smtpUrl, points: sendFailpoints, mails });
    return await Promise.all(mails.map((mail) => carriedOutAgain(worlds, sink, mail)));
  } finally {
    await worlds.close();
  }
}

async function enrolled(worlds: Worlds): Promise<readonly Mail[]> {
  const mails: Mail[] = [];
  for (const point of sendFailpoints) {
    for (const [n, kind] of kinds.entries()) {
      const address = `${point.replace('.', '-').toLowerCase()}-${n}@crash.example`;
      const { enrolmentId } = await worldOf(worlds, kind).enrol(address);
      mails.push({ point, kind, enrolmentId });
    }
  }
  return mails;
}

async function dieWith(order: object): Promise<void> {
  const script = new URL('child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes('hanging')) child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`the process ended by itself with ${code ?? signal}`));
    });
  });
}

async function carriedOutAgain(worlds: Worlds, sink: Sink, mail: Mail): Promise<CrashLine> {
  const { point, kind, enrolmentId } = mail;
  const world = worldOf(worlds, kind);
  const outcome = await world.run(enrolmentId, stepOf(kind), { last: true });
  const enrolment = await world.enrolment(enrolmentId);
  const isThrough = enrolment.status === 'closed' && enrolment.outcome === 'completed';
  const journey = isThrough ? 'went on' : journeyWords(outcome, tuesday);
  const { copies, ledger, operator } = await fateOf(world, sink, commandOf(mail));
  return { point, kind, copies, ledger, journey, operator };
}
