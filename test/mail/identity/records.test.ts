/** What an owner can get wrong in DNS, and the sentence they get for it. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { alignmentFinding, dkimFinding } from '../../../mail/identity/dkim-record.ts';
import { createSigner, dkimRecord } from '../../../mail/identity/dkim.ts';
import { dmarcFinding, isAligned, readDmarc } from '../../../mail/identity/dmarc.ts';
import type { Finding } from '../../../mail/identity/finding.ts';
import { readSpf, spfFinding } from '../../../mail/identity/spf.ts';

function check(
  name: string,
  found: () => Finding,
  state: Finding['state'],
  ...words: readonly string[]
) {
  test(name, () => {
    const { found: says, fix = '', ...rest } = found();
    expect(rest.state).toBe(state);
    for (const word of words) expect(`${says} → ${fix}`).toContain(word);
  });
}

describe('SPF', () => {
  const spf = (texts: readonly string[] | 'absent' | 'away', lookups = 1) =>
    spfFinding('acme.com', texts, lookups);
  check('in order', () => spf(['v=spf1 include:relay.com -all', 'other=1']), 'ok', '-all');
  check('missing', () => spf(['google-site-verification=1']), 'failure', 'has no SPF record');
  check('none at all', () => spf('absent'), 'failure', 'v=spf1 include:');
  check('two of them', () => spf(['v=spf1 -all', 'v=spf1 ~all']), 'failure', 'join them');
  check('open to all', () => spf(['v=spf1 +all']), 'failure', 'everybody');
  check('"all" alone is "+all"', () => spf(['v=spf1 mx all']), 'failure', 'everybody');
  check('no opinion', () => spf(['v=spf1 mx ?all']), 'warning', 'says nothing');
  check('no end', () => spf(['v=spf1 mx']), 'warning', 'says nothing');
  check('ends elsewhere', () => spf(['v=spf1 redirect=relay.com']), 'ok');
  check('too costly', () => spf(['v=spf1 include:a.com -all'], 11), 'failure', 'needs 11 look-ups');
  check('not answered', () => spf('away'), 'unknown', 'no answer');
  test('counts what costs a look-up', () => {
    const text = 'v=spf1 ip4:1.2.3.4 a mx/24 include:x.com ~include:y.com exists:%{i}.z ptr -all';
    expect(readSpf(text)).toEqual({ all: '-', includes: ['x.com', 'y.com'], lookups: 6 });
  });
});

describe('DMARC', () => {
  const dmarc = (texts: readonly string[] | 'absent' | 'away') =>
    dmarcFinding('acme.com', 'acme.com', texts);
  check('in order', () => dmarc(['v=DMARC1; p=quarantine']), 'ok', 'p=quarantine');
  check('watches only', () => dmarc(['v=DMARC1; p=none; rua=mailto:d@acme.com']), 'ok');
  check('watches nothing', () => dmarc(['v=DMARC1; p=none']), 'warning', 'add rua=');
  check('missing', () => dmarc('absent'), 'failure', 'TXT at _dmarc.acme.com');
  check(
    'two of them',
    () => dmarc(['v=DMARC1; p=none', 'v=DMARC1; p=none']),
    'failure',
    'keep one',
  );
  check('no policy', () => dmarc(['v=DMARC1; rua=mailto:x@y']), 'failure', 'p=quarantine');
  test('alignment is strict only where the record says so', () => {
    expect(readDmarc('v=DMARC1; p=reject; adkim=s').dkimAlignment).toBe('s');
    expect(readDmarc('v=DMARC1; p=reject').dkimAlignment).toBe('r');
    expect(isAligned('mail.acme.com', 'acme.com', 'r')).toBe(true);
    expect(isAligned('mail.acme.com', 'acme.com', 's')).toBe(false);
    expect(isAligned('notacme.com', 'acme.com', 'r')).toBe(false);
  });
});

describe('DKIM', () => {
  const signerOf = (bits: number) =>
    createSigner({
      ...{ domain: 'acme.com', selector: 's1' },
      privateKey: generateKeyPairSync('rsa', { modulusLength: bits })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    });
  const signer = signerOf(2048);
  const short = signerOf(1024);
  const dkim = (texts: readonly string[] | 'absent' | 'away') => dkimFinding(signer, texts);
  check('in order', () => dkim([dkimRecord(signer).value]), 'ok', '2048 bits');
  check('in pieces', () => dkim([dkimRecord(signer).value.replace('p=', 'p=\t ')]), 'ok');
  check('missing', () => dkim('absent'), 'failure', `p=${signer.publicKey}`);
  check(
    'of another key',
    () => dkim([dkimRecord(short).value]),
    'failure',
    'every signature fails',
  );
  check('withdrawn', () => dkim(['v=DKIM1; p=']), 'failure', 'withdrawn');
  check('short', () => dkimFinding(short, [dkimRecord(short).value]), 'warning', '1024 bits');
  check('not answered', () => dkim('away'), 'unknown', 's1._domainkey.acme.com');
  check(
    'of a stranger',
    () => alignmentFinding('relay.com', 'acme.com', 'r'),
    'failure',
    'DKIM_DOMAIN',
  );
  check('of a child', () => alignmentFinding('m.acme.com', 'acme.com', 'r'), 'ok');
  check(
    'of a child, strictly',
    () => alignmentFinding('m.acme.com', 'acme.com', 's'),
    'failure',
    'adkim=s',
  );
});
