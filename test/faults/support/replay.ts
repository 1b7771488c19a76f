/** I8: every history that the run left replays on the bundle it ran on. */
import { Worker } from '@temporalio/worker';
import type { Violation } from './checker.ts';
import type { Witnesses } from './witnesses.ts';

export async function checkReplay(
  seen: Witnesses,
  codePath: string,
): Promise<readonly Violation[]> {
  const histories = seen.runs.flatMap(({ workflowId, history }) =>
    history === null ? [] : [{ workflowId, history }],
  );
  const violations: Violation[] = [];
  const replayed = Worker.runReplayHistories({ workflowBundle: { codePath } }, histories);
  for await (const { workflowId, error } of replayed) {
    if (error !== undefined)
      violations.push({ invariant: 'I8', what: `${workflowId}: ${error.message}` });
  }
  return violations;
}
