/** One line, whatever a file holds: what is too long for it ends with an ellipsis. */
export function clipped(text: string, lettersMost = 200): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > lettersMost ? `${line.slice(0, lettersMost)} …` : line;
}
