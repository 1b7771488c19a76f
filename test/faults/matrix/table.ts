/** Lines as a Markdown table, aligned as Prettier leaves it. */
export interface Column<Line> {
  readonly title: string;
  readonly cell: (line: Line) => string | number;
}

export function tableOf<Line>(columns: readonly Column<Line>[], lines: readonly Line[]): string {
  const rows = [
    columns.map(({ title }) => title),
    ...lines.map((line) => columns.map(({ cell }) => String(cell(line)))),
  ];
  const widths = columns.map((_, n) => Math.max(3, ...rows.map((row) => row[n]?.length ?? 0)));
  const written = rows.map((row) => lineOf(row.map((cell, n) => cell.padEnd(widths[n] ?? 0))));
  return [written[0], lineOf(widths.map((width) => '-'.repeat(width))), ...written.slice(1)].join(
    '\n',
  );
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
