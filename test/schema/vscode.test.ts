/** The settings shipped for VS Code: every kind of file is mapped to a schema that exists. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { formats, kindOf } from '../../core/definitions/sources.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = resolve(import.meta.dirname, '../..');
interface Settings {
  readonly 'json.schemas': readonly {
    readonly fileMatch: readonly string[];
    readonly url: string;
  }[];
  readonly 'files.associations': { readonly [pattern: string]: string };
}
const settings = parse(await readFile(`${root}/.vscode/settings.json`, 'utf8')) as Settings;

/** The one star of these patterns stands for a name without a slash. */
function matches(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.]/g, '\\.')
    .replaceAll('**/', '(.+/)?')
    .replace(/(?<!\.)\*/g, '[^/]*')
    .replaceAll('(.+/)?', '(?:.+/)?');
  return new RegExp(`^${source}$`).test(path);
}

test('each file of the workspace finds the schema of its kind, and may hold comments', async () => {
  const kinds = new Set<string>();
  for (const { path } of await readWorkspace(root)) {
    const kind = kindOf(path);
    if (kind === undefined) continue;
    kinds.add(kind);
    const urls = settings['json.schemas'].flatMap(({ fileMatch, url }) =>
      fileMatch.some((pattern) => matches(pattern, `/${path}`)) ? [url] : [],
    );
    expect(urls, path).toEqual([`./schema/${kind}.json`]);
    const languages = Object.entries(settings['files.associations']).flatMap(
      ([pattern, language]) => (matches(pattern, path) ? [language] : []),
    );
    expect(languages, path).toEqual(['jsonc']);
  }
  expect([...kinds].sort()).toEqual(Object.keys(formats).sort());
});
