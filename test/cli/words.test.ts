/** The commands that say, compare, draw and format files, run as a person runs them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder } from './run.ts';

describe('perennial read', () => {
  test('says a journey in sentences, from anywhere', async () => {
    const ran = await run(['read', 'journeys/trial-nurture.json']);
    expect(ran.code).toBe(0);
    expect(ran.lines).toContain('  1. Sends “welcome”, transactional.  [welcome]');
    expect(ran.lines).toContain('  2. Waits 2 days.  [pause-1]');
  });

  test('finds files by the names of what is inside', async () => {
    const ran = await run(['read', 'welcome', 'busy-vp', '--json']);
    expect(ran.json()).toMatchObject({
      ok: true,
      files: [
        { path: 'templates/welcome/email.json', kind: 'template' },
        { path: 'personas/busy-vp.json', kind: 'persona' },
      ],
    });
  });

  test('reads a file although others have mistakes, and prints its own mistakes instead', async () => {
    const folder = await temporaryFolder();
    await folder.takeWorkspace();
    await folder.edit('rules/segments.json', '"why": "Large, German-speaking"', '"wy": "x"');
    const good = await run(['read', 'scoring'], { cwd: folder.path });
    expect(good.code).toBe(0);
    expect(good.out).toContain('Gives 25 points while seniority is director, vp or c-level');
    const bad = await run(['read', 'segments'], { cwd: folder.path });
    expect(bad.code).toBe(1);
    expect(bad.lines[0]).toMatch(/^rules\/segments\.json:\d+:\d+ .*"wy"/);
  });

  test('a name nobody knows is one sentence', async () => {
    const ran = await run(['read', 'trial-nurtur']);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^There is no file trial-nurtur, and nothing in .* is called so\.\n$/);
  });
});

describe('perennial diff', () => {
  test('two folders: nothing changed, then what changed in words', async () => {
    const [old, now] = [await temporaryFolder(), await temporaryFolder()];
    await old.takeWorkspace();
    await now.takeWorkspace();
    const same = await run(['diff', old.path, now.path]);
    expect(same.out).toMatch(/: nothing changed\.\n$/);
    await now.edit('journeys/trial-nurture.json', '"wait": "2 days"', '"wait": "3 days"');
    await now.edit('personas/busy-vp.json', '"employees": 900', '"employees": 90');
    const ran = await run(['diff', old.path, now.path]);
    expect(ran.lines.slice(1)).toEqual([
      'In the journey “trial-nurture”',
      '  - the wait pause-1 grew from 2 days to 3 days',
      'In the file personas/busy-vp.json',
      '  - lead, employees is 90 instead of 900',
      '2 changes in 2 parts.',
    ]);
    const data = await run(['diff', old.path, now.path, '--json']);
    expect(data.json()).toMatchObject({
      ok: true,
      changes: [{ part: 'journey/trial-nurture', path: ['steps', 'pause-1', 'wait'] }, {}],
    });
  });

  test('what is neither a release nor a folder is one sentence', async () => {
    const ran = await run(['diff', 'nowhere', '.']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      'nowhere is neither the number of a release nor a folder with a workspace.\n',
    );
  });
});

describe('perennial format', () => {
  test('names what would change, changes it, and then has nothing to do', async () => {
    const folder = await temporaryFolder();
    await folder.takeWorkspace();
    await run(['format'], { cwd: folder.path });
    await folder.edit('rules/segments.json', '"id": "enterprise-dach"', '"id":"enterprise-dach"');
    const checked = await run(['format', '--check'], { cwd: folder.path });
    expect(checked.code).toBe(1);
    expect(checked.lines[0]).toBe('rules/segments.json');
    expect(checked.lines[1]).toMatch(/^\d+ files looked at: 1 would change\.$/);
    const changed = await run(['format', 'segments', '--json'], { cwd: folder.path });
    expect(changed.json()).toMatchObject({
      ok: true,
      files: 1,
      different: ['rules/segments.json'],
    });
    const again = await run(['format', '--check'], { cwd: folder.path });
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/nothing to change\.\n$/);
    expect((await run(['check'], { cwd: folder.path })).code).toBe(0);
  });
});

describe('perennial graph', () => {
  test('writes a picture to a file, and Mermaid to the terminal', async () => {
    const folder = await temporaryFolder();
    await folder.takeWorkspace();
    const ran = await run(['graph', 'trial-nurture', '--out', 'trial.svg'], { cwd: folder.path });
    expect(ran.code).toBe(0);
    expect(await readFile(join(folder.path, 'trial.svg'), 'utf8')).toMatch(
      /^<svg role="img" aria-label="Trial nurture/,
    );
    const mermaid = await run(['graph', 'trial-nurture', '--format', 'mermaid']);
    expect(mermaid.lines[0]).toBe('flowchart TD');
  });

  test('what is no journey is one sentence', async () => {
    const ran = await run(['graph', 'welcome']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe('welcome is no journey.\n');
  });
});
