/**
 * What became of one mail: the copies at the server, its row, its journey, its lead, and the words an
 * operator reads. Asked of the witnesses, never of the code that did it.
 */
import { sendReasons } from '../../../api/words.ts';
import { durationInWords } from '../../../core/rules/duration.ts';
import type { Outcome } from '../../../core/journey/command.ts';
import { sendId } from '../../../core/decision/ids.ts';
import { findSend, type SendListing } from '../../../store/read-sends.ts';
import type { World } from '../../activities/world.ts';
import type { Sink } from '../support/sink.ts';

export interface Fate {
  readonly copies: number;
  readonly ledger: string;
  readonly row: SendListing;
  readonly operator: string;
}

export async function fateOf(world: World, sink: Sink, commandId: string): Promise<Fate> {
  const row = await findSend(world.store, commandId);
  if (row === null) throw new Error(`${commandId} has no row`);
  const id = sendId(commandId);
  return {
    copies: sink.mails.filter(({ key }) => key === id).length,
    ledger: row.reason === null ? `\`${row.state}\`` : `\`${row.state}\` (${row.reason})`,
    row,
    operator: operatorWords(world, row),
  };
}

/** As the list of emails says it, and whether the first page names it. */
function operatorWords(world: World, row: SendListing): string {
  const { reason, evidence, state } = row;
  // Instants and the server's own text differ from run to run.
  const { refusedSince, ...told } = evidence;
  void refusedSince;
  const words = sendReasons(state, { reason, evidence: told }, world.release);
  const [first = 'as sent'] = words;
  const isShown =
    state === 'unknown' ||
    state === 'failed' ||
    reason === 'template-error' ||
    (state === 'planned' && ['config', 'policy', 'infra'].includes(reason ?? ''));
  return isShown ? `needs attention: ${first}` : first;
}

export function journeyWords(outcome: Outcome, now: number): string {
  switch (outcome.type) {
    case 'done':
      return 'went on';
    case 'retry-at':
      return `asks again in ${durationInWords(roughly(outcome.at - now))}`;
    case 'parked':
      return 'waits for a person';
    default:
      return outcome.type;
  }
}

/** Elapsed milliseconds are no part of what is shown. */
function roughly(ms: number): number {
  const unit = ms >= 60_000 ? 60_000 : 1_000;
  return Math.max(unit, Math.round(ms / unit) * unit);
}

/** Events and suppressions that the mail left on its lead. */
export async function leadWords(world: World, leadId: string, address: string): Promise<string> {
  const bounced = await world.events(leadId, 'Email Bounced');
  const deferred = await world.events(leadId, 'Email Deferred');
  const suppressed = await world.store.query('SELECT FROM suppression WHERE address = $1', [
    address,
  ]);
  const words = [
    ...bounced.map(({ properties }) => `bounced (${String(properties['kind'])})`),
    ...(deferred.length > 0 ? ['deferred'] : []),
    ...(suppressed.length > 0 ? ['suppressed'] : []),
  ];
  return words.length === 0 ? 'untouched' : words.join(', ');
}
