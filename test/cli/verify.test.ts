/** `perennial verify`: the real command against a name server of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStore, type Store } from '../../store/client.ts';
import { createIngest } from '../../ingest/ingest.ts';
import { identify } from '../ingest/world.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { startNameServer, type NameServer } from '../verify/name-server.ts';
import { run } from './run.ts';
import { createReleaseLibrary } from '../../runtime/releases.ts';

const database = useTestDatabase();
let server: NameServer;
let store: Store;
beforeAll(async () => {
  server = await startNameServer({
    com: { NS: ['a.gtld-servers.net'] },
    'firma.de': { MX: [[10, 'mx.firma.de']] },
    'null.de': { MX: [[0, '']] },
    'away.de': 'servfail',
  });
  store = createStore({ databaseUrl: database.url, poolSize: 2 });
});
afterAll(async () => {
  server.close();
  await store.close();
});
const verify = (args: readonly string[]) =>
  run(['verify', ...args], {
    databaseUrl: database.url,
    env: { PERENNIAL_NAME_SERVERS: server.address },
  });

describe('tries an address and says what each look found', () => {
  const check = (address: string, code: number, ...words: readonly RegExp[]) =>
    test(address, async () => {
      const ran = await verify([address]);
      expect(ran.code).toBe(code);
      for (const one of words) expect(ran.out).toMatch(one);
    });
  check('ana@firma.de', 0, /domain {3}names mail servers/, /valid: Its domain takes mail\./);
  check('info@firma.de', 0, /that several people read/, /risky: A mailbox that/);
  check('ana@null.de', 1, /\(null MX\)/, /invalid: Its domain says that it takes no mail\./);
  check('ana@gone.de', 1, /domain {3}does not exist/, /invalid: Its domain does not exist\./);
  check('ana@away.de', 0, /no answer of the name servers/, /unknown: The name servers/);
  check('ana@nordwind.example', 0, /not looked up/, /unknown: A domain that is reserved/);
  check('a@b.de, c@d.de', 1, /not like an address: .* a comma/, /invalid: It is not written/);
});

test('answers with one JSON document, and keeps the verdict only where it is told to', async () => {
  expect((await run(['publish', '-m', 'The first'], { databaseUrl: database.url })).code).toBe(0);
  const releases = createReleaseLibrary(store, () => Date.now());
  const ingest = createIngest({ store, releases });
  await ingest.ingest([identify({ userId: 'ana' }, { email: 'ana@null.de' }, Date.now())]);
  await ingest.close();
  const kept = () =>
    store.query('SELECT status, reason, by FROM email_check WHERE status IS NOT NULL');

  expect((await verify(['ana@null.de', '--json'])).json()).toMatchObject({
    status: 'invalid',
    reason: 'refuses-mail',
    domain: 'refuses-mail',
  });
  expect(await kept()).toEqual([]);
  await verify(['ana@null.de', '--store']);
  expect(await kept()).toEqual([{ status: 'invalid', reason: 'refuses-mail', by: 'dns' }]);
  const explained = await run(['explain', 'ana@null.de'], { databaseUrl: database.url });
  expect(explained.out).toMatch(/Address invalid: its domain says that it takes no mail, on 20/);
  await store.run(
    "UPDATE email_check SET attempts = 4, trouble = 'dns-away' WHERE address = 'ana@null.de'",
  );
  expect((await verify(['--waiting'])).out).toMatch(/^ana@null\.de: dns-away \(4 looks, again at/);
  const nobody = await verify(['nobody@firma.de', '--store']);
  expect(nobody.code).toBe(1);
  expect(nobody.err).toContain('There is no lead with the address nobody@firma.de');
});
