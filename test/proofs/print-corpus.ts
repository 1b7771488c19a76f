/** `npm run corpus`: what was found in each broken file, where, and the witness; `-- --write` the page. */
import { writeFileSync } from 'node:fs';
import { pageWithTables, proofsPage } from './corpus-table.ts';
import { asExpected, corpusCases, problemsOf } from './corpus.ts';

let missed = 0;
for (const { name, files, expected } of corpusCases()) {
  const problems = problemsOf(files);
  const found = problems.map((problem) => asExpected(problem, expected));
  const isCaught = found.length === 1 && JSON.stringify(found[0]) === JSON.stringify(expected);
  missed += isCaught ? 0 : 1;
  console.log(`${isCaught ? 'caught' : 'MISSED'}  ${name}`);
  if (problems.length === 0) console.log('        nothing was found');
  for (const { file, line, column, severity, message, witness, fix } of problems) {
    console.log(`        ${file}:${line}:${column} ${severity}: ${message}`);
    console.log(`        witness: ${witness ?? 'none'}`);
    if (fix !== undefined) console.log(`        fix: ${fix}`);
  }
}
console.log(missed === 0 ? 'All cases are caught.' : `${missed} not caught as expected.`);
process.exitCode = missed === 0 ? 0 : 1;
if (process.argv.includes('--write')) writeFileSync(proofsPage, await pageWithTables());
