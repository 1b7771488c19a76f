import { describe, expect, test } from 'vitest';
import { verdict, type Verification } from '../../core/verification/verdict.ts';
import { eventNeeds } from '../../ingest/batch.ts';
import type { IngestRequest } from '../../ingest/request.ts';
import { createCheckRecords } from '../../runtime/verification.ts';
import { findEmailCheck } from '../../store/email-checks.ts';
import { loadLeads } from '../../store/leads.ts';
import { verifyDue, type RoundDependencies } from '../../verify/round.ts';
import { offlineVerifier, type EmailVerifier } from '../../verify/verifier.ts';
import { acme, identify, NOW, openWorld, track, type IngestWorld } from '../ingest/world.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const needs = { events: eventNeeds({ release: acme, plans: new Map() }, NOW) };

async function inWorld(work: (world: IngestWorld) => Promise<void>): Promise<void> {
  const world = openWorld(database.url);
  try {
    await world.store.run('DELETE FROM email_check');
    await work(world);
  } finally {
    await world.close();
  }
}
function answering(answer: (address: string, signal: AbortSignal) => unknown): EmailVerifier {
  return {
    name: 'scripted',
    verify: async (address, signal) => (await answer(address, signal)) as Verification,
  };
}
function round(world: IngestWorld, verifier: EmailVerifier, over: Partial<RoundDependencies> = {}) {
  const errors: unknown[] = [];
  const done = verifyDue({
    verifier,
    checks: createCheckRecords(world.store),
    ingest: world.ingest.ingest,
    now: () => NOW + 1_000,
    onError: (error) => errors.push(error),
    limits: { patienceMs: 50 },
    ...over,
  });
  return done.then((more) => ({ more, errors }));
}
async function born(world: IngestWorld, name: string): Promise<string> {
  const ids = { userId: name };
  const [answer] = await world.ingest.ingest([identify(ids, { email: `${name}@firm.de` })]);
  return answer?.leadId ?? '';
}
async function checkOf(world: IngestWorld, leadId: string) {
  const [lead] = await loadLeads(world.store, [leadId], needs);
  return lead?.emailCheck;
}
async function told(world: IngestWorld, leadId: string) {
  return world.store.query<{ properties: { status: string } }>(
    "SELECT properties FROM event WHERE lead_id = $1 AND name = 'Email Verified' ORDER BY seq",
    [leadId],
  );
}
const dueAgain = (world: IngestWorld) =>
  world.store.run("UPDATE email_check SET next_at = now() - interval '1 s'");

test('a new address is verified once, and the verdict comes back as an event', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'once');
    let asked = 0;
    const verifier = answering(() => ((asked += 1), verdict('takes-mail')));
    await round(world, verifier);
    await round(world, verifier);
    expect(asked).toBe(1);
    expect(await checkOf(world, lead)).toEqual({
      ...verdict('takes-mail'),
      at: NOW + 1_000,
    });
    expect(await told(world, lead)).toEqual([
      {
        properties: { ...verdict('takes-mail'), by: 'scripted', address: 'once@firm.de' },
      },
    ]);
    // Told only when there is news.
    await dueAgain(world);
    await round(world, verifier);
    expect(asked).toBe(2);
    expect(await told(world, lead)).toHaveLength(1);
  });
});

describe('a verifier that is', () => {
  const check = (kind: string, answer: (signal: AbortSignal) => unknown, trouble: RegExp) =>
    test(`${kind} is asked again later, and capture does not notice`, async () => {
      await inWorld(async (world) => {
        const lead = await born(world, `bad-${kind.replaceAll(' ', '-')}`);
        const { address = '' } = (await loadLeads(world.store, [lead], needs))[0] ?? {};
        const running = round(
          world,
          answering((_address, signal) => answer(signal)),
        );
        const [captured] = await world.ingest.ingest([track(`other-${kind}`, 'Trial Started')]);
        expect(captured?.leadId).toBeDefined();
        const { errors } = await running;
        expect(errors.map(String).join()).toMatch(trouble);
        expect(errors.map(String).join()).not.toContain(address);
        expect(await checkOf(world, lead)).toBeUndefined();
        const row = await findEmailCheck(world.store, address);
        expect(row).toMatchObject({ status: null, attempts: 1 });
        expect(row?.trouble).toMatch(trouble);
        await dueAgain(world);
        await round(
          world,
          answering(() => verdict('takes-mail')),
        );
        expect(await checkOf(world, lead)).toMatchObject({ status: 'valid' });
        expect(await findEmailCheck(world.store, address)).toMatchObject({
          attempts: 0,
          trouble: null,
        });
      });
    });
  check('hanging', () => new Promise(() => undefined), /no answer within 0\.05 s/);
  check(
    'throwing',
    () => {
      throw new TypeError('boom bad-throwing@firm.de');
    },
    /it failed: TypeError/,
  );
  check('lying', () => ({ status: 'valid', reason: 'bounced' }), /"status" is "valid"/);
  check('talking rubbish', () => '<html>', /found a value of type string/);
});

