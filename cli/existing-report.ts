/** What publishing did about leads that match already, in words: one line per entry that asks for them. */
import type { ExistingTally } from '../ingest/enrol-existing.ts';

export function existingLines(tallies: readonly ExistingTally[], dryRun: boolean): string[] {
  return tallies.map((tally) => `  existing   journey/${tally.journey}: ${said(tally, dryRun)}`);
}

function said({ entered, perHour, refused }: ExistingTally, dryRun: boolean): string {
  const reasons = Object.entries(refused);
  const refusedMany = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (entered + refusedMany === 0) return 'no lead matches';
  const who = dryRun ? `would enrol ${entered}` : `${entered} enrolled`;
  const why = reasons.map(([because, count]) => `${because} ${count}`).join(', ');
  const others = refusedMany === 0 ? '' : `, ${refusedMany} not: ${why}`;
  return `${who}${pace(entered, perHour)}${others}`;
}

/** From the first to the last. */
function pace(entered: number, perHour: number): string {
  if (entered < 2) return '';
  const hours = (entered - 1) / perHour;
  if (hours >= 1) return ` over ${Number(hours.toFixed(1))} hours`;
  return ` over ${Math.ceil(hours * 60)} min`;
}
