/** What became of the rows of a list: counts by outcome and by reason, and the first rows of each. */
import { importOutcomes, type ImportOutcome, type RowResult } from '../ingest/import-list.ts';
import { plural } from './shell.ts';

export interface Tally {
  readonly counts: Readonly<Record<ImportOutcome, number>>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly rows: readonly RowResult[];
  events(): number;
  /** "Entered trade-show" or "Did not enter trade-show: …" → how many. */
  readonly entries: ReadonlyMap<string, number>;
  add(result: RowResult): void;
  /** For the progress bar. */
  line(): string;
}
interface Group {
  readonly outcome: ImportOutcome;
  readonly reason: string;
  count: number;
  readonly first: RowResult[];
}
export interface TallyTold {
  readonly tally: Tally;
  readonly tookMs: number;
  readonly dryRun: boolean;
  readonly show: number;
}

/** More than anybody lists on a screen; JSON lists all. */
const firstMost = 1_000;

export function createTally(keepsRows: boolean): Tally {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 };
  const groups = new Map<string, Group>();
  const rows: RowResult[] = [];
  const entries = new Map<string, number>();
  let events = 0;
  return {
    counts,
    groups,
    rows,
    entries,
    events: () => events,
    add(result) {
      const { outcome } = result;
      const reason = outcome === 'rejected' ? kindOf(result.reason) : '';
      const key = `${outcome} ${reason}`;
      const group = groups.get(key) ?? { outcome, reason, count: 0, first: [] };
      group.count += 1;
      if (group.first.length < firstMost) group.first.push(result);
      groups.set(key, group);
      counts[outcome] += 1;
      events += result.events;
      for (const { journey, entered, because = '' } of result.journeys) {
        const said = entered ? `entered "${journey}"` : `did not enter "${journey}": ${because}`;
        entries.set(said, (entries.get(said) ?? 0) + 1);
      }
      if (keepsRows) rows.push(result);
    },
    line: () =>
      importOutcomes
        .filter((outcome) => counts[outcome] > 0)
        .map((outcome) => `${counts[outcome].toLocaleString('en-US')} ${outcome}`)
        .join(', '),
  };
}

export function tallyData({ tally, tookMs, dryRun }: TallyTold): object {
  const { counts, rows } = tally;
  const seconds = Math.round(tookMs / 100) / 10;
  const entries = Object.fromEntries(tally.entries);
  return {
    ...{ ok: counts.rejected === 0, dryRun, counts, events: tally.events() },
    ...{ entries, seconds, rows },
  };
}

export function tallyLines({ tally, tookMs, dryRun, show }: TallyTold): readonly string[] {
  const { counts, groups } = tally;
  const total = importOutcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
  const listed = [...groups.values()].filter(({ outcome }) => dryRun || outcome === 'rejected');
  const lines = importOutcomes.flatMap((outcome) =>
    listed.filter((group) => group.outcome === outcome).flatMap((group) => groupLines(group, show)),
  );
  const seconds = tookMs / 1000;
  const rate = Math.round(total / Math.max(seconds, 0.001)).toLocaleString('en-US');
  const events = plural(tally.events(), 'event');
  return [
    ...lines,
    `${dryRun ? 'Dry run of' : 'Of'} ${plural(total, 'row')}: ${importOutcomes
      .map((outcome) => `${counts[outcome].toLocaleString('en-US')} ${outcome}`)
      .join(', ')}.`,
    ...[...tally.entries].map(([said, count]) => `${plural(count, 'lead')} ${said}.`),
    dryRun
      ? `Nothing was stored; ${events} would be.`
      : `${events} stored in ${seconds.toFixed(1)} s (${rate} rows/s).`,
  ];
}

function groupLines({ outcome, reason, count, first }: Group, show: number): readonly string[] {
  const rows = first.slice(0, show).map((row) => {
    const who = row.about === '' ? '' : ` ${row.about}`;
    return `  row ${row.rowNumber}${who}: ${row.reason}`;
  });
  const more = count - rows.length;
  const title = reason === '' ? outcome : `${outcome}: ${reason}`;
  return [
    `${plural(count, 'row')} ${title}`,
    ...rows,
    ...(more > 0 && rows.length > 0 ? [`  … and ${plural(more, 'more', 'more')}`] : []),
    '',
  ];
}

/** "“E-Mail”: has no @" without what was found, so that one mistake in many rows is one group. */
function kindOf(reason: string): string {
  return reason.replace(/, found ".*"$/s, '');
}
