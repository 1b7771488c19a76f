/**
 * F1: the worker dies with SIGKILL at each failpoint of a step and a send, while other leads are on
 * their way, and is started again. F4: it is told to stop while mails are in the socket.
 *
 * The other names of `failpoint.ts` (`wft.mid`, `can.before`, `projection.write`, `webhook.afterInsert`,
 * `import.row`, `erase.mid`) belong to parts that do not call them yet.
 */
import { until } from '../../support/until.ts';
import type { Cluster } from '../support/cluster.ts';
import { sendFailpoints } from '../../../faults/failpoint.ts';
import { noteDeath, type Death } from '../support/witnesses.ts';
import { addressesOf, enter, type Row, type RowOptions } from './row.ts';

/** Of each failpoint: with many journeys several deaths, spread over them. */
const killsOf = (n: number): number => Math.max(1, Math.floor(n / 200));
const sendsPerJourney = 3;

export const workerKill: Row = {
  id: 'F1',
  title: 'kill -9 of the worker at each failpoint',
  apis: 1,
  workers: 1,
  async play(cluster, options) {
    const deaths: Death[] = [];
    for (const point of sendFailpoints) deaths.push(...(await dieAt(cluster, point, options)));
    const [worker] = cluster.workers;
    if (worker === undefined) throw new Error('F1 needs a worker');
    worker.env = {};
    await worker.start();
    return { deaths, faultsEndedAt: Date.now() };
  },
};

async function dieAt(
  cluster: Cluster,
  point: string,
  { n }: RowOptions,
): Promise<readonly Death[]> {
  const [worker] = cluster.workers;
  if (worker === undefined) throw new Error('F1 needs a worker');
  const kills = killsOf(n);
  const every = Math.max(1, Math.floor((n * sendsPerJourney) / (kills + 1)));
  const deaths: Death[] = [];
  await worker.kill();
  worker.env = { FAILPOINTS: `${point}=kill;every=${every}` };
  const entering = enter(cluster, addressesOf(`F1-${point.replace('.', '')}`, n));
  for (let kill = 0; kill < kills; kill += 1) {
    await worker.start();
    const how = await worker.death();
    if (how !== 'SIGKILL') throw new Error(`${worker.name} ended by itself: ${how}`);
    deaths.push(await noteDeath(cluster, worker.name, point));
  }
  await entering;
  return deaths;
}

const slowAnswerMs = 1_500;

export const workerStop: Row = {
  id: 'F4',
  title: 'SIGTERM of the worker during sends',
  apis: 1,
  workers: 1,
  async play(cluster, { n }) {
    const [worker] = cluster.workers;
    if (worker === undefined) throw new Error('F4 needs a worker');
    cluster.sink.rules.push(({ stage, to }) =>
      stage === 'data' && to[0]?.startsWith('f4-') === true
        ? { type: 'delay', ms: slowAnswerMs }
        : undefined,
    );
    await enter(cluster, addressesOf('F4', n));
    const inSocket = () =>
      cluster.sink.mails.some(({ to, at }) => {
        const isOwn = to[0]?.startsWith('f4-') === true;
        return isOwn && Date.now() - at < slowAnswerMs / 2;
      });
    await until(inSocket, {
      what: 'a mail whose answer is awaited',
      timeoutMs: 30_000,
      everyMs: 10,
    });
    const how = await worker.stop();
    const { transmitting } = await noteDeath(cluster, worker.name, 'SIGTERM');
    await worker.start();
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends }) => [
        ...(how === 'code 0' ? [] : [`the worker ended with ${how}`]),
        ...transmitting.map((id) => `${id} was still in transmission when the worker had stopped`),
        ...sends
          .filter(
            ({ address, state }) => address?.startsWith('f4-') === true && state === 'unknown',
          )
          .map(({ id }) => `${id} is unknown after a clean stop`),
      ],
    };
  },
};
