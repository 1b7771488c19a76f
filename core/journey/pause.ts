/**
 * What a pause does to time: while it lasts, timers stand still.
 *
 * Nobody touches the sleeping runs when a pause begins. A run that wakes looks at the stretches that
 * lay over its sleep and sleeps that much longer; one that wakes during a pause cannot know and parks.
 * Instants are epoch milliseconds.
 */
export interface PausedStretch {
  readonly from: number;
  /** Null: nobody has said when it ends. */
  readonly until: number | null;
}

/** What a run that is about to act has slept through. */
export interface Due {
  /** A sleep that began at `from` and was to end at `until`; the same instant where nothing was slept. */
  readonly from: number;
  readonly until: number;
  /** When this would have been done had nothing been paused: how late it is by now is measured from here. */
  readonly planned: number;
}

/** When it is due with its timer frozen; null while a pause is on. May lie in the past. */
export function frozenDue(
  { from, until }: Pick<Due, 'from' | 'until'>,
  pauses: readonly PausedStretch[],
  now: number,
): number | null {
  const begun = pauses.filter((pause) => pause.from <= now);
  if (begun.some((pause) => pause.until === null || pause.until > now)) return null;
  let due = until;
  let counted = from;
  for (const pause of [...begun].sort((a, b) => a.from - b.from)) {
    if (pause.from > due) break;
    const ends = pause.until ?? counted;
    due += Math.max(0, ends - Math.max(pause.from, counted));
    counted = Math.max(counted, ends);
  }
  return due;
}

/** By how much something that was planned comes late when a pause had a part in it; 0 otherwise. */
export function pausedMs(
  { from, planned }: Pick<Due, 'from' | 'planned'>,
  pauses: readonly PausedStretch[],
  now: number,
): number {
  const since = Math.min(from, planned);
  const touched = pauses.some(
    (pause) => pause.from <= now && (pause.until === null || pause.until > since),
  );
  return touched ? Math.max(0, now - planned) : 0;
}
