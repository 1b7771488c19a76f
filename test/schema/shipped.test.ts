/** What an editor says about the files that are shipped: nothing. */
import { describe, expect, test } from 'vitest';
import { kindOf } from '../../core/definitions/sources.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { openEditor } from '../support/editor.ts';
import { shippedWorkspaces } from '../support/workspaces.ts';

describe.each(await shippedWorkspaces())('%s in an editor', (_name, directory) => {
  test('nothing is underlined in any file', async () => {
    const editor = openEditor(directory);
    const files = await readWorkspace(directory);
    const found: string[] = [];
    let checked = 0;
    for (const { path, text } of files) {
      if (kindOf(path) === undefined) continue;
      checked++;
      for (const { line, text: at, message } of await editor.problems(path, text)) {
        found.push(`${path}:${line} ${message} (${at.slice(0, 60)})`);
      }
    }
    expect(found).toEqual([]);
    expect(checked).toBeGreaterThan(3);
  });
});
