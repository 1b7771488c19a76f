/**
 * The bound on emails in words: for `perennial check`, and for the witness of a finding.
 *
 * Says what `email-bound.ts` found and nothing else; days are counted from the first email of a path.
 */
import type { EmailBound, JourneyEmails } from './email-bound.ts';
import type { Stop } from './fullest-window.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const shownMost = 8;

/** `At most 4 emails in any 7 days (2 marketing, 2 transactional); without caps 8.` and a line per journey. */
export function sayEmailBound(bound: EmailBound): readonly string[] {
  const parts = bound.classes
    .map((one) => ({ ...one, most: Math.min(one.withoutCaps, one.cap) }))
    .filter(({ most }) => most > 0)
    .map(({ class: of, most }) => `${sayNumber(most)} ${of}`);
  const sum = bound.classes.reduce((all, one) => all + Math.min(one.withoutCaps, one.cap), 0);
  // Of each class so many, but never all of them in the same 7 days: then a sum would mislead.
  const of = parts.length < 2 || sum !== bound.most ? '' : ` (${parts.join(', ')})`;
  const without =
    bound.withoutCaps === bound.most ? '' : `; without caps ${sayNumber(bound.withoutCaps)}`;
  const besides =
    bound.unlimited.length === 0
      ? ''
      : `; besides ${bound.unlimited.map(({ journey, step }) => `"${step}" of ${journey}`).join(', ')}, one each time a lead does what it answers`;
  return [
    `At most ${sayEmails(bound.most)} in any 7 days${of}${without}${besides}.`,
    ...bound.journeys.filter(({ withoutCaps }) => withoutCaps > 0).map(sayJourney),
  ];
}

function sayJourney({ journey, most, withoutCaps, path }: JourneyEmails): string {
  const without = withoutCaps === most ? '' : ` (without caps ${sayNumber(withoutCaps)})`;
  return `${journey}: at most ${sayNumber(most)}${without}: ${sayPath(path, withoutCaps)}`;
}

/** `welcome day 0 → tips day 3`, and a sign that it goes on. */
export function sayPath(path: readonly Stop[], most: number): string {
  const shown = path.slice(0, shownMost);
  const stops = shown.map(({ step, afterMs }) => `${step} ${sayOffset(afterMs)}`);
  return `${stops.join(' → ')}${most > shown.length ? ' → …' : ''}`;
}

function sayOffset(ms: number): string {
  if (ms % dayMs === 0) return `day ${ms / dayMs}`;
  const day = Math.floor(ms / dayMs);
  const rest = ms - day * dayMs;
  const hours = Math.floor(rest / hourMs);
  const minutes = Math.round((rest - hours * hourMs) / minuteMs);
  return [
    `day ${day}`,
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(minutes > 0 ? [`${minutes} min`] : []),
  ].join(' ');
}

export function sayEmails(count: number): string {
  return count === 1 ? '1 email' : `${sayNumber(count)} emails`;
}

export function sayNumber(count: number): string {
  return count === Infinity ? 'any number' : String(count);
}
