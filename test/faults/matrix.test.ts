/** Every moment at which a worker may die, and everything a mail server may do, as docs/faults.md says. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import type { World } from '../activities/world.ts';
import { sendFailpoints } from '../../faults/failpoint.ts';
import { doubtful, playCrashes } from './matrix/crash.ts';
import { playDefects } from './matrix/defects.ts';
import { kinds } from './matrix/mails.ts';
import { playRestarts } from './matrix/restarts.ts';
import { playServers } from './matrix/smtp.ts';
import { intoPage, tables } from './matrix/tables.ts';
import { openSink } from './support/sink.ts';

const database = useTestDatabase();
const nothing = { crashes: [], servers: [], restarts: [], defects: [] };

test('killed at any failpoint, no mail is lost, and only what may repeat goes out twice', async () => {
  const sink = await openSink();
  const crashes = await playCrashes(database.url, sink);
  await sink.stop();
  expect(crashes).toHaveLength(sendFailpoints.length * kinds.length);
  for (const { point, kind, copies, ledger, journey } of crashes) {
    const isDoubtful = doubtful.has(point);
    const mayRepeat = kind === 'transactional, resend' || kind === 'internal';
    const where = `${kind} at ${point}`;
    expect([where, journey]).toEqual([where, 'went on']);
    expect([where, ledger]).toEqual([where, isDoubtful && !mayRepeat ? '`unknown`' : '`sent`']);
    if (!mayRepeat) expect(copies, where).toBeLessThanOrEqual(1);
    if (ledger === '`sent`') expect(copies, where).toBeGreaterThanOrEqual(1);
  }
  await expectInPage(tables({ ...nothing, crashes }), 'crash matrix');
}, 60_000);

test('whatever a server does, marketing mail arrives at most once, and nothing is lost', async () => {
  const sink = await openSink();
  const servers = await playServers(database.url, sink);
  await sink.stop();
  for (const { behaviour, copies, ledger, journey } of servers) {
    expect(copies, behaviour).toBeLessThanOrEqual(1);
    const isOpen = ledger.startsWith('`planned`');
    expect([behaviour, journey.startsWith('asks again')]).toEqual([behaviour, isOpen]);
  }
  await expectInPage(tables({ ...nothing, servers }), 'SMTP matrix');
}, 60_000);

test('a database that goes away in the middle costs neither a mail nor its answer', async () => {
  const sink = await openSink();
  const restarts = await playRestarts(database.url, sink, cutAll);
  await sink.stop();
  expect(restarts.map(({ copies, ledger }) => [copies, ledger])).toEqual([
    [1, '`sent`'],
    [1, '`sent`'],
  ]);
  await expectInPage(tables({ ...nothing, restarts }), 'Postgres restarts');
}, 60_000);

test('a template that breaks in mid-flight holds its mail, and no other', async () => {
  const sink = await openSink();
  const defects = await playDefects(database.url, sink);
  await sink.stop();
  for (const { defect, ledger, others, mended } of defects) {
    expect([defect, ledger]).toEqual([defect, '`held` (template-error)']);
    expect([others, mended]).toEqual(['`sent`', '`sent`, 1 copy']);
  }
  await expectInPage(tables({ ...nothing, defects }), 'broken templates');
});

/** What a restart does to those who are connected. */
async function cutAll({ store }: World): Promise<void> {
  await store.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

/** `npm run matrices -- --write` keeps the page true. */
async function expectInPage(all: Readonly<Record<string, string>>, name: string): Promise<void> {
  const page = await readFile(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(intoPage(page, { [name]: all[name] ?? '' })).toBe(page);
}
