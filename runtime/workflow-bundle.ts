/**
 * The code of the workflows as one file, bundled once per content: a worker that starts again after a
 * kill must not spend seconds on what has not changed.
 *
 * The key is the content of the folders the bundle is made of and the SDK's version; the file is
 * renamed into place, so that two workers that bundle at once do no harm.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundlePath } from '@temporalio/worker';

const root = join(import.meta.dirname, '..');
/** All that `workflows/` may import; the architecture test holds it to that. */
const sources = ['workflows', 'core/journey'];

/** `entry` is a file of `workflows/`: every run instantiates its whole bundle, so each kind has its own. */
export async function workflowBundle(
  dir: string,
  entry: 'lead-journey' | 'handoff',
): Promise<WorkflowBundlePath> {
  const codePath = join(dir, `${entry}-${await contentKey()}.js`);
  if (await exists(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, `workflows/${entry}.ts`),
    logger: new DefaultLogger('ERROR'),
  });
  await mkdir(dir, { recursive: true });
  const half = `${codePath}.${process.pid}.half`;
  await writeFile(half, code);
  await rename(half, codePath);
  return { codePath };
}

async function contentKey(): Promise<string> {
  const hash = createHash('sha256').update(sdkVersion());
  for (const folder of sources) {
    const names = (await readdir(join(root, folder))).filter((name) => name.endsWith('.ts'));
    for (const name of names.sort())
      hash.update(name).update(await readFile(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function sdkVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('@temporalio/worker/package.json');
  return String((manifest as { readonly version: string }).version);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
