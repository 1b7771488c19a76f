/**
 * The receiver of inbound mail, put together from the configuration. It runs in the api process: that is
 * the edge that takes in events, has ingest, and may be there several times; a worker that is busy or
 * restarted bounces nobody's mail.
 */
import { recordFeedback, type FeedbackOutcome } from '../ingest/feedback.ts';
import { startReceiver, type Receiver } from '../mail/inbound/receiver.ts';
import { findFeedbackSends } from '../store/feedback.ts';
import type { Core } from './composition.ts';

export type InboundCore = Pick<Core, 'config' | 'store' | 'ingest' | 'log'>;

/** Undefined: no port is set, and nothing is listened to. */
export async function startInbound(core: InboundCore): Promise<Receiver | undefined> {
  const { config, store, ingest, log } = core;
  const { INBOUND_SMTP_PORT: port, INBOUND_SMTP_HOST: host, PERENNIAL_SECRET: secret } = config;
  if (port === undefined) return undefined;
  if (secret === undefined) throw new Error('PERENNIAL_SECRET is not set: it signs our addresses.');
  const domains = [config.BOUNCE_DOMAIN, config.REPLY_DOMAIN].flatMap((one) => one ?? []);
  const deps = {
    sql: store,
    ingest: (requests: Parameters<typeof ingest.ingest>[0]) => ingest.ingest(requests),
    clock: () => Date.now(),
  };
  const receiver = await startReceiver({
    ...{ host, port, domains, secret, clock: deps.clock },
    addressOf: async (send) => (await findFeedbackSends(store, [send])).get(send)?.address,
    record: async (heard) => tell(core, await recordFeedback(deps, heard)),
    onMail: (line) => log.info(line, 'inbound mail'),
    onError: (error) => log.error({ err: error }, 'inbound mail'),
  });
  log.info({ host, port: receiver.port, domains }, 'inbound mail is taken');
  return receiver;
}

/** What names no email of ours is answered all the same: it would only come again. */
function tell({ log }: Pick<Core, 'log'>, { unknown }: FeedbackOutcome): void {
  if (unknown > 0) log.warn({ unknown }, 'feedback about emails that are not, or no longer, ours');
}
