/**
 * Publishes a workspace: checks it, and stores it as a new release unless nothing changed.
 *
 * A release is an event in time (its id is a UUIDv7); its entries are content hashes, so publishing
 * the same files again stores nothing. Nothing is stored when a single error is found.
 */
import type { Part } from '../core/definitions/parts.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { checkWorkspace } from './check-workspace.ts';
import type { CheckDependencies, CheckedWorkspace } from './check-workspace.ts';
import type { CompiledEmail } from './compile-emails.ts';
import type { StoredPart } from './load-release.ts';

/** `<kind>/<key>` → hash. */
export type ReleaseEntries = { readonly [part: string]: string };

export interface ReleaseStore {
  latestRelease(): Promise<{ readonly id: string; readonly entries: ReleaseEntries } | undefined>;
  /** Parts already stored under their hash are kept as they are. */
  saveRelease(
    parts: readonly StoredPart[],
    meta: {
      readonly id: string;
      readonly author: string;
      readonly message: string;
      readonly publishedAt: number;
      /** The release this one was compared with; another in force by now refuses it. */
      readonly basedOn: string | null;
    },
  ): Promise<unknown>;
}
export interface PublishRequest<Email extends CompiledEmail> extends CheckDependencies<Email> {
  readonly store: ReleaseStore;
  readonly files: readonly WorkspaceFile[];
  readonly author: string;
  readonly message: string;
  /** UUIDv7. */
  readonly newId: () => string;
  readonly now: () => number;
}
export type PublishResult<Email> =
  | {
      readonly type: 'published';
      readonly releaseId: string;
      readonly workspace: CheckedWorkspace<Email>;
      /** `<kind>/<key>` of what is new or different, and of what is gone. */
      readonly changed: readonly string[];
      readonly gone: readonly string[];
      readonly warnings: readonly Problem[];
    }
  | {
      readonly type: 'unchanged';
      readonly releaseId: string;
      readonly workspace: CheckedWorkspace<Email>;
      readonly warnings: readonly Problem[];
    }
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

export async function publishWorkspace<Email extends CompiledEmail>(
  request: PublishRequest<Email>,
): Promise<PublishResult<Email>> {
  const { store, files, author, message } = request;
  const id = request.newId();
  const checked = await checkWorkspace(files, request, id);
  if (!checked.ok) return { type: 'refused', problems: checked.problems };
  const { workspace, warnings } = checked;
  const entries = entriesOf(workspace.parts);
  const latest = await store.latestRelease();
  const { changed, gone } = compareEntries(latest?.entries ?? {}, entries);
  if (latest !== undefined && changed.length + gone.length === 0) {
    const release = { ...workspace.release, id: latest.id };
    const unchanged = { ...workspace, release };
    return { type: 'unchanged', releaseId: latest.id, workspace: unchanged, warnings };
  }
  const parts = workspace.parts.map((part) => storedPart(part, workspace.emails));
  const basedOn = latest?.id ?? null;
  await store.saveRelease(parts, { id, author, message, publishedAt: request.now(), basedOn });
  return { type: 'published', releaseId: id, workspace, changed, gone, warnings };
}

export function entriesOf(
  parts: readonly Pick<StoredPart, 'kind' | 'key' | 'hash'>[],
): ReleaseEntries {
  return Object.fromEntries(parts.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
}

/** An email is stored compiled: sending must not depend on a newer compiler. */
function storedPart<Email>(
  part: Part,
  emails: { readonly [template: string]: { readonly [language: string]: Email } },
): StoredPart {
  if (part.kind !== 'template') return part;
  return { ...part, compiled: { ...part.compiled, languages: emails[part.key] ?? {} } };
}

function compareEntries(
  before: ReleaseEntries,
  after: ReleaseEntries,
): { readonly changed: readonly string[]; readonly gone: readonly string[] } {
  return {
    changed: Object.keys(after).filter((part) => before[part] !== after[part]),
    gone: Object.keys(before).filter((part) => !Object.hasOwn(after, part)),
  };
}
