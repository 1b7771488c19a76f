/** `perennial pause`, `resume` and `pauses`: the real command over a database with the shipped workspace. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { run } from './run.ts';

const database = useTestDatabase();
let store: Store;
const at = {
  get databaseUrl() {
    return database.url;
  },
};
const leadId = randomUUID();
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  expect((await run(['publish', '-m', 'The first'], at)).code).toBe(0);
  await store.run(
    `INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state, address)
     VALUES ($1, $1, $1, now(), 'lead', '{"stage":"lead","since":0,"entered":{},"left":{},"holding":{}}', 'ana@nordwind.example')`,
    [leadId],
  );
  await store.run(
    "INSERT INTO identity (kind, value, lead_id) VALUES ('email', 'ana@nordwind.example', $1)",
    [leadId],
  );
  await store.run(
    `INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at)
     SELECT $1::uuid, $2::uuid, 'trial-nurture', 1, 'open', r.entries->>'journey/trial-nurture', r.id,
       now() - interval '1 day' FROM release r`,
    [randomUUID(), leadId],
  );
});
afterAll(() => store.close());

/** As the run would, once it is to act: three minutes ago. */
async function park(): Promise<void> {
  await store.run(
    `UPDATE enrolment SET parked = jsonb_build_object('step', 'pause-1', 'from', ms - 200000, 'until', ms, 'planned', ms)
     FROM (SELECT round(extract(epoch FROM now() - interval '3 minutes') * 1000) AS ms) AS x`,
  );
}

test('a journey is paused, told of, looked ahead at and resumed', async () => {
  const begun = await run(
    ['pause', 'journey', 'trial-nurture', '--why', 'new prices', '--by', 'Maria'],
    at,
  );
  expect(begun.err).toBe('');
  expect(begun.lines).toEqual([
    '“Trial nurture, 30 days” is paused until somebody resumes it.',
    '1 run is inside. Whoever sleeps sleeps on, with the clock stopped; whoever would act waits for the end. Exits, scores and handoffs go on.',
  ]);
  const again = await run(['pause', 'journey', 'trial-nurture'], at);
  expect(again.code).toBe(1);
  expect(again.lines[0]).toMatch(
    /is paused until somebody resumes it\. It is so since .* by Maria: new prices\. Nothing was changed/,
  );

  await park();
  const listed = await run(['pauses'], at);
  expect(listed.lines[0]).toBe('“Trial nurture, 30 days” is paused until somebody resumes it.');
  expect(listed.lines[1]).toMatch(
    /^ {2}since .* by Maria: new prices; 0 runs asleep, 1 waiting to act$/,
  );
  const told = await run(['explain', 'ana@nordwind.example'], at);
  expect(told.out).toContain('has not acted yet, kept waiting by a pause until it is resumed');
  expect(told.out).toMatch(
    /“Trial nurture, 30 days”: paused \(new prices; By Maria; Until somebody resumes it\)/,
  );

  const tried = await run(
    ['resume', 'journey', 'trial-nurture', '--dry-run', '--per-hour', '10'],
    at,
  );
  expect(tried.lines[0]).toMatch(
    /^Resuming “Trial nurture, 30 days”, paused since .*, would do this:$/,
  );
  expect(tried.lines[1]).toBe('  1 run had to wait and gets its turn.');
  expect(tried.lines[2]).toMatch(/^ {4}Trial nurture, 30 days, step "first-report": 1, /);
  expect(tried.lines.at(-1)).toBe('Nothing was changed.');
  const done = await run(['resume', 'journey', 'trial-nurture', '--by', 'Tom', '--json'], at);
  expect(done.json()).toMatchObject({
    ...{ ok: true, type: 'resumed', woken: 1 },
    preview: { wake: 1, perHour: { 'trial-nurture': 200 } },
  });
  expect((await run(['pauses'], at)).out).toBe('Nothing is paused.\n');
  const past = await run(['pauses', '--all'], at);
  expect(past.out).toMatch(
    /was paused since .* by Maria: new prices\n {2}for .*, resumed by Tom; 1 run had to wait/,
  );
  const after = await run(['explain', 'ana@nordwind.example'], at);
  expect(after.out).toMatch(/kept waiting by a pause and has its turn at 20\d\d-/);
  expect(after.out).toContain('the pause ended');
}, 180_000);

test('a lead by its address, a sender, everything from a day on; each is called off or resumed', async () => {
  const lead = await run(['pause', 'lead', 'ana@nordwind.example', '--until', '2 weeks'], at);
  expect(lead.lines[0]).toMatch(/^The lead ana@nordwind\.example is paused until /);
  const sender = await run(['pause', 'sender'], at);
  expect(sender.lines[0]).toBe('Every email is paused until somebody resumes it.');
  const all = await run(
    ['pause', 'all', '--from', '2099-12-24', '--until', '2100-01-07T09:00', '--json'],
    at,
  );
  expect(all.json()).toMatchObject({
    pause: { state: 'scheduled', from: '2099-12-23T23:00:00.000Z' },
  });
  expect((await run(['resume', 'all'], at)).lines).toEqual([
    'The pause of everything had not begun: it is called off.',
  ]);
  const { pauses } = (await run(['pauses', '--json'], at)).json() as {
    readonly pauses: readonly { readonly id: string; readonly scope: string }[];
  };
  expect(pauses.map(({ scope }) => scope).sort()).toEqual(['lead', 'sender']);
  for (const { id } of pauses) expect((await run(['resume', id], at)).code).toBe(0);
  for (const [what, words] of [
    ['sender', 'every sender'],
    ['all', 'everything'],
  ] as const) {
    expect(await run(['resume', what], at)).toMatchObject({
      code: 1,
      err: `There is no pause of ${words}. Nothing is paused.\n`,
    });
  }
}, 180_000);

const mistakes: readonly [string, readonly string[], number, RegExp][] = [
  [
    'a journey with a slip',
    ['pause', 'journey', 'trial-nuture'],
    1,
    /no journey "trial-nuture"; did you mean "trial-nurture"\?/,
  ],
  ['a lead nobody knows', ['resume', 'lead', 'bob@x.example'], 1, /no lead "bob@x\.example"/],
  ['a rate that is none', ['resume', 'all', '--per-hour', '0'], 2, /whole number of runs per hour/],
];
test.each(mistakes)(
  '%s is refused',
  async (_what, args, code, said) => {
    const ran = await run(args, at);
    expect(ran.code).toBe(code);
    expect(ran.err).toMatch(said);
  },
  60_000,
);

test('sending goes on to others while one way is paused, and the command says so', async () => {
  const which = 'maria@acme.example to hotmail.com';
  const paused = await run(['pause', 'sender', which, '--why', 'throttled', '--by', 'Ana'], at);
  expect(paused.code).toBe(0);
  expect(paused.out).toContain('Email from maria@acme.example to Outlook and Hotmail is paused');
  const { out, code } = await run(['sending'], at);
  expect(code).toBe(0);
  expect(out).toMatch(/Outlook and Hotmail: 0 sent\n {4}paused since .* by Ana: throttled/);
  expect((await run(['resume', 'sender', which], at)).code).toBe(0);
});
