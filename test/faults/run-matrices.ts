/**
 * `npm run matrices` plays a kill at every failpoint, every behaviour of a mail server and a restart of
 * Postgres, and prints what became of the mails as Markdown tables; `-- --write` puts them into
 * docs/faults.md. It starts a Postgres of its own and ends it.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../runtime/embedded/postgres.ts';
import { migrate } from '../../store/migrate.ts';
import { intoPage, playMatrices, tables } from './matrix/tables.ts';
import { openSink } from './support/sink.ts';

const page = new URL('../../docs/faults.md', import.meta.url);

const dir = await mkdtemp(join(tmpdir(), 'perennial-matrices-'));
await chmod(dir, 0o711); // Root's tests run Postgres under another account.
const dataDir = join(dir, 'postgres');
let postgres = await startPostgres({ dataDir });
const sink = await openSink();
try {
  await migrate({ databaseUrl: postgres.url });
  const { port } = postgres;
  const written = tables(
    await playMatrices(postgres.url, sink, async () => {
      await postgres.stop();
      postgres = await startPostgres({ dataDir, port });
    }),
  );
  for (const [name, table] of Object.entries(written)) console.log(`${name}\n\n${table}\n`);
  if (process.argv.includes('--write')) {
    await writeFile(page, intoPage(await readFile(page, 'utf8'), written));
  }
} finally {
  await sink.stop();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}
process.exit(0);
