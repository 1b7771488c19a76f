/** Two APIs and two workers on one Postgres and one Temporal: some die, nothing is lost or doubled. */
import { expect, test } from 'vitest';
import { apiKill, apiPoints } from './rows/api-kill.ts';
import { killPart, randomKill } from './rows/random-kill.ts';
import { playRows } from './rows/row.ts';
import { useCluster } from './support/use-cluster.ts';

const cluster = useCluster({ apis: 2, workers: 2 });

const workerKills = randomKill({
  id: 'F2',
  title: 'kill -9 of one of two workers at random moments',
  kills: 2,
  everyMs: 4_000,
  killAndRevive: killPart('workers', 0),
  sends: true,
});

test('F9 and F2: APIs die between commit and start while one of two workers is killed', async () => {
  const { lines, violations, seen } = await playRows(cluster(), [
    { row: apiKill, options: { n: 6, seed: 1 } },
    { row: workerKills, options: { n: 30, seed: 7 } },
  ]);
  expect(violations).toEqual([]);
  const [apis, workers] = lines;
  expect(new Set(seen.deaths.map(({ at }) => at))).toEqual(new Set([...apiPoints, 'random']));
  expect(apis).toMatchObject({ missing: 0, twice: 0 });
  expect(workers).toMatchObject({ journeys: 30, ended: 30, missing: 0, twice: 0, kills: 2 });
  expect(workers?.unknown).toBeLessThanOrEqual(workers?.inTransmission ?? 0);
}, 150_000);
