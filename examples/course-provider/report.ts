/**
 * How well this workspace foretells who buys: precision, recall and lift of the stage MQL, and of each
 * grade, on all leads and on two halves of them.
 *
 * Grades are computed as of the end of the span of the list, before the first outcome, with the release
 * in force, from what ingest stored; the stage is the one ingest decided, and a lead that was won without
 * it never counts as MQL. That no rule looks at `Deal Won` is asserted. Run it after the import:
 * `node --import tsx examples/course-provider/report.ts [--as-of <instant>] [--json]`.
 */
import { createHash } from 'node:crypto';
import { failureOf } from '../../cli/failures.ts';
import { withDatabase, type Connected } from '../../cli/connect.ts';
import { createShell } from '../../cli/shell.ts';
import type { Release } from '../../core/definitions/release.ts';
import { gradesWorthACall, linesBy, measure, type Graded, type Line, type Measures } from './measures.ts';

const endOfList = '2026-07-01T00:00:00Z';
const outcome = 'Deal Won';
const leadsAtOnce = 500;

async function report(connected: Connected, asOf: number): Promise<readonly Graded[]> {
  const { eventNeeds } = await import('../../ingest/batch.ts');
  const { loadLeads } = await import('../../store/leads.ts');
  const { listLeads } = await import('../../store/read-leads.ts');
  const { factReader } = await import('../../core/facts/read.ts');
  const { store, releases } = connected;
  const release = await releases.current();
  const needs = { events: eventNeeds({ release, plans: new Map() }, asOf) };
  expectNoLookAhead(release, needs.events.map(({ event }) => event));
  const mql = release.qualification.stages.find(({ label }) => label === 'MQL')?.stage ?? '';
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
        leadId: lead.address ?? lead.id,
        grade: read.scored('core')?.grade ?? '',
        // Stages go forward: whoever was won first never comes to MQL after it.
        isMql: Object.hasOwn(lead.stage.entered, mql),
        converted: won !== undefined,
      });
    }
    const last = page.at(-1);
    if (last === undefined) return graded;
    after = { at: last.seenAt, id: last.id };
  }
}

/** The outcome names the stage `customer` and nothing else: no score, no earlier stage, no fact. */
function expectNoLookAhead(release: Release, loaded: readonly string[]): void {
  const { models, qualification, segments, facts } = release;
  const { stages, disqualified, bant } = qualification;
  const rules = JSON.stringify([models, stages, disqualified, bant, segments, facts]);
  if (loaded.includes(outcome) || rules.includes(JSON.stringify(outcome))) {
    throw new Error(`A rule looks at "${outcome}": it would know what it is to foretell.`);
  }
}

/** By the address, so that it is the same half in every run: the one looked at, and the one held out. */
function isHeldOut({ leadId }: Graded): boolean {
  return createHash('sha256').update(leadId).digest().readUInt8(0) % 2 === 1;
}

function measuresOf(graded: readonly Graded[]): { readonly [of: string]: Measures } {
  const first = graded.filter((one) => !isHeldOut(one));
  const heldOut = graded.filter(isHeldOut);
  const chosen = gradesWorthACall(first);
  return {
    'MQL, all leads': measure(graded, ({ isMql }) => isMql),
    'MQL, first half': measure(first, ({ isMql }) => isMql),
    'MQL, held-out half': measure(heldOut, ({ isMql }) => isMql),
    [`grades that the first half alone would choose (${chosen.join(' ')}), held-out half`]: measure(
      heldOut,
      ({ grade }) => chosen.includes(grade),
    ),
  };
}

function measureTable(measures: { readonly [of: string]: Measures }): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rows = Object.entries(measures).map(([of, one]) => {
    const counts = [one.truePositives, one.falsePositives, one.falseNegatives, one.trueNegatives];
    const shares = [one.baseline, one.precision, one.recall].map(percent);
    const cells = [one.leads, ...counts].map((count) => count.toLocaleString('en-US'));
    return `| ${[of, ...cells, ...shares, one.lift.toFixed(2)].join(' | ')} |`;
  });
  return [
    '| predicted to buy | leads | bought, predicted | not bought, predicted | bought, not predicted | neither | baseline | precision | recall | lift |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n');
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
    'reached MQL': [...linesBy(graded, ({ isMql }) => (isMql ? 'yes' : 'no')), ...all],
  };
  if (process.argv.includes('--json'))
    shell.printJson({ asOf: new Date(asOf).toISOString(), measures: measuresOf(graded), tables });
  else {
    shell.print(`Scores as of ${new Date(asOf).toISOString()}\n`);
    shell.print(measureTable(measuresOf(graded)));
    for (const [title, lines] of Object.entries(tables)) shell.print(table(title, lines));
  }
} catch (error) {
  shell.note(failureOf(error).message);
  process.exitCode = 2;
}
