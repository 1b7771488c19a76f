/**
 * F11: a relay that refuses for a while, and one that greylists. F14: a relay that takes mails and
 * hangs up without an answer, so that nobody can know.
 */
import {
  duringPeriod,
  withProbability,
  type FaultRule,
} from '../../../runtime/embedded/smtp-faults.ts';
import type { Witnesses } from '../support/witnesses.ts';
import { addressesOf, enter, type Row } from './row.ts';

const outageMs = 8_000;
const busy = { type: 'refuse', code: 451, text: '4.3.2 Try again later' } as const;
const closing = { type: 'refuse', code: 421, text: '4.3.2 Closing the channel' } as const;

export const smtpOutage: Row = {
  id: 'F11',
  title: '451 and 421 for 8 s; 30 % greylisted',
  apis: 1,
  workers: 1,
  async play(cluster, { n, seed }) {
    const fromMs = Date.now();
    const half = fromMs + outageMs / 2;
    const untilMs = fromMs + outageMs;
    cluster.sink.rules.push(
      only('f11-outage-', duringPeriod({ fromMs, untilMs: half }, 'recipient', busy)),
      only('f11-outage-', duringPeriod({ fromMs: half, untilMs }, 'recipient', closing)),
      only('f11-grey-', withProbability(0.3, seed, 'recipient', busy)),
    );
    await Promise.all([
      enter(cluster, addressesOf('F11-outage', Math.ceil(n / 2))),
      enter(cluster, addressesOf('F11-grey', Math.floor(n / 2))),
    ]);
    return {
      faultsEndedAt: untilMs,
      alsoHolds: ({ sends }) =>
        sends
          .filter(({ address, state }) => address?.startsWith('f11-') === true && state !== 'sent')
          .map(
            ({ id, step, state }) => `${step} ${id} is ${state}; every mail was to be sent once`,
          ),
    };
  },
};

export const lostAnswers: Row = {
  id: 'F14',
  title: 'hang-up after DATA: 2 %, always, and once (transactional)',
  apis: 1,
  workers: 1,
  async play(cluster, { n, seed }) {
    const third = Math.ceil(n / 3);
    cluster.sink.rules.push(
      only('f14-some-', withProbability(0.02, seed, 'data', { type: 'drop' })),
      only('f14-all-', ({ stage }) => (stage === 'data' ? { type: 'drop' } : undefined)),
      only('f14-again-', firstTimeOnly()),
    );
    await Promise.all([
      enter(cluster, addressesOf('F14-some', third)),
      enter(cluster, addressesOf('F14-all', third)),
      enter(cluster, addressesOf('F14-again', third), 'Receipt Wanted'),
    ]);
    return { faultsEndedAt: Date.now(), alsoHolds: neverGuessed };
  },
};

function neverGuessed(seen: Witnesses): readonly string[] {
  const own = seen.sends.filter(({ address }) => address?.startsWith('f14-') === true);
  return own.flatMap(({ id, step, class: kind, state }) => {
    const times = seen.mails.filter(({ key }) => key === id).length;
    const lost = seen.unanswered.has(id);
    if (kind === 'transactional') {
      const fits = state === 'sent' && times === (lost ? 2 : 1);
      return fits ? [] : [`${step} ${id} (${kind}) is ${state}, ${times} times at the sink`];
    }
    const expected = lost ? 'unknown' : 'sent';
    if (state === expected && times === 1) return [];
    return [
      `${step} ${id} (${kind}) is ${state}, ${times} times at the sink; expected ${expected}`,
    ];
  });
}

/** The first mail to each address is taken in silence; what is said again is answered. */
function firstTimeOnly(): FaultRule {
  const met = new Set<string>();
  return ({ stage, to }) => {
    const address = to.join();
    if (stage !== 'data' || met.has(address)) return undefined;
    met.add(address);
    return { type: 'drop' };
  };
}

function only(prefix: string, rule: FaultRule): FaultRule {
  return (attempt) => (attempt.to[0]?.startsWith(prefix) === true ? rule(attempt) : undefined);
}
