/** Accounts over a real database: linking by domain, joining, one handoff and one rep for all members. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultAccountRules, type AccountRules } from '../../core/accounts/model.ts';
import type { Release } from '../../core/definitions/release.ts';
import { createIngest, type Ingest } from '../../ingest/ingest.ts';
import { eventAbout } from '../../ingest/request.ts';
import { undoMerge } from '../../ingest/unmerge.ts';
import { createDeliver } from '../../runtime/dispatch/deliver.ts';
import { tickDueLeads } from '../../runtime/dispatch/due-loop.ts';
import { createStore, type Store } from '../../store/client.ts';
import { listMergesOf } from '../../store/merges.ts';
import type { OutboxRow } from '../../store/outbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { acme, call, identify, NOW, track } from './world.ts';

const database = useTestDatabase();
let statements: string[] = [];
let release: Release = { ...acme, accounts: defaultAccountRules };
let delivered: readonly OutboxRow[] = [];
let store: Store;
let ingest: Ingest;
beforeAll(() => {
  store = createStore({
    databaseUrl: database.url,
    poolSize: 6,
    onStatement: (text) => void statements.push(text),
  });
  ingest = openIngest(async (rows) => {
    delivered = [...delivered, ...rows];
  });
});
afterAll(async () => {
  await ingest.close();
  await store.close();
});
const openIngest = (deliver?: (rows: readonly OutboxRow[]) => Promise<void>): Ingest =>
  createIngest({
    store,
    releases: { current: async () => release, plans: async () => new Map() },
    ...(deliver === undefined ? {} : { deliver }),
  });

const withRules = (accounts: Partial<AccountRules>, over: Partial<Release> = {}) => {
  release = { ...acme, ...over, accounts: { ...defaultAccountRules, ...accounts } };
};
let companies = 0;
const company = () => `company-${(companies += 1)}.example`;
const join = (id: string, domain: string, traits: object = {}, now = NOW) =>
  identify({ userId: `${id}@${domain}` }, { email: `${id}@${domain}`, ...traits }, now);
const does = (id: string, domain: string, event: string, now = NOW) =>
  track(`${id}@${domain}`, event, {}, now);
const group = (id: string, domain: string, groupId: string, traits: object = {}) =>
  call({ type: 'group', userId: `${id}@${domain}`, groupId, traits });

const accountsOf = (domain: string) =>
  store.query<{ key: string; who: readonly string[] }>(
    `SELECT a.key, array_agg(split_part(l.address, '@', 1) ORDER BY l.address) AS who
     FROM lead l JOIN account g ON g.id = l.account_id JOIN account a ON a.id = g.canonical_id
     WHERE l.address LIKE '%' || $1 AND l.canonical_id = l.id GROUP BY 1 ORDER BY 1`,
    [domain],
  );

test('a company address leads to the account of its domain, a private one to none', async () => {
  const domain = company();
  await ingest.ingest([
    join('ann', domain),
    join('info', domain),
    identify({ userId: 'priv' }, { email: 'priv@gmail.com' }),
  ]);
  expect(await accountsOf(domain)).toEqual([{ key: `domain:${domain}`, who: ['ann', 'info'] }]);
  expect(await accountsOf('gmail.com')).toEqual([]);
});

test('aliases and subdomains come to the main domain, portals to nobody', async () => {
  const [main, alias, portal] = [company(), company(), company()];
  withRules({ link: { byDomain: true, aliases: { [alias]: main }, never: [portal] } });
  await ingest.ingest([join('ann', main), join('ben', `mail.${alias}`), join('cia', portal)]);
  withRules({});
  const ids = await store.query<{ n: number }>(
    'SELECT count(DISTINCT account_id) AS n FROM lead WHERE address = ANY($1)',
    [[`ann@${main}`, `ben@mail.${alias}`, `cia@${portal}`]],
  );
  expect(ids[0]?.n).toBe(1);
  expect(await accountsOf(portal)).toEqual([]);
});

test.each(['before', 'after'])(
  'a group call %s the first address makes one account',
  async (when) => {
    const domain = company();
    const key = `crm-${domain}`;
    const calls = [
      join('ann', domain),
      group('boss', 'gmail.com', key, { domain: `https://www.${domain}/`, plan: 'gold' }),
    ];
    for (const one of when === 'before' ? calls.toReversed() : calls) await ingest.ingest([one]);
    await ingest.ingest([join('ben', domain)]);
    expect(await accountsOf(domain)).toEqual([{ key, who: ['ann', 'ben'] }]);
    const [row] = await store.query('SELECT domain, traits FROM account WHERE key = $1', [key]);
    expect(row).toMatchObject({ domain, traits: { plan: 'gold' } });
  },
);

test('all of it in one batch is the same', async () => {
  const domain = company();
  const key = `crm-${domain}`;
  await ingest.ingest([
    join('ann', domain),
    group('boss', 'gmail.com', key, { domain }),
    join('ben', domain),
  ]);
  expect(await accountsOf(domain)).toEqual([{ key, who: ['ann', 'ben'] }]);
});

test('a second company that claims the domain stays by itself', async () => {
  const domain = company();
  await ingest.ingest([group('a', 'gmail.com', `one-${domain}`, { domain })]);
  await ingest.ingest([group('b', 'gmail.com', `two-${domain}`, { domain })]);
  await ingest.ingest([join('ann', domain)]);
  expect(await accountsOf(domain)).toEqual([{ key: `one-${domain}`, who: ['ann'] }]);
});

test('twenty first events of three domains at once make three accounts', async () => {
  const domains = [company(), company(), company()];
  const lanes = [openIngest(), openIngest(), openIngest()];
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => {
      const order = at % 2 === 0 ? domains : domains.toReversed();
      return (lanes[at % 3] ?? ingest).ingest(order.map((domain) => join(`p${at}`, domain)));
    }),
  );
  await Promise.all(lanes.map((lane) => lane.close()));
  for (const domain of domains) {
    const [account, ...more] = await accountsOf(domain);
    expect(more).toEqual([]);
    expect(account?.who).toHaveLength(20);
  }
});

const cost = async (work: () => Promise<unknown>): Promise<number> => {
  statements = [];
  await work();
  return statements.filter((text) => !text.includes('confirmed')).length;
};

test('linking costs the same for 1 lead and 100, and nothing once it is done', async () => {
  const batch = (size: number, domain: string, what: (id: string, of: string) => unknown) =>
    Array.from({ length: size }, (_, at) => what(`p${at}`, domain) as ReturnType<typeof track>);
  const [one, many] = [company(), company()];
  await ingest.ingest([join('first', one), join('first', many)]);
  const born = [
    await cost(() => ingest.ingest(batch(1, one, (id, of) => join(id, of)))),
    await cost(() => ingest.ingest(batch(100, many, (id, of) => join(id, of)))),
  ];
  expect(born[0]).toBe(born[1]);
  const viewed = (id: string, of: string) => does(id, of, 'Page Viewed');
  const linked = await cost(() => ingest.ingest(batch(100, many, viewed)));
  withRules({ link: { byDomain: false, aliases: {}, never: [] } });
  // Under other rules everybody is read anew once.
  await ingest.ingest(batch(100, many, viewed));
  const without = await cost(() => ingest.ingest(batch(100, many, viewed)));
  withRules({});
  expect(linked).toBe(without);
});

/** An MQL is somebody of a company in which a buyer and a user are engaged. */
const twoRoles = {
  roles: [
    { role: 'buyer', why: 'Signs', when: { fact: 'jobTitle', operator: 'is', value: 'CFO' } },
    {
      role: 'user',
      why: 'Works with it',
      when: { fact: 'jobTitle', operator: 'known', value: true },
    },
  ],
} satisfies Partial<AccountRules>;
const bothEngaged: Release['qualification'] = {
  ...acme.qualification,
  stages: acme.qualification.stages.slice(0, 1).map((stage) => ({
    ...stage,
    holdForMs: 0,
    when: {
      all: [
        { fact: 'account.engagedRoles', operator: 'has', value: 'buyer' },
        { fact: 'account.engagedRoles', operator: 'has', value: 'user' },
      ],
    },
  })),
};

