import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSignature } from '../../mail/identity/dkim-check.ts';
import { createSigner } from '../../mail/identity/dkim.ts';
import { createSmtpTransport } from '../../mail/smtp.ts';
import type { Delivery, SmtpOptions, SmtpPhase } from '../../mail/smtp.ts';
import type { OutgoingEmail } from '../../mail/outgoing.ts';
import { messageHeaders, messageIdOf } from '../../mail/headers.ts';
import { startSink } from './smtp-sink.ts';
import type { Sink } from './smtp-sink.ts';

let sink: Sink;
let count = 0;

beforeAll(async () => {
  sink = await startSink();
});
afterAll(async () => {
  await sink.close();
});

function email(to: string, changes: Partial<OutgoingEmail> = {}): OutgoingEmail {
  count += 1;
  const ledgerId = `019a-enrolment-${count}/welcome/1`;
  return {
    messageId: messageIdOf(ledgerId, 'acme.example'),
    from: { name: 'Maria at Acme', address: 'maria@acme.example' },
    to: { name: 'Ana', address: to },
    subject: 'Your first report',
    html: '<p>Grüße</p>',
    text: 'Hello',
    headers: messageHeaders({
      ledgerId,
      class: 'marketing',
      programme: 'trial-nurture',
      step: 'welcome',
      template: 'welcome',
      domain: 'acme.example',
      topic: { id: 'product-tips', title: 'Product tips' },
      unsubscribeUrl: `https://acme.example/u/${'t'.repeat(120)}`,
    }),
    ...changes,
  };
}

async function deliver(
  message: OutgoingEmail,
  options: Partial<SmtpOptions> = {},
): Promise<Delivery> {
  const transport = createSmtpTransport({ url: sink.url, socketTimeoutMs: 1000, ...options });
  try {
    return await transport.deliver(message);
  } finally {
    await transport.close();
  }
}

function takenFor(address: string): readonly { readonly raw: string }[] {
  return sink.taken.filter(({ recipients }) => recipients.includes(address));
}

describe('a delivery that worked', () => {
  test('reaches exactly one recipient with our Message-ID and the unsubscribe header on one line', async () => {
    const message = email('worked@nordwind.example');
    expect(await deliver(message)).toMatchObject({ type: 'accepted' });
    const [mail, ...others] = takenFor('worked@nordwind.example');
    expect(others).toEqual([]);
    expect(mail?.raw).toContain(`Message-ID: ${message.messageId}\r\n`);
    expect(mail?.raw).toMatch(/^List-Unsubscribe: <https:\/\/acme\.example\/u\/t{120}>\r$/m);
    expect(mail?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(mail?.raw).toMatch(/^List-ID: "Product tips" <product-tips\.acme\.example>\r$/im);
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail?.raw).toContain('Content-Transfer-Encoding: quoted-printable');
  });

  test('uses one connection for many mails at once', async () => {
    const transport = createSmtpTransport({ url: sink.url, connectionsMax: 1 });
    const addresses = Array.from({ length: 20 }, (_, index) => `many${index}@nordwind.example`);
    const results = await Promise.all(addresses.map((to) => transport.deliver(email(to))));
    await transport.close();
    expect(results.every(({ type }) => type === 'accepted')).toBe(true);
    for (const address of addresses) expect(takenFor(address)).toHaveLength(1);
  });

  test('lets as many mails be on their way as there are connections, in order', async () => {
    const transport = createSmtpTransport({ url: sink.url, connectionsMax: 2 });
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const turns = [0, 1, 2, 3].map((n) =>
      transport.inTurn(async () => {
        begun.push(n);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (n === 0) throw new Error('a turn that fails gives its place back too');
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[0]?.();
    await expect(turns[0]).rejects.toThrow('gives its place back');
    expect(begun).toEqual([0, 1, 2]);
    ends[1]?.();
    await turns[1];
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.();
    ends[3]?.();
    await Promise.all(turns.slice(1));
    await transport.close();
  });

  const rsa = {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  } as const;

  test('carries a DKIM signature over the wire that covers the one-click header', async () => {
    const { privateKey } = generateKeyPairSync('rsa', rsa);
    const signer = createSigner({ domain: 'acme.example', selector: 's1', privateKey });
    await deliver(email('signed@nordwind.example'), { signer });
    const [mail] = takenFor('signed@nordwind.example');
    expect(checkSignature(mail?.raw ?? '', signer.publicKey)).toEqual({
      type: 'valid',
      headers: expect.arrayContaining([
        'list-unsubscribe',
        'list-unsubscribe-post',
        'from',
      ]) as unknown,
    });
  });

  test('does not leave when it cannot be signed: nothing is sent unsigned', async () => {
    const { privateKey } = generateKeyPairSync('rsa', rsa);
    const signer = createSigner({ domain: 'acme.example', selector: 's1', privateKey });
    const broken = { ...signer, options: { ...signer.options, privateKey: 'lost meanwhile' } };
    const delivery = await deliver(email('unsigned@nordwind.example'), { signer: broken });
    expect(delivery).toMatchObject({ type: 'not-taken', class: 'config', transient: false });
    expect(takenFor('unsigned@nordwind.example')).toEqual([]);
  });
});

const refusals: readonly (readonly [string, Partial<Delivery> & Record<string, unknown>])[] = [
  ['gone', { class: 'address', transient: false, code: 550, enhancedCode: '5.1.1' }],
  ['plain', { class: 'address', transient: false, code: 550 }],
  ['busy', { class: 'transient', transient: true, code: 451, enhancedCode: '4.7.1' }],
  ['full', { class: 'mailbox', transient: false, code: 552, enhancedCode: '5.2.2' }],
  ['policy', { class: 'policy', transient: false, code: 550, enhancedCode: '5.7.1' }],
  ['hangup', { class: 'infra', transient: true }],
  ['latebusy', { class: 'transient', transient: true, code: 451 }],
  ['latespam', { class: 'policy', transient: false, code: 554 }],
];

describe('a delivery that failed', () => {
  test.each(refusals)('to %s@ was not taken, and says how', async (name, expected) => {
    const delivery = await deliver(email(`${name}@nordwind.example`));
    expect(delivery).toMatchObject({ type: 'not-taken', ...expected });
  });

  test.each([['drop'], ['silent'], ['late421']])(
    'to %s@ is unknown: the server has it and gave no answer',
    async (name) => {
      expect(await deliver(email(`${name}@nordwind.example`))).toMatchObject({ type: 'unknown' });
      expect(takenFor(`${name}@nordwind.example`)).toHaveLength(1);
    },
  );

  test('to a server that is not there was not taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const delivery = await deliver(email('a@nordwind.example'), {
      url: `smtp://127.0.0.1:${port}`,
    });
    expect(delivery).toMatchObject({ type: 'not-taken', class: 'infra', transient: true });
  });

  test('over a connection that the server closed while idle was not taken', async () => {
    const short = await startSink();
    const transport = createSmtpTransport({ url: short.url, connectionsMax: 1 });
    expect(await transport.deliver(email('first@nordwind.example'))).toMatchObject({
      type: 'accepted',
    });
    await short.close();
    expect(await transport.deliver(email('second@nordwind.example'))).toMatchObject({
      type: 'not-taken',
      class: 'infra',
    });
    await transport.close();
  });
});

