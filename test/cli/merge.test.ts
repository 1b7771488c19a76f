/** `perennial merges`, `merge` and `unmerge`: the real command over a database with the shipped workspace. */
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
const leads = { ana: randomUUID(), eva: randomUUID() };
beforeAll(async () => {
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
  expect((await run(['publish', '-m', 'The first'], at)).code).toBe(0);
  for (const [name, id] of Object.entries(leads)) {
    const address = `${name}@nordwind.example`;
    await store.run(
      `INSERT INTO lead (id, canonical_id, split_key, born_at, stage, stage_state, address, traits, origins)
       VALUES ($1, $1, $1, now(), 'lead', '{"stage":"lead","since":0,"entered":{},"left":{},"holding":{}}', $2,
         jsonb_build_object('firstName', $3::text),
         jsonb_build_object('firstName', '{"source":"form","at":0,"by":"person"}'::jsonb))`,
      [id, address, name],
    );
    await store.run("INSERT INTO identity (kind, value, lead_id) VALUES ('email', $2, $1)", [
      id,
      address,
    ]);
  }
});
afterAll(() => store.close());

test('two leads are compared, merged and separated, each by name', async () => {
  const [ana, eva] = ['ana@nordwind.example', 'eva@nordwind.example'];
  expect((await run(['merges'], at)).lines).toEqual(['No pair of leads waits for a decision.']);
  const compared = await run(['merges', ana, eva], at);
  expect(compared.lines.find((line) => line.includes('First name *'))).toMatch(
    /ana \(a form, .* eva/,
  );

  expect((await run(['merge', ana, eva], at)).code).toBe(2);
  const merged = await run(['merge', ana, eva, '--keep', eva, '--why', 'one person'], at);
  expect(merged.err).toBe('');
  expect(merged.lines[0]).toBe(
    `${ana} is part of ${eva} now. Its events, runs and emails count there.`,
  );
  const again = await run(['merge', ana, eva, '--why', 'one person'], at);
  expect([again.code, again.err.trim()]).toEqual([
    1,
    'Both names lead to one lead: they are merged already.',
  ]);

  const undone = await run(['unmerge', eva, '--why', 'sisters', '--json'], at);
  expect(JSON.parse(undone.out)).toMatchObject({
    ok: true,
    leadId: leads.eva,
    separated: leads.ana,
  });
  expect((await run(['unmerge', eva, '--why', 'sisters'], at)).code).toBe(1);
  await run(['merge', eva, ana, '--why', 'one person after all'], at);
  const inWords = await run(['unmerge', ana, '--why', 'sisters'], at);
  expect(inWords.lines[0]).toBe(`${ana} and ${eva} are two leads again, each with its own events.`);
  const apart = await run(['unmerge', ana, eva, '--why', 'sisters'], at);
  expect(apart.lines).toEqual([
    `${ana} and ${eva} stay two leads; no event merges them by itself.`,
  ]);
});
