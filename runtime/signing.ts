/**
 * The DKIM key of the settings, read and proven before the worker takes its first task: a key that cannot
 * sign stops the start with one sentence, as every other wrong setting does. Without a key nothing is
 * signed here: then the relay signs, which the doctor asks about.
 */
import { readFile } from 'node:fs/promises';
import { createSigner, proveSigning, type Signer } from '../mail/identity/dkim.ts';
import { ConfigError, type Config } from './config.ts';

export type SigningSettings = Pick<
  Config,
  'DKIM_KEY' | 'DKIM_KEY_FILE' | 'DKIM_SELECTOR' | 'DKIM_DOMAIN'
>;

/** `mailDomain`: of the From address, for which it signs unless DKIM_DOMAIN says otherwise. */
export async function openSigner(
  settings: SigningSettings,
  mailDomain: string,
): Promise<Signer | undefined> {
  const privateKey = await readKey(settings);
  if (privateKey === undefined) return undefined;
  const { DKIM_DOMAIN: domain = mailDomain, DKIM_SELECTOR: selector = '' } = settings;
  try {
    const signer = createSigner({ domain, selector, privateKey });
    await proveSigning(signer);
    return signer;
  } catch (cause) {
    const name = settings.DKIM_KEY === undefined ? 'DKIM_KEY_FILE' : 'DKIM_KEY';
    throw wrong(`${name}: ${messageOf(cause)}.`, cause);
  }
}

async function readKey({ DKIM_KEY, DKIM_KEY_FILE }: SigningSettings): Promise<string | undefined> {
  // A variable holds one line in most places that keep them.
  if (DKIM_KEY !== undefined) return DKIM_KEY.replaceAll('\\n', '\n');
  if (DKIM_KEY_FILE === undefined) return undefined;
  try {
    return await readFile(DKIM_KEY_FILE, 'utf8');
  } catch (cause) {
    throw wrong(`DKIM_KEY_FILE: ${DKIM_KEY_FILE} cannot be read: ${messageOf(cause)}.`, cause);
  }
}

function wrong(problem: string, cause: unknown): ConfigError {
  return Object.assign(new ConfigError([problem]), { cause });
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
