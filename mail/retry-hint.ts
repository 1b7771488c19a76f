/**
 * Reads from a server's refusal when it wants to be asked again: "try again in 5 minutes", "retry after
 * 300 seconds", "greylisted for 00:04:58". Text of strangers: a number without such words around it means
 * nothing, and what is not understood is left alone.
 */
export function retryHintMs(response: string): number | undefined {
  const text = response.slice(0, 500).toLowerCase();
  const clock = /\b(\d{1,2}):(\d{2}):(\d{2})\b/.exec(text);
  if (clock !== null && asksToWait.test(text)) {
    const [hours, minutes, seconds] = clock.slice(1).map(Number);
    return ((hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1_000;
  }
  const said = amountAfterWords.exec(text);
  if (said === null) return undefined;
  const unit = units.find(([pattern]) => pattern.test(said[2] ?? ''))?.[1] ?? 1_000;
  const ms = Number(said[1] ?? said[3]) * unit;
  return ms > 0 ? ms : undefined;
}

const asksToWait = /try again|retry|grey ?list|gray ?list|wait|come back/;
/** Without a unit the number is of seconds, and only "retry after 300" is so short. */
const amountAfterWords =
  /(?:(?:try again|retry|come back|grey ?listed|gray ?listed|wait|again)(?: later)?,?(?: in| after| for| within)?|retry-after[:=]|in) (\d{1,5}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b|retry(?:-after| after)[:=]? ?(\d{1,5})\b/;
const units: readonly (readonly [RegExp, number])[] = [
  [/^s/, 1_000],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
];
