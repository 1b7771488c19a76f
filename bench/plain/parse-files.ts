/**
 * The least a check could do: reads every file of a workspace and parses it by its format. It compares no
 * name with another, compiles no email and proves nothing.
 */
import { parse } from 'jsonc-parser';
import { formats, kindOf } from '../../core/definitions/sources.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const files = await readWorkspace(process.argv[2] ?? '.');
let wrong = 0;
for (const { path, text } of files) {
  const kind = kindOf(path);
  if (kind === undefined) continue;
  const value: unknown = parse(text, [], { allowTrailingComma: true });
  if (!formats[kind].safeParse(value).success) wrong++;
}
process.stdout.write(`${files.length} files parsed, ${wrong} of another form.\n`);
