/**
 * One line of an enrichment file as what it says of a domain.
 *
 * Two shapes: CSV with a header (`domain`, facts, and perhaps `confidence` and `at`), or a JSON object
 * per line with the same names. A line is a row: a cell holds no line break, so that every row can be
 * found again by where its line begins. An empty cell says nothing.
 */
import {
  sortAnswer,
  refusalWords,
  mayBeEnriched,
  type EnrichedValue,
} from '../core/enrichment/answer.ts';
import type { Release } from '../core/definitions/release.ts';
import { builtInFacts } from '../core/facts/catalogue.ts';
import { parseAddress } from '../core/sending/address.ts';

export interface EnrichmentRow {
  readonly domain: string;
  readonly values: { readonly [fact: string]: EnrichedValue };
}
export type ReadRow =
  | { readonly ok: true; readonly row: EnrichmentRow }
  | { readonly ok: false; readonly problem: string };
/** How lines are read; of CSV it is made of the first line. */
export interface RowFormat {
  readonly hasHeader: boolean;
  readonly read: (line: string) => ReadRow;
}

const ownColumns = ['domain', 'confidence', 'at'];

export const jsonRows: RowFormat = {
  hasHeader: false,
  read(line) {
    let said: unknown;
    try {
      said = JSON.parse(line);
    } catch (error) {
      return refuse(`no JSON: ${(error as Error).message}`);
    }
    if (typeof said !== 'object' || said === null || Array.isArray(said)) {
      return refuse('expected an object');
    }
    return rowOf(said as { readonly [column: string]: unknown });
  },
};

/** Or what is wrong with the header. */
export function csvRows(header: string): RowFormat | { readonly problem: string } {
  const delimiter = [',', ';', '\t'].reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  );
  const columns = cellsOf(header.replace(/^\uFEFF/, ''), delimiter)?.map((cell) => cell.trim());
  if (columns === undefined) return { problem: 'a quotation mark is not closed' };
  if (!columns.includes('domain')) {
    return { problem: `the header has no column "domain"; found ${columns.join(', ')}` };
  }
  const twice = columns.find((column, index) => columns.indexOf(column) < index);
  if (twice !== undefined) return { problem: `the column "${twice}" stands there twice` };
  const read = (line: string): ReadRow => {
    const cells = cellsOf(line, delimiter);
    if (cells === undefined) return refuse('a quotation mark is not closed');
    if (cells.length !== columns.length) {
      return refuse(`expected ${columns.length} cells like the header, found ${cells.length}`);
    }
    const said = columns.map((column, index) => [column, cells[index]?.trim() ?? ''] as const);
    return rowOf(Object.fromEntries(said.filter(([, cell]) => cell !== '')));
  };
  return { hasHeader: true, read };
}

/** Names and values against the files in force. */
export function problemsOf({ values }: EnrichmentRow, release: Release): readonly string[] {
  const { refused } = sortAnswer({ values, source: 'file' }, [], release);
  return refused.map(({ fact, because }) => {
    const found = JSON.stringify(values[fact]?.value ?? null).slice(0, 60);
    const known = because === 'unknown-fact' ? `; facts are ${factsOf(release).join(', ')}` : '';
    return `"${fact}" is ${found}: ${refusalWords[because]}${known}`;
  });
}

function factsOf(release: Release): readonly string[] {
  const builtIn = Object.keys(builtInFacts).filter((fact) => builtInFacts[fact]?.isTrait === true);
  return [...builtIn, ...Object.keys(release.facts)].filter(mayBeEnriched);
}

function rowOf(said: { readonly [column: string]: unknown }): ReadRow {
  const domain = domainOf(said['domain']);
  if (domain === undefined) {
    return refuse(
      `"domain" is ${JSON.stringify(said['domain'] ?? null)}; expected one such as "nordwind.de"`,
    );
  }
  const confidence = said['confidence'] === undefined ? undefined : Number(said['confidence']);
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) {
    return refuse(`"confidence" is ${JSON.stringify(said['confidence'])}; expected 0 to 1`);
  }
  const { at } = said;
  if (at !== undefined && (typeof at !== 'string' || Number.isNaN(Date.parse(at)))) {
    return refuse(`"at" is ${JSON.stringify(at)}; expected a date such as "2026-03-01"`);
  }
  const common = {
    ...(confidence === undefined ? {} : { confidence }),
    ...(at === undefined ? {} : { at }),
  };
  const values = Object.entries(said).flatMap(([fact, value]) => {
    if (ownColumns.includes(fact) || value === null) return [];
    const own = isOwnValue(value) ? value : { value };
    return [[fact, { ...common, ...own }] as const];
  });
  return {
    ok: true,
    row: { domain, values: Object.fromEntries(values) as EnrichmentRow['values'] },
  };
}

/** `{ "value": 900, "confidence": 0.8 }`: a value with a certainty or a date of its own. */
function isOwnValue(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/** Nearly every row is written like this; the whole parser takes ten times as long. */
const plainDomain = /^(?:[a-z0-9][a-z0-9-]{0,60}[a-z0-9]\.)+[a-z]{2,20}$/;

function domainOf(said: unknown): string | undefined {
  if (typeof said === 'string' && said.length < 250 && plainDomain.test(said)) return said;
  const parsed = typeof said === 'string' ? parseAddress(`x@${said.trim()}`) : undefined;
  return parsed?.ok === true ? parsed.address.slice(2) : undefined;
}

/** The cells of one line, quotes as spreadsheets write them; undefined when one is not closed. */
function cellsOf(line: string, delimiter: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index] ?? '';
    if (letter === '"') {
      const isLetter = isQuoted && line[index + 1] === '"';
      if (isLetter) cell += letter;
      if (isLetter) index += 1;
      else isQuoted = !isQuoted;
    } else if (letter === delimiter && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  return isQuoted ? undefined : [...cells, cell];
}

function refuse(problem: string): ReadRow {
  return { ok: false, problem };
}
