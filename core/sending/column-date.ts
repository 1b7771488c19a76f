/**
 * Dates as columns of lists write them: "24.03.2026 16:10" with a format and a zone.
 *
 * Beside the calendar because zones are luxon's, and luxon stays in this folder.
 */
import { DateTime } from 'luxon';

/** Epoch milliseconds, or `undefined` when the text does not fit the format. */
export function parseColumnDate(text: string, format: string, zone: string): number | undefined {
  const parsed = DateTime.fromFormat(text.trim(), format, { zone, locale: 'en' });
  return parsed.isValid ? parsed.toMillis() : undefined;
}
