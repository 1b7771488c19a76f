/**
 * Brings a database to the schema of this version: applies prisma/migrations in order and records
 * them in `_prisma_migrations` exactly as `prisma migrate deploy` does (same lock, same columns, same
 * checksums), so that either may carry on after the other. Prisma's own command needs a native
 * engine that has to be downloaded; this needs nothing.
 *
 * It never changes what was applied: a migration that was edited afterwards, one that failed half
 * way, or one that this version does not know stops it with one sentence. Each migration and its
 * record are one transaction, so a kill leaves it applied or untouched.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface MigrateOptions {
  readonly databaseUrl: string;
  /** Folder of `<timestamp>_<name>/migration.sql`; default: this project's. */
  readonly dir?: string;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

const ownDir = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

// The number Prisma locks with: two starts, ours or Prisma's, take turns.
const lockNumber = 72707369;

/** Returns the names of the migrations it applied, in order. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(options.dir ?? ownDir);
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockNumber]);
    await client.query(createTable);
    const applied = await client.query<Applied>(listApplied);
    const pending = decidePending(migrations, applied.rows);
    for (const migration of pending) await apply(client, migration);
    return pending.map((each) => each.name);
  } finally {
    await client.end(); // Gives the lock back, too.
  }
}

/** What `migrate` would apply, and the database's clock: a look that changes nothing. */
export async function inspectDatabase(options: MigrateOptions): Promise<{
  readonly version: string;
  readonly pending: readonly string[];
  /** Its clock less ours, in milliseconds; half of the way there and back is in doubt. */
  readonly clockAheadMs: number;
}> {
  const migrations = await readMigrations(options.dir ?? ownDir);
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  try {
    const { rows: found } = await client.query<{ readonly version: string; table: string | null }>(
      "SELECT current_setting('server_version') AS version, to_regclass('_prisma_migrations') AS table",
    );
    const [{ version = '', table = null } = {}] = found;
    const applied = table === null ? [] : (await client.query<Applied>(listApplied)).rows;
    const askedAt = Date.now();
    const { rows } = await client.query<{ readonly at: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at',
    );
    const clockAheadMs = Math.round((rows[0]?.at ?? 0) - (askedAt + Date.now()) / 2);
    const pending = decidePending(migrations, applied).map(({ name }) => name);
    return { version, pending, clockAheadMs };
  } finally {
    await client.end();
  }
}

/** In the order of their names, which start with a timestamp. */
export async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((each) => each.isDirectory()).map((each) => each.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** What is left to do, or an error when the database and the files tell different stories. */
function decidePending(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const known = new Map(migrations.map((each) => [each.name, each]));
  for (const { migration_name: name, checksum, finished_at } of applied) {
    const migration = known.get(name);
    if (finished_at === null) {
      throw new Error(
        `Migration ${name} failed half way in this database: repair it, then \`prisma migrate resolve\`.`,
      );
    }
    if (!migration) {
      throw new Error(
        `The database holds migration ${name}, which this version does not know: start the newer version that applied it.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `prisma/migrations/${name}/migration.sql was changed after it was applied: expected checksum ${checksum}, found ${migration.checksum}. Restore the file and put the change into a new migration.`,
      );
    }
  }
  const done = new Set(applied.map((each) => each.migration_name));
  return migrations.filter((each) => !done.has(each.name));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const startedAt = new Date();
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(record, [randomUUID(), checksum, name, startedAt]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Migration ${name} failed and was rolled back: ${reason}`, { cause });
  }
}

const createTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

const listApplied = `
  SELECT migration_name, checksum, finished_at FROM _prisma_migrations
  WHERE rolled_back_at IS NULL ORDER BY started_at`;

const record = `
  INSERT INTO _prisma_migrations
    (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`;
