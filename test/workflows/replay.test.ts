/** Journeys in flight survive a change of the code: every recorded history replays on the bundle. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type ReplayResult } from '@temporalio/worker';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { workflowBundle } from '../support/temporal.ts';
import { fromJson, toJson } from './history-json.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));

beforeAll(quietRuntime);

interface Recorded {
  readonly workflowId: string;
  readonly history: History;
}

test('every recorded history replays', async () => {
  const recorded = await readHistories();
  expect(recorded.length).toBeGreaterThan(15);
  const results = await replay(recorded);
  const failures = results.filter(({ error }) => error !== undefined);
  expect(failures.map(({ workflowId, error }) => `${workflowId}: ${String(error)}`)).toEqual([]);
  expect(results.length).toBe(recorded.length);
});

test('a history that the code would not have written is refused', async () => {
  const recorded = await readHistories();
  const sixSends = recorded.find(({ workflowId }) => workflowId === 'six-sends-queue-1.json');
  expect(sixSends).toBeDefined();
  const json = toJson(sixSends?.history ?? {}).replaceAll('executeStep', 'decideStep');
  const [result] = await replay([{ workflowId: 'tampered', history: fromJson(json) }]);
  expect(String(result?.error)).toContain('determinism');
});

async function readHistories(): Promise<readonly Recorded[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => ({
      workflowId: file,
      history: fromJson(await readFile(`${folder}${file}`, 'utf8')),
    })),
  );
}

async function replay(recorded: readonly Recorded[]): Promise<readonly ReplayResult[]> {
  const results: ReplayResult[] = [];
  const replayed = Worker.runReplayHistories({ workflowBundle: workflowBundle() }, recorded);
  for await (const result of replayed) results.push(result);
  return results;
}
