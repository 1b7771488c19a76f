import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { until } from '../support/until.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { launch, run, temporaryFolder } from './run.ts';

const database = useTestDatabase();
const folder = await temporaryFolder();
let store: Store;

const mapping = {
  import: 'fair',
  columns: { 'E-Mail': 'email', Name: 'name', Plan: 'plan' },
  matchOn: ['email'],
  ifKnown: 'fill-empty-only',
  consent: {
    column: 'News?',
    values: { yes: 'opt-in', '': 'none' },
    text: 'Yes, send me news',
    evidence: 'Stand 4B',
  },
  events: [
    {
      name: 'Booth Visited',
      at: { column: 'Seen', format: 'yyyy-MM-dd', zone: 'Europe/Berlin' },
      properties: { fair: 'HR Expo' },
    },
    {
      name: 'Page Viewed',
      at: { spread: { from: '2026-01-01', to: '2026-02-28', seed: 7 } },
      times: { column: 'Pages' },
    },
  ],
};
const header = 'E-Mail,Name,Plan,News?,Seen,Pages';
const people = [
  header,
  'ana@fair.example,Ana Lindqvist,team,yes,2026-03-24,3',
  'bo@fair.example,Bo Ek,,,2026-03-24,0',
  'no address,Cy Dee,,yes,2026-03-24,1',
  'dag@fair.example,Dag Ø,,yes,24.3.2026,1',
  '"eva@fair.example","Eva ""E."" Holm",,yes,2026-03-25,2',
  'ana@fair.example,Ana Lindqvist,team,yes,2026-03-24,3',
  'fay@fair.example,Fay,,yes,2026-03-25,1,one,too,many',
];

beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  await folder.takeWorkspace();
  await folder.write('imports/fair.json', JSON.stringify(mapping));
  await folder.write('people.csv', people.join('\n'));
  const published = await run(['publish'], { databaseUrl: database.url, cwd: folder.path });
  expect(published.code).toBe(0);
});
afterAll(() => store.close());

function importing(...args: readonly string[]) {
  return run(['import', ...args], { databaseUrl: database.url, cwd: folder.path });
}

async function totals(address: string) {
  const [row] = await store.query<
    Readonly<Record<'leads' | 'events' | 'counted' | 'consents', number>>
  >(
    `SELECT count(*) AS leads,
       (SELECT count(*) FROM event e JOIN lead l ON l.id = e.lead_id WHERE l.address LIKE $1) AS events,
       (SELECT sum(c.count) FROM lead_event_count c JOIN lead l ON l.id = c.lead_id WHERE l.address LIKE $1) AS counted,
       (SELECT count(*) FROM consent WHERE address LIKE $1) AS consents
     FROM lead WHERE address LIKE $1`,
    [address],
  );
  return row;
}

