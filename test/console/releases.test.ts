/** Releases on the console and over the API: who published what, and which leads are still on their way. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import type { Part } from '../../core/definitions/parts.ts';
import { saveRelease } from '../../store/releases.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { openApi, READ_KEY, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let api: ApiWorld;
let leads: readonly string[];
beforeAll(async () => {
  api = await openApi(database.url);
  const [older, shipped] = [await parts('"intro", "send": "welcome"'), await parts()];
  await publish(older, { author: 'maria', message: 'The workspace as it was' });
  leads = await enter(older, 12);
  const message = 'The first email is called what it is';
  await publish(shipped, { author: 'ines', message, approvedBy: 'maria' });
  // As the runs do it: nine move at their next step, three stand where they have no place.
  await api.store.run(
    `UPDATE enrolment SET target_plan = NULL, target_release = NULL, blocked = 'step "gone" is gone'
     WHERE id = ANY($1::uuid[])`,
    [leads.slice(0, 3)],
  );
}, 120_000);
afterAll(() => api.close());

/** The shipped workspace, with another first step where one is given. */
async function parts(first = '"welcome", "send": "welcome"'): Promise<readonly Part[]> {
  const files = (await readWorkspace(join(import.meta.dirname, '../..'))).map((file) => ({
    ...file,
    text: file.path.endsWith('trial-nurture.json')
      ? file.text.replace(/"welcome",\s*"send": "welcome"/, first)
      : file.text,
  }));
  const compiled = compileRelease(files, randomUUID());
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
  return compiled.workspace.parts;
}

async function publish(
  published: readonly Part[],
  meta: { readonly author: string; readonly message: string; readonly approvedBy?: string },
): Promise<void> {
  await saveRelease(api.store, published, { ...meta, id: randomUUID(), publishedAt: api.now });
}

async function enter(published: readonly Part[], many: number): Promise<readonly string[]> {
  const plan = published.find(({ key }) => key === 'trial-nurture')?.hash;
  const ids = Array.from({ length: many }, () => randomUUID());
  await api.store.run(
    `WITH born AS (
       INSERT INTO lead (id, canonical_id, split_key, born_at, address, stage, stage_state)
       SELECT id, id, id, now(), 'lead-' || n || '@nordwind.example', 'subscriber', '{}'
       FROM unnest($1::uuid[]) WITH ORDINALITY AS x(id, n) RETURNING id)
     INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at, step, since)
     SELECT id, id, 'trial-nurture', 1, 'open', $2, id, now(), 'intro', now() FROM born`,
    [ids, plan],
  );
  return ids;
}

test('the journey says who is on an older version, and leads to the releases', async () => {
  const page = await browser.open();
  await page.goto(await api.signInUrl());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.goto(`${api.url}/console/journeys/trial-nurture`);
  const gone = page.getByRole('row', { name: 'A step of an older version' });
  expect(await gone.innerText()).toMatch(/intro\s+12/);
  await page
    .getByRole('link', {
      name: '12 leads on an older version: 9 waiting for their next step, 3 blocked',
    })
    .click();
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  const row = page.getByRole('row', { name: 'The first email is called what it is' });
  expect(await row.innerText()).toContain('ines, approved by maria');
  expect(await row.innerText()).toMatch(
    /trial-nurture: 0 moved, 9 waiting for the next step, 3 blocked/,
  );

  await row.getByRole('link', { name: '2' }).first().click();
  await page.getByRole('heading', { name: 'Release 2' }).waitFor();
  const text = await page.locator('main').innerText();
  expect(text).toContain('journey/trial-nurture');
  expect(text).toMatch(/new step welcome/);
  const blocked = page.locator('#blocked').getByRole('row', { name: 'lead-2@nordwind.example' });
  expect(await blocked.innerText()).toContain('step "gone" is gone');
});

test('the API lists them, and tells one in words', async () => {
  const authorization = { authorization: `Bearer ${READ_KEY}` };
  const list = await api.call('GET', '/v1/releases?limit=1', undefined, authorization);
  expect(list.json).toMatchObject({
    releases: [
      {
        ...{ number: 2, author: 'ines', approvedBy: 'maria', restores: null },
        ...{ changed: ['journey/trial-nurture'], added: [], gone: [] },
        moves: [{ journey: 'trial-nurture', moved: 0, toMove: 9, blocked: 3 }],
      },
    ],
  });
  const next = String(list.json['nextCursor']);
  const older = await api.call('GET', `/v1/releases?cursor=${next}`);
  expect(older.json).toMatchObject({ releases: [{ number: 1, changed: [] }], nextCursor: null });

  const one = await api.call('GET', '/v1/releases/2');
  expect(one.json).toMatchObject({ number: 2, blocked: [{ leadId: leads[0] }, {}, {}] });
  expect(await api.call('GET', '/v1/releases/9')).toMatchObject({ status: 404 });
  expect(await api.call('POST', '/v1/releases', {})).toMatchObject({ status: 405 });
});
