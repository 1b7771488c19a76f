/**
 * Whether receivers can check our DKIM signature: the key in DNS against the key that signs, and the
 * signing domain against the one that people see. Pure.
 */
import { dkimRecord, type Signer } from './dkim.ts';
import { isAligned } from './dmarc.ts';
import { unanswered, type DnsAnswer, type Finding } from './finding.ts';

const part = 'DKIM';
/** RFC 8301 3.2: signers should use this much. */
const keyBitsGood = 2048;

export function dkimFinding(signer: Signer, texts: DnsAnswer<string>): Finding {
  const { name, value } = dkimRecord(signer);
  if (texts === 'away') return unanswered(part, name);
  const publish = `Publish TXT at ${name}: "${value}".`;
  const [text] = texts === 'absent' ? [] : texts.filter((one) => /(^|;)\s*p=/i.test(one));
  if (text === undefined) {
    return { state: 'failure', part, found: `there is no key at ${name}`, fix: publish };
  }
  const key = /(?:^|;)\s*p=([^;]*)/i.exec(text)?.[1]?.replace(/\s/g, '') ?? '';
  if (key === '') {
    const found = `the key at ${name} is withdrawn (empty p=)`;
    return { state: 'failure', part, found, fix: publish };
  }
  if (key !== signer.publicKey) {
    const found = `${name} holds another key than the one that signs: every signature fails`;
    return { state: 'failure', part, found, fix: `${publish} Or set the key that belongs to it.` };
  }
  if (signer.bits < keyBitsGood) {
    const found = `${name} holds our key, of ${signer.bits} bits`;
    const fix = `Some receivers take no less than ${keyBitsGood}: \`openssl genrsa 2048\` makes one.`;
    return { state: 'warning', part, found, fix };
  }
  return { state: 'ok', part, found: `${name} holds our key, ${signer.bits} bits` };
}

/** Without a key of ours only a mail that arrived shows whether the relay signs. */
export function relaySigns(domain: string): Finding {
  return {
    ...{ state: 'unknown', part, found: `no key is set: the relay must sign for ${domain}` },
    fix: 'Set DKIM_KEY_FILE and DKIM_SELECTOR, or look for "dkim=pass" and "header.d" in a mail that arrived.',
  };
}

export function alignmentFinding(signing: string, from: string, alignment: 'r' | 's'): Finding {
  if (isAligned(signing, from, alignment)) {
    return { state: 'ok', part: 'alignment', found: `${signing} signs for ${from}` };
  }
  const why = alignment === 's' ? ', and its DMARC record wants the same domain (adkim=s)' : '';
  return {
    ...{ state: 'failure', part: 'alignment' },
    found: `mail from ${from} is signed by ${signing}${why}`,
    fix: `Receivers count a signature only for its own domain: sign with DKIM_DOMAIN=${from}, or write from an address of ${signing}.`,
  };
}