describe('a list of people', () => {
  const fair = ['--mapping', 'imports/fair.json'];
  // Ana 1 + consent + 1 + 3, Bo 1 + 1, Eva 1 + consent + 1 + 2.
  const stored = { created: 3, updated: 0, unchanged: 1, rejected: 3 };

  test('is only looked at by a dry run, which names every row it would refuse', async () => {
    const ran = await importing('people.csv', ...fair, '--dry-run');
    expect(ran.out).toContain('Dry run of 7 rows: 3 created, 0 updated, 1 unchanged, 3 rejected.');
    expect(ran.out).toContain('row 4: "E-Mail": ');
    expect(ran.out).toContain('row 5: "Seen": expected a date written yyyy-MM-dd');
    expect(ran.out).toContain('row 8: the row has 9 cells, where the header has 6');
    expect(ran.out).toContain(
      'row 2 ana@fair.example: facts, Consent Given, 3 × Page Viewed, Booth Visited',
    );
    expect(ran.code).toBe(1);
    expect(await totals('%@fair.example')).toMatchObject({ leads: 0, events: 0 });
  });

  test('comes in, and rows that are refused do not stop the rest', async () => {
    const ran = await importing('people.csv', ...fair, '--json');
    expect(ran.json()).toMatchObject({ counts: stored, events: 13 });
    expect(ran.code).toBe(1);
    expect(await totals('%@fair.example')).toEqual({
      leads: 3,
      events: 13,
      counted: 10,
      consents: 2,
    });
  });

  test('enters no journey and hands nobody over by its past', async () => {
    const [row] = await store.query<{ runs: number; handoffs: number; outbox: number }>(
      `SELECT (SELECT count(*) FROM enrolment) AS runs, (SELECT count(*) FROM handoff) AS handoffs,
         (SELECT count(*) FROM outbox) AS outbox`,
    );
    expect(row).toEqual({ runs: 0, handoffs: 0, outbox: 0 });
  });

  test('changes nothing when it comes a second time', async () => {
    const before = await store.query('SELECT * FROM lead ORDER BY id');
    const ran = await importing('people.csv', ...fair);
    expect(ran.out).toContain('Of 7 rows: 0 created, 0 updated, 4 unchanged, 3 rejected.');
    expect(await totals('%@fair.example')).toEqual({
      leads: 3,
      events: 13,
      counted: 10,
      consents: 2,
    });
    expect(await store.query('SELECT * FROM lead ORDER BY id')).toEqual(before);
  });

  test('fills what was unknown, and leaves alone what is known', async () => {
    await folder.write(
      'later.csv',
      [
        header,
        'ana@fair.example,Anna Other,enterprise,yes,2026-03-24,3',
        'bo@fair.example,Bo Ek,team,,2026-03-24,0',
      ].join('\r\n'),
    );
    const ran = await importing('later.csv', ...fair);
    expect(ran.out).toContain('Of 2 rows: 0 created, 2 updated, 0 unchanged, 0 rejected.');
    const rows = await store.query<{ address: string; plan: string; name: string }>(
      `SELECT address, traits->>'plan' AS plan, traits->>'name' AS name FROM lead
       WHERE address IN ('ana@fair.example', 'bo@fair.example') ORDER BY address`,
    );
    expect(rows).toMatchObject([{ plan: 'team', name: 'Ana Lindqvist' }, { plan: 'team' }]);
  });

  test('may come as a spreadsheet saves it: semicolons and Windows letters', async () => {
    const text = [header, 'gö@fair.example,x', 'gro@fair.example,Gröning,,yes,2026-03-26,1'];
    const saved = Buffer.from(text.join('\r\n').replaceAll(',', ';'), 'latin1');
    await folder.write('excel.csv', saved);
    const ran = await importing('excel.csv', ...fair);
    expect(ran.out).toContain('1 created');
    const [row] = await store.query<{ name: string }>(
      "SELECT traits->>'name' AS name FROM lead WHERE address = 'gro@fair.example'",
    );
    expect(row?.name).toBe('Gröning');
  });

  test('is explained afterwards', async () => {
    const ran = await run(['explain', 'Ana@fair.example'], { databaseUrl: database.url });
    expect(ran.lines[0]).toContain('ana@fair.example');
    expect(ran.out).toMatch(/Score \(model "core"\): grade [A-DU][1-4]/);
    expect(ran.out).toContain('Stage: lead, since ');
    expect(ran.out).toContain('Journeys: none entered');
    expect(ran.code).toBe(0);
    const asJson = await run(['explain', 'ana@fair.example', '--json'], {
      databaseUrl: database.url,
    });
    expect(asJson.json()).toMatchObject({ ok: true, lead: { email: 'ana@fair.example' } });
    const nobody = await run(['explain', 'nobody@fair.example'], { databaseUrl: database.url });
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain('There is no lead "nobody@fair.example"');
  });

  test('whose columns do not fit is refused before any row', async () => {
    await folder.write('other.csv', 'Email,Name\nana@fair.example,Ana\n');
    const ran = await importing('other.csv', ...fair);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('the list has no column "E-Mail"; did you mean "Email"?');
    const missing = await importing('missing.csv', ...fair);
    expect(missing.code).toBe(2);
  });

  test('enters a journey only where the mapping says so, at the pace it says', async () => {
    const entering = {
      ...mapping,
      import: 'entering',
      enter: { journey: 'trade-show', perHour: 60 },
    };
    await folder.write('imports/entering.json', JSON.stringify(entering));
    const ran = await importing('people.csv', '--mapping', 'entering');
    expect(ran.code).toBe(1);
    expect(ran.lines).toContain('3 leads entered "trade-show".');
    const starts = await store.query<{ at: number }>(
      'SELECT not_before AS at FROM outbox ORDER BY not_before',
    );
    expect(starts).toHaveLength(3);
    const gaps = starts.slice(1).map(({ at }, index) => at - (starts[index]?.at ?? 0));
    for (const gap of gaps) expect(Math.abs(gap - 60_000)).toBeLessThan(1_000);
    await importing('people.csv', '--mapping', 'entering');
    expect(await store.query('SELECT id FROM outbox')).toHaveLength(3);
  });
});

describe('an import that is killed', () => {
  test(
    'goes on where it was, and ends as if nothing had happened',
    { timeout: 60_000 },
    async () => {
      const rowsMany = 1_000;
      const rows = Array.from(
        { length: rowsMany },
        (_, at) => `p${at}@many.example,Person ${at},,yes,2026-03-24,${at % 4}`,
      );
      await folder.write('many.csv', [header, ...rows].join('\n'));
      const args = ['import', 'many.csv', '--mapping', 'fair'];
      const many = '%@many.example';
      const child = launch(args, { databaseUrl: database.url, cwd: folder.path });
      const ended = once(child, 'exit');
      await until(async () => ((await totals(many))?.events ?? 0) > 300, {
        what: 'the import to be under way',
        timeoutMs: 30_000,
        everyMs: 5,
      });
      child.kill('SIGKILL');
      await ended;
      const halfway = await totals(many);
      expect(halfway?.leads).toBeLessThan(rowsMany);

      const ran = await importing('many.csv', '--mapping', 'fair');
      expect(ran.code).toBe(0);
      // Each row: who, consent, the booth, and 0 to 3 pages.
      const pages = (rowsMany / 4) * 6;
      expect(await totals(many)).toEqual({
        ...{ leads: rowsMany, consents: rowsMany },
        ...{ events: rowsMany * 3 + pages, counted: rowsMany * 2 + pages },
      });
    },
  );
});
