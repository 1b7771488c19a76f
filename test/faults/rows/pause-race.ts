/**
 * F16: a journey is paused between the decision to write and the writing: the worker holds each mail
 * after its claim, and the pause is answered in that stretch. Nothing goes out until somebody resumes.
 *
 * The other half of F16, a person who is erased in that stretch, plays the same way: see `inThatStretch`.
 */
import { until } from '../../support/until.ts';
import type { Cluster } from '../support/cluster.ts';
import { addressesOf, enter, type Row } from './row.ts';

/** Long enough for a call on a busy machine, shorter than the lease of the claim. */
const heldMs = 1_500;

export const pauseRace: Row = {
  id: 'F16',
  title: 'a pause between claim and send, then resumed',
  apis: 1,
  workers: 1,
  env: { SEND_LEASE_SECONDS: '10' },
  async play(cluster, { n }) {
    const addresses = addressesOf('F16', n);
    const paused = await inThatStretch(cluster, addresses, async () => {
      const ask = { scope: 'journey', key: 'nurture', why: 'the pause of the fault test' };
      const { pause } = await cluster.driver.ask('/v1/pauses', ask);
      return (pause as { readonly id: string }).id;
    });
    const before = mailsTo(cluster, addresses);
    await untilAllParked(cluster, n);
    const meanwhile = mailsTo(cluster, addresses) - before;
    await cluster.driver.ask(`/v1/pauses/${paused}/resume`, { by: 'the fault test' });
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends }) => [
        ...(meanwhile === 0 ? [] : [`${meanwhile} mails went out during the pause`]),
        ...sends
          .filter(({ address, state }) => address?.startsWith('f16-') === true && state !== 'sent')
          .map(({ id, step, state }) => `${step} ${id} is ${state}; it was to be sent at last`),
      ],
    };
  },
};

/** Acts while every one of the first mails is claimed and none has started. */
async function inThatStretch<T>(
  cluster: Cluster,
  addresses: readonly string[],
  act: () => Promise<T>,
): Promise<T> {
  const [worker] = cluster.workers;
  if (worker === undefined) throw new Error('F16 needs a worker');
  await worker.stop();
  worker.env = { FAILPOINTS: `send.afterClaim=hang:${heldMs}` };
  await worker.start();
  await enter(cluster, addresses);
  const isClaimed = async (): Promise<boolean> => {
    const { rowCount } = await cluster.sql.query(
      `SELECT 1 FROM send WHERE address LIKE 'f16-%' AND state = 'claimed'`,
    );
    return (rowCount ?? 0) > 0;
  };
  await until(isClaimed, { what: 'claimed mails', timeoutMs: 60_000 });
  const done = await act();
  worker.env = {};
  return done;
}

function mailsTo(cluster: Cluster, addresses: readonly string[]): number {
  return cluster.sink.mails.filter(({ to }) => addresses.includes(to[0] ?? '')).length;
}

async function untilAllParked(cluster: Cluster, n: number): Promise<void> {
  const areParked = async (): Promise<boolean> => {
    const { rows } = await cluster.sql.query<{ parked: number }>(
      `SELECT count(*)::int AS parked FROM enrolment e JOIN lead l ON l.id = e.lead_id
       WHERE l.address LIKE 'f16-%' AND e.parked IS NOT NULL`,
    );
    return rows[0]?.parked === n;
  };
  await until(areParked, { what: `${n} parked runs`, timeoutMs: 60_000, everyMs: 100 });
}
