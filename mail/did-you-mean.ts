/**
 * The number of letters to add, drop or change until one word is another: what a suggestion for a
 * mistyped name is chosen by. Levenshtein's distance, with case ignored.
 */
export function distance(one: string, other: string): number {
  const left = one.toLowerCase();
  const right = other.toLowerCase();
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
