/**
 * Which events may be stored beside those that are being stored: those of other people.
 *
 * While one batch waits for the database the next one is decided. What concerns the same person, by any
 * key it names, stays in order of arrival: it waits for what is under way, and for what waits before it.
 * Leads that are one person under keys that nobody has named together are ordered by their row's lock.
 */
export interface Laned {
  /** Whom and what it concerns: equal names are never under way at the same time. */
  readonly names: readonly string[];
}

/** Far more than a batch holds; a call looks no further, however many wait. */
const lookedAtMax = 2_000;

/** Takes at most `most` from the front of `waiting` that meet nobody in `busy`, and leaves the rest in order. */
export function takeBeside<Item extends Laned>(
  waiting: Item[],
  busy: ReadonlySet<string>,
  most: number,
): readonly Item[] {
  const held = new Set(busy);
  const taken: Item[] = [];
  const kept: Item[] = [];
  let lookedAt = 0;
  for (; lookedAt < waiting.length && lookedAt < lookedAtMax && taken.length < most; lookedAt++) {
    const item = waiting[lookedAt];
    if (item === undefined) break;
    if (item.names.some((name) => held.has(name))) {
      for (const name of item.names) held.add(name);
      kept.push(item);
    } else taken.push(item);
  }
  waiting.splice(0, lookedAt, ...kept);
  return taken;
}
