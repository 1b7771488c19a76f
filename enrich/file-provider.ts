/**
 * Enrichment from a file: what is known of each domain, one row a line (`file-rows.ts`).
 *
 * The file is read once from end to end, every line checked, and only where rows begin is remembered.
 * It is looked at again when it changes. One that has become wrong changes nothing: what was read before
 * stays in use, and its problems are reported. Replace it by renaming a new file over it, so that no half
 * of it is ever read.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Release } from '../core/definitions/release.ts';
import { OffsetTable } from './file-index.ts';
import { csvRows, jsonRows, problemsOf, type EnrichmentRow, type RowFormat } from './file-rows.ts';
import type { EnrichmentProvider } from './provider.ts';

export interface FileProvider extends EnrichmentProvider {
  /** Of the file as it is in use. */
  readonly rows: () => number;
  close(): Promise<void>;
}
export interface FileProviderOptions {
  readonly path: string;
  /** Facts are those of the files in force when the file is read. */
  readonly release: () => Promise<Release>;
  readonly onError: (error: unknown) => void;
  /** How often it is asked whether the file has changed. */
  readonly lookEveryMs?: number;
}

/** 2 million rows need a table of 64 MB: beyond that a database is the better provider. */
const enrichmentRowsMax = 2_000_000;
const lineBytesMax = 64 * 1_024;
const problemsMax = 20;
const chunkBytes = 1 << 20;
/** About ten milliseconds. */
const rowsAtOnce = 1_000;

/** Every problem of the file, at most twenty of them in words. */
export class EnrichmentFileError extends Error {
  override readonly name = 'EnrichmentFileError';
  constructor(path: string, problems: readonly string[], total: number) {
    const more = total > problems.length ? [`… and ${total - problems.length} more`] : [];
    super(
      `The enrichment file cannot be used:\n${[...problems, ...more].map((one) => `  ${one}`).join('\n')}\n(${path})`,
    );
  }
}

/** Throws `EnrichmentFileError` with file and line of all that is wrong. */
export async function openEnrichmentFile(options: FileProviderOptions): Promise<FileProvider> {
  const { path, onError, lookEveryMs = 5_000 } = options;
  let current = await readWhole(path, await options.release());
  let seenAt = Date.now();
  let looking: Promise<void> | undefined;
  const lookAgain = async (): Promise<void> => {
    const { mtimeMs, size, ino } = await stat(path);
    if (`${mtimeMs} ${size} ${ino}` === current.version) return;
    const before = current.handle;
    const next = await readWhole(path, await options.release());
    current = next;
    await before.close();
  };
  return {
    rows: () => current.table.size,
    async enrich({ domain }) {
      if (Date.now() - seenAt >= lookEveryMs) {
        seenAt = Date.now();
        looking ??= lookAgain()
          .catch(onError)
          .finally(() => (looking = undefined));
      }
      await looking;
      const row = await findRow(current, domain);
      return row === undefined ? null : { values: row.values, source: basename(path) };
    },
    async close() {
      await looking;
      await current.handle.close();
    },
  };
}

interface WholeFile {
  readonly handle: FileHandle;
  readonly version: string;
  readonly table: OffsetTable;
  readonly format: RowFormat;
}

async function readWhole(path: string, release: Release): Promise<WholeFile> {
  const handle = await open(path, 'r');
  try {
    const { mtimeMs, size, ino } = await handle.stat();
    const version = `${mtimeMs} ${size} ${ino}`;
    const table = new OffsetTable();
    const problems: string[] = [];
    let total = 0;
    const report = (line: number, problem: string): void => {
      total += 1;
      if (problems.length < problemsMax) problems.push(`${basename(path)}:${line}: ${problem}`);
    };
    const format = await eachRow(handle, path, report, (line, { row, offset }) => {
      for (const problem of problemsOf(row, release)) report(line, problem);
      if (!table.add(row.domain, offset)) report(line, `"${row.domain}" stands in an earlier line`);
      if (table.size === enrichmentRowsMax + 1) {
        report(line, `a file has at most ${enrichmentRowsMax} rows`);
      }
    });
    if (total > 0) throw new EnrichmentFileError(path, problems, total);
    return { handle, version, table, format };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function eachRow(
  handle: FileHandle,
  path: string,
  report: (line: number, problem: string) => void,
  take: (line: number, found: { readonly row: EnrichmentRow; readonly offset: number }) => void,
): Promise<RowFormat> {
  let format: RowFormat | undefined = /\.(ndjson|jsonl)$/i.test(path) ? jsonRows : undefined;
  let number = 0;
  for await (const { text, offset } of linesOf(handle)) {
    number += 1;
    // A million rows take seconds: whoever else works in this process gets a turn now and then.
    if (number % rowsAtOnce === 0) await aTurn();
    if (text.trim() === '') continue;
    if (text.length > lineBytesMax) {
      report(number, `a line has at most ${lineBytesMax} bytes`);
      continue;
    }
    if (format === undefined) {
      const made = csvRows(text);
      if ('problem' in made) {
        report(number, made.problem);
        return jsonRows;
      }
      format = made;
      continue;
    }
    const read = format.read(text);
    if (read.ok) take(number, { row: read.row, offset });
    else report(number, read.problem);
  }
  if (format === undefined) report(1, 'the file is empty');
  return format ?? jsonRows;
}

/** Lines with where they begin, in bytes. A line that never ends is given up in pieces. */
async function* linesOf(handle: FileHandle) {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let offset = 0;
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, at);
    at += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let begin = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
      yield { text: textOf(bytes.subarray(begin, end)), offset: offset + begin };
      begin = end + 1;
    }
    rest = bytes.subarray(begin);
    offset += begin;
    if (bytesRead === 0 || rest.length > chunkBytes) {
      if (rest.length > 0) yield { text: textOf(rest), offset };
      offset += rest.length;
      rest = Buffer.alloc(0);
    }
    if (bytesRead === 0) return;
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r$/, '');
}

/** The domain itself, else the one it belongs to: `mail.nordwind.de` is Nordwind. */
async function findRow(file: WholeFile, domain: string): Promise<EnrichmentRow | undefined> {
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const offset = file.table.find(name);
    const row = offset === undefined ? undefined : await rowAt(file, offset);
    if (row?.domain === name) return row;
  }
  return undefined;
}

async function rowAt(
  { handle, format }: WholeFile,
  offset: number,
): Promise<EnrichmentRow | undefined> {
  const buffer = Buffer.alloc(lineBytesMax + 2);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
  const end = buffer.subarray(0, bytesRead).indexOf(10);
  const read = format.read(textOf(buffer.subarray(0, end < 0 ? bytesRead : end)));
  return read.ok ? read.row : undefined;
}
