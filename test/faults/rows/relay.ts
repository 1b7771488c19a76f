/**
 * F10: nobody answers at the relay's address for a while. F13: a relay that takes mails and says so only
 * after our patience is over, while others are written to.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { addressesOf, enter, type Row } from './row.ts';

const awayMs = 12_000;

export const relayAway: Row = {
  id: 'F10',
  title: `the relay refuses connections for ${awayMs / 1_000} s`,
  apis: 1,
  workers: 1,
  async play(cluster, { n }) {
    const comeBack = await cluster.sink.leave();
    await enter(cluster, addressesOf('F10', n));
    await delay(awayMs);
    const { rows } = await cluster.sql.query<{ state: string; reason: string | null }>(
      `SELECT DISTINCT state, reason FROM send WHERE address LIKE 'f10-%' AND state NOT IN ('claimed', 'transmitting')`,
    );
    await comeBack();
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends }) => [
        // One line under "needs attention", however many mails wait.
        ...rows
          .filter(({ state, reason }) => state !== 'planned' || reason !== 'infra')
          .map(({ state, reason }) => `while it was away a mail was ${state} (${reason})`),
        ...(rows.length === 1 ? [] : [`${rows.length} reasons were shown, expected one`]),
        ...sends
          .filter(({ address, state }) => address?.startsWith('f10-') === true && state !== 'sent')
          .map(({ id, step, state }) => `${step} ${id} is ${state}; all were to be sent`),
      ],
    };
  },
};

/** Longer than the transport waits for an answer (a minute). */
const lateMs = 70_000;
/** Fewer than connections: the others find one. */
const slowMails = 3;
const promptMs = 30_000;

export const slowRelay: Row = {
  id: 'F13',
  title: `${slowMails} answers come after ${lateMs / 1_000} s, others at once`,
  apis: 1,
  workers: 1,
  env: { SEND_LEASE_SECONDS: '90' },
  async play(cluster, { n }) {
    const slow = addressesOf('F13-slow', slowMails);
    const once = new Set<string>();
    cluster.sink.rules.push(({ stage, to: [address = ''] }) => {
      if (stage !== 'data' || !slow.includes(address) || once.has(address)) return undefined;
      once.add(address);
      return { type: 'delay', ms: lateMs };
    });
    await enter(cluster, slow);
    const enteredAt = Date.now();
    const others = addressesOf('F13-other', n);
    await enter(cluster, others);
    await delay(lateMs);
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends, mails }) => [
        ...slow.flatMap((address) => {
          const first = sends.find((row) => row.address === address && row.step === 'first');
          const copies = mails.filter(({ to, key }) => to[0] === address && key === first?.id);
          const fits = first?.state === 'unknown' && copies.length === 1;
          return fits ? [] : [`${address}: ${first?.state}, ${copies.length} copies`];
        }),
        ...others.flatMap((address) => {
          const first = mails.find(({ to }) => to[0] === address);
          const tookMs = (first?.at ?? Infinity) - enteredAt;
          return tookMs <= promptMs ? [] : [`${address} waited ${tookMs} ms for its first mail`];
        }),
      ],
    };
  },
};
