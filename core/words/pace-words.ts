/** When sending stops by itself and how fast emails leave, in sentences. */
import type { SendingFile } from '../definitions/sending.ts';
import { shareInWords } from '../rules/share.ts';
import { receiverTitle } from '../sending/receiver.ts';
import { line, type Line } from './reading.ts';
import { count, dayWords, listed, sentence, span } from './values.ts';

export function paceLines({ rates, warmUp }: SendingFile): readonly Line[] {
  return [
    ...(rates ?? []).map((rate) => line(rateWords(rate), rate.id)),
    ...(warmUp ?? []).map((plan) => line(warmUpWords(plan))),
  ];
}

export function rateWords({ to, max, per }: NonNullable<SendingFile['rates']>[number]): string {
  const whom = listed(to.map((name) => (name === '*' ? 'everybody else' : receiverTitle(name))));
  return sentence(`To ${whom} at most ${count(max, 'email')} in ${span(per)} from one sender`);
}

function warmUpWords({ sender, from, perDay }: NonNullable<SendingFile['warmUp']>[number]): string {
  const whose = sender === undefined ? 'The sender of the workspace' : sender;
  const days = perDay.map((max) => max.toLocaleString('en-US')).join(', ');
  return sentence(`${whose} warms up from ${dayWords(from)}, with at most ${days} emails a day`);
}

export function stopLines({ stopWhen }: SendingFile): readonly Line[] {
  if (stopWhen === undefined) return [];
  const { hardBounceRate, complaintRate, over, atLeast } = stopWhen;
  return [
    line(
      `A sender stops, on its way to one receiver or altogether, when more than ${shareInWords(hardBounceRate)} of the emails of ${span(over)} bounce for good or more than ${shareInWords(complaintRate)} are called spam, once ${count(atLeast, 'email')} went out.`,
    ),
  ];
}
