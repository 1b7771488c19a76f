/** `perennial doctor`: the real command against a name server, a database and a relay of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createSigner } from '../../mail/identity/dkim.ts';
import { useMailbox } from '../support/mailbox.ts';
import '../support/provided.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { startNameServer, type NameServer } from '../verify/name-server.ts';
import { run } from './run.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const signer = createSigner({ domain: 'acme.de', selector: 's1', privateKey });

let server: NameServer;
let withoutNetwork: NameServer;
beforeAll(async () => {
  server = await startNameServer({
    com: { NS: ['a.gtld-servers.net'] },
    'acme.de': { MX: [[10, 'mx.acme.de']], TXT: ['v=spf1 include:relay.de -all', 'other'] },
    'relay.de': { TXT: ['v=spf1 a mx include:more.de -all'] },
    'more.de': { TXT: ['v=spf1 ip4:127.0.0.0/8 -all'] },
    's1._domainkey.acme.de': { TXT: [`v=DKIM1; k=rsa; p=${signer.publicKey}`] },
    '_dmarc.acme.de': { TXT: ['v=DMARC1; p=quarantine'] },
    'news.acme.de': { MX: [[10, 'mx.acme.de']], TXT: ['v=spf1 -all'] },
    'open.de': { TXT: ['v=spf1 +all'] },
    'costly.de': { TXT: ['v=spf1 include:loop.de -all'] },
    'loop.de': { TXT: ['v=spf1 mx a include:loop.de ~all'] },
    'away.de': 'servfail',
  });
  withoutNetwork = await startNameServer({});
});
afterAll(() => {
  server.close();
  withoutNetwork.close();
});

const doctor = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run(['doctor', ...args], {
    databaseUrl: database.url,
    env: {
      ...{ PERENNIAL_NAME_SERVERS: server.address, SMTP_URL: mailbox().smtpUrl },
      ...{ PUBLIC_URL: 'https://go.acme.de' },
      ...{ DKIM_KEY: privateKey, DKIM_SELECTOR: 's1', ...env },
    },
  });
const about = (out: string, part: string): string =>
  out.split('\n').find((line) => line.slice(11).startsWith(part)) ?? '';

test('a domain that is set up is in order, line by line', async () => {
  const { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE } = inject('temporal');
  const { out, code } = await doctor(['--domain', 'acme.de'], {
    ...{ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE },
  });
  expect(code).toBe(0);
  for (const [part, words] of [
    ['PUBLIC_URL', 'https://go.acme.de'],
    ['PostgreSQL', 'with the schema of this version'],
    ['clock', 'this machine and the database agree'],
    ['Temporal', 'namespace'],
    ['mail relay', 'answers'],
    ['SPF', 'v=spf1 include:relay.de -all'],
    ['DKIM', 's1._domainkey.acme.de holds our key, 2048 bits'],
    ['alignment', 'acme.de signs for acme.de'],
    ['DMARC', 'p=quarantine'],
    ['MX', 'mx.acme.de'],
  ] as const) {
    expect(about(out, part)).toMatch(/^ {2}ok/);
    expect(about(out, part)).toContain(words);
  }
});

test('what is not reached is said with what to check, and counts as a failure', async () => {
  const { out, code } = await doctor(['--domain', 'acme.de'], {
    SMTP_URL: 'smtp://127.0.0.1:1',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  });
  expect(about(out, 'mail relay')).toMatch(/^ {2}failure.* not reached: .*ECONNREFUSED/);
  expect(about(out, 'Temporal')).toMatch(/^ {2}failure.* not reached: /);
  expect(out).toContain('→ Check SMTP_URL');
  expect(out).toMatch(/\n2 failures, 0 warnings, 0 not known, 8 in order\.\n$/);
  expect(code).toBe(1);
});

test('a subdomain obeys the record above it, and signs with it', async () => {
  const { out } = await doctor(['--domain', 'news.acme.de'], { DKIM_DOMAIN: 'acme.de' });
  expect(about(out, 'DMARC')).toMatch(/^ {2}ok .*_dmarc\.acme\.de: v=DMARC1; p=quarantine/);
  expect(about(out, 'alignment')).toContain('acme.de signs for news.acme.de');
});

test('a domain of somebody else, open to all and without a mailbox, fails with what to publish', async () => {
  const { out, code } = await doctor(['--domain', 'open.de'], { DKIM_DOMAIN: 'acme.de' });
  expect(code).toBe(1);
  expect(about(out, 'SPF')).toMatch(/^ {2}failure.*\+all/);
  expect(about(out, 'alignment')).toMatch(/^ {2}failure.*mail from open\.de is signed by acme\.de/);
  expect(about(out, 'DMARC')).toMatch(/^ {2}failure.*no DMARC record/);
  expect(about(out, 'MX')).toMatch(/^ {2}failure.*takes no mail/);
  expect(out).toContain('"v=DMARC1; p=none; rua=mailto:dmarc@open.de"');
});

test('a record that includes itself is counted as far as receivers go', async () => {
  const { out } = await doctor(['--domain', 'costly.de']);
  expect(about(out, 'SPF')).toMatch(/^ {2}failure.*costly\.de needs 1[0-9] look-ups/);
});

test('name servers that fail, or see no network, prove nothing', async () => {
  const failing = await doctor(['--domain', 'away.de']);
  expect(about(failing.out, 'SPF')).toMatch(
    /^ {2}\?.*no answer from the name servers about away\.de/,
  );
  const offline = await doctor(['--domain', 'acme.de'], {
    PERENNIAL_NAME_SERVERS: withoutNetwork.address,
  });
  expect(about(offline.out, 'MX')).toMatch(/^ {2}\?.*no answer from the name servers/);
});

test('domains come from the files; example names and http links are called so; JSON says the same', async () => {
  const ran = await doctor(['--json'], { PUBLIC_URL: 'http://go.acme.de' });
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({
    sections: [
      { title: 'Settings', findings: [{ part: 'PUBLIC_URL', state: 'failure' }] },
      { title: 'Parts' },
      { title: 'Mail from acme.example', findings: [{ part: 'domain', state: 'warning' }] },
      { title: 'Mail from example.com' },
    ],
  });
});