test('one that hangs is told to give up', async () => {
  await inWorld(async (world) => {
    await born(world, 'abort');
    let signal: AbortSignal | undefined;
    await round(
      world,
      answering((_address, given) => ((signal = given), new Promise(() => undefined))),
    );
    expect(signal?.aborted).toBe(true);
  });
});

test('DNS that is away says nothing about the address', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'away');
    const away = { status: 'unknown', because: 'dns-away', again: true };
    const { errors } = await round(
      world,
      answering(() => away),
    );
    expect(errors).toEqual([]);
    expect(await checkOf(world, lead)).toBeUndefined();
    const row = await findEmailCheck(world.store, 'away@firm.de');
    expect(row).toMatchObject({ status: null, trouble: 'dns-away', attempts: 1 });
    expect(row?.nextAt).not.toBeNull();
  });
});

test('a reserved domain is not asked about again', async () => {
  await inWorld(async (world) => {
    await world.ingest.ingest([identify({ userId: 'demo' }, { email: 'demo@nordwind.example' })]);
    await round(world, offlineVerifier);
    expect(await findEmailCheck(world.store, 'demo@nordwind.example')).toMatchObject({
      status: null,
      nextAt: null,
      trouble: 'reserved-domain',
    });
  });
});

test('a verdict that could not be stored is told again, as the same event', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'crash');
    const verifier = answering(() => verdict('role'));
    const said: (readonly IngestRequest[])[] = [];
    const dying = async (requests: readonly IngestRequest[]): Promise<never> => {
      said.push(requests);
      throw new Error('killed');
    };
    const { errors } = await round(world, verifier, { ingest: dying });
    expect(errors.map(String)).toEqual(['Error: killed']);
    expect(await told(world, lead)).toEqual([]);
    await dueAgain(world);
    await round(world, verifier);
    // What was sent the first time, and perhaps arrived after all, is the same event.
    await world.ingest.ingest(said[0] ?? []);
    expect(await told(world, lead)).toHaveLength(1);
  });
});

test('two workers at once take different addresses', async () => {
  await inWorld(async (world) => {
    for (const name of ['w1', 'w2', 'w3', 'w4']) await born(world, name);
    const asked: string[] = [];
    const verifier = answering((address) => (asked.push(address), verdict('takes-mail')));
    await Promise.all([round(world, verifier), round(world, verifier)]);
    expect(asked.sort()).toEqual(['w1@firm.de', 'w2@firm.de', 'w3@firm.de', 'w4@firm.de']);
  });
});

test('a later verdict lifts an earlier one; an earlier one that arrives late does not', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'later');
    await round(
      world,
      answering(() => verdict('no-such-domain')),
    );
    expect(await checkOf(world, lead)).toMatchObject({ status: 'invalid' });
    await dueAgain(world);
    await round(
      world,
      answering(() => verdict('takes-mail')),
      { now: () => NOW + 5_000 },
    );
    expect(await checkOf(world, lead)).toMatchObject({ status: 'valid' });
    const timestamp = new Date(NOW + 3_000).toISOString();
    const properties = { status: 'invalid', reason: 'no-such-mailbox', by: 'someone' };
    await world.ingest.ingest([
      track('later', 'Email Verified', { properties, timestamp }, NOW + 9_000),
    ]);
    expect(await checkOf(world, lead)).toMatchObject({ status: 'valid' });
  });
});

test('a verdict on an address that the lead no longer has changes nothing', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'moved');
    await round(
      world,
      answering(() => verdict('takes-mail')),
    );
    await world.ingest.ingest([
      identify({ userId: 'moved' }, { email: 'new@firm.de' }, NOW + 2_000),
    ]);
    expect(await checkOf(world, lead)).toBeUndefined();
    const properties = { ...verdict('bounced'), address: 'moved@firm.de' };
    await world.ingest.ingest([track('moved', 'Email Verified', { properties }, NOW + 3_000)]);
    expect(await checkOf(world, lead)).toBeUndefined();
    await round(
      world,
      answering(() => verdict('role')),
      { now: () => NOW + 4_000 },
    );
    expect(await checkOf(world, lead)).toMatchObject({ status: 'risky', reason: 'role' });
  });
});

test('mail that came back outweighs a verifier', async () => {
  await inWorld(async (world) => {
    const lead = await born(world, 'bounced');
    const properties = { kind: 'hard' };
    await world.ingest.ingest([track('bounced', 'Email Bounced', { properties })]);
    await round(
      world,
      answering(() => verdict('mailbox-exists')),
    );
    expect(await checkOf(world, lead)).toMatchObject(verdict('bounced'));
  });
});
