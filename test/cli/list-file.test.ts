import { expect, test } from 'vitest';
import { openList } from '../../cli/list-file.ts';
import { temporaryFolder } from './run.ts';

const folder = await temporaryFolder();

async function read(text: string | Buffer) {
  const list = await openList(await folder.write('list.csv', text));
  const rows: unknown[] = [];
  for await (const { rowNumber, ...rest } of list.rows) {
    rows.push([rowNumber, 'row' in rest ? Object.values(rest.row).join('|') : rest.problem]);
  }
  return rows;
}

test.each([
  ['commas', 'a,b\n1,2\n', [[2, '1|2']]],
  ['semicolons, and a comma in a cell', 'a;b\r\n1,5;2\r\n', [[2, '1,5|2']]],
  ['tabs', 'a\tb\n1\t2', [[2, '1|2']]],
  ['a mark at the beginning', '\uFEFFa,b\n1,2', [[2, '1|2']]],
  [
    'a line break in a cell',
    'a,b\n"1\n2",3\n4,5',
    [
      [3, '1\n2|3'],
      [4, '4|5'],
    ],
  ],
  ['empty lines', 'a,b\n\n1,2\n\n', [[3, '1|2']]],
  ['cells left out at the end', 'a,b\n1\n', [[2, '1|']]],
  ['empty cells too many', 'a,b\n1,2,,\n', [[2, '1|2']]],
  [
    'a stray quote',
    'a,b\nx"y,3\n"6"7,8\n9,9',
    [
      [2, 'x"y|3'],
      [3, '"6"7|8'],
      [4, '9|9'],
    ],
  ],
])('reads %s', async (_, text, rows) => {
  expect(await read(text)).toEqual(rows);
});

test('tells which row has too many cells, and reads on', async () => {
  const problem =
    'the row has 3 cells, where the header has 2: a separator inside a cell needs quotes';
  expect(await read('a,b\n1,2,3\n4,5')).toEqual([
    [2, problem],
    [3, '4|5'],
  ]);
});

test('tells where a quote was opened that nobody closed', async () => {
  expect(await read('a,b\n1,2\n"x,3\n4,5\n')).toEqual([
    [2, '1|2'],
    [3, 'a quote is opened and never closed, from here to row 4'],
  ]);
});

test('reads the letters of Windows', async () => {
  expect(await read(Buffer.from('a,b\nGröning,2', 'latin1'))).toEqual([[2, 'Gröning|2']]);
});

test('refuses a list without a header, and one that names a column twice', async () => {
  await expect(read('')).rejects.toThrow('is empty: expected a header');
  await expect(read('a,b,a\n1,2,3')).rejects.toThrow('has two columns "a"');
});
