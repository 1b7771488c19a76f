/**
 * Postgres restarts in the middle of a send: between the claim and the transmission, and between the
 * server's 250 and the settlement. The mail hangs there meanwhile, then goes on by itself; whatever it
 * could not do is asked again, as Temporal does.
 */
import { armFailpoints, failpointPasses, type FailpointName } from '../../../faults/failpoint.ts';
import { createWorld, tuesday, type World } from '../../activities/world.ts';
import { until } from '../../support/until.ts';
import type { Sink } from '../support/sink.ts';
import { fateOf, journeyWords } from './seen.ts';

export interface RestartLine {
  readonly moment: string;
  readonly copies: number;
  readonly ledger: string;
  readonly journey: string;
  readonly operator: string;
}

const moments: readonly (readonly [FailpointName, string])[] = [
  ['send.afterClaim', 'between claim and transmission'],
  ['send.after250', 'between 250 and settlement'],
];
const hangMs = 800;

export async function playRestarts(
  url: string,
  sink: Sink,
  /** Ends every connection; resolves when the server takes new ones, or soon before. */
  restart: (world: World) => Promise<void>,
): Promise<readonly RestartLine[]> {
  const lines: RestartLine[] = [];
  for (const [point, moment] of moments) {
    const world = await createWorld({
      url,
      mailbox: { smtpUrl: sink.smtpUrl },
      steps: { welcome: { type: 'send', template: 'welcome' } },
      leases: { claimMs: 3_000, transmitMs: 3_000 },
    });
    const { enrolmentId } = await world.enrol(
      `${point.replace('.', '-').toLowerCase()}@restart.example`,
    );
    const disarm = armFailpoints(`${point}=hang:${hangMs};once`);
    const running = attempts(world, enrolmentId);
    await until(() => failpointPasses(point) > 0, { what: `the mail at ${point}` });
    await restart(world);
    const outcome = await running;
    disarm();
    const { copies, ledger, operator } = await fateOf(world, sink, `${enrolmentId}/welcome/1`);
    lines.push({ moment, copies, ledger, journey: journeyWords(outcome, tuesday), operator });
    await world.close();
  }
  return lines;
}

/** An activity that failed is carried out again. */
async function attempts(world: World, enrolmentId: string) {
  return until(() => world.run(enrolmentId, 'welcome', { last: true }), {
    what: 'an attempt that meets a database',
    timeoutMs: 60_000,
    everyMs: 200,
  });
}
