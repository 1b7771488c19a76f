/**
 * Canonical JSON and the content hash that addresses every part of a release.
 *
 * Keys are sorted, so the order in which a file writes them means nothing; models therefore keep
 * what is ordered in lists. The kind and key of a part are hashed too: two parts never share a hash.
 */
import { createHash } from 'node:crypto';

export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** SHA-256, hexadecimal. */
export function contentHash(kind: string, key: string, content: unknown): string {
  return createHash('sha256')
    .update(canonicalJson([kind, key, content]))
    .digest('hex');
}
