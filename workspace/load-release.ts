/**
 * Stored parts → the release they were published as.
 *
 * What was compiled then is taken as it is: a newer engine with stricter checks still loads an old
 * release. Callers keep the result; one release id is loaded once.
 */
import { assembleRelease } from '../core/definitions/parts.ts';
import type { Part } from '../core/definitions/parts.ts';
import type { Release, TemplateManifest } from '../core/definitions/release.ts';

/** A definition as store/ keeps it. */
export interface StoredPart {
  readonly hash: string;
  readonly kind: string;
  readonly key: string;
  readonly source: string;
  readonly compiled: unknown;
}
/** `compiled` of a template. */
export interface StoredTemplate<Email> {
  readonly manifest: TemplateManifest;
  readonly languages: { readonly [language: string]: Email };
}

export function loadRelease(id: string, stored: readonly StoredPart[]): Release {
  // Every stored part was written by `publishWorkspace` from a `Part` of the same kind.
  const release = assembleRelease(id, stored as readonly Part[]);
  if (release === undefined) {
    const kinds = [...new Set(stored.map(({ kind }) => kind))].sort().join(', ');
    throw new Error(
      `Release ${id} cannot be loaded: expected parts "qualification" and "sending", found ${kinds}`,
    );
  }
  return release;
}

/** The emails of a stored template, as the compiler of its time left them. */
export function loadTemplate<Email>(part: StoredPart): StoredTemplate<Email> {
  if (part.kind !== 'template') {
    throw new Error(`Definition ${part.hash} is a ${part.kind}, expected a template`);
  }
  return part.compiled as StoredTemplate<Email>;
}
