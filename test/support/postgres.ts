// A database of its own for each test file: a clone of the migrated template on the Postgres of
// the run. Only files of the `integration` project can use it.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import './provided.ts';

export interface TestDatabase {
  readonly url: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

/** Registers the hooks of a file or a `describe`; `url` may be read from inside tests. */
export function useTestDatabase(): { readonly url: string } {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database?.drop();
  });
  return {
    get url() {
      if (!database) throw new Error('The test database exists only while tests and hooks run.');
      return database.url;
    },
  };
}

export function createTestDatabase(): Promise<TestDatabase> {
  return clone(inject('postgres').template);
}

/** Without any schema: for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return clone('template1');
}

async function clone(template: string): Promise<TestDatabase> {
  const { adminUrl } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: adminUrl.replace(/[^/]*$/, name),
    drop: () => administer(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administer(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
