/**
 * How well the grades of this workspace foretell who buys: grade → leads, converted, rate, lift.
 *
 * Scores are computed as of the end of the span of the list, before the first outcome, with the release
 * in force, from what ingest stored. `Deal Won` is only counted, never scored. Run it after the import:
 * `node --import tsx examples/course-provider/report.ts [--as-of <instant>] [--json]`.
 */
import { failureOf } from '../../cli/failures.ts';
import { withDatabase, type Connected } from '../../cli/connect.ts';
import { createShell } from '../../cli/shell.ts';

const endOfList = '2026-07-01T00:00:00Z';
const outcome = 'Deal Won';
const leadsAtOnce = 500;

interface Graded {
  readonly grade: string;
  readonly isWorthACall: boolean;
  readonly converted: boolean;
}

async function report(connected: Connected, asOf: number): Promise<readonly Graded[]> {
  const { eventNeeds } = await import('../../ingest/batch.ts');
  const { loadLeads } = await import('../../store/leads.ts');
  const { listLeads } = await import('../../store/read-leads.ts');
  const { factReader } = await import('../../core/facts/read.ts');
  const { compileCondition } = await import('../../core/rules/compile.ts');
  const { store, releases } = connected;
  const release = await releases.current();
  const needs = { events: eventNeeds({ release, plans: new Map() }, asOf) };
  const call = release.qualification.stages.find(({ label }) => label === 'MQL')?.when;
  const isMql = call === undefined ? undefined : compileCondition(call, release.segments);
  const graded: Graded[] = [];
  for (let after: { at: number; id: string } | undefined; ;) {
    const page = await listLeads(store, { limit: leadsAtOnce, now: Date.now(), ...(after && { after }) });
    const ids = page.map(({ id }) => id);
    for (const lead of await loadLeads(store, ids, needs)) {
      if (lead.bornAt >= asOf) continue;
      const won = lead.counts[outcome];
      if (won !== undefined && won.firstAt < asOf) {
        throw new Error(
          `${lead.id} was won before ${new Date(asOf).toISOString()}: a later date would know the outcome`,
        );
      }
      const read = factReader(release, lead, asOf);
      graded.push({
        grade: read.scored('core')?.grade ?? '',
        isWorthACall: isMql?.holds(read, asOf) ?? false,
        converted: won !== undefined,
      });
    }
    const last = page.at(-1);
    if (last === undefined) return graded;
    after = { at: last.seenAt, id: last.id };
  }
}

interface Line {
  readonly group: string;
  readonly leads: number;
  readonly converted: number;
  readonly rate: number;
  readonly lift: number;
}

function linesBy(graded: readonly Graded[], groupOf: (one: Graded) => string): readonly Line[] {
  const base = graded.filter(({ converted }) => converted).length / graded.length;
  return [...new Set(graded.map(groupOf))].sort().map((group) => {
    const members = graded.filter((one) => groupOf(one) === group);
    const converted = members.filter((one) => one.converted).length;
    const rate = converted / members.length;
    return { group, leads: members.length, converted, rate, lift: rate / base };
  });
}

function table(title: string, lines: readonly Line[]): string {
  const rows = lines.map(
    ({ group, leads, converted, rate, lift }) =>
      `| ${group} | ${leads.toLocaleString('en-US')} | ${converted.toLocaleString('en-US')} | ${(rate * 100).toFixed(1)} % | ${lift.toFixed(2)} |`,
  );
  return [
    `| ${title} | leads | converted | rate | lift |`,
    '|---|---:|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n');
}

const shell = createShell(process.stdout, process.stderr);
try {
  const asked = process.argv.indexOf('--as-of');
  const asOf = Date.parse((asked < 0 ? undefined : process.argv[asked + 1]) ?? endOfList);
  const graded = await withDatabase(shell, (connected) => report(connected, asOf));
  if (graded.length === 0) throw new Error('There are no leads: import the list first.');
  const all = linesBy(graded, () => 'all');
  const tables = {
    'fit and engagement': [...linesBy(graded, ({ grade }) => grade), ...all],
    fit: [...linesBy(graded, ({ grade }) => grade.slice(0, 1)), ...all],
    engagement: [...linesBy(graded, ({ grade }) => grade.slice(1)), ...all],
    'worth a call (MQL)': [
      ...linesBy(graded, ({ isWorthACall }) => (isWorthACall ? 'yes' : 'no')),
      ...all,
    ],
  };
  if (process.argv.includes('--json'))
    shell.printJson({ asOf: new Date(asOf).toISOString(), tables });
  else {
    shell.print(`Scores as of ${new Date(asOf).toISOString()}\n`);
    for (const [title, lines] of Object.entries(tables)) shell.print(table(title, lines));
  }
} catch (error) {
  shell.note(failureOf(error).message);
  process.exitCode = 2;
}
