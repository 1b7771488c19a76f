/**
 * F16: a journey is paused between the decision to write and the writing: the worker holds each mail
 * after its claim, and the pause is answered in that stretch. Nothing goes out until somebody resumes.
 *
 * Then other people are erased: some in the same stretch, some while their journey waits for the second
 * email. Nobody of them is written to later, their runs end, and no row says who they were.
 */
import { until } from '../../support/until.ts';
import type { Cluster } from '../support/cluster.ts';
import { forEachOf } from '../support/driver.ts';
import type { Witnesses } from '../support/witnesses.ts';
import { addressesOf, enter, type Row } from './row.ts';

/** Long enough for a call on a busy machine, shorter than the lease of the claim. */
const heldMs = 1_500;

export const pauseRace: Row = {
  id: 'F16',
  title: 'a pause between claim and send, then resumed; people erased there and in a wait',
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
    const erased = await erasePeople(cluster, n);
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: (seen) => [
        ...(meanwhile === 0 ? [] : [`${meanwhile} mails went out during the pause`]),
        ...erased(seen),
        ...seen.sends
          .filter(({ address, state }) => address?.startsWith('f16-') === true && state !== 'sent')
          .map(({ id, step, state }) => `${step} ${id} is ${state}; it was to be sent at last`),
      ],
    };
  },
};

/** Half of them while their first mail is claimed, half while they wait for the second one. */
async function erasePeople(cluster: Cluster, n: number): Promise<(seen: Witnesses) => string[]> {
  const early = addressesOf('F16', Math.ceil(n / 2), 'erased-early');
  const late = addressesOf('F16', Math.floor(n / 2), 'erased-late');
  await inThatStretch(cluster, early, () => erase(cluster, early));
  await enter(cluster, late);
  const haveFirst = (): boolean => mailsTo(cluster, late) >= late.length;
  await until(haveFirst, { what: 'the first mails of the late ones', timeoutMs: 60_000 });
  await erase(cluster, late);
  const { rows } = await cluster.sql.query<{ found: number }>(
    `SELECT (SELECT count(*) FROM identity WHERE value LIKE 'f16-erased-%')::int
       + (SELECT count(*) FROM lead WHERE address LIKE 'f16-erased-%')::int
       + (SELECT count(*) FROM send WHERE address LIKE 'f16-erased-%')::int AS found`,
  );
  const left = rows[0]?.found ?? -1;
  return ({ enrolments, sends }) => {
    const ended = enrolments.filter(({ outcome }) => outcome === 'erased').length;
    const back = sends.filter(({ address }) => address?.startsWith('f16-erased-') === true);
    return [
      ...(left === 0 ? [] : [`${left} rows still named people who were erased`]),
      // A journey of the late ones may be over by then, on a fast machine.
      ...(ended > early.length ? [] : [`only ${ended} runs ended as erased`]),
      ...back.map(({ id, step }) => `${step} ${id} names a person who was erased`),
    ];
  };
}

/** From then on the witnesses are silent about them: their events are gone, and any later mail counts. */
async function erase({ driver }: Cluster, addresses: readonly string[]): Promise<void> {
  const why = { why: 'the erasure of the fault test', by: 'the fault test' };
  await forEachOf(addresses, 10, async (address) => {
    await driver.ask(`/v1/leads/${encodeURIComponent(address)}/erasure`, why);
    driver.unsubscribes.push({ address, answeredAt: Date.now() });
  });
  const gone = new Set(addresses);
  driver.calls.splice(0, Infinity, ...driver.calls.filter(({ address }) => !gone.has(address)));
}

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
