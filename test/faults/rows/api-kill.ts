/**
 * F9: an API dies with SIGKILL between its commit and the start of the workflow: before it delivers,
 * after it delivered, and before it marks what it delivered. Half of the callers that got no answer try
 * again at another instance; the others never learn what became of their event.
 */
import { forEachOf } from '../support/driver.ts';
import type { Cluster } from '../support/cluster.ts';
import { noteDeath, type Death } from '../support/witnesses.ts';
import { addressesOf, type Row, type RowOptions } from './row.ts';

export const apiPoints = ['api.afterCommit', 'relay.afterStart', 'relay.beforeMark'] as const;

/** Passes between two deaths: one of a few events, many of many; a handful of deaths in all. */
const everyOf = (n: number): number => Math.max(1, Math.floor(n / 6));
const callersAtOnce = 5;

export const apiKill: Row = {
  id: 'F9',
  title: 'kill -9 of the API between commit and start',
  apis: 2,
  workers: 2,
  async play(cluster, options) {
    const deaths: Death[] = [];
    for (const point of apiPoints) deaths.push(...(await dieAt(cluster, point, options)));
    const [api] = cluster.apis;
    await api?.kill();
    if (api !== undefined) api.env = {};
    await api?.start();
    return {
      deaths,
      faultsEndedAt: Date.now(),
      alsoHolds: () =>
        apiPoints
          .filter((point) => deaths.every(({ at }) => at !== point))
          .map((point) => `no API died at ${point}`),
    };
  },
};

async function dieAt(
  cluster: Cluster,
  point: string,
  { n }: RowOptions,
): Promise<readonly Death[]> {
  const [api] = cluster.apis;
  if (api === undefined) throw new Error('F9 needs an API to kill');
  const deaths: Death[] = [];
  let reviving: Promise<void> | undefined;
  const revive = async (): Promise<void> => {
    await api.death();
    // It sends nothing: no doubt about a mail may be explained by its death.
    deaths.push({ ...(await noteDeath(cluster, api.name, point)), transmitting: [] });
    await api.start();
    reviving = undefined;
  };
  await api.kill();
  api.env = { FAILPOINTS: `${point}=kill;every=${everyOf(n)}` };
  await api.start();
  const { driver } = cluster;
  await forEachOf(
    addressesOf(`F9-${point.replace('.', '')}`, n),
    callersAtOnce,
    async (address, i) => {
      await reviving;
      const call = driver.newCall('Trial Started', address);
      if (await driver.tryTrack(call, 0)) return;
      reviving ??= revive();
      if (i % 2 === 0) await driver.repeat(call, 1);
    },
  );
  // The process may have answered before it died.
  if (deaths.length === 0 && reviving === undefined) reviving = revive();
  await reviving;
  return deaths;
}
