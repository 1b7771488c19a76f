/**
 * Sees to the leads that match on the day of publishing, once per release: whoever publishes calls it,
 * also when nothing changed, because the one before may have been killed half way.
 *
 * The setting names the last release whose existing leads were all seen to. What is left is what the
 * release in force asks for beyond that one, so an unfinished enrolment is finished by whatever
 * publishes next, and nobody is asked twice.
 */
import { existingEntries } from '../core/decision/existing.ts';
import type { Release } from '../core/definitions/release.ts';
import { enrolExisting, type ExistingTally } from '../ingest/enrol-existing.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { Store } from '../store/client.ts';
import { readSetting, saveSetting } from '../store/settings.ts';
import type { ReleaseLibrary } from './releases.ts';

export interface ExistingLeads {
  readonly store: Store;
  readonly releases: Pick<ReleaseLibrary, 'release' | 'plans'>;
  /** In force, or about to be. */
  readonly release: Release;
  readonly now: () => number;
  readonly dryRun: boolean;
  readonly onError: (error: unknown, doing: string) => void;
}

export async function seeToExisting(work: ExistingLeads): Promise<readonly ExistingTally[]> {
  const { store, releases, release, dryRun } = work;
  const doneFor = await readDone(store);
  if (doneFor === release.id) return [];
  const before = doneFor === undefined ? undefined : await releases.release(doneFor);
  const entries = existingEntries(release, before);
  // Without a delivery of its own: the relay of the running product starts what is due.
  const ingest = createIngest({
    store,
    releases: { current: async () => release, plans: (hashes) => releases.plans(hashes) },
    onError: work.onError,
  });
  try {
    const name = `after-${doneFor ?? 'nothing'}`;
    const { now } = work;
    const run = { store, ingest, release, entries, name, now, dryRun };
    const tallies = await enrolExisting(run);
    // Somebody who published in between and was faster has the last word.
    if (!dryRun && (await readDone(store)) === doneFor) {
      await saveSetting(store, settingKey, { doneFor: release.id });
    }
    return tallies;
  } finally {
    await ingest.close();
  }
}

/** A release that takes something back asks nobody in: what it restores, it restores for new leads. */
export async function passOverExisting(store: Store, releaseId: string): Promise<void> {
  await saveSetting(store, settingKey, { doneFor: releaseId });
}

const settingKey = 'existing-leads';

async function readDone(store: Store): Promise<string | undefined> {
  const value = await readSetting(store, settingKey);
  const isNamed = typeof value === 'object' && value !== null && 'doneFor' in value;
  return isNamed && typeof value.doneFor === 'string' ? value.doneFor : undefined;
}
