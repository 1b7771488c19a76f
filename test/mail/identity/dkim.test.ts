import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { checkSignature } from '../../../mail/identity/dkim-check.ts';
import {
  createSigner,
  dkimRecord,
  proveSigning,
  signedHeaders,
} from '../../../mail/identity/dkim.ts';

const pemOf = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
const privateKey = pemOf(2048);
const settings = { domain: 'acme.example', selector: 's1', privateKey };

async function signed(text: string): Promise<string> {
  const { options } = createSigner(settings);
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const from = 'maria@acme.example';
  const headers = { 'X-Other': 'free', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  const { message } = await transport.sendMail({
    ...{ from, to: 'ana@nordwind.example', subject: 'Grüße  an  alle', text, headers },
    dkim: options,
  });
  return (message as Buffer).toString('latin1');
}

test('a sample is signed as every mail is, and proven before the first one', async () => {
  await expect(proveSigning(createSigner(settings))).resolves.toBeUndefined();
});

test('a signature holds for the message as it was written, and for no other', async () => {
  const { publicKey } = createSigner(settings);
  const raw = await signed('Uno\n\n  two \n\n\n');
  const found = checkSignature(raw, publicKey);
  expect(found).toMatchObject({ type: 'valid' });
  expect(found).toHaveProperty(
    'headers',
    expect.arrayContaining(['list-unsubscribe-post', 'from']),
  );
  const invalid = (changed: string, key = publicKey) => {
    const check = checkSignature(changed, key);
    return check.type === 'invalid' ? check.because : check.type;
  };
  expect(invalid(raw.replace('Uno', 'Due'))).toBe('the body is not what was signed');
  expect(invalid(raw.replace('maria@', 'eva@'))).toBe('the headers are not what was signed');
  expect(invalid(raw.replace('=One-Click', '=No'))).toBe('the headers are not what was signed');
  expect(invalid(raw.replace('X-Other: free', 'X-Other: bound'))).toBe('valid');
  expect(invalid(raw, createSigner({ ...settings, privateKey: pemOf(2048) }).publicKey)).toBe(
    'the headers are not what was signed',
  );
  expect(invalid(raw.replace(/DKIM-Signature:(?:.|\r\n\s)*\r\n/, ''))).toBe(
    'the message has no DKIM-Signature',
  );
});

test('a key that receivers would not take is refused in one sentence', () => {
  const refusal = (key: string): string => {
    try {
      createSigner({ ...settings, privateKey: key });
    } catch (error) {
      return String(error);
    }
    return 'taken';
  };
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  expect(refusal(ed25519.export({ type: 'pkcs8', format: 'pem' }).toString())).toMatch(
    'must be RSA, found ed25519',
  );
  expect(refusal(pemOf(512))).toMatch('has 512 bits');
  expect(refusal('-----BEGIN NOTHING-----')).toMatch('is no private key in PEM');
});

test('a signing that is not right is said before anything is sent', async () => {
  const signer = createSigner(settings);
  const without = signedHeaders.filter((name) => name !== 'list-unsubscribe-post').join(':');
  const half = { ...signer, options: { ...signer.options, headerFieldNames: without } };
  await expect(proveSigning(half)).rejects.toThrow('list-unsubscribe-post are not signed');
  const broken = { ...signer, options: { ...signer.options, privateKey: 'no key' } };
  await expect(proveSigning(broken)).rejects.toThrow(
    'mail of acme.example (selector s1) cannot be signed: the message has no DKIM-Signature.',
  );
});

test('the record for DNS holds the public half of the key', () => {
  const signer = createSigner(settings);
  expect(dkimRecord(signer)).toEqual({
    name: 's1._domainkey.acme.example',
    value: `v=DKIM1; k=rsa; p=${signer.publicKey}`,
  });
});
