import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../runtime/config.ts';
import { openSigner, type SigningSettings } from '../../runtime/signing.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

async function refusal(settings: SigningSettings): Promise<string> {
  return openSigner(settings, 'acme.example').then(() => 'taken', String);
}

test('without a key nothing is signed here', async () => {
  expect(await openSigner({}, 'acme.example')).toBeUndefined();
});

test('a key in a file or on one line signs for the domain that writes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dkim-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'dkim.pem');
  await writeFile(file, pem);
  const fromFile = await openSigner({ DKIM_KEY_FILE: file, DKIM_SELECTOR: 's1' }, 'acme.example');
  expect(fromFile).toMatchObject({ domain: 'acme.example', selector: 's1', bits: 2048 });
  const oneLine = pem.replaceAll('\n', '\\n');
  const other = { DKIM_KEY: oneLine, DKIM_SELECTOR: 's1', DKIM_DOMAIN: 'mail.acme.example' };
  const fromLine = await openSigner(other, 'acme.example');
  expect(fromLine).toMatchObject({ domain: 'mail.acme.example', publicKey: fromFile?.publicKey });
});

test('a key that cannot sign stops the start with the name of the setting', async () => {
  expect(await refusal({ DKIM_KEY: 'nonsense', DKIM_SELECTOR: 's1' })).toMatch(
    /The environment has a problem:\n {2}DKIM_KEY: the DKIM key is no private key in PEM/,
  );
  expect(await refusal({ DKIM_KEY_FILE: '/nowhere/dkim.pem', DKIM_SELECTOR: 's1' })).toMatch(
    'DKIM_KEY_FILE: /nowhere/dkim.pem cannot be read: ENOENT',
  );
});

test.each([
  [{ DKIM_KEY: pem }, 'DKIM_SELECTOR is not set: with DKIM_KEY it says where the public key'],
  [{ DKIM_SELECTOR: 's1' }, 'DKIM_SELECTOR without DKIM_KEY or DKIM_KEY_FILE'],
  [{ DKIM_KEY: pem, DKIM_KEY_FILE: 'a', DKIM_SELECTOR: 's1' }, 'are both set: one key signs'],
  [{ NODE_ENV: 'production' }, 'DKIM_KEY_FILE is not set: mail would leave unsigned.'],
  [{ DKIM_KEY: pem, DKIM_SELECTOR: 's1', DKIM: 'relay' }, 'keep one of them'],
  [{ DKIM_KEY: pem, DKIM_SELECTOR: 'a b' }, 'DKIM_SELECTOR is "a b"; expected a name such as s1'],
])('settings that do not go together are said before anything starts (%#)', (env, sentence) => {
  expect(() => readConfig(env)).toThrow(sentence);
});
