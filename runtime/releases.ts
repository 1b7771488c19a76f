/**
 * The releases a process decides with: the one in force, earlier ones by id, plans and compiled
 * emails by hash.
 *
 * Everything but "which one is in force" is immutable, so it is loaded once and kept. That one
 * question is asked at most twice a second, so a new release reaches every process within that time
 * without a message between them.
 */
import type { Release } from '../core/definitions/release.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { CompiledTemplate } from '../mail/templates/compile.ts';
import type { Sql } from '../store/client.ts';
import {
  findRelease,
  latestRelease,
  loadDefinitions,
  type StoredRelease,
} from '../store/releases.ts';
import { loadRelease, loadTemplate, type StoredTemplate } from '../workspace/load-release.ts';

export interface ReleaseLibrary {
  current(): Promise<Release>;
  release(id: string): Promise<Release>;
  plans(hashes: readonly string[]): Promise<ReadonlyMap<string, JourneyPlan>>;
  plan(hash: string): Promise<JourneyPlan | undefined>;
  template(name: string, hash: string): Promise<StoredTemplate<CompiledTemplate> | undefined>;
}

const askedAgainAfterMs = 500;

export class NothingPublished extends Error {
  override readonly name = 'NothingPublished';
  constructor() {
    super('Nothing is published yet: run `npx perennial publish`.');
  }
}

export function createReleaseLibrary(sql: Sql, clock: () => number): ReleaseLibrary {
  const releases = new Map<string, Promise<Release>>();
  const plans = new Map<string, JourneyPlan>();
  const templates = new Map<string, Promise<StoredTemplate<CompiledTemplate> | undefined>>();
  let current: { readonly asked: number; readonly id: Promise<Release> } | undefined;

  const remember = (row: StoredRelease): Promise<Release> =>
    once(releases, row.id, async () =>
      loadRelease(row.id, await loadDefinitions(sql, Object.values(row.entries))),
    );
  const askCurrent = async (): Promise<Release> => {
    const row = await latestRelease(sql);
    if (row === undefined) throw new NothingPublished();
    return remember(row);
  };
  const loadPlans = async (hashes: readonly string[]): Promise<void> => {
    const missing = hashes.filter((hash) => !plans.has(hash));
    // Compiled by ourselves when it was published, and kept as it was then.
    for (const part of await loadDefinitions(sql, missing)) {
      if (part.kind === 'journey') plans.set(part.hash, part.compiled as JourneyPlan);
    }
  };

  return {
    async current() {
      const now = clock();
      if (current === undefined || now - current.asked >= askedAgainAfterMs) {
        const asking = { asked: now, id: askCurrent() };
        asking.id.catch(() => {
          if (current === asking) current = undefined;
        });
        current = asking;
      }
      return current.id;
    },
    async release(id) {
      const known = releases.get(id);
      if (known !== undefined) return known;
      const row = await findRelease(sql, id);
      if (row === undefined) throw new Error(`There is no release ${id}.`);
      return remember(row);
    },
    async plans(hashes) {
      await loadPlans(hashes);
      return new Map(
        hashes.flatMap((hash) => {
          const plan = plans.get(hash);
          return plan === undefined ? [] : [[hash, plan] as const];
        }),
      );
    },
    async plan(hash) {
      await loadPlans([hash]);
      return plans.get(hash);
    },
    template: (name, hash) =>
      once(templates, hash, async () => {
        const [part] = await loadDefinitions(sql, [hash]);
        return part === undefined ? undefined : loadTemplate<CompiledTemplate>(part);
      }),
  };
}

/** Loaded once and kept; a load that failed is tried again by the next caller. */
function once<Value>(
  cache: Map<string, Promise<Value>>,
  key: string,
  load: () => Promise<Value>,
): Promise<Value> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  return loading;
}
