import { expect, test } from 'vitest';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { createLetters } from '../../mail/letters.ts';
import type { Draft } from '../../mail/letters.ts';
import { readReturnAddress } from '../../mail/return-address.ts';
import { readToken } from '../../mail/tokens.ts';

const secret = 'a secret of enough characters';
const letters = createLetters({
  domain: 'acme.example',
  publicUrl: 'https://acme.example',
  secret,
});

async function draft(changes: Partial<Draft> = {}): Promise<Draft> {
  const template = await compileTemplate({
    name: 'probe',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ lead.company }} {% if unsubscribe_url %}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{% endif %}</mj-text></mj-column></mj-section></mj-body></mjml>',
    email: { subject: 'For {{ lead.company }}', preheader: '', language: 'en' },
    partials: {},
    brand: {},
  });
  return {
    sendId: '019a-send',
    messageId: letters.messageIdOf('019a/welcome/1'),
    class: 'marketing',
    programme: 'trial-nurture',
    step: 'welcome',
    template,
    topic: { id: 'product-tips', title: 'Product tips' },
    from: { name: 'Maria', address: 'maria@acme.example' },
    to: { name: 'Ana', address: 'ana@nordwind.example' },
    variables: {
      lead: { company: 'Nordwind AG' },
      sender: { name: 'Maria', email: 'maria@acme.example' },
      workspace: { postalAddress: 'Berlin' },
    },
    ...changes,
  };
}

test('a marketing email can be left by the same signed link in its header and its body', async () => {
  const letter = letters.compose(await draft());
  if (!letter.ok) throw new Error(letter.message);
  const link = /href="([^"]+)"/.exec(letter.email.html)?.[1] ?? '';
  expect(letter.email.headers['List-Unsubscribe']).toEqual({ prepared: true, value: `<${link}>` });
  const token = link.replace('https://acme.example/u/', '');
  expect(readToken(secret, 'unsubscribe', token)).toEqual({ ok: true, payload: '019a-send' });
  expect(letter.email.text).toContain(link);
});

test('an answer to a request has the link in its footer, but is no list', async () => {
  const letter = letters.compose(await draft({ class: 'transactional' }));
  if (!letter.ok) throw new Error(letter.message);
  expect(letter.email.html).toContain('/u/1u.');
  expect(letter.email.headers).not.toHaveProperty('List-Unsubscribe');
});

test('an email to a rep has neither', async () => {
  const letter = letters.compose(await draft({ class: 'internal' }));
  if (!letter.ok) throw new Error(letter.message);
  expect(letter.email.html).not.toContain('/u/');
  expect(Object.keys(letter.email.headers)).not.toContain('List-Unsubscribe');
});

test('a missing variable is said by name, and no email is made', async () => {
  const { variables } = await draft();
  const letter = letters.compose(await draft({ variables: { ...variables, lead: {} } }));
  expect(letter).toMatchObject({ ok: false, variable: 'lead.company' });
});

test('a note is plain words, whatever is in them', () => {
  const email = letters.composeNote({
    sendId: '019a-note',
    messageId: letters.messageIdOf('019a/note/1'),
    programme: 'trial-nurture',
    step: 'note',
    from: { name: 'Maria', address: 'maria@acme.example' },
    to: { name: 'Anna', address: 'anna@example.com' },
    subject: 'Call\r\nBcc: b@y.example',
    text: 'Call <script>alert(1)</script>\nsoon',
  });
  expect(email.subject).toBe('Call Bcc: b@y.example');
  expect(email.html).toContain('<p>Call &lt;script&gt;alert(1)&lt;/script&gt;</p><p>soon</p>');
});

const returning = createLetters({
  ...{ domain: 'acme.example', publicUrl: 'https://acme.example', secret },
  ...{ bounceDomain: 'bounces.acme.example', replyDomain: 'replies.acme.example' },
});
const sendId = '019a8f3e-5b1c-5d2e-8f00-0123456789ab';

test('where we receive mail, bounces, answers and wishes to leave name the email', async () => {
  const letter = returning.compose(await draft({ sendId }));
  if (!letter.ok) throw new Error(letter.message);
  const { envelopeFrom = '', replyTo, headers } = letter.email;
  expect(readReturnAddress(secret, envelopeFrom)).toEqual({ purpose: 'bounce', send: sendId });
  expect(readReturnAddress(secret, replyTo?.address ?? '')?.purpose).toBe('reply');
  expect(replyTo?.name).toBe('Maria');
  const { value } = headers['List-Unsubscribe'] as { readonly value: string };
  expect(value).toMatch(
    /^<https:[^>]+>, <mailto:u\+[a-z2-7]{42}@replies.acme.example\?subject=unsubscribe>$/,
  );
  expect(headers).not.toHaveProperty('X-Auto-Response-Suppress');
});

test('an email to a rep bounces to us and is answered to its sender', async () => {
  const letter = returning.compose(await draft({ sendId, class: 'internal' }));
  if (!letter.ok) throw new Error(letter.message);
  expect(letter.email.envelopeFrom).toContain('@bounces.acme.example');
  expect(letter.email).not.toHaveProperty('replyTo');
  expect(letter.email.headers).toHaveProperty('X-Auto-Response-Suppress');
});
