/**
 * Any file of a workspace, said in sentences.
 *
 * It needs the file alone; the other files only lend their labels. A file with mistakes is not read
 * half: its problems are the answer.
 */
import type { z } from 'zod';
import type { Problem } from '../definitions/problems.ts';
import { readFormat } from '../definitions/read-format.ts';
import { formats } from '../definitions/sources.ts';
import type { Kind } from '../definitions/sources.ts';
import { readAccounts } from './account-words.ts';
import { readEvents, readFacts, readSegments } from './declaration-words.ts';
import { readImport } from './import-words.ts';
import { readInterests } from './interest-words.ts';
import { readJourney } from './journey-words.ts';
import type { Lexicon } from './lexicon.ts';
import { readPersona } from './persona-words.ts';
import { readQualification } from './qualification-words.ts';
import type { Reading } from './reading.ts';
import { readHandoffs, readRouting } from './sales-words.ts';
import { readScoring } from './scoring-words.ts';
import { readSending, readTemplate } from './sending-words.ts';

export type ReadResult =
  | { readonly ok: true; readonly reading: Reading }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function readWords(
  kind: Kind,
  file: { readonly path: string; readonly text: string },
  lexicon: Lexicon,
): ReadResult {
  const reader = readers[kind] as Reader<unknown>;
  const { value, problems } = readFormat(file.path, file.text, formats[kind] as z.ZodType);
  return value === undefined || problems.length > 0
    ? { ok: false, problems }
    : { ok: true, reading: reader(value, lexicon) };
}

type Reader<Value> = (value: Value, lexicon: Lexicon) => Reading;

const readers: { readonly [K in Kind]: Reader<z.output<(typeof formats)[K]>> } = {
  journey: readJourney,
  events: readEvents,
  facts: readFacts,
  segments: readSegments,
  scoring: readScoring,
  qualification: readQualification,
  routing: readRouting,
  handoffs: readHandoffs,
  sending: readSending,
  interests: readInterests,
  accounts: readAccounts,
  template: readTemplate,
  import: readImport,
  persona: readPersona,
};
