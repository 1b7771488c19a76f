/** The worker dies at each failpoint, and is told to stop in mid-send: real processes, real time. */
import { expect, test } from 'vitest';
import { playRows, type RowLine } from './rows/row.ts';
import { sendFailpoints } from '../../faults/failpoint.ts';
import { workerKill, workerStop } from './rows/worker-kill.ts';
import { useCluster } from './support/use-cluster.ts';
import type { Death } from './support/witnesses.ts';

const cluster = useCluster({ apis: 1, workers: 1 });
const deaths: Death[] = [];

test('F1: no email is lost or doubled when the worker is killed at any failpoint', async () => {
  const { lines, violations, seen } = await playRows(cluster(), [
    { row: workerKill, options: { n: 2, seed: 1 } },
  ]);
  expect(violations).toEqual([]);
  deaths.push(...seen.deaths);
  const journeys = 2 * sendFailpoints.length;
  const [line] = lines satisfies readonly RowLine[];
  expect(line).toMatchObject({ journeys, ended: journeys, missing: 0, twice: 0 });
  expect(seen.deaths.map(({ at }) => at)).toEqual([...sendFailpoints]);
}, 180_000);

test('F4: a worker that is told to stop lets its sends finish', async () => {
  const { lines, violations } = await playRows(
    cluster(),
    [{ row: workerStop, options: { n: 4, seed: 1 } }],
    { before: deaths },
  );
  expect(violations).toEqual([]);
  expect(lines).toMatchObject([{ journeys: 4, ended: 4, atSink: 12, unknown: 0 }]);
}, 90_000);
