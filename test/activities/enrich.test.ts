import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createActivities, type ActivityDependencies } from '../../activities/index.ts';
import type { PlanStep } from '../../core/journey/plan.ts';
import { openEnrichmentFile } from '../../enrich/file-provider.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, minute, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const lookUp: PlanStep = { type: 'enrich', facts: ['employees', 'industry'], upToMs: 2 * minute };
const send = { type: 'send', template: 'welcome' } as const;
type Answer = (question: { readonly domain: string }, signal: AbortSignal) => unknown;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
async function open(answer?: Answer): Promise<World> {
  const enrich: NonNullable<ActivityDependencies['enrichment']>['enrich'] = async (
    question,
    signal,
  ) => answer?.(question, signal) ?? null;
  const enrichment = answer === undefined ? {} : { enrichment: { enrich } };
  const steps = { 'look-up': lookUp, mail: send };
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, ...enrichment });
  return world;
}
let leads = 0;
const newAddress = (domain?: string): string => `bo@${domain ?? `company-${(leads += 1)}.example`}`;
const ofCompany = () => ({
  values: { employees: { value: 900, confidence: 0.8 }, industry: { value: 'Wind' } },
  source: 'companies',
});
async function leadRow({ store }: World, leadId: string) {
  const [row] = await store.query<{ traits: object; origins: object }>(
    'SELECT traits, origins FROM lead WHERE id = $1',
    [leadId],
  );
  return row;
}
async function outcomes({ store }: World, enrolmentId: string) {
  const rows = await store.query<{ arm: string }>(
    "SELECT detail->>'arm' AS arm FROM decision WHERE kind = 'enrich' AND detail->>'enrolmentId' = $1",
    [enrolmentId],
  );
  return rows.map(({ arm }) => arm);
}

test('what the provider knows becomes known, with who says so and how sure it is', async () => {
  const asked: unknown[] = [];
  const here = await open((question) => (asked.push(question), ofCompany()));
  const { leadId, enrolmentId } = await here.enrol('ana@nordwind.de');
  expect(await here.run(enrolmentId, 'look-up')).toEqual({ type: 'done' });
  expect(await here.run(enrolmentId, 'look-up')).toEqual({ type: 'done' });
  expect(asked).toEqual([{ domain: 'nordwind.de', address: 'ana@nordwind.de' }]);
  expect(await outcomes(here, enrolmentId)).toEqual(['enriched']);
  expect(await here.events(leadId, 'Lead Enriched')).toHaveLength(2);
  const origin = { by: 'enrichment', source: 'companies', at: tuesday };
  expect(await leadRow(here, leadId)).toMatchObject({
    traits: { employees: 900, industry: 'Wind' },
    origins: { employees: { ...origin, confidence: 0.8 }, industry: origin },
  });
  expect((await here.enrolment(enrolmentId)).step).toBe('look-up');
});

test('a file answers by the domain of the lead', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'enrich-step-'));
  const path = join(dir, 'companies.csv');
  await writeFile(path, 'domain,employees,industry\nfile.example,12,\n');
  try {
    const here = await open((question, signal) => file.enrich(question, signal));
    const file = await openEnrichmentFile({
      path,
      release: () => Promise.resolve(here.release),
      onError: (error) => expect(error).toBeUndefined(),
    });
    const { leadId, enrolmentId } = await here.enrol('bo@mail.file.example');
    const other = await here.enrol(newAddress());
    await here.run(enrolmentId, 'look-up');
    await here.run(other.enrolmentId, 'look-up');
    expect(await leadRow(here, leadId)).toMatchObject({ traits: { employees: 12 } });
    expect(await outcomes(here, enrolmentId)).toEqual(['enriched']);
    expect(await outcomes(here, other.enrolmentId)).toEqual(['nothing-known']);
    await file.close();
  } finally {
    await rm(dir, { recursive: true });
  }
});

describe('nobody is asked', () => {
  const check = (why: string, address: string, traits: Record<string, string>, outcome: string) =>
    test(why, async () => {
      let asked = 0;
      const here = await open(() => ((asked += 1), ofCompany()));
      const { leadId, enrolmentId } = await here.enrol(address, traits);
      expect(await here.run(enrolmentId, 'look-up')).toEqual({ type: 'done' });
      expect(asked).toBe(0);
      expect(await outcomes(here, enrolmentId)).toEqual([outcome]);
      expect(await here.events(leadId, 'Lead Enriched')).toEqual([]);
    });
  check('when all is known', newAddress(), { employees: '7', 'company.industry': 'Sun' }, 'known');
  check('about a private mailbox', newAddress('gmail.com'), {}, 'nothing-known');
});

test('without a provider the lead goes on at once', async () => {
  const here = await open();
  const { enrolmentId } = await here.enrol(newAddress());
  expect(await here.run(enrolmentId, 'look-up')).toEqual({ type: 'done' });
  expect(await outcomes(here, enrolmentId)).toEqual(['nothing-known']);
});

test('what the lead said is not replaced', async () => {
  const here = await open(ofCompany);
  const { leadId, enrolmentId } = await here.enrol(newAddress(), { employees: '7' });
  await here.run(enrolmentId, 'look-up');
  expect(await leadRow(here, leadId)).toMatchObject({
    traits: { employees: '7', industry: 'Wind' },
  });
});

