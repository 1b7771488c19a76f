/** `perennial explain`: the real command over a database with the shipped workspace and one lead's history. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createIngest } from '../../ingest/ingest.ts';
import { createReleaseLibrary } from '../../runtime/releases.ts';
import { createStore } from '../../store/client.ts';
import { identify, track } from '../ingest/world.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run } from './run.ts';

const database = useTestDatabase();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const now = Math.floor(Date.now() / MINUTE) * MINUTE;
const ago = (days: number, minutes = 0) => now - days * DAY - minutes * MINUTE;
const explain = (...args: readonly string[]) =>
  run(['explain', ...args], { databaseUrl: database.url });

beforeAll(async () => {
  expect((await run(['publish', '-m', 'The first'], { databaseUrl: database.url })).code).toBe(0);
  const store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await store.run("UPDATE release SET published_at = now() - interval '60 days'");
  const releases = createReleaseLibrary(store, () => Date.now());
  const ingest = createIngest({ store, releases });
  const who = { userId: '42', anonymousId: 'a42' };
  const ana = { email: 'ana@nordwind.example', firstName: 'Ana', lastName: 'Berg' };
  await ingest.ingest([identify(who, { ...ana, company: 'Nordwind AG' }, ago(40))]);
  await ingest.ingest([track('42', 'Pricing Viewed', {}, ago(20))]);
  await ingest.ingest([track('42', 'Pricing Viewed', {}, ago(3))]);
  await ingest.ingest([identify({ userId: '42' }, { title: 'VP Data', country: 'DE' }, ago(2))]);
  for (const minutes of [50, 40, 30, 20]) {
    await ingest.ingest([track('42', 'Pricing Viewed', {}, ago(1, minutes))]);
  }
  await ingest.ingest([
    identify({ userId: '43' }, { email: 'bo@gmail.com', employees: 900, country: 'DE' }, ago(1)),
  ]);
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, journey, step, class, template, template_hash, state, reason, held_until,
       evidence, address, message_id, subject, planned_at, due_at, attempts, release_id)
     SELECT $1, 'run/welcome/1', lead_id, 'trial-nurture', 'welcome', 'marketing', 'welcome', 'x', 'held', 'quiet-hours',
       '2026-11-23T19:00:00Z', '{"rule": "quiet-hours", "from": "20:00", "to": "08:00"}', 'bo@gmail.com', '<m@acme.example>',
       'Your first report', now(), now(), 0, (SELECT id FROM release LIMIT 1)
     FROM identity WHERE value = '43'`,
    [randomUUID()],
  );
  await ingest.close();
  await store.close();
});

describe('explain', () => {
  test('says why, line by line, and what stands ahead', async () => {
    const { out, code } = await explain('ana@nordwind.example');
    if (process.env['SHOW']) console.log(out);
    expect(code).toBe(0);
    expect(out).toMatch(/^ana@nordwind\.example \(Ana Berg, /);
    expect(out).toContain('+25  Director or above can sign  [can-sign]');
    expect(out).toMatch(/\+24 {2}Looked at prices \(\+48 faded to \+\d.*, cut to 24 at most\)/);
    expect(out).toContain('subscriber → lead: Did something for the first time');
    expect(out).toMatch(/Grade is C3, expected one of A1, A2, B1: fails/);
    expect(out).toContain('In the way: Only a lead in SAL can enter it.');
    expect(out).toContain('BANT: 1 of 4 answered yes');
    expect(out).toContain(
      'authority: yes. Who signs? (Seniority is vp, expected one of vp, c-level: holds)',
    );
  });

  test('times inside a reason are UTC like all others', async () => {
    expect((await explain('43')).out).toContain('until Mon 23 Nov, 19:00');
  });

  test('says what would make it an MQL, by label, in any case', async () => {
    const { out } = await explain('42', '--towards', 'mql');
    if (process.env['SHOW']) console.log(out);
    expect(out).toContain('1. 1 × Asked for a demo (Demo Requested): reached at once');
    expect(out).toMatch(
      /2\. Employees at least 500 and one of these: reached 10 minutes later\n {7}1 × Started a trial/,
    );
    const free = await explain('43', '--towards', 'MQL', '--json');
    expect(free.json()).toMatchObject({
      explanation: {
        towards: {
          answer: 'sets',
          against: [{ why: 'Private address, rarely a company purchase', points: -20 }],
        },
      },
    });
    const none = await explain('42', '--towards', 'MLQ');
    expect([none.code, none.err]).toEqual([1, 'There is no stage "MLQ": did you mean MQL?\n']);
  });

  test('says how it was, with what was known then', async () => {
    const { out } = await explain('42', '--at', new Date(ago(10)).toISOString());
    if (process.env['SHOW']) console.log(out);
    expect(out).toContain('As it was known, by the files in force on ');
    expect(out).toContain('fit unknown: 2 more of Employees, Seniority, Country must be known');
    expect(out).not.toContain('Director or above');
    const before = await explain('42', '--at', '50 days ago');
    expect(before.code).toBe(1);
    expect(before.err).toMatch(
      /^The lead was not known on .* UTC: it was first heard of on .* UTC\.\n$/,
    );
    const never = await explain('42', '--at', '90 days ago');
    expect(never.err).toMatch(/first heard of on/);
    const yesterday = await explain('42', '--at', 'yesterday', '--json');
    const { explanation } = JSON.parse(yesterday.out) as { explanation: { at: string } };
    expect(Date.parse(explanation.at)).toBeGreaterThan(ago(1) - 60_000);
    expect(Date.parse(explanation.at)).toBeLessThan(ago(1) + 60_000);
    const wrong = await explain('42', '--at', 'soon');
    expect(wrong.err).toMatch(
      /"soon" is no instant: expected "yesterday", "2 days ago", a length of time such/,
    );
  });

  test('says how it will be if nothing happens', async () => {
    const { out } = await explain('42', '--at', '60 days', '--all');
    if (process.env['SHOW']) console.log(out);
    expect(out).toContain('A forecast, if nothing happens until ');
    expect(out).not.toContain('Looked at prices: +8');
  });
});