/** Rows of accounts start no run: whoever delivers them needs no server. */
const noRuns = { client: {} as Client, plans: async () => new Map(), sendVia: 'local' } as const;

async function letMembersBeLookedAt(now: number): Promise<void> {
  for (;;) {
    const rows = delivered.filter(({ target }) => target === 'account');
    delivered = [];
    if (rows.length === 0) return;
    const clockOffset = now - 5_000 - Date.now();
    await createDeliver({ ...noRuns, sql: store, clockOffset })(rows);
    const failures: unknown[] = [];
    const onError = (error: unknown) => void failures.push(error);
    await tickDueLeads({ sql: store, ingest: ingest.ingest, now: () => now, onError });
    expect(failures).toEqual([]);
  }
}
const stagesOf = (domain: string) =>
  store.query<{ who: string; stage: string }>(
    `SELECT split_part(address, '@', 1) AS who, stage FROM lead WHERE address LIKE '%@' || $1 ORDER BY 1`,
    [domain],
  );

test.each([
  ['the buyer', ['ann', 'ben']],
  ['the user', ['ben', 'ann']],
])('two engaged roles make both an MQL when %s comes first', async (_who, order) => {
  withRules(twoRoles, { qualification: bothEngaged });
  const domain = company();
  delivered = [];
  await ingest.ingest([
    join('ann', domain, { title: 'CFO' }),
    join('ben', domain, { title: 'Clerk' }),
  ]);
  for (const [at, who] of order.entries()) {
    await ingest.ingest([does(who, domain, 'Pricing Viewed', NOW + at)]);
  }
  await letMembersBeLookedAt(NOW + 10_000);
  const rows = await stagesOf(domain);
  withRules({});
  const reached = rows.map(({ stage }) => stage);
  expect(new Set(reached).size).toBe(1);
  expect(reached[0]).not.toBe('lead');
  expect(reached[0]).not.toBe('subscriber');
  // One handoff for the company; the rep hears of the other one.
  const handoffs = await store.query<{ n: number }>(
    `SELECT count(*) AS n FROM handoff h JOIN lead l ON l.id = h.lead_id WHERE l.address LIKE '%@' || $1`,
    [domain],
  );
  expect(handoffs[0]?.n).toBe(1);
});

