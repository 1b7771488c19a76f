/**
 * F2 and F5, and the API's share: SIGKILL at random moments, drawn from a seed, while journeys run; the
 * dead part is started again a second later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seededChance } from '../support/chance.ts';
import type { Cluster } from '../support/cluster.ts';
import { noteDeath, type Death } from '../support/witnesses.ts';
import { addressesOf, type Row } from './row.ts';

/** Relays take a moment: some mails are always on their way out. */
const slowAnswer = { type: 'delay', ms: 100 } as const;

export interface RandomKill {
  readonly id: string;
  readonly title: string;
  readonly kills: number;
  /** Between two kills, at most; half of it at least. */
  readonly everyMs: number;
  /** Ends something without a warning and brings it back. Resolves once it runs again. */
  readonly killAndRevive: (cluster: Cluster, onDead: () => Promise<void>) => Promise<void>;
  /** Whether mails may be on their way out in what dies. */
  readonly sends: boolean;
}

export function randomKill(options: RandomKill): Row {
  const { id, title, kills, everyMs, killAndRevive, sends } = options;
  return {
    ...{ id, title, apis: 1, workers: 1 },
    async play(cluster, { n, seed }) {
      const chance = seededChance(seed);
      const deaths: Death[] = [];
      cluster.sink.rules.push(({ stage }) => (stage === 'data' ? slowAnswer : undefined));
      const entering = enterSpread(cluster, addressesOf(id, n), kills * everyMs * 1.2);
      for (let kill = 0; kill < kills; kill += 1) {
        // A moment drawn from the seed: what is waited for here is chance itself.
        await delay(everyMs * (0.5 + chance() / 2));
        await killAndRevive(cluster, async () => {
          const seen = await noteDeath(cluster, id, 'random');
          deaths.push(sends ? seen : { ...seen, transmitting: [] });
        });
      }
      await entering;
      return {
        deaths,
        faultsEndedAt: Date.now(),
        alsoHolds: () =>
          deaths
            .filter(({ running }) => running === 0)
            .map(({ diedAt }) => `no journey was running at the kill of ${diedAt}`),
      };
    },
  };
}

/** New leads for as long as the kills go on, so that each kill meets some at every stage. */
async function enterSpread(
  cluster: Cluster,
  addresses: readonly string[],
  overMs: number,
): Promise<void> {
  const calls = addresses.map(async (address, i) => {
    await delay((overMs * i) / addresses.length);
    await cluster.driver.track('Trial Started', address, i);
  });
  await Promise.all(calls);
}

/** The first worker or the first API; others of its kind go on meanwhile. */
export function killPart(kind: 'workers' | 'apis', downMs: number): RandomKill['killAndRevive'] {
  return async (cluster, onDead) => {
    const [part] = cluster[kind];
    if (part === undefined) throw new Error(`there is none of ${kind} to kill`);
    await part.kill();
    await onDead();
    await delay(downMs);
    await part.start();
  };
}
