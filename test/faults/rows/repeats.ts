/** F17: the same event, told once to twenty times at the same moment, at every API there is. */
import { seededChance } from '../support/chance.ts';
import { forEachOf } from '../support/driver.ts';
import { addressesOf, type Row } from './row.ts';

const timesMax = 20;
const eventsAtOnce = 10;
/** Every so many events one enters a journey; the others only count for the score. */
const entryEvery = 4;

export const repeatedEvents: Row = {
  id: 'F17',
  title: 'the same event up to 20 times at all APIs',
  apis: 2,
  workers: 1,
  async play(cluster, { n, seed }) {
    const chance = seededChance(seed);
    const { driver, apis } = cluster;
    const told = addressesOf('F17', n).map((address, i) => ({
      times: 1 + Math.floor(chance() * timesMax),
      call: driver.newCall(i % entryEvery === 0 ? 'Trial Started' : 'Report Created', address),
    }));
    await forEachOf(told, eventsAtOnce, async ({ call, times }) => {
      const tries = Array.from({ length: times }, (_, i) => driver.tryTrack(call, i % apis.length));
      await Promise.all(tries);
    });
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: () =>
        told
          .filter(({ call, times }) => call.answers.length !== times)
          .map(
            ({ call, times }) => `${call.messageId}: ${call.answers.length} of ${times} answered`,
          ),
    };
  },
};
