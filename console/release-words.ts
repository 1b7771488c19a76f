/**
 * The files of the release in force, as their authors wrote them, ready to be said and drawn.
 *
 * A release decides by what was compiled; only pages for people read the sources again.
 */
import { journeyFile, type JourneyFile } from '../core/definitions/journey.ts';
import { parseDocument, readValue } from '../core/definitions/document.ts';
import { readFormat } from '../core/definitions/read-format.ts';
import { formats, type Kind } from '../core/definitions/sources.ts';
import { dotOf } from '../core/graph/dot.ts';
import { journeyGraph } from '../core/graph/journey-graph.ts';
import { lexiconOfSources, type Lexicon } from '../core/words/lexicon.ts';
import { readWords, type ReadResult } from '../core/words/read-words.ts';
import { svgOf } from '../drawing/svg.ts';
import type { Sql } from '../store/client.ts';
import { latestRelease, loadDefinitions, type StoredDefinition } from '../store/releases.ts';
import { Html } from './html.ts';

export interface ReleaseSources {
  readonly number: number;
  readonly parts: readonly StoredDefinition[];
  readonly lexicon: Lexicon;
}

/** `undefined` before the first release is stored. */
export async function sourcesInForce(sql: Sql): Promise<ReleaseSources | undefined> {
  const release = await latestRelease(sql);
  if (release === undefined) return undefined;
  const parts = await loadDefinitions(sql, Object.values(release.entries));
  const sorted = [...parts].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  return { number: release.number, parts: sorted, lexicon: lexiconOfSources(parts) };
}

/** A file whose format has changed since is answered with what this version finds wrong with it. */
export function readPart(part: StoredDefinition, lexicon: Lexicon): ReadResult {
  if (!Object.hasOwn(formats, part.kind)) return { ok: false, problems: [] };
  return readWords(part.kind as Kind, { path: part.key, text: sourceOf(part) }, lexicon);
}

/** `undefined` when it is not published, or the format of its file has changed since. */
export function journeyInForce(
  { parts }: ReleaseSources,
  journey: string,
): JourneyFile | undefined {
  const part = parts.find(({ kind, key }) => kind === 'journey' && key === journey);
  return part && readFormat(part.key, part.source, journeyFile).value;
}

/** Inline SVG without style of its own; `here` counts leads by step. */
export async function journeyPicture(
  sources: ReleaseSources,
  journey: string,
  here: ReadonlyMap<string, number>,
): Promise<Html | undefined> {
  const file = journeyInForce(sources, journey);
  if (file === undefined) return undefined;
  const dot = dotOf(journeyGraph(file, sources.lexicon, here));
  // Graphviz escapes every word it writes; `test/graph` tries to get one past it.
  return new Html(await svgOf(dot, { place: 'inside', title: `The way through ${file.title}` }));
}

/** A template is kept with its MJML: its words are those of its manifest. */
function sourceOf({ kind, key, source }: StoredDefinition): string {
  if (kind !== 'template') return source;
  const value = readValue(parseDocument(key, source));
  const manifest =
    typeof value === 'object' && value !== null && 'manifest' in value ? value['manifest'] : null;
  return JSON.stringify(manifest, (name, inner: unknown) =>
    name === 'again' ? againAsWritten(inner) : inner,
  );
}

function againAsWritten(again: unknown): unknown {
  if (typeof again !== 'object' || again === null || !('type' in again)) return again;
  const ms = 'ms' in again ? Number(again.ms) : 0;
  return again.type === 'after' ? `after ${ms / 1_000} seconds` : again.type;
}

function nameOf({ kind, key }: StoredDefinition): string {
  return `${kind}/${key}`;
}
