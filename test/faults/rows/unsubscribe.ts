/**
 * F15: a lead leaves by one click between the decision to write and the writing: the worker holds each
 * mail after its claim, and the click is answered in that stretch.
 */
import { until } from '../../support/until.ts';
import type { Cluster } from '../support/cluster.ts';
import { forEachOf } from '../support/driver.ts';
import { header, type SinkMail } from '../support/sink.ts';
import { addressesOf, type Row } from './row.ts';

/** Long enough for a click on a busy machine, shorter than the lease of the claim. */
const heldMs = 1_500;

const leadsAtOnce = 20;

export const unsubscribeRace: Row = {
  id: 'F15',
  title: 'one-click between claim and send',
  apis: 1,
  workers: 1,
  env: { SEND_LEASE_SECONDS: '10' },
  async play(cluster, { n }) {
    const [worker] = cluster.workers;
    if (worker === undefined) throw new Error('F15 needs a worker');
    await worker.stop();
    worker.env = { FAILPOINTS: `send.afterClaim=hang:${heldMs}` };
    await worker.start();
    const addresses = addressesOf('F15', n);
    await forEachOf(addresses, leadsAtOnce, async (address) => {
      await cluster.driver.track('Trial Started', address);
      const first = await mailTo(cluster, address);
      await secondIsClaimed(cluster, address);
      await cluster.driver.unsubscribe(address, oneClickUrl(first));
    });
    // Asked before the worker stops: stopping waits for what it holds.
    const raced = addresses.length;
    await worker.stop();
    worker.env = {};
    await worker.start();
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends, mails }) => {
        const own = sends.filter(
          ({ address, step }) => address?.startsWith('f15-') === true && step === 'second',
        );
        const stopped = own.filter(({ state, reason }) => state === 'skipped' && reason !== null);
        const later = mails.filter(
          ({ to, subject }) => to[0]?.startsWith('f15-') === true && subject !== 'The first email',
        );
        return [
          ...(stopped.length === raced ? [] : [`${stopped.length} of ${raced} sends were stopped`]),
          ...later.map(({ to, subject }) => `"${subject}" reached ${to.join()}`),
        ];
      },
    };
  },
};

function mailTo(cluster: Cluster, address: string): Promise<SinkMail> {
  const find = () => cluster.sink.mails.find(({ to }) => to[0] === address);
  return until(find, { what: `the first mail to ${address}`, timeoutMs: 60_000 });
}

async function secondIsClaimed(cluster: Cluster, address: string): Promise<void> {
  const isClaimed = async (): Promise<boolean> => {
    const { rowCount } = await cluster.sql.query(
      `SELECT 1 FROM send WHERE address = $1 AND step = 'second' AND state = 'claimed'`,
      [address],
    );
    return (rowCount ?? 0) > 0;
  };
  await until(isClaimed, { what: `the claim of the second mail to ${address}`, timeoutMs: 60_000 });
}

function oneClickUrl({ raw }: SinkMail): string {
  const url = /<([^>]+)>/.exec(header(raw, 'list-unsubscribe'))?.[1];
  if (url === undefined) throw new Error('the mail has no List-Unsubscribe');
  if (header(raw, 'list-unsubscribe-post') !== 'List-Unsubscribe=One-Click') {
    throw new Error('the mail does not offer one click');
  }
  return url;
}