describe('what never reaches the server', () => {
  test.each([
    ['v1@x.example, v2@y.example'],
    ['"n" <a@x.example>, b@y.example'],
    ['group: a@x.example, b@y.example;'],
    ['a@x.example\r\nRCPT TO:<b@y.example>'],
    ['Ana@x.example'],
  ])('an address such as %j', async (address) => {
    const before = sink.taken.length;
    expect(await deliver(email(address))).toMatchObject({ type: 'not-taken', class: 'address' });
    expect(sink.taken).toHaveLength(before);
  });

  test('a display name with a comma and an address in it stays a name', async () => {
    const name = 'Ana, "b@y.example" <c@z.example>\r\nBcc: d@w.example';
    await deliver(email('named@x.example', { to: { name, address: 'named@x.example' } }));
    const [mail] = sink.taken.filter(({ recipients }) => recipients.includes('named@x.example'));
    expect(mail?.recipients).toEqual(['named@x.example']);
    expect(mail?.raw).not.toMatch(/^Bcc:/m);
  });

  test('a body that is a file path object, or a header with a line break', async () => {
    const html = { path: '/etc/hostname' } as unknown as string;
    await expect(deliver(email('a@x.example', { html }))).rejects.toThrow('strings');
    const headers = { 'X-Note': 'a\r\nBcc: b@y.example' };
    await expect(deliver(email('a@x.example', { headers }))).rejects.toThrow('line break');
  });
});

describe('the phases', () => {
  test('come in order', async () => {
    const seen: string[] = [];
    const onPhase = async (phase: SmtpPhase): Promise<void> => {
      seen.push(
        `${phase} ${takenFor('phases@nordwind.example').length > 0 ? 'taken' : 'not taken'}`,
      );
    };
    await deliver(email('phases@nordwind.example'), { onPhase });
    expect(seen[0]).toBe('afterRcpt not taken');
    expect(seen.map((line) => line.split(' ')[0])).toEqual([
      'afterRcpt',
      'dataWritten',
      'after250',
    ]);
    expect(seen[2]).toBe('after250 taken');
  });

  test.each<[SmtpPhase, number]>([
    ['afterRcpt', 0],
    ['dataWritten', 1],
    ['after250', 1],
  ])('a failpoint at %s rejects the delivery and leaves %i mails', async (at, mails) => {
    const to = `${at.toLowerCase()}@failpoint.example`;
    const onPhase = async (phase: SmtpPhase): Promise<void> => {
      if (phase === at) throw new Error(`failpoint ${at}`);
    };
    await expect(deliver(email(to), { onPhase })).rejects.toThrow(`failpoint ${at}`);
    expect(takenFor(to)).toHaveLength(mails);
  });
});

describe('closing', () => {
  test('waits for the mail that is being sent and takes no further one', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached: () => void = () => undefined;
    const atContent = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const transport = createSmtpTransport({
      url: sink.url,
      onPhase: async (phase) => {
        if (phase !== 'afterRcpt') return;
        reached();
        await held;
      },
    });
    const sending = transport.deliver(email('closing@nordwind.example'));
    await atContent;
    const closing = transport.close(5000);
    expect(await transport.deliver(email('late@nordwind.example'))).toMatchObject({
      type: 'not-taken',
      class: 'infra',
    });
    release();
    expect(await sending).toMatchObject({ type: 'accepted' });
    await closing;
  });

  test('cuts a mail that does not finish in time, and calls it unknown', async () => {
    const transport = createSmtpTransport({ url: sink.url });
    const sending = transport.deliver(email('silent@closing.example'));
    await expect.poll(() => takenFor('silent@closing.example').length).toBe(1);
    await transport.close(10);
    expect(await sending).toMatchObject({ type: 'unknown' });
  });
});
