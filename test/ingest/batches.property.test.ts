/**
 * Batching never changes a result: whatever happens to a few people of one company, told event by event
 * or cut into batches anywhere, every answer, decision and row comes out the same. Accounts, merges,
 * verdicts, stages by hand, permissions, what comes back of emails and what reps say are all among what
 * happens.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultAccountRules } from '../../core/accounts/model.ts';
import { eventId } from '../../core/decision/ids.ts';
import type { Release } from '../../core/definitions/release.ts';
import { createIngest } from '../../ingest/ingest.ts';
import { eventAbout, type IngestRequest } from '../../ingest/request.ts';
import type { Store } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, call, identify, NOW, openWorld } from './world.ts';

const database = useTestDatabase();

/** Rules that look at the whole company, so that what one does changes what is said of the other. */
const ofCompany: Release = {
  ...acme,
  sending: {
    ...acme.sending,
    replies: { stop: 'journey', tell: 'owner', ifNoOwner: 'queue:inbox' },
    sunset: { afterMs: 4 * 86_400_000, emails: 2 },
  },
  accounts: defaultAccountRules,
  qualification: {
    ...acme.qualification,
    stages: acme.qualification.stages.map((rule, index) =>
      index !== 1
        ? rule
        : { ...rule, when: { fact: 'account.engagedMembers', operator: 'atLeast', value: 2 } },
    ),
  },
};

const people = ['ana', 'ben', 'cia'] as const;
type Person = (typeof people)[number];
interface Step {
  readonly who: Person;
  readonly minutes: number;
  readonly what: What;
  /** A batch ends here. */
  readonly cut: boolean;
}
type What =
  | { readonly type: 'track'; readonly event: string; readonly as: 'user' | 'browser' | 'both' }
  | { readonly type: 'identify'; readonly as: 'user' | 'both'; readonly traits: object }
  | { readonly type: 'group' | 'alias' }
  | { readonly type: 'merge'; readonly from: Person }
  | { readonly type: 'judge'; readonly back: number; readonly trust: string }
  | { readonly type: 'own'; readonly name: string; readonly properties: object };

const own = (name: string, properties: object = {}): What => ({ type: 'own', name, properties });
const what: fc.Arbitrary<What> = fc.oneof(
  fc.record({
    type: fc.constant('track' as const),
    event: fc.constantFrom('Page Viewed', 'Pricing Viewed', 'Trial Started', 'Demo Requested'),
    as: fc.constantFrom('user' as const, 'browser' as const, 'both' as const),
  }),
  fc.record({
    type: fc.constant('identify' as const),
    as: fc.constantFrom('user' as const, 'both' as const),
    traits: fc.constantFrom({}, { seniority: 'vp', employees: 900 }, { title: 'CFO' }),
  }),
  fc.record({ type: fc.constantFrom('group' as const, 'alias' as const) }),
  fc.record({ type: fc.constant('merge' as const), from: fc.constantFrom(...people) }),
  fc.record({
    type: fc.constant('judge' as const),
    back: fc.integer({ min: 1, max: 4 }),
    trust: fc.constantFrom('likely-robot', 'human'),
  }),
  fc.constantFrom(
    own('Handoff Accepted', { by: 'lena' }),
    own('Handoff Rejected', { reason: 'not-a-fit', by: 'lena' }),
    own('Rep Assigned', { rep: 'tom' }),
    own('Stage Set', { stage: 'lead', by: 'ines', reason: 'Asked' }),
    own('Consent Given', { class: 'marketing' }),
    own('Consent Withdrawn'),
    own('Consent Confirmed', { class: 'marketing' }),
    own('Preferences Changed', { fewer: true }),
    own('Preferences Changed', { fewer: false, tracking: false }),
    own('Email Bounced', { kind: 'hard' }),
    ...['soft', 'soft', 'sender'].map((kind) => own('Email Bounced', { kind })),
    ...['Email Sent', 'Email Sent', 'Email Delivered', 'Email Complained'].map((name) => own(name)),
    own('Email Replied', { journey: 'trial', reply: 'reply' }),
    own('Email Replied', { reply: 'stop' }),
    ...['2026-03-20', '2026-04-02'].map((until) => own('Email Auto Replied', { until })),
    own('Email Verified', { status: 'risky', reason: 'role', by: 'test' }),
    own('Deal Won'),
  ),
);
const script = fc.array(
  fc.record({
    who: fc.constantFrom(...people),
    minutes: fc.constantFrom(0, 1, 20, 3_000),
    what,
    cut: fc.boolean(),
  }),
  { minLength: 4, maxLength: 14 },
);

test('cut into batches anywhere, a history comes out as told one by one', async () => {
  const world = openWorld(database.url);
  const { store } = world;
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        run += 1;
        const alone = await play(store, steps, `a${run}`, () => true);
        const cut = await play(store, steps, `b${run}`, (step) => step.cut);
        const whole = await play(store, steps, `c${run}`, () => false);
        expect(cut).toEqual(alone);
        expect(whole).toEqual(alone);
      }),
      { numRuns: 20, seed: 11, interruptAfterTimeLimit: 25_000 },
    );
  } finally {
    await world.close();
  }
});

