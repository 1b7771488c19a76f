import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/postgres.ts';
import { run, temporaryFolder } from './run.ts';

const database = useTestDatabase();
const folder = await temporaryFolder();

test('a workspace is published once, and again only when something changed', async () => {
  await folder.takeWorkspace('examples/course-provider');
  const at = { databaseUrl: database.url, cwd: folder.path };

  const first = await run(['publish', '-m', 'The first'], at);
  expect(first.code).toBe(0);
  expect(first.lines).toContainEqual(expect.stringMatching(/^ {2}new +journey\/course-nurture$/));
  expect(first.lines.at(-1)).toMatch(/^Published release 1: /);

  const again = await run(['publish'], at);
  expect(again.out).toBe('Unchanged: release 1 already holds these files.\n');
  expect(again.code).toBe(0);

  await folder.edit('journeys/course-nurture.json', '"wait": "4 days"', '"wait": "3 days"');
  const tried = await run(['publish', '--dry-run'], at);
  expect(tried.lines.slice(-3)).toEqual([
    '  different  journey/course-nurture',
    expect.stringMatching(/^ {13}the wait .* shrank from 4 days to 3 days$/),
    'Would publish 1 part that changed; nothing was stored.',
  ]);
  const second = await run(['publish', '--author', 'maria', '--json'], at);
  expect(second.json()).toMatchObject({
    ...{ ok: true, type: 'published', number: 2 },
    ...{ added: [], changed: ['journey/course-nurture'], gone: [] },
  });

  await folder.edit('rules/segments.json', '"specialization"', '"specialisation"');
  const refused = await run(['publish'], at);
  expect(refused.code).toBe(1);
  expect(refused.lines[0]).toMatch(/^rules\/segments\.json:\d+:\d+ /);
  expect(refused.lines.at(-1)).toBe('Nothing was published: 1 problem.');
});

test('without a database one sentence says what to do', async () => {
  const nowhere = await run(['publish']);
  expect(nowhere.code).toBe(2);
  expect(nowhere.err).toMatch(
    /^Perennial does not run here .*`npm start` first, or set DATABASE_URL\.\n$/,
  );

  const silent = await run(['explain', 'ana@nordwind.example'], {
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
  });
  expect(silent.code).toBe(2);
  expect(silent.err).toMatch(/^The database does not answer \(ECONNREFUSED\): .*\n$/);

  const asJson = await run(['explain', 'ana@nordwind.example', '--json']);
  expect(asJson.json()).toMatchObject({ ok: false });
});
