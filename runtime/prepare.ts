/**
 * What has to be true before the first request: the database migrated, the workspace published, a way
 * into the console. On the first start it also loads the invented leads.
 *
 * Only the first start publishes. Later starts say what is different and leave the decision to a
 * person: a restart must never change what happens to leads in flight.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { hashKey } from '../api/access.ts';
import { newId } from '../core/decision/ids.ts';
import { compileTemplate } from '../mail/templates/compile.ts';
import { createStore, type Store } from '../store/client.ts';
import { migrate } from '../store/migrate.ts';
import { latestRelease, saveRelease } from '../store/releases.ts';
import { readSetting, saveSetting } from '../store/settings.ts';
import { saveSignIn } from '../store/console-sessions.ts';
import { checkWorkspace } from '../workspace/check-workspace.ts';
import { formatProblem } from '../workspace/format-problem.ts';
import { entriesOf, publishWorkspace } from '../workspace/publish.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import type { Config } from './config.ts';
import { loadDemo } from './demo/load.ts';
import { seeToExisting } from './existing-leads.ts';
import { StartError } from './home.ts';
import type { Progress } from './progress.ts';
import { createReleaseLibrary } from './releases.ts';

export interface Prepared {
  readonly signInUrl: string;
  /** What the files say differently from the release in force; null when nothing. Slow: it compiles all. */
  difference(): Promise<string | null>;
  /** Does nothing but on the first start. Runs once api and worker are up. */
  loadDemo(progress: Progress): Promise<void>;
}

export async function prepare(config: Config, progress: Progress): Promise<Prepared> {
  const databaseUrl = config.DATABASE_URL ?? '';
  await progress.step('Migrations', async (say) => {
    const applied = await migrate({ databaseUrl });
    if (applied.length > 0) say(applied.join(', '));
  });
  const store = createStore({ databaseUrl, poolSize: 2 });
  try {
    await publishIfFirst(config, store, progress);
    const signInUrl = await signInLink(config, store);
    const isFirst = (await readSetting(store, 'demo')) === undefined;
    const wanted = isFirst && config.PERENNIAL_DEMO === 'on' && !config.production;
    return {
      signInUrl,
      difference: () => withStore(databaseUrl, (own) => differenceOf(config, own)),
      loadDemo: async (shown) => {
        if (wanted) await shown.step('Invented leads', (say) => loadDemo(config, say));
        if (wanted)
          await withStore(databaseUrl, (own) => saveSetting(own, 'demo', { loaded: true }));
      },
    };
  } finally {
    await store.close();
  }
}

async function publishIfFirst(config: Config, store: Store, progress: Progress): Promise<void> {
  if (config.production || (await latestRelease(store)) !== undefined) return;
  await progress.step('Workspace published', (say) => publishFirst(config, store, say));
}

async function differenceOf(config: Config, store: Store): Promise<string | null> {
  const latest = await latestRelease(store);
  const files = await readWorkspace(config.workspaceDir);
  const checked = await checkWorkspace(files, { compileTemplate });
  const inForce = `release ${latest?.number ?? 0}`;
  if (!checked.ok) {
    const problems = checked.problems.filter(({ severity }) => severity === 'error');
    const lines = problems.map((problem) => `      ${formatProblem(problem)}`);
    return [`  ! The files have mistakes; ${inForce} stays in force:`, ...lines].join('\n');
  }
  const entries = entriesOf(checked.workspace.parts);
  const before = latest?.entries ?? {};
  const parts = new Set([...Object.keys(entries), ...Object.keys(before)]);
  const changed = [...parts].filter((part) => entries[part] !== before[part]);
  if (changed.length === 0) return null;
  const some = `${changed.slice(0, 4).join(', ')}${changed.length > 4 ? ' …' : ''}`;
  return `  · ${changed.length} parts of the workspace differ from ${inForce} (${some}): \`npx perennial publish\` puts them in force.`;
}

async function publishFirst(
  config: Config,
  store: Store,
  say: (text: string) => void,
): Promise<void> {
  const result = await publishWorkspace({
    store: {
      latestRelease: () => latestRelease(store),
      saveRelease: (parts, meta) => saveRelease(store, parts, meta),
    },
    files: await readWorkspace(config.workspaceDir),
    author: 'first start',
    message: 'The workspace as it was at the first start',
    newId: () => newId(Date.now(), randomBytes(10)),
    now: () => Date.now(),
    compileTemplate,
  });
  if (result.type === 'refused') {
    throw new StartError(
      `The workspace ${config.workspaceDir} cannot be published:\n${result.problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`,
    );
  }
  await seeToExisting({
    store,
    releases: createReleaseLibrary(store, () => Date.now()),
    release: result.workspace.release,
    now: () => Date.now(),
    dryRun: false,
    onError: (error, doing) => say(`${doing}: ${String(error)}`),
  });
  say(`${result.workspace.parts.length} parts`);
}

/** One use, one hour; only its hash is stored. */
async function signInLink(config: Config, store: Store): Promise<string> {
  const token = randomUUID().replaceAll('-', '') + randomBytes(8).toString('hex');
  await saveSignIn(store, hashKey(token), Date.now() + 3_600_000);
  return `${config.publicUrl}/console/sign-in?token=${token}`;
}

async function withStore<T>(databaseUrl: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = createStore({ databaseUrl, poolSize: 2 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
