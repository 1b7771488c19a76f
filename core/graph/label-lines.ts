/** Words broken into a few short lines, so that a node stays small and a picture legible. */
export function labelLines(
  text: string,
  lettersMost: number,
  linesMost: number,
): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= lettersMost) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word.length > lettersMost ? `${word.slice(0, lettersMost - 1)}…` : word);
  }
  if (lines.length <= linesMost) return lines;
  const kept = lines.slice(0, linesMost);
  const last = kept.at(-1) ?? '';
  return [...kept.slice(0, -1), `${last.slice(0, lettersMost - 2)} …`];
}
