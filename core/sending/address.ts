/**
 * The one strict email address parser of the product. It stands at every door (API, form, import,
 * workspace files) and before every send, so a comma in a form field can never become a second
 * recipient and no text with angle brackets, quotes or line breaks reaches an SMTP command.
 * It knows one shape, `local@domain`; display names, comments, groups, quoted local parts and
 * address literals are refused, never repaired. It must stay pure and must stay the only one.
 */

export type ParsedAddress =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly problem: string };

/** RFC 5321 4.5.3.1: a path is at most 256 octets, two of them the angle brackets. */
const addressCharactersMax = 254;
/** RFC 5321 4.5.3.1.1. */
const localCharactersMax = 64;
/** RFC 1035 2.3.4. */
const labelCharactersMax = 63;
/** Room for surrounding blanks; anything longer is refused before a single pattern runs. */
const inputCharactersMax = 320;

const refused = new Map([
  [',', 'a comma'],
  [';', 'a semicolon'],
  ['<', 'an angle bracket'],
  ['>', 'an angle bracket'],
  ['"', 'a quotation mark'],
  ['(', 'a bracket'],
  [')', 'a bracket'],
  ['[', 'a bracket'],
  [']', 'a bracket'],
  ['\\', 'a backslash'],
  [':', 'a colon'],
]);

// RFC 5322 atoms without `%`, `!`, `|`, backtick and braces: the first two once routed mail through
// other people's servers, the others mean something to shells and templates, and no one owns one.
const localPattern = /^[a-z0-9#$&'*+/=?^_~-]+(?:\.[a-z0-9#$&'*+/=?^_~-]+)*$/;
const domainPattern = /^[\p{L}\p{M}\p{Nd}.-]+$/u;
const labelPattern = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** Returns the normalised address (trimmed, lower case, ASCII domain) or says what is wrong. */
export function parseAddress(text: unknown): ParsedAddress {
  if (typeof text !== 'string') return problem(`expected an email address, found ${kindOf(text)}`);
  if (text.length > inputCharactersMax) {
    return problem(`an email address has at most ${addressCharactersMax} characters`);
  }
  const trimmed = text.trim();
  if (trimmed === '') return problem('the email address is empty');
  const character = refusedCharacter(trimmed);
  if (character !== undefined) return problem(`an email address cannot contain ${character}`);
  const at = trimmed.indexOf('@');
  if (at < 0) return problem('an email address needs an @');
  if (at !== trimmed.lastIndexOf('@')) return problem('an email address has exactly one @');
  return join(trimmed.slice(0, at).toLowerCase(), trimmed.slice(at + 1));
}

/** The address or undefined, for places that only need to know whether it can be used. */
export function addressOrUndefined(text: unknown): string | undefined {
  const parsed = parseAddress(text);
  return parsed.ok ? parsed.address : undefined;
}

/** Of an address that was parsed, or as a server wrote it: "ana@Mail.Example" → "mail.example". */
export function domainOfAddress(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The part before the @, as it is compared: in lower case. */
export function localPartOf(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf('@'))).toLowerCase();
}

function join(local: string, writtenDomain: string): ParsedAddress {
  if (local === '') return problem('nothing stands before the @');
  if (local.length > localCharactersMax) {
    return problem(`the part before the @ has at most ${localCharactersMax} characters`);
  }
  if (!localPattern.test(local)) {
    return problem('the part before the @ holds a character or a dot that mail servers refuse');
  }
  const domain = asciiDomain(writtenDomain);
  if (domain === undefined) return problem('the part after the @ is not a domain name');
  if (!domain.includes('.')) return problem('the domain after the @ needs a dot');
  const address = `${local}@${domain}`;
  if (address.length > addressCharactersMax) {
    return problem(`an email address has at most ${addressCharactersMax} characters`);
  }
  return { ok: true, address };
}

function asciiDomain(written: string): string | undefined {
  if (!domainPattern.test(written) || !URL.canParse(`http://${written}/`)) return undefined;
  const domain = new URL(`http://${written}/`).hostname;
  const labels = domain.split('.');
  const sound = labels.every((label) => label.length <= labelCharactersMax && isLabel(label));
  // An all-digit last label is an IPv4 address (the URL parser has also unfolded 0x7f.1).
  return sound && !/^\d+$/.test(labels.at(-1) ?? '') ? domain : undefined;
}

function isLabel(label: string): boolean {
  return labelPattern.test(label);
}

function refusedCharacter(text: string): string | undefined {
  for (const character of text) {
    const name = refused.get(character);
    if (name !== undefined) return name;
    if (/\s/u.test(character)) return 'a blank or a line break';
    if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(character)) return 'an invisible character';
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function problem(text: string): ParsedAddress {
  return { ok: false, problem: text };
}
