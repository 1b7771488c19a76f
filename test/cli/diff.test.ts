/** `perennial diff` against what is published. */
import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { run, temporaryFolder } from './run.ts';

const database = useTestDatabase();

test('the release in force against the files, then two releases by number', async () => {
  const folder = await temporaryFolder();
  const at = { cwd: folder.path, databaseUrl: database.url };
  await folder.takeWorkspace();
  const early = await run(['diff'], at);
  expect(early.code).toBe(2);
  expect(early.err).toMatch(/^Nothing is published yet/);
  expect((await run(['publish'], at)).code).toBe(0);
  expect((await run(['diff'], at)).out).toMatch(
    /^From release 1 to the files of .*: nothing changed\.\n$/,
  );
  await folder.edit('journeys/trial-nurture.json', '"wait": "2 days"', '"wait": "3 days"');
  const told = [
    'In the journey “trial-nurture”',
    '  - the wait pause-1 grew from 2 days to 3 days',
    '1 change in 1 part.',
  ];
  expect((await run(['diff'], at)).lines.slice(1)).toEqual(told);
  expect((await run(['publish'], at)).code).toBe(0);
  expect((await run(['diff', '1', '2'], at)).lines).toEqual([
    'From release 1 to release 2:',
    ...told,
  ]);
  const unknown = await run(['diff', '7'], at);
  expect(unknown.err).toBe('There is no release 7: `npx perennial releases` lists them.\n');
}, 120_000);
