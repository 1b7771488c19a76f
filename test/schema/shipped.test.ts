/** What an editor says about the files that are shipped: nothing. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kindOf } from '../../core/definitions/sources.ts';
import { schemaFolder, writeSchemas } from '../../workspace/generate-schemas.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { openEditor } from '../support/editor.ts';
import { shippedWorkspaces } from '../support/workspaces.ts';

describe.each(await shippedWorkspaces())('%s in an editor', (name, directory) => {
  test('nothing is underlined in any file', async () => {
    const editor = openEditor(directory);
    const files = await readWorkspace(directory);
    // The schemas of recipes are not checked in; those of the others are, and stay untouched.
    if (name.includes('recipes')) await writeSchemas(join(directory, schemaFolder), files);
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
