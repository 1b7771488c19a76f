import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, type ParseError } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { declarationsOf, declare, type Declaration } from '../../workspace/recipes/declarations.ts';
import { moveIn } from '../../workspace/recipes/move-in.ts';

const fresh: Declaration = {
  ...{ kind: 'event', id: 'New', value: { event: 'New' }, file: '' },
  text: '{ "event": "New" }',
};

describe('a declaration is written behind the last one, in the layout that is there', () => {
  function check(before: string, after: string): void {
    const [file] = declare([{ path: 'rules/events.json', text: before }], fresh, '../schema');
    expect(file?.text).toBe(after);
    const errors: ParseError[] = [];
    parse(file?.text ?? '', errors, { allowTrailingComma: true });
    expect(errors).toEqual([]);
    expect(declarationsOf(file === undefined ? [] : [file]).at(-1)?.id).toBe('New');
  }

  test('one a line', () => {
    check(
      '{ "events": [\n    { "event": "Old" }\n  ] }',
      '{ "events": [\n    { "event": "Old" },\n    { "event": "New" }\n  ] }',
    );
  });
  test('with a comma too many', () => {
    check(
      '{ "events": [\n    { "event": "Old" },\n  ] }',
      '{ "events": [\n    { "event": "Old" },\n    { "event": "New" },\n  ] }',
    );
  });
  test('with a comment that speaks of the last one', () => {
    check(
      '{ "events": [\n    { "event": "Old" } // ours\n  ] }',
      '{ "events": [\n    { "event": "Old" }, // ours\n    { "event": "New" }\n  ] }',
    );
    check(
      '{ "events": [\n    { "event": "Old" }, // ours\n  ] }',
      '{ "events": [\n    { "event": "Old" }, // ours\n    { "event": "New" }\n  ] }',
    );
  });
  test('all on one line', () => {
    check(
      '{ "events": [ { "event": "Old" } ] }',
      '{ "events": [ { "event": "Old" },\n  { "event": "New" } ] }',
    );
  });
  test('none yet', () => {
    check('{ "events": [] }', '{ "events": [\n    { "event": "New" } ] }');
  });
  test('no file yet', () => {
    const [file] = declare([], fresh, '../schema');
    expect(file).toEqual({
      path: 'rules/events.json',
      text: '{ "$schema": "../schema/events.json",\n  "events": [\n    { "event": "New" } ] }\n',
    });
  });
});

describe('files move in all or none', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'perennial-move-in-'));
    await writeFile(join(dir, 'kept.json'), 'kept');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const before = [{ path: 'kept.json', text: 'kept' }];
  const after = [
    { path: 'new/one.json', text: 'one' },
    { path: 'new/two.json', text: 'two' },
    { path: 'kept.json', text: 'grown' },
  ];

  test('new ones and those that grow', async () => {
    await moveIn(dir, before, after);
    expect(await readFile(join(dir, 'kept.json'), 'utf8')).toBe('grown');
    expect(await readdir(join(dir, 'new'))).toEqual(['one.json', 'two.json']);
    expect((await readdir(dir)).toSorted()).toEqual(['kept.json', 'new']);
  });

  test('a file that was edited meanwhile stays as it is, and nothing else is written', async () => {
    await writeFile(join(dir, 'kept.json'), 'edited by somebody');
    await expect(moveIn(dir, before, after)).rejects.toThrow(
      'nothing was written: kept.json was edited meanwhile',
    );
    expect(await readFile(join(dir, 'kept.json'), 'utf8')).toBe('edited by somebody');
    expect(await readdir(join(dir, 'new'))).toEqual([]);
  });

  test('a file that appeared meanwhile is not overwritten', async () => {
    await moveIn(dir, [], [{ path: 'new/two.json', text: 'theirs' }]);
    await expect(moveIn(dir, before, after)).rejects.toThrow('nothing was written');
    expect(await readFile(join(dir, 'new/two.json'), 'utf8')).toBe('theirs');
    expect(await readdir(join(dir, 'new'))).toEqual(['two.json']);
    expect(await readFile(join(dir, 'kept.json'), 'utf8')).toBe('kept');
  });
});
