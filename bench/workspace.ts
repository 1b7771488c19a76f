/**
 * The shipped workspace with one journey more: two emails, a wait after each. All its rules, scores and
 * segments stay in force, so an event costs what it costs a real business.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const BENCH_JOURNEY = 'bench';
export const BENCH_TEMPLATE = 'demo-confirm';

/** Sent as an answer, so that neither the hour of the day nor a cap of the week decides the result. */
const journey = {
  ...{ journey: BENCH_JOURNEY, title: 'Two emails', owner: 'maria' },
  enter: [{ on: 'api', existing: 'ignore', whileInside: 'ignore', again: 'always' }],
  exit: [{ id: 'bought', goal: true, why: 'They bought', when: { event: 'Deal Won' } }],
  sending: { class: 'transactional', because: 'They asked for it', priority: 100 },
  steps: [
    { id: 'first', send: BENCH_TEMPLATE },
    { id: 'pause-1', wait: '0.001 seconds' },
    { id: 'second', send: BENCH_TEMPLATE },
    { id: 'pause-2', wait: '0.001 seconds' },
  ],
  whenEdited: { inFlight: 'stay' },
  whenPaused: { timers: 'freeze', resume: { perHour: 200, skipIfOlderThan: '1 day' } },
};

export async function writeBenchWorkspace(dir: string): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const workspace = join(dir, 'workspace');
  await mkdir(workspace);
  for (const folder of ['journeys', 'rules', 'templates', 'personas', 'imports']) {
    await cp(join(root, folder), join(workspace, folder), { recursive: true });
  }
  const file = join(workspace, 'journeys', `${BENCH_JOURNEY}.json`);
  await writeFile(file, JSON.stringify(journey, null, 2));
  return workspace;
}
