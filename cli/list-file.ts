/**
 * Reads a list (CSV) as a stream of rows, in the shapes in which spreadsheets save them: comma,
 * semicolon or tab; UTF-8 with or without a mark, or Windows-1252; quotes and line breaks in cells.
 *
 * A row that cannot be read becomes a row with a problem and never ends the list. Row numbers are those
 * of the lines, so the first row below the header is row 2, as a spreadsheet shows it.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { parse, type CsvError, type Parser } from 'csv-parse';
import type { ListRow } from '../ingest/import-list.ts';
import { CommandFailure } from './shell.ts';

export interface ListFile {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<ListRow>;
  /** Share of the file that was read, 0 to 1. */
  done(): number;
  close(): void;
}
interface Record {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly bytes: number };
}

/** Enough to see the header and how letters are written; lists are read in pieces anyway. */
const sampleBytes = 256 * 1024;
/** A cell this long is a quote that was never closed. */
const recordCharactersMax = 100_000;

export async function openList(path: string): Promise<ListFile> {
  const { size, sample } = await look(path);
  const source = createReadStream(path);
  const skipped: Skipped[] = [];
  const parser = source.pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(sample.text),
      encoding: sample.encoding,
      info: true,
      max_record_size: recordCharactersMax,
      relax_column_count: true,
      // A stray quote is part of its cell: refusing the row would cost its neighbours, too.
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error) => void skipped.push(unreadable(error)),
    }),
  );
  source.on('error', (error) => parser.destroy(error));
  let bytes = 0;
  const records = iterate(parser, (read) => (bytes = read));
  const first = await records.next();
  const header = first.done === true ? [] : first.value.record.map((name) => name.trim());
  checkColumns(path, header);
  return {
    header,
    rows: rowsOf(records, header, skipped),
    done: () => (size === 0 ? 1 : Math.min(1, bytes / size)),
    close: () => void source.destroy(),
  };
}

async function* iterate(parser: Parser, onBytes: (bytes: number) => void): AsyncGenerator<Record> {
  // With `info: true` each record comes with its place.
  for await (const record of parser as AsyncIterable<Record>) {
    onBytes(record.info.bytes);
    yield record;
  }
}

/** The parser runs ahead, so what it skipped waits for its place. */
async function* rowsOf(
  records: AsyncGenerator<Record>,
  header: readonly string[],
  skipped: Skipped[],
): AsyncGenerator<ListRow> {
  let last = 1;
  const until = function* (line: number): Generator<ListRow> {
    while (skipped[0] !== undefined && skipped[0].endsAt < line) {
      const { endsAt, problem } = skipped[0];
      skipped.shift();
      const through = endsAt > last + 1 ? `, from here to row ${endsAt}` : '';
      yield { rowNumber: last + 1, problem: `${problem}${through}` };
      last = endsAt;
    }
  };
  for await (const { record, info } of records) {
    yield* until(info.lines);
    yield rowOf(record, header, info.lines);
    last = info.lines;
  }
  yield* until(Infinity);
}

function rowOf(record: readonly string[], header: readonly string[], rowNumber: number): ListRow {
  // Spreadsheets leave out empty cells at the end, and add some.
  const extra = record.slice(header.length).filter((cell) => cell.trim() !== '');
  if (extra.length > 0) {
    const found = `${record.length} cells, where the header has ${header.length}`;
    return { rowNumber, problem: `the row has ${found}: a separator inside a cell needs quotes` };
  }
  return { rowNumber, row: Object.fromEntries(header.map((name, at) => [name, record[at] ?? ''])) };
}

interface Skipped {
  readonly endsAt: number;
  readonly problem: string;
}

function unreadable(error: CsvError | undefined): Skipped {
  const lines: unknown = error?.['lines'];
  const problem = problems[error?.code ?? ''] ?? error?.message ?? 'it cannot be read';
  return { endsAt: typeof lines === 'number' ? lines : 0, problem };
}
const problems: { readonly [code: string]: string } = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: `longer than ${recordCharactersMax} characters: is a quote never closed?`,
};

function checkColumns(path: string, header: readonly string[]): void {
  if (header.every((name) => name === '')) {
    throw new CommandFailure(`${path} is empty: expected a header and rows below it.`);
  }
  const twice = header.find((name, at) => name !== '' && header.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new CommandFailure(`${path} has two columns "${twice}": rename one of them.`);
  }
}

interface Sample {
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
}

async function look(path: string): Promise<{ readonly size: number; readonly sample: Sample }> {
  try {
    const { size } = await stat(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
      return { size, sample: decode(buffer.subarray(0, bytesRead)) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new CommandFailure(`${path} cannot be read: name a CSV file that is there.`, { cause });
  }
}

function decode(bytes: Buffer): Sample {
  try {
    // Streaming: the sample may end in the middle of a letter.
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }),
      encoding: 'utf8',
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { text: bytes.toString('latin1'), encoding: 'latin1' };
  }
}

/** What the header holds most of. */
function delimiterOf(text: string): string {
  const header = text.split(/\r?\n|\r/, 1)[0] ?? '';
  const count = (mark: string): number => header.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
