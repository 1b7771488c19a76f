/**
 * An instant as a person writes it: "2 days" from now, a day, or a day and a time.
 *
 * Without a zone the workspace's clock is meant, because that is the one its pages show. Apart from
 * core/rules/instant.ts, which reads what machines wrote and takes UTC.
 */
import { parseDuration } from '../rules/duration.ts';
import { instantOf } from '../rules/instant.ts';
import { dateOf, dayMs, firstInstant } from './zone.ts';

const local = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;

export const momentExpected =
  'a length of time such as "2 days", a day such as "2027-01-07", or an instant such as "2027-01-07T09:00"';

/** Undefined when the text is none of these. */
export function parseMoment(text: string, now: number, zone: string): number | undefined {
  const written = text.trim();
  const ms = parseDuration(written);
  if (ms !== undefined) return now + ms;
  const at = instantOf(written);
  if (at === undefined || !local.test(written)) return at;
  const day = Math.floor(at / dayMs);
  // JavaScript makes 2 March of the 30 February of a slip.
  if (dateOf(day) !== written.slice(0, 10)) return undefined;
  const minute = Math.floor((at - day * dayMs) / 60_000);
  return firstInstant(day, minute, zone) + (at % 60_000);
}
