/** The world misbehaves: relays that refuse or hang up, people who leave, callers who repeat. */
import { expect, test } from 'vitest';
import { repeatedEvents } from './rows/repeats.ts';
import { playRows } from './rows/row.ts';
import { lostAnswers, smtpOutage } from './rows/smtp.ts';
import { unsubscribeRace } from './rows/unsubscribe.ts';
import { useCluster } from './support/use-cluster.ts';

const cluster = useCluster({ apis: 2, workers: 1, env: { ...unsubscribeRace.env } });

test('F15: who leaves between the decision and the sending gets no further email', async () => {
  const { lines, violations } = await playRows(cluster(), [
    { row: unsubscribeRace, options: { n: 4, seed: 1 } },
  ]);
  expect(violations).toEqual([]);
  expect(lines).toMatchObject([{ journeys: 4, ended: 4, atSink: 4, twice: 0, unknown: 0 }]);
}, 90_000);

test('F11, F14, F17: refusals, lost answers and repeats, side by side', async () => {
  const { lines, violations } = await playRows(cluster(), [
    { row: smtpOutage, options: { n: 10, seed: 2 } },
    { row: lostAnswers, options: { n: 9, seed: 3 } },
    { row: repeatedEvents, options: { n: 12, seed: 4 } },
  ]);
  expect(violations).toEqual([]);
  expect(lines).toMatchObject([
    { journeys: 10, ended: 10, expected: 30, atSink: 30, twice: 0, unknown: 0 },
    { journeys: 9, ended: 9, missing: 0 },
    { journeys: 3, ended: 3, expected: 9, atSink: 9, twice: 0 },
  ]);
  const [, dropped] = lines;
  expect(dropped?.lostAnswers).toBeGreaterThanOrEqual(9 + 3);
}, 120_000);
