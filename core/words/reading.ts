/**
 * A file said in sentences: headed sections of lines, some numbered, some nested.
 *
 * The same reading is printed by the command line, drawn by the console and compared by tests; how
 * it looks is decided there, what it says in the files beside this one.
 */
export interface Reading {
  readonly title: string;
  /** What the file is, in half a sentence: "journey trial-nurture, in the care of maria". */
  readonly about: string;
  readonly sections: readonly Section[];
}
export interface Section {
  readonly heading: string;
  /** A table has what the file calls each line in front; in a list that comes last. */
  readonly layout: 'table' | 'list';
  readonly lines: readonly Line[];
}
export interface Line {
  readonly text: string;
  readonly depth: number;
  /** Steps are numbered within their list. */
  readonly number?: number;
  /** What the file calls it. */
  readonly id?: string;
}

export function line(text: string, id?: string): Line {
  return { text, depth: 0, ...(id === undefined ? {} : { id }) };
}

export function deeper(lines: readonly Line[], by = 1): readonly Line[] {
  return lines.map((one) => ({ ...one, depth: one.depth + by }));
}

/** Sections without a line are left out. */
export function sections(
  ...all: readonly (readonly [heading: string, lines: readonly Line[]])[]
): readonly Section[] {
  return all.flatMap(([heading, lines]) =>
    lines.length === 0 ? [] : [{ heading, layout: layoutOf(lines), lines }],
  );
}

/** Nested ids are steps and arms: those read as a list. */
function layoutOf(lines: readonly Line[]): Section['layout'] {
  const isNested = lines.some(({ depth, id }) => depth > 1 && id !== undefined);
  const isNamed = lines.some(({ id }) => id !== undefined);
  return isNamed && !isNested ? 'table' : 'list';
}

/** Plain text, wrapped with hanging indents. */
export function readingText(reading: Reading, width = 100): string {
  const head = [reading.title, ...wrap(reading.about, width, '', '')];
  const body = reading.sections.flatMap((section) => [
    '',
    section.heading,
    ...linesOf(section, width),
  ]);
  return [...head, ...body].join('\n');
}

function linesOf({ layout, lines }: Section, width: number): readonly string[] {
  if (layout === 'list') return lines.flatMap((one) => lineText(one, width));
  const names = lines.map((one) => nameOf(one).length);
  const column = Math.min(Math.max(...names), longestName) + 4;
  return lines.flatMap((one) => rowText(one, column, width));
}
/** A longer name pushes its text to the right instead of all the others. */
const longestName = 26;

function nameOf({ number, id = '', depth }: Line): string {
  return `${'  '.repeat(depth)}${number === undefined ? '' : `${number}. `}${id}`;
}

function rowText(one: Line, column: number, width: number): readonly string[] {
  const hanging = ' '.repeat(column);
  const isNamed = one.id !== undefined || one.number !== undefined;
  const first = isNamed ? `  ${nameOf(one)}`.padEnd(column - 1) + ' ' : hanging;
  return wrap(one.text, width, first, hanging);
}

function lineText({ text, depth, number, id }: Line, width: number): readonly string[] {
  const indent = '  '.repeat(depth + 1);
  const mark = number === undefined ? '' : `${number}. `;
  const told = id === undefined ? text : `${text}  [${id}]`;
  return wrap(told, width, indent + mark, indent + ' '.repeat(mark.length));
}

function wrap(text: string, width: number, first: string, hanging: string): readonly string[] {
  const lines: string[] = [];
  let current = first;
  let isEmpty = true;
  for (const word of text.split(/(?<! ) (?! )/)) {
    if (!isEmpty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = hanging;
      isEmpty = true;
    }
    current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, current];
}
