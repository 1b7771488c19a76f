/**
 * Durations in files: the grammar of `core/rules/duration.ts` with a sentence for what it refuses.
 *
 * Months and years have no fixed length and are errors. Business durations ("4 business hours") run
 * in somebody's office hours: they are accepted only where an assignee is known.
 */
import { parseDuration } from '../rules/duration.ts';
import type { BusinessDuration } from '../routing/model.ts';
import { parsedText } from './shape.ts';
import type { Parsed } from './shape.ts';

/** Ten years: a longer wait is a slip of the pen. */
const longestMs = 3650 * 86_400_000;

export const duration = parsedText((text) => readDuration(text)).meta({
  description:
    'A length of time; a day is 24 hours. Months and years are not allowed: days or weeks.',
  shown: ['2 days', '90 minutes', '1 week', 'PT1H30M'],
});

/** A span in which nothing can happen is a slip of the pen. */
export const someTime = parsedText((text) => readSomeTime(text)).meta({
  description: 'A length of time of more than nothing; a day is 24 hours.',
  shown: ['1 day', '1 minute'],
});

export const offset = parsedText((text) => readOffset(text)).meta({
  description: 'A length of time before (with "-") or after a date.',
  shown: ['-1 day', '6 hours'],
});

export const businessDuration = parsedText((text) => readBusinessDuration(text)).meta({
  description: 'A length of time; with "business" it runs in the hours of the assignee.',
  shown: ['4 business hours', '15 business minutes', '2 days'],
});

export function readDuration(text: string): Parsed<number> {
  if (/\b(month|year)s?\b/i.test(text) || /^P(?=[^T]*[YM])/i.test(text)) {
    return { ok: false, expected: 'days or weeks, because months and years have no fixed length' };
  }
  if (/\bbusiness\b/i.test(text)) {
    return {
      ok: false,
      expected:
        'a plain duration, because business hours work only in "sla", "due" and "takeWithin"',
    };
  }
  const ms = parseDuration(text);
  if (ms === undefined) {
    return { ok: false, expected: 'a duration such as "2 days", "90 minutes" or "PT1H30M"' };
  }
  return ms > longestMs ? { ok: false, expected: 'at most ten years' } : { ok: true, value: ms };
}

export function readSomeTime(text: string): Parsed<number> {
  const parsed = readDuration(text);
  if (!parsed.ok || parsed.value > 0) return parsed;
  return { ok: false, expected: 'more than nothing, such as "1 day"' };
}

function readOffset(text: string): Parsed<number> {
  const trimmed = text.trim();
  if (!trimmed.startsWith('-')) return readDuration(trimmed.replace(/^\+/, ''));
  const parsed = readDuration(trimmed.slice(1));
  return parsed.ok ? { ok: true, value: -parsed.value } : parsed;
}

export function readBusinessDuration(text: string): Parsed<BusinessDuration> {
  const match = /^(\d{1,4}) (business )?(minute|hour|day)s?$/.exec(text.trim());
  if (match === null) {
    return { ok: false, expected: 'a duration such as "4 business hours" or "2 days"' };
  }
  const [, amount, business, unit] = match;
  return {
    ok: true,
    value: {
      amount: Number(amount),
      unit: unit === 'minute' ? 'minutes' : unit === 'hour' ? 'hours' : 'days',
      business: business !== undefined,
    },
  };
}
