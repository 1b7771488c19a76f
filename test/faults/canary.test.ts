/**
 * No personal data outside the database and the mail: the life of one lead with an unmistakable name,
 * address and phone number is lived on the shipped workspace, with a handoff and a refusal that repeats
 * the address, and then every other byte that was left anywhere is searched for it.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTemporalBinary } from '../../runtime/embedded/temporal-binary.ts';
import {
  startTemporalServer,
  type TemporalServer,
} from '../../runtime/embedded/temporal-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { workflowBundle } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { toJson } from '../workflows/history-json.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { openCluster, type Cluster } from './support/cluster.ts';

const canaries = ['xylophonson', 'quetzalcoatl', '5550142337'];
const person = {
  firstName: 'Quetzalcoatl',
  lastName: 'Xylophonson',
  phone: '+49 5550142337',
  company: 'Xylophonson Quetzalcoatl GmbH',
  country: 'DE',
};
const address = 'xylophonson.quetzalcoatl@lead.example';
const refused = 'refused.xylophonson@lead.example';
const root = new URL('../../', import.meta.url).pathname;

let dir: string;
let server: TemporalServer;
let database: TestDatabase;
let cluster: Cluster;

beforeAll(async () => {
  quietRuntime();
  dir = await mkdtemp(join(tmpdir(), 'perennial-faults-canary-'));
  const namespace = 'canary';
  server = await startTemporalServer({
    ...{ binary: (await findTemporalBinary()).path, namespace, ui: false },
    dbFilename: join(dir, 'temporal.db'),
    logFile: join(dir, 'temporal.log'),
  });
  database = await createTestDatabase();
  cluster = await openCluster({
    ...{ databaseUrl: database.url, temporalAddress: server.address, namespace },
    ...{ bundle: workflowBundle().codePath, apis: 1, workers: 1, workspaceDir: root },
    env: { LOG_LEVEL: 'debug' },
  });
  await cluster.startAll();
}, 120_000);
afterAll(async () => {
  await cluster.close();
  await server.stop();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

test('nothing of a person is left in Temporal, its file, or any log', async () => {
  const { driver, sink } = cluster;
  sink.rules.push(({ stage, to }) =>
    stage === 'recipient' && to[0] === refused
      ? {
          type: 'refuse',
          code: 550,
          text: `5.1.1 <${refused}>: no such person as Xylophonson here`,
        }
      : undefined,
  );
  await driver.identify(address, person);
  await driver.identify(refused, person);
  await driver.track('Trial Started', address);
  await driver.track('Trial Started', refused);
  await driver.track('Demo Requested', address);
  await untilMail(address, 1);
  await untilMail('@example.com', 1);
  await untilSettled('failed');

  await Promise.all([...cluster.apis, ...cluster.workers].map((part) => part.stop()));
  const histories = await exportHistories();
  expect(histories.length).toBeGreaterThanOrEqual(4);
  await server.stop();

  const searched = [...histories, ...(await filesIn(dir)), ...(await filesIn(cluster.dir))];
  const file = searched.find(({ name }) => name.endsWith('temporal.db'));
  // Payloads stand in the file as they are: what was searched for would have been seen.
  expect(file?.bytes.includes('enrolmentId')).toBe(true);
  expect(searched.some(({ name }) => name.endsWith('worker-0.log'))).toBe(true);
  expect(searched.flatMap(hitsIn)).toEqual([]);
}, 120_000);

test('the search finds what is there', () => {
  const mails = cluster.sink.mails.map(({ raw }) => ({ name: 'mail', bytes: Buffer.from(raw) }));
  expect(mails.flatMap(hitsIn).length).toBeGreaterThan(0);
  const wide = Buffer.from('Quetzalcoatl', 'utf16le');
  expect(hitsIn({ name: 'UTF-16', bytes: wide })).toHaveLength(1);
  const coded = Buffer.from(Buffer.from(`x${address}`).toString('base64'));
  expect(hitsIn({ name: 'base64', bytes: coded }).length).toBeGreaterThan(0);
});

interface Searched {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bytes as they are, as UTF-16, and as the inside of base64 at each of its three alignments. */
function hitsIn({ name, bytes }: Searched): readonly string[] {
  const text = bytes.toString('latin1');
  const plain = text.replaceAll('\0', '').toLowerCase();
  const found = canaries.filter((canary) => plain.includes(canary));
  const coded = [address, refused, person.firstName].filter((word) =>
    [0, 1, 2].some((shift) => text.includes(insideBase64(word, shift))),
  );
  return [...found, ...coded].map((word) => `${name}: ${word}`);
}

/** Without the characters that depend on what stands before and after. */
function insideBase64(word: string, shift: number): string {
  const coded = Buffer.from(' '.repeat(shift) + word).toString('base64');
  return coded.slice(shift === 0 ? 0 : 4, -4);
}

async function untilMail(to: string, count: number): Promise<void> {
  const has = () => cluster.sink.mails.filter((mail) => mail.to[0]?.endsWith(to)).length >= count;
  await until(has, { what: `${count} mails to ${to}`, timeoutMs: 60_000 });
}

async function untilSettled(state: string): Promise<void> {
  const isThere = async () =>
    (await cluster.sql.query('SELECT 1 FROM send WHERE state = $1', [state])).rowCount;
  await until(isThere, { what: `a send that ${state}`, timeoutMs: 60_000 });
}

async function exportHistories(): Promise<readonly Searched[]> {
  const found: Searched[] = [];
  for await (const { workflowId } of cluster.client.workflow.list()) {
    const history = await cluster.client.workflow.getHandle(workflowId).fetchHistory();
    found.push({ name: workflowId, bytes: Buffer.from(toJson(history)) });
    const payloads = (history.events ?? []).map((event) => JSON.stringify(event));
    found.push({ name: `${workflowId} (raw)`, bytes: Buffer.from(payloads.join('\n')) });
  }
  return found;
}

async function filesIn(folder: string): Promise<readonly Searched[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => ({
        name: join(parentPath, name),
        bytes: await readFile(join(parentPath, name)),
      })),
  );
}
