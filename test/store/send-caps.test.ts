import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { sendId } from '../../core/decision/ids.ts';
import { capHorizonMs } from '../../core/sending/caps.ts';
import type { Claim, ClaimRequest, LedgerView } from '../../core/sending/ledger.ts';
import type { Cap } from '../../core/sending/model.ts';
import { decideSend } from '../../core/sending/policy.ts';
import { createWorld, day, openPolicy, tuesday, type World } from '../activities/world.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const mailbox = useMailbox();

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const weekly: Cap = {
  id: 'week',
  class: 'marketing',
  max: 3,
  per: { type: 'rolling', ms: 7 * day },
};
const policy = { ...openPolicy, caps: [weekly] };
interface Asked {
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly journey: string;
  readonly visit: number;
  readonly priority: number;
  readonly holdAtMostMs: number;
}

async function open() {
  const steps = { welcome: { type: 'send', template: 'welcome' } } as const;
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, policy });
  const { deps, release, store } = world;
  /** The most rows that any claim saw under the lead's lock: what counted at that instant. */
  let most = 0;
  const decide = (asked: Asked) => (view: LedgerView) => {
    most = Math.max(most, view.counted.length);
    const decision = decideSend(
      tuesday,
      {
        ...{ key: asked.enrolmentId, class: 'marketing', priority: asked.priority },
        ...{ template: 'welcome', again: { type: 'always' }, holdAtMostMs: asked.holdAtMostMs },
      },
      { enrolmentOpen: true, address: 'x@y.example', suppressions: [], mayEmail: 'yes' },
      view,
      policy,
    );
    const { enrolmentId } = asked;
    const at = { step: 'welcome', at: tuesday, expectedBy: null, completes: false };
    return { decision, progress: { enrolmentId, ...at } };
  };
  const claim = (asked: Asked): Promise<Claim> => {
    const commandId = `${asked.enrolmentId}/welcome/${asked.visit}`;
    const request: ClaimRequest = {
      ...{ id: sendId(commandId), commandId, step: 'welcome', class: 'marketing' },
      ...{ template: 'welcome', templateHash: 'x', messageId: `<${commandId}@acme.example>` },
      ...{ leadId: asked.leadId, enrolmentId: asked.enrolmentId, journey: asked.journey },
      ...{ planHash: 'plan-1', priority: asked.priority, releaseId: release.id, now: tuesday },
      ...{ horizonMs: capHorizonMs(policy), attemptsMax: 1 },
    };
    return deps.ledger.claim(request, decide(asked));
  };
  return { ...world, store, claim, seen: () => most };
}

const kindOf = (claim: Claim): string =>
  claim.type === 'held'
    ? `held ${claim.reason}`
    : claim.type === 'settled'
      ? `${claim.state} ${String(claim.reason)}`
      : claim.type;
function tally(claims: readonly Claim[]): { readonly [kind: string]: number } {
  const found: Record<string, number> = {};
  for (const claim of claims) found[kindOf(claim)] = (found[kindOf(claim)] ?? 0) + 1;
  return found;
}

test('a thousand sends of one lead at once: as many go as the cap has room for, not one more', async () => {
  const { enrol, claim, store, seen } = await open();
  const lead = { ...(await enrol('crowd@one.example')), journey: 'nurture', priority: 50 };
  const asked = Array.from({ length: 1_000 }, (_, visit) => ({
    ...{ ...lead, visit },
    holdAtMostMs: visit % 2 === 0 ? 4 * day : 0,
  }));
  const found = tally(await Promise.all(asked.map(claim)));
  expect(found['claimed']).toBe(weekly.max);
  expect(seen()).toBe(weekly.max);
  expect((found['held capped'] ?? 0) + (found['skipped capped'] ?? 0)).toBe(1_000 - weekly.max);
  const rows = await store.query<{ readonly state: string; readonly rows: number }>(
    `SELECT state, count(*)::int AS rows FROM send WHERE lead_id = $1 AND counted_at IS NOT NULL GROUP BY state`,
    [lead.leadId],
  );
  expect(rows).toEqual([{ state: 'claimed', rows: weekly.max }]);
});

