/**
 * The one connection pool to Postgres, shared by Prisma (plain CRUD) and by the set-based SQL of
 * the hot paths. Everything that runs SQL takes a `Sql`: the store itself (autocommit) or the one a
 * transaction hands out, so a function cannot tell which and needs no second version.
 *
 * It must stay the only place that opens a connection. Instants are epoch milliseconds on our side
 * and timestamptz(3) on theirs; bigint comes as a number (our sequences stay far below 2^53).
 */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createGatheringSocket } from './gathering-socket.ts';
import { PrismaClient } from './generated/client.ts';

export interface Sql {
  /** Runs one statement. Rows are plain data: instants as epoch milliseconds, jsonb parsed. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs one statement and says how many rows it touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

export interface Store extends Sql {
  /** For plain CRUD inside store/ only: Prisma rows never leave this folder. */
  readonly prisma: PrismaClient;
  /** Runs `work` on one connection: statements that do not wait for each other leave in one piece. */
  onOneConnection<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction, again from the start when Postgres chose it as a victim. */
  transaction<T>(work: (sql: Sql) => Promise<T>, limits?: TransactionLimits): Promise<T>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly databaseUrl: string;
  readonly poolSize?: number;
  /** Sees the text of every statement of the SQL paths, BEGIN and COMMIT included. */
  readonly onStatement?: (text: string) => void;
}

export interface TransactionLimits {
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly attemptsMax?: number;
}

/** Thrown inside a transaction to have it begin anew: what it read is no longer so. */
export class StaleRead extends Error {
  override readonly name = 'StaleRead';
}

// A lead is locked for milliseconds; 5 s of waiting means that something hangs.
const lockTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;
// Each attempt loses only to one that committed, so many are needed only under a defect.
const attemptsMax = 10;
/** Serialization failure, deadlock, and a unique key that a concurrent transaction took first. */
const worthRetrying = new Set(['40001', '40P01', '23505']);

/**
 * Every statement is prepared and its plan does not depend on its values: planning the big ones anew
 * took longer than running them (measured: 1.9 ms against 0.6 ms for what a send reads), and so would JIT.
 */
const sessionSettings = '-c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off';

export function createStore(options: StoreOptions): Store {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.poolSize ?? 10,
    options: sessionSettings,
    // Statements asked for together are sent together; each waits only for the answers it needs.
    pipeline: true,
    stream: createGatheringSocket,
  });
  // An idle connection that breaks is replaced at its next use; without a listener it ends the process.
  pool.on('error', () => undefined);
  const onStatement = options.onStatement ?? (() => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    ...sqlOver(pool, onStatement),
    prisma,
    onOneConnection: (work) => onOneConnection(pool, onStatement, work),
    transaction: (work, limits = {}) => transaction(pool, onStatement, work, limits),
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

async function onOneConnection<T>(
  pool: pg.Pool,
  onStatement: (text: string) => void,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isOver = false;
  try {
    return await work(whileOpen(sqlOver(client, onStatement), () => !isOver));
  } finally {
    isOver = true;
    client.release();
  }
}

async function transaction<T>(
  pool: pg.Pool,
  onStatement: (text: string) => void,
  work: (sql: Sql) => Promise<T>,
  limits: TransactionLimits,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, onStatement, work, limits);
    } catch (error) {
      if (attempt >= (limits.attemptsMax ?? attemptsMax) || !isWorthRetrying(error)) throw error;
    }
  }
}

async function attemptTransaction<T>(
  pool: pg.Pool,
  onStatement: (text: string) => void,
  work: (sql: Sql) => Promise<T>,
  limits: TransactionLimits,
): Promise<T> {
  const client = await pool.connect();
  const sql = sqlOver(client, onStatement);
  let broken: Error | undefined;
  let isOver = false;
  try {
    const begun = sql.query(beginWith(limits));
    // Sent with the first statements of the work: should it fail, so do they, and they say so.
    begun.catch(() => undefined);
    const result = await work(whileOpen(sql, () => !isOver));
    await begun;
    isOver = true;
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    isOver = true;
    broken = await rolledBack(sql);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A statement that comes too late must never run inside whatever uses the connection next. */
function whileOpen(sql: Sql, isOpen: () => boolean): Sql {
  const expectOpen = (): void => {
    if (!isOpen()) throw new Error('the transaction of this statement has ended');
  };
  return {
    async query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
      expectOpen();
      return sql.query<Row>(text, values);
    },
    async run(text, values) {
      expectOpen();
      return sql.run(text, values);
    },
  };
}

/** Returns the error of a rollback that failed: then the connection is thrown away. */
async function rolledBack(sql: Sql): Promise<Error | undefined> {
  try {
    await sql.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** One round trip: the simple protocol takes several statements at once. */
function beginWith(limits: TransactionLimits): string {
  const lock = Math.round(limits.lockTimeoutMs ?? lockTimeoutMs);
  const statement = Math.round(limits.statementTimeoutMs ?? statementTimeoutMs);
  return `BEGIN; SET LOCAL lock_timeout = ${lock}; SET LOCAL statement_timeout = ${statement}`;
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof StaleRead) return true;
  return error instanceof pg.DatabaseError && worthRetrying.has(error.code ?? '');
}

/**
 * Whether the database could not be asked at all, or had no room: nothing is wrong with what was
 * asked, and asking again at once only adds to its load. The API answers 503 to it.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    // Connection lost, out of resources, shutting down, read only, waited too long for a lock.
    return ['08', '53', '57'].includes(code.slice(0, 2)) || code === '25006' || code === '55P03';
  }
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code ?? '') ||
    /^Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  );
}

function sqlOver(runner: pg.Pool | pg.PoolClient, onStatement: (text: string) => void): Sql {
  const send = async (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    onStatement(text);
    // The simple protocol (no values) is what lets BEGIN carry its limits.
    if (values.length === 0) return runner.query({ text, types });
    const name = preparedName(text);
    return runner.query({ text, values: [...values], types, ...(name !== undefined && { name }) });
  };
  return {
    async query<Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
      return (await send(text, values)).rows as Row[];
    },
    async run(text, values = []) {
      return (await send(text, values)).rowCount ?? 0;
    },
  };
}

/**
 * Statements with values are prepared once per connection: planning the larger ones costs Postgres
 * more than running them (measured: half of its CPU time per journey). Texts are constants of this
 * folder; should one be built from data after all, what exceeds the limit is planned each time.
 */
const preparedMax = 500;
const prepared = new Map<string, string>();
function preparedName(text: string): string | undefined {
  const known = prepared.get(text);
  if (known !== undefined || prepared.size >= preparedMax) return known;
  const name = `p${prepared.size + 1}`;
  prepared.set(text, name);
  return name;
}

/** Per query, so that Prisma's adapter keeps its own reading of the same types. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, instant],
  [pg.types.builtins.INT8, Number],
]);
const types = {
  getTypeParser: (id: number, format?: 'text' | 'binary'): ((text: string) => unknown) =>
    parsers.get(id) ?? (pg.types.getTypeParser(id, format) as (text: string) => unknown),
};

/** The session's zone is UTC, so Postgres writes `2026-11-22 14:43:32.123+00`. */
function instant(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}
