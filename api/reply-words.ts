/** An answer to an email on the timeline of its lead: what it stopped, and who was told. */
import type { Release } from '../core/definitions/release.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import { repName, text, titleOf } from './words.ts';

export function replyWords(detail: JsonObject, release: Release) {
  const to = text(detail['to']);
  const stopped = Array.isArray(detail['stopped']) ? detail['stopped'] : [];
  const ended = stopped.flatMap((journey) =>
    typeof journey === 'string' ? [`It ended “${titleOf(release, journey)}”`] : [],
  );
  return {
    title: to === undefined ? 'Answered, and nobody was told' : `${who(to, release)} was told`,
    reasons: [...ended, because[text(detail['because']) ?? ''] ?? ''],
  };
}

function who(to: string, release: Release): string {
  const [kind = '', ...rest] = to.split(':');
  const name = rest.join(':');
  return kind === 'rep' ? repName(release, name) : `The ${kind} ${name}`;
}

const because: { readonly [because: string]: string } = {
  handoff: 'Has the open handoff',
  owner: 'Owns the lead',
  'no-owner': 'Nobody owns the lead',
  nobody: 'As rules/sending.json says',
};
