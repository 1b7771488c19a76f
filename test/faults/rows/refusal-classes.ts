/**
 * F12: addresses that do not exist, mailboxes that are full, receivers that object to us. Each has its
 * own answer: suppress and go on; try again in hours; hold back, and never against the lead.
 */
import { until } from '../../support/until.ts';
import type { Cluster } from '../support/cluster.ts';
import { forEachOf } from '../support/driver.ts';
import { enter, type Row } from './row.ts';

const answers = {
  hard: { type: 'refuse', code: 550, text: '5.1.1 No such mailbox' },
  soft: { type: 'refuse', code: 552, text: '5.2.2 Mailbox full' },
  policy: { type: 'refuse', code: 550, text: '5.7.1 Blocked by policy' },
} as const;
type Kind = keyof typeof answers;
const kinds = ['hard', 'soft', 'policy'] as const;
const leastPauseMs = 55 * 60_000;

interface Refused {
  readonly address: string;
  readonly state: string;
  readonly reason: string | null;
  readonly in_ms: number | null;
}

export const refusalClasses: Row = {
  id: 'F12',
  title: '550 5.1.1, 552 5.2.2, 550 5.7.1',
  apis: 1,
  workers: 1,
  async play(cluster, { n }) {
    const each = Math.max(1, Math.ceil(n / kinds.length));
    for (const kind of kinds) {
      cluster.sink.rules.push(({ stage, to }) =>
        stage === 'recipient' && to[0]?.endsWith(`@${kind}.example`) === true
          ? answers[kind]
          : undefined,
      );
      await enter(cluster, addressesOf(kind, each));
    }
    const waiting = await refusedMails(cluster, each * 2);
    const suppressed = await suppressions(cluster);
    // They wait for hours: the leads buy meanwhile, and their journeys end.
    const open = [...addressesOf('soft', each), ...addressesOf('policy', each)];
    await forEachOf(open, 10, (address) => cluster.driver.track('Deal Won', address));
    await untilNothingIsLeft(cluster);
    return {
      faultsEndedAt: Date.now(),
      alsoHolds: ({ sends }) => [
        ...waiting.flatMap(problemOf),
        ...(suppressed.every((address) => address.endsWith('@hard.example'))
          ? []
          : [`suppressed: ${suppressed.join()}`]),
        ...(suppressed.length === each ? [] : [`${suppressed.length} of ${each} are suppressed`]),
        ...sends
          .filter(({ address, step }) => address?.endsWith('@hard.example') && step === 'first')
          .filter(({ state, reason }) => state !== 'failed' || reason !== 'address')
          .map(({ id, state }) => `${id} is ${state}, expected failed`),
      ],
    };
  },
};

function problemOf({ address, state, reason, in_ms: inMs }: Refused): readonly string[] {
  // The breaker may have paused the way to a receiver that objects to us.
  const isHeldBack = state === 'held' && reason === 'sender-paused' && address.includes('policy');
  const expected = address.endsWith('@soft.example') ? 'mailbox' : 'policy';
  const waits = state === 'planned' && reason === expected && (inMs ?? 0) > leastPauseMs;
  return isHeldBack || waits ? [] : [`${address}: ${state} (${reason}), again in ${inMs} ms`];
}

function addressesOf(kind: Kind, each: number): readonly string[] {
  return Array.from({ length: each }, (_, i) => `f12-lead-${i}@${kind}.example`);
}

async function refusedMails(cluster: Cluster, expected: number): Promise<readonly Refused[]> {
  const find = async () => {
    const { rows } = await cluster.sql.query<Refused>(
      `SELECT address, state, reason, extract(epoch FROM held_until - now()) * 1000 AS in_ms FROM send
       WHERE (address LIKE '%@soft.example' OR address LIKE '%@policy.example') AND state IN ('planned', 'held')`,
    );
    return rows.length >= expected ? rows : undefined;
  };
  return until(find, { what: 'mails that wait', timeoutMs: 60_000, everyMs: 200 });
}

async function suppressions(cluster: Cluster): Promise<readonly string[]> {
  const { rows } = await cluster.sql.query<{ address: string }>('SELECT address FROM suppression');
  return rows.map(({ address }) => address);
}

async function untilNothingIsLeft(cluster: Cluster): Promise<void> {
  const isOver = async (): Promise<boolean> => {
    const { rowCount } = await cluster.sql.query(
      `SELECT 1 FROM send WHERE state IN ('planned', 'held') AND address LIKE 'f12-%'`,
    );
    return rowCount === 0;
  };
  await until(isOver, { what: 'the end of mails whose journey ended', timeoutMs: 60_000 });
}