test('ten leads in twenty journeys each: the highest priorities go, in whatever order they ask', async () => {
  const { enrol, claim, store, seen } = await open();
  const journeys = Array.from({ length: 20 }, (_, index) => `journey-${index}`);
  const leads = await Promise.all(
    Array.from({ length: 10 }, (_, index) => enrol(`ana@lead-${index}.example`)),
  );
  const asked = leads.flatMap(({ leadId }) =>
    journeys.map((journey, priority) => ({
      ...{ leadId, enrolmentId: randomUUID(), journey, visit: 1, priority, holdAtMostMs: day },
    })),
  );
  await holdAll(store, asked);
  const claims = await Promise.all(shuffled(asked).map(claim));
  expect(tally(claims)).toEqual({ claimed: 30, 'held capped': 170 });
  expect(seen()).toBe(weekly.max);
  const rows = await store.query<{ readonly priority: number; readonly rows: number }>(
    `SELECT priority, count(*)::int AS rows FROM send WHERE state = 'claimed' AND journey LIKE 'journey-%'
     GROUP BY priority ORDER BY priority`,
  );
  expect(rows).toEqual([17, 18, 19].map((priority) => ({ priority, rows: 10 })));
  const [yielding] = await store.query<{ readonly evidence: unknown }>(
    `SELECT evidence FROM send WHERE state = 'held' AND evidence->>'rule' = 'priority' LIMIT 1`,
  );
  expect(yielding?.evidence).toMatchObject({
    rule: 'priority',
    rivals: [{ step: 'welcome' }, {}, {}],
  });
});

test('a lead that somebody holds keeps no other lead waiting, and is claimed when it is let go', async () => {
  const { enrol, claim, store } = await open();
  const [held, free] = await Promise.all(
    ['held', 'free'].map((who) => enrol(`${who}@two.example`)),
  );
  if (held === undefined || free === undefined) throw new Error('nobody was enrolled');
  const own = { journey: 'nurture', visit: 1, priority: 50, holdAtMostMs: 0 };
  let waiting: Promise<Claim> | undefined;
  await store.transaction(async (sql) => {
    await sql.query('SELECT FROM lead WHERE id = $1 FOR UPDATE', [held.leadId]);
    waiting = claim({ ...held, ...own });
    expect(await claim({ ...free, ...own })).toMatchObject({ type: 'claimed' });
  });
  expect(await waiting).toMatchObject({ type: 'claimed' });
});

/** Each lead in all journeys, every mail held until the same opening of the window. */
async function holdAll(store: World['store'], asked: readonly Asked[]): Promise<void> {
  const rows = asked.map((one) => ({ ...one, id: sendId(`${one.enrolmentId}/welcome/1`) }));
  await store.run(
    `INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at)
     SELECT x."enrolmentId", x."leadId", x.journey, 1, 'open', 'plan-1', o.release_id, o.entered_at
     FROM json_to_recordset($1::json) AS x("enrolmentId" uuid, "leadId" uuid, journey text)
     JOIN enrolment o ON o.lead_id = x."leadId" AND o.journey = 'nurture'`,
    [JSON.stringify(rows)],
  );
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, priority, template,
       template_hash, state, reason, message_id, planned_at, due_at, held_until, release_id)
     SELECT x.id, e.id || '/welcome/1', e.lead_id, e.id, e.journey, 'welcome', 'marketing', x.priority, 'welcome',
       'x', 'held', 'outside-window', '<' || e.id || '@acme.example>', e.entered_at, e.entered_at,
       to_timestamp($2), e.release_id
     FROM json_to_recordset($1::json) AS x(id uuid, "enrolmentId" uuid, priority int)
     JOIN enrolment e ON e.id = x."enrolmentId"`,
    [JSON.stringify(rows), tuesday / 1_000],
  );
}

/** The same every time, and nothing like the order of priorities. */
function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item, index) => ({ item, place: (index * 7_919) % 1_009 }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
