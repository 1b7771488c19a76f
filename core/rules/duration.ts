/**
 * Durations as people write them: "30 days", "90 minutes", "P2DT4H".
 *
 * A day is always 24 hours. Months and years are refused because they have no fixed length, and
 * business durations because they need someone's hours. Pure; apart so that operators, facts and
 * the readers of files agree on one grammar.
 */
const unitMs = new Map([
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
]);
const written = /^(\d{1,9}(?:\.\d{1,6})?)\s+([a-z]+)$/;
const iso =
  /^P(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?)$/;

/** Milliseconds, or `undefined` when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('P') ? fromIso(trimmed) : fromWords(trimmed.toLowerCase());
}

/** Facts with a window ask for the same few texts of the files again and again. */
const known = new Map<string, number | undefined>();
const KNOWN_MAX = 1_000;

/** The value of a duration in a condition: a number of milliseconds, or a text. */
export function durationOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (known.has(value)) return known.get(value);
  const parsed = parseDuration(value);
  if (known.size < KNOWN_MAX) known.set(value, parsed);
  return parsed;
}

/** "3 days", "2 hours": the largest unit that fits, rounded down, for sentences. */
export function durationInWords(ms: number): string {
  for (const [unit, size] of [...unitMs].reverse()) {
    if (unit === 'week' || ms < size) continue;
    const amount = Math.floor(ms / size);
    return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
  }
  return 'less than a second';
}

/** "2 days", "1 day and 12 hours": every part, written one after another. */
function fromWords(text: string): number | undefined {
  const parts = text.split(/\s*,\s*|\s+and\s+|(?<=[a-z])\s+(?=\d)/);
  let total = 0;
  for (const part of parts) {
    const [, amount, unit] = written.exec(part) ?? [];
    const size = unitMs.get((unit ?? '').replace(/s$/, ''));
    if (amount === undefined || size === undefined) return undefined;
    total += Number(amount) * size;
  }
  return Math.round(total);
}

function fromIso(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null || text === 'P' || text.endsWith('T')) return undefined;
  const sizes = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];
  return Math.round(
    sizes.reduce((total, size, index) => total + Number(match[index + 1] ?? 0) * size, 0),
  );
}
