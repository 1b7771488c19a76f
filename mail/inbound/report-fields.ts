/**
 * Fields of machine-readable reports (RFC 3464, RFC 5965): groups of `Name: value` lines, parted by
 * empty lines, long values folded like headers. Shared by bounces and complaints; it knows no meaning.
 */
export type ReportFields = ReadonlyMap<string, string>;

/** A field says a sentence; patterns that look for something in it must not meet a megabyte. */
const charactersMax = 2_000;

/** Names in lower case; of a repeated one the first. */
export function fieldGroups(text: string): readonly ReportFields[] {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((group) => group.size > 0);
}

function fieldsOf(block: string): ReportFields {
  const fields = new Map<string, string>();
  for (const line of block.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name = '', value = ''] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    const known = name.toLowerCase();
    if (name !== '' && !fields.has(known)) fields.set(known, value.trim().slice(0, charactersMax));
  }
  return fields;
}

/** `rfc822; <ana@nordwind.example>` → `ana@nordwind.example`; undefined when redacted. */
export function addressIn(field: string | undefined): string | undefined {
  const [, address] = /([^\s<>;"]+@[^\s<>;"]+)/.exec(field ?? '') ?? [];
  return address?.toLowerCase();
}