test('what changes nothing that rules watch tells nobody', async () => {
  withRules(twoRoles, { qualification: bothEngaged });
  const domain = company();
  await ingest.ingest([join('ann', domain, { title: 'CFO' }), join('ben', domain)]);
  await ingest.ingest([does('ann', domain, 'Pricing Viewed')]);
  delivered = [];
  await ingest.ingest([does('ann', domain, 'Pricing Viewed', NOW + 1)]);
  withRules({});
  expect(delivered.filter(({ target }) => target === 'account')).toEqual([]);
});

test('members cost one statement more, whatever the batch, where a rule asks for them', async () => {
  const domain = company();
  await ingest.ingest(Array.from({ length: 40 }, (_, at) => join(`p${at}`, domain)));
  const viewed = (size: number) =>
    cost(() =>
      ingest.ingest(Array.from({ length: size }, (_, at) => does(`p${at}`, domain, 'Page Viewed'))),
    );
  // The same stages, so that the same is written: a condition that no event here changes.
  const asking: Release['qualification'] = {
    ...acme.qualification,
    disqualified: [
      {
        id: 'huge',
        why: 'Never',
        when: { fact: 'account.members', operator: 'atLeast', value: 1_000 },
      },
    ],
  };
  withRules({}, { qualification: { ...asking, disqualified: [] } });
  const plain = [await viewed(1), await viewed(40)];
  withRules({}, { qualification: asking });
  const asked = [await viewed(1), await viewed(40)];
  withRules({});
  expect(asked).toEqual(plain.map((one) => one + 1));
});