async function play(
  store: Store,
  steps: readonly Step[],
  name: string,
  ends: (step: Step) => boolean,
): Promise<object> {
  const ingest = createIngest({
    store,
    releases: { current: async () => ofCompany, plans: async () => new Map() },
  });
  const ids = new Map<string, string>();
  const answers: unknown[] = [];
  for (const who of people) {
    const [answer] = await ingest.ingest([call(track(who, name, 'Page Viewed', `${name}-${who}`))]);
    ids.set(who, answer?.leadId ?? '');
  }
  // What comes back of emails is about somebody with an address.
  const known = { userId: `${name}-ben`, messageId: `${name}-known` };
  await ingest.ingest([identify(known, { email: `ben@${name}.example` })]);
  let now = NOW;
  let batch: IngestRequest[] = [];
  for (const [index, step] of steps.entries()) {
    now += step.minutes * 60_000;
    batch.push(requestOf(step, name, index, now, ids));
    if (!ends(step) && index < steps.length - 1) continue;
    answers.push(...(await ingest.ingest(batch)));
    batch = [];
  }
  await ingest.close();
  const rows = await rowsOf(store, [...ids.values()]);
  const told = Object.entries(rows).map(([table, found]): [string, readonly object[]] => [
    table,
    found
      .map((row) => withoutNames(row, name))
      .sort()
      .map((row) => JSON.parse(row) as object),
  ]);
  return { answers: answers.map((one) => withoutNames(one, name)), ...Object.fromEntries(told) };
}

const track = (who: Person, name: string, event: string, messageId: string) =>
  ({ type: 'track', userId: `${name}-${who}`, event, messageId }) as const;

function requestOf(
  { who, what: said }: Step,
  name: string,
  index: number,
  now: number,
  ids: ReadonlyMap<string, string>,
): IngestRequest {
  const messageId = `${name}-${index}`;
  const user = { userId: `${name}-${who}` };
  const browser = { anonymousId: `${name}-${who}-browser` };
  const leadId = ids.get(who) ?? '';
  const about = (event: string, properties: object) =>
    eventAbout(
      { leadId },
      { source: 'test', messageId, name: event, now, properties: { ...properties } },
    );
  switch (said.type) {
    case 'track': {
      const by =
        said.as === 'user' ? user : said.as === 'browser' ? browser : { ...user, ...browser };
      return call({ type: 'track', event: said.event, messageId, ...by }, now);
    }
    case 'identify': {
      const by = said.as === 'user' ? user : { ...user, ...browser };
      const email = `${who}@${name}.example`;
      return identify({ ...by, messageId }, { email, ...said.traits }, now);
    }
    case 'group':
      return call(
        {
          type: 'group',
          ...user,
          messageId,
          groupId: `g-${name}`,
          traits: { domain: `${name}.example` },
        },
        now,
      );
    case 'alias':
      return call({ type: 'alias', ...user, messageId, previousId: browser.anonymousId }, now);
    case 'merge': {
      const merge = { from: ids.get(said.from) ?? '', by: 'ines', why: 'Same person' };
      const event = { source: 'test', messageId, name: '', type: 'merge', now } as const;
      return { ...eventAbout({ leadId }, event), merge };
    }
    case 'judge':
      return about('Event Judged', {
        ...{ event: eventId('test', `${name}-${index - said.back}`), trust: said.trust },
        ...{ because: 'Looks so', by: 'ines' },
      });
    case 'own':
      return about(said.name, said.properties);
  }
}

async function rowsOf(
  store: Store,
  ids: readonly string[],
): Promise<{ readonly [table: string]: readonly object[] }> {
  const group = `(SELECT id FROM lead WHERE id = ANY($1::uuid[]) OR canonical_id = ANY($1::uuid[]))`;
  const read = (text: string) => store.query<object>(text, [ids]);
  return {
    leads: await read(
      `SELECT l.canonical_id = l.id AS is_own, l.address, l.traits, l.origins, l.tags, l.owner, l.stage, l.stage_state,
         l.disqualified, l.segments, l.scores, l.last_activity_at, l.last_seen_at, l.seq,
         CASE WHEN l.canonical_id = l.id THEN l.due_at END AS due_at, a.key, a.owner AS account_owner, a.traits AS account_traits
       FROM lead l LEFT JOIN account g ON g.id = l.account_id LEFT JOIN account a ON a.id = g.canonical_id
       WHERE l.id IN ${group}`,
    ),
    decisions: await read(
      `SELECT seq, kind, at, detail, event_id IS NULL AS by_clock FROM decision WHERE lead_id IN ${group}`,
    ),
    events: await read(
      `SELECT name, trust, seq, traits, properties, said FROM event WHERE lead_id IN ${group}`,
    ),
    counts: await read(
      `SELECT name, count, first_at, last_at FROM lead_event_count WHERE lead_id IN ${group}`,
    ),
    handoffs: await read(
      `SELECT handoff, stage, cause, status, rep, reason, settled_by, opened_at FROM handoff WHERE lead_id IN ${group}`,
    ),
    suppressions: await read(
      `SELECT address, scope, reason, at, until FROM suppression
       WHERE address IN (SELECT address FROM lead WHERE id IN ${group})`,
    ),
    consents: await read(
      `SELECT address, class, topic, state, at FROM consent
       WHERE address IN (SELECT address FROM lead WHERE id IN ${group})`,
    ),
    pauses: await read(`SELECT "from", until, why, by FROM pause WHERE key::uuid IN ${group}`),
    answers: await read(
      `SELECT payload->>'to' AS "to", payload->'stopped' AS stopped FROM outbox
       WHERE target = 'reply' AND (payload->>'leadId')::uuid IN ${group}`,
    ),
    runs: await read(
      `SELECT journey, status, outcome, entered_at FROM enrolment WHERE lead_id IN ${group}`,
    ),
  };
}

function withoutNames(value: unknown, name: string): string {
  return JSON.stringify(value)
    .replaceAll(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'id')
    .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'run');
}
