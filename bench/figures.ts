/**
 * Numbers of a run, and the Markdown they are printed as. Medians and percentiles by nearest rank, so
 * that each printed figure is one that was seen.
 */
import { availableParallelism, loadavg } from 'node:os';

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new Error('there is no percentile of nothing');
  return found;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function round(value: number, digits = 1): string {
  return value.toFixed(digits);
}

export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Wall time means nothing without what else the machine was doing. */
export function print(title: string, ...parts: readonly string[]): void {
  const machine = `${availableParallelism()} cores, load average ${round(loadavg()[0] ?? 0)} at the end.`;
  process.stdout.write(`\n### ${title}\n\n${[...parts, machine].join('\n\n')}\n`);
}

/** `--pairs=5` or `--pairs 5` → 5. */
export function option(name: string, otherwise: number): number {
  const at = process.argv.findIndex((one) => one === `--${name}` || one.startsWith(`--${name}=`));
  if (at < 0) return otherwise;
  const given = process.argv[at] ?? '';
  const text = given.includes('=') ? given.split('=')[1] : process.argv[at + 1];
  const value = Number(text ?? 'nothing');
  if (!Number.isFinite(value) || value < 0) {
    throw new Error(`${given}: expected a number, found ${text ?? 'nothing'}`);
  }
  return value;
}
