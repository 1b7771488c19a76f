/**
 * Watches over senders: writes down what receivers refuse, and pauses a sender on its way to a receiver,
 * or altogether, when too much came back. A refusal because of us is looked at at once, everything else
 * by a loop. Each pause is begun once, however many workers watch, and is said in the log once.
 *
 * A round in which nothing came back is one statement over a handful of rows; one in which something did
 * counts the mails of the span of the senders concerned, by index.
 */
import type { RefusedMail, SendingHealth } from '../../activities/dependencies.ts';
import { serverWords } from '../../core/feedback/said.ts';
import {
  concernsOf,
  decideBreakers,
  policySpanMs,
  type Opened,
} from '../../core/sending/health.ts';
import type { SendingPolicy } from '../../core/sending/model.ts';
import { breaker, pauseKey } from '../../core/sending/receiver.ts';
import { freshId } from '../../ingest/fresh-id.ts';
import type { Sql, Store } from '../../store/client.ts';
import { findSamePause, lockPauses, savePause } from '../../store/pauses.ts';
import {
  calmDown,
  countOutcomes,
  findTroubled,
  forgetCalm,
  noteAnswer,
  noteFeedback,
  noteRefusal,
} from '../../store/receptions.ts';
import { startLoop, type Loop } from './loop.ts';

export interface HealthDeps {
  readonly store: Sql & Pick<Store, 'transaction'>;
  readonly policy: () => Promise<SendingPolicy>;
  readonly now: () => number;
  /** Of each pause that begins. */
  readonly onOpened: (opened: Opened) => void;
}

export function createSendingHealth(deps: HealthDeps): SendingHealth {
  const check = oneAtATime((at: number) => checkBreakers({ ...deps, now: () => at }));
  return {
    async refused(mail) {
      if (await noted(deps.store, mail)) await check(mail.at);
    },
  };
}

/** Of many who ask while one runs, one more follows for all of them. */
function oneAtATime(work: (at: number) => Promise<unknown>): (at: number) => Promise<void> {
  let asked: number | undefined;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      while (asked !== undefined) {
        const at = asked;
        asked = undefined;
        await work(at);
      }
    } finally {
      running = undefined;
    }
  };
  return (at) => {
    asked = Math.max(at, asked ?? at);
    return (running ??= run());
  };
}

/** Whether it was refused because of us. */
async function noted(sql: Sql, mail: RefusedMail): Promise<boolean> {
  const { send, sender, receiver, at, isFinal } = mail;
  const said = serverWords(mail.response);
  const concerns = concernsOf(mail);
  switch (concerns) {
    case 'mail-server':
      await noteRefusal(sql, { send, sender: '', receiver: '', at, said });
      return false;
    case 'receiver':
      await noteAnswer(sql, { sender: '', receiver: '' });
      await noteRefusal(sql, { send, sender, receiver, at, said });
      return false;
    case 'sender':
      await noteAnswer(sql, { sender, receiver });
      await noteFeedback(sql, { send, at, type: 'bounced', kind: 'sender', said });
      return true;
    case 'address':
    case 'mailbox': {
      await noteAnswer(sql, { sender, receiver });
      const kind = concerns === 'address' ? 'hard' : 'soft';
      if (isFinal) await noteFeedback(sql, { send, at, type: 'bounced', kind });
      return false;
    }
  }
}

export async function checkBreakers(deps: HealthDeps): Promise<readonly Opened[]> {
  if ((await findTroubled(deps.store)).length === 0) return [];
  const { stopWhen } = await deps.policy();
  const begun = await deps.store.transaction(async (sql) => {
    await lockPauses(sql);
    const senders = await findTroubled(sql);
    await calmDown(sql, senders);
    const now = deps.now();
    const overMs = stopWhen?.overMs ?? policySpanMs;
    const outcomes = await countOutcomes(sql, { now, overMs, senders });
    await forgetCalm(sql);
    return begin(sql, decideBreakers(outcomes, stopWhen), now);
  });
  for (const opened of begun) deps.onOpened(opened);
  return begun;
}

async function begin(sql: Sql, opened: readonly Opened[], from: number) {
  const begun: Opened[] = [];
  for (const one of opened) {
    const key = pauseKey(one.sender, one.receiver);
    const pause = { scope: 'sender', key, from, until: null } as const;
    if ((await findSamePause(sql, pause)) !== undefined) continue;
    await savePause(sql, { ...pause, id: freshId(), why: one.why, by: breaker });
    begun.push(one);
  }
  return begun;
}

const everyMs = 10_000;

export function startHealthLoop(
  deps: HealthDeps & { readonly onError: (error: unknown) => void; readonly everyMs?: number },
): Loop {
  const round = async (): Promise<boolean> => {
    await checkBreakers(deps);
    return false;
  };
  return startLoop({ everyMs: deps.everyMs ?? everyMs, round, onError: deps.onError });
}