test('whoever accepts the first of a company keeps the company, and it is known from whom', async () => {
  const domain = company();
  await ingest.ingest([join('ann', domain), join('ben', domain)]);
  const [opened] = await ingest.ingest([does('ann', domain, 'Demo Requested')]);
  const handoffId = opened?.handoff?.handoffId;
  expect(handoffId).toBeDefined();
  const [told] = await ingest.ingest([does('ben', domain, 'Demo Requested')]);
  expect(told?.handoff).toMatchObject({ status: 'not-opened', because: 'open-for-account' });
  await ingest.ingest([
    track(`ann@${domain}`, 'Handoff Accepted', { properties: { handoffId, by: 'lena' } }),
  ]);
  const [account] = await store.query('SELECT owner, owner_source FROM account WHERE key = $1', [
    `domain:${domain}`,
  ]);
  expect(account).toMatchObject({ owner: 'lena', owner_source: { by: 'accepted' } });
  // And now the company may have another one.
  const [next] = await ingest.ingest([does('cia', domain, 'Page Viewed'), join('cia', domain)]);
  expect(next).toBeDefined();
  const [again] = await ingest.ingest([does('cia', domain, 'Demo Requested')]);
  expect(again?.handoff).toMatchObject({ status: 'opened' });
});

test.each(['in one batch', 'one by one'])(
  'who comes to a company with an open handoff brings it along (%s)',
  async (how) => {
    const domain = company();
    await ingest.ingest([join('ann', domain)]);
    const calls = [
      track(`late@${domain}`, 'Demo Requested'),
      group('late', domain, `crm-${domain}`, { domain }),
      does('ann', domain, 'Demo Requested'),
    ];
    const answers =
      how === 'in one batch'
        ? await ingest.ingest(calls)
        : [
            ...(await ingest.ingest(calls.slice(0, 1))),
            ...(await ingest.ingest(calls.slice(1, 2))),
            ...(await ingest.ingest(calls.slice(2))),
          ];
    expect(answers[0]?.handoff).toMatchObject({ status: 'opened' });
    expect(answers[2]?.handoff).toMatchObject({ because: 'open-for-account' });
    const [stored] = await store.query<{ is_own: boolean }>(
      'SELECT a.key = $2 AS is_own FROM handoff h JOIN account a ON a.id = h.account_id WHERE h.id = $1',
      [answers[0]?.handoff?.handoffId, `crm-${domain}`],
    );
    expect(stored).toEqual({ is_own: true });
  },
);

test('a merge makes nobody else of the company due where no rule asks for members', async () => {
  const domain = company();
  await ingest.ingest([join('ann', domain), join('ben', domain)]);
  await ingest.ingest([call({ type: 'page', anonymousId: `visit-${domain}` })]);
  delivered = [];
  await ingest.ingest([track(`ann@${domain}`, 'Page Viewed', { anonymousId: `visit-${domain}` })]);
  expect(delivered.filter(({ target }) => target === 'account')).toEqual([]);
});

test('undoing a merge has the other members of the company looked at again', async () => {
  withRules(twoRoles, { qualification: bothEngaged });
  const domain = company();
  const [ann] = await ingest.ingest([join('ann', domain), join('ben', domain)]);
  const [cia] = await ingest.ingest([join('cia', domain)]);
  const own = { source: 'test', messageId: domain, name: '', type: 'merge', now: NOW } as const;
  const merge = { from: cia?.leadId ?? '', by: 'ines', why: 'Same' };
  await ingest.ingest([{ ...eventAbout({ leadId: ann?.leadId ?? '' }, own), merge }]);
  await store.run(`DELETE FROM outbox WHERE target = 'account'`);
  const [merged] = await listMergesOf(store, ann?.leadId ?? '');
  const asked = { mergeId: merged?.id ?? '', by: 'ines', why: 'Not the same', now: NOW + 1 };
  await undoMerge(store, release, asked);
  withRules({});
  const told = await store.query(
    `SELECT a.key FROM outbox o JOIN account a ON a.id = o.target_id WHERE o.target = 'account'`,
  );
  expect(told).toEqual([{ key: `domain:${domain}` }]);
});

test('two people of one company who ask at once open one handoff', async () => {
  const domain = company();
  const others = openIngest();
  await ingest.ingest([join('ann', domain), join('ben', domain)]);
  const answers = await Promise.all([
    ingest.ingest([does('ann', domain, 'Demo Requested')]),
    others.ingest([does('ben', domain, 'Demo Requested')]),
  ]);
  await others.close();
  expect(answers.flat().filter(({ handoff }) => handoff?.status === 'opened')).toHaveLength(1);
});