test('a value that does not fit is refused by itself, and kept as refused', async () => {
  const here = await open(() => ({
    values: { employees: { value: 'many' }, industry: { value: 'Wind' }, shoeSize: { value: 43 } },
    source: 'companies',
  }));
  const { leadId, enrolmentId } = await here.enrol(newAddress());
  await here.run(enrolmentId, 'look-up');
  const [event] = await here.events(leadId, 'Lead Enriched');
  expect(event?.properties).toMatchObject({
    outcome: 'enriched',
    refused: [
      { fact: 'employees', because: 'wrong-type' },
      { fact: 'shoeSize', because: 'unknown-fact' },
    ],
  });
  const { traits } = (await leadRow(here, leadId)) ?? {};
  expect(traits).toMatchObject({ industry: 'Wind' });
  expect(traits).not.toHaveProperty('employees');
});

describe('a provider that is', () => {
  const check = (kind: string, answer: Answer) =>
    test(`${kind} is asked until the time is up; then the lead goes on`, async () => {
      let asked = 0;
      const here = await open((question, signal) => ((asked += 1), answer(question, signal)));
      const { enrolmentId } = await here.enrol(newAddress());
      const at: number[] = [];
      for (let now = tuesday; ;) {
        const outcome = await here.run(enrolmentId, 'look-up', { now });
        if (outcome.type !== 'retry-at') {
          expect(outcome).toEqual({ type: 'done' });
          break;
        }
        expect(await here.enrolment(enrolmentId)).toMatchObject({
          step: 'look-up',
          since: tuesday,
        });
        expect(outcome.at).toBeGreaterThan(now);
        now = outcome.at;
        at.push((now - tuesday) / 1_000);
      }
      expect(at).toEqual([5, 10, 20, 40, 80, 120]);
      expect(asked).toBe(6);
      expect(await outcomes(here, enrolmentId)).toEqual(['gave-up']);
      expect(here.reported).toHaveLength(6);
    });
  check('down', () => {
    throw new Error('connect ECONNREFUSED');
  });
  check('talking rubbish', () => '<html>');
});

test('a provider that hangs holds the step no longer than its time', async () => {
  const steps = { 'look-up': { ...lookUp, upToMs: 60 } };
  let signal: AbortSignal | undefined;
  const enrichment = {
    enrich: (_question: object, given: AbortSignal) => (
      (signal = given),
      new Promise(() => undefined)
    ),
  };
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, enrichment });
  const { enrolmentId } = await world.enrol(newAddress());
  const outcome = await world.run(enrolmentId, 'look-up');
  expect(outcome).toEqual({ type: 'retry-at', at: tuesday + 60 });
  expect(signal?.aborted).toBe(true);
  expect(await world.run(enrolmentId, 'look-up', { now: tuesday + 60 })).toEqual({ type: 'done' });
  expect(await outcomes(world, enrolmentId)).toEqual(['gave-up']);
});

test('one that answers after an outage is used', async () => {
  let isUp = false;
  const here = await open(() => (isUp ? ofCompany() : Promise.reject(new Error('away'))));
  const { leadId, enrolmentId } = await here.enrol(newAddress());
  expect(await here.run(enrolmentId, 'look-up')).toMatchObject({ type: 'retry-at' });
  isUp = true;
  expect(await here.run(enrolmentId, 'look-up', { now: tuesday + 5_000 })).toEqual({
    type: 'done',
  });
  expect(await leadRow(here, leadId)).toMatchObject({ traits: { employees: 900 } });
});

/** Dies before or after its `at`th call to the world. */
function dyingAt(deps: ActivityDependencies, at: number, when: 'before' | 'after') {
  let calls = 0;
  const dying =
    <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      calls += 1;
      const isTurn = calls === at;
      if (isTurn && when === 'before') throw new Error('killed');
      const answer = await call(...given);
      if (isTurn) throw new Error('killed');
      return answer;
    };
  const { runs, leads: reader, enrichment } = deps;
  const enrich: NonNullable<typeof enrichment>['enrich'] = (question, signal) =>
    enrichment?.enrich(question, signal) ?? Promise.resolve(null);
  const wrapped: ActivityDependencies = {
    ...deps,
    ingest: dying(deps.ingest),
    leads: { load: dying((...given) => reader.load(...given)) },
    enrichment: { enrich: dying(enrich) },
    runs: {
      ...runs,
      findArm: dying((id) => runs.findArm(id)),
      recordArm: dying((arm) => runs.recordArm(arm)),
      progress: dying((progress) => runs.progress(progress)),
    },
  };
  return { activities: createActivities(wrapped), died: () => calls >= at };
}

test('dies after every line and is run again: each event once, one outcome', async () => {
  const here = await open(ofCompany);
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      const { leadId, enrolmentId } = await here.enrol(newAddress());
      const { activities, died } = dyingAt(here.deps, at, when);
      const input = { enrolmentId, step: 'look-up', visit: 1, last: false, now: tuesday };
      const first = await activities.executeStep(input).catch(() => undefined);
      if (!died()) {
        expect(first).toEqual({ type: 'done' });
        expect(at).toBeGreaterThan(7);
        break;
      }
      let outcome = await here.run(enrolmentId, 'look-up', { now: tuesday + 10_000 });
      if (outcome.type === 'retry-at') {
        outcome = await here.run(enrolmentId, 'look-up', { now: outcome.at });
      }
      expect(outcome).toEqual({ type: 'done' });
      expect(await outcomes(here, enrolmentId)).toEqual(['enriched']);
      expect(await here.events(leadId, 'Lead Enriched')).toHaveLength(2);
      expect(await leadRow(here, leadId)).toMatchObject({
        traits: { employees: 900, industry: 'Wind' },
      });
    }
  }
});
