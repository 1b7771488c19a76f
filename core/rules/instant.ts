/**
 * Instants as facts carry them: epoch milliseconds, or an ISO 8601 date or date and time.
 *
 * A text without a zone is read as UTC: the zone of the machine must never change a decision.
 * Apart so that operators, date references and sentences read the same text the same way.
 */
const isoPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Epoch milliseconds, or `undefined` when the value is no instant. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, date, time, zone] = isoPattern.exec(value.trim()) ?? [];
  if (date === undefined) return undefined;
  const instant = Date.parse(
    time === undefined ? `${date}T00:00:00Z` : `${date}T${time}${zone?.toUpperCase() ?? 'Z'}`,
  );
  return Number.isNaN(instant) ? undefined : instant;
}

/** "2026-11-22 17:42 UTC": for readers whose clock is not known. */
export function minuteInUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
