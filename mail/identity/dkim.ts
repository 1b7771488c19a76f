/**
 * The signature of our domain under every mail (DKIM, RFC 6376): the key, what is signed, and the proof
 * that signing works.
 *
 * nodemailer sends unsigned, without an error, when a key is not RSA or a signature cannot be made, and by
 * default leaves `List-Unsubscribe-Post` out, which RFC 8058 wants signed. So the key is judged when it is
 * read, a sample is signed and checked before the first mail, and mail/smtp.ts lets no byte of an unsigned
 * mail leave. Nothing here asks DNS: whether the world can check the signature is the doctor's question.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { checkSignature } from './dkim-check.ts';
import { messageHeaders } from '../headers.ts';
import { mailOptions } from '../outgoing.ts';

export interface DkimSettings {
  readonly domain: string;
  readonly selector: string;
  /** RSA in PEM. */
  readonly privateKey: string;
}
export interface Signer {
  readonly domain: string;
  readonly selector: string;
  /** As it stands after `p=` in DNS. */
  readonly publicKey: string;
  readonly bits: number;
  /** What nodemailer is given with each mail. */
  readonly options: {
    readonly domainName: string;
    readonly keySelector: string;
    readonly privateKey: string;
    readonly headerFieldNames: string;
  };
}

/** RFC 8301 3.2: verifiers refuse less than 1,024 bits, and signers should use 2,048. */
const keyBitsMin = 1024;

/** What a receiver shows or acts on; each must be ours, and those that are missing cannot be added. */
export const signedHeaders: readonly string[] = [
  ...['from', 'sender', 'reply-to', 'subject', 'date', 'message-id', 'to', 'mime-version'],
  ...['content-type', 'content-transfer-encoding', 'list-id', 'list-unsubscribe'],
  ...['list-unsubscribe-post', 'feedback-id', 'auto-submitted'],
];

/** Throws a sentence for whoever set the key. */
export function createSigner({ domain, selector, privateKey }: DkimSettings): Signer {
  const key = readKey(privateKey);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < keyBitsMin) {
    throw new Error(`the DKIM key has ${bits} bits; receivers ask for ${keyBitsMin}, better 2048`);
  }
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    ...{ domain, selector, bits, publicKey: publicKey.toString('base64') },
    options: {
      domainName: domain,
      keySelector: selector,
      privateKey,
      headerFieldNames: signedHeaders.join(':'),
    },
  };
}

function readKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Error(
      'the DKIM key is no private key in PEM (-----BEGIN PRIVATE KEY-----); ' +
        '`openssl genrsa 2048` makes one',
      { cause },
    );
  }
  if (key.asymmetricKeyType !== 'rsa') {
    // Ed25519 (RFC 8463) is understood by few receivers, and nodemailer would send unsigned.
    throw new Error(`the DKIM key must be RSA, found ${key.asymmetricKeyType ?? 'no key'}`);
  }
  return key;
}

/** The TXT record that lets receivers check the signature, at `<selector>._domainkey.<domain>`. */
export function dkimRecord({ domain, selector, publicKey }: Signer): {
  readonly name: string;
  readonly value: string;
} {
  return { name: `${selector}._domainkey.${domain}`, value: `v=DKIM1; k=rsa; p=${publicKey}` };
}

/** Signs a sample as every mail is signed and checks it as a receiver would. Throws when it is not right. */
export async function proveSigning(signer: Signer): Promise<void> {
  const raw = await signedSample(signer);
  const found = checkSignature(raw, signer.publicKey);
  if (found.type === 'invalid') throw notProven(signer, found.because);
  const unsigned = ['list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'feedback-id'].filter(
    (name) => !found.headers.includes(name),
  );
  if (unsigned.length > 0) throw notProven(signer, `${unsigned.join(', ')} are not signed`);
}

async function signedSample({ domain, options }: Signer): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const headers = messageHeaders({
    ...{ ledgerId: 'sample/sample/1', class: 'marketing', programme: 'sample', step: 'sample' },
    ...{ template: 'sample', domain, topic: { id: 'sample', title: 'Sample' } },
    unsubscribeUrl: `https://${domain}/u/sample`,
  });
  const sample = {
    ...{
      messageId: `<sample@${domain}>`,
      subject: 'Grüße',
      html: '<p>.  Grüße</p>',
      text: 'Grüße',
    },
    ...{ from: { address: `sample@${domain}` }, to: { address: `sample@${domain}` }, headers },
  };
  const { message } = await transport.sendMail({ ...mailOptions(sample), dkim: options });
  return Buffer.isBuffer(message) ? message.toString('latin1') : '';
}

function notProven({ domain, selector }: Signer, because: string): Error {
  return new Error(
    `mail of ${domain} (selector ${selector}) cannot be signed: ${because}. Nothing is sent unsigned.`,
  );
}
