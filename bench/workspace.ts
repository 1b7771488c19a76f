/**
 * The shipped workspace with one journey more: two emails, a wait after each. All its rules, scores and
 * segments stay in force, so an event costs what it costs a real business.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const BENCH_JOURNEY = 'bench';
export const BENCH_TEMPLATE = 'demo-confirm';

export interface BenchJourney {
  /**
   * `transactional` unless said otherwise: sent as an answer, so that neither the hour of the day nor a cap
   * of the week decides the result.
   */
  readonly class?: 'marketing';
}

const answers = { class: 'transactional', because: 'They asked for it', priority: 100 };
const marketing = { class: 'marketing', topic: 'product-tips', priority: 50, holdAtMost: '4 days' };

const journey = {
  ...{ journey: BENCH_JOURNEY, title: 'Two emails', owner: 'maria' },
  enter: [{ on: 'api', existing: 'ignore', whileInside: 'ignore', again: 'always' }],
  exit: [{ id: 'bought', goal: true, why: 'They bought', when: { event: 'Deal Won' } }],
  whenEdited: { inFlight: 'stay' },
  whenPaused: { timers: 'freeze', resume: { perHour: 200, skipIfOlderThan: '1 day' } },
};

function stepsOf(send: string) {
  return [
    { id: 'first', send },
    { id: 'pause-1', wait: '0.001 seconds' },
    { id: 'second', send },
    { id: 'pause-2', wait: '0.001 seconds' },
  ];
}

export async function writeBenchWorkspace(dir: string, asked: BenchJourney = {}): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const workspace = join(dir, 'workspace');
  await mkdir(workspace);
  for (const folder of ['journeys', 'rules', 'templates', 'personas', 'imports']) {
    await cp(join(root, folder), join(workspace, folder), { recursive: true });
  }
  const [sending, send] =
    asked.class === 'marketing' ? [marketing, 'customer-story'] : [answers, BENCH_TEMPLATE];
  const steps = stepsOf(send);
  const file = join(workspace, 'journeys', `${BENCH_JOURNEY}.json`);
  await writeFile(file, JSON.stringify({ ...journey, sending, steps }, null, 2));
  return workspace;
}
