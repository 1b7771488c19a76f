/**
 * What the mailbox and the rows prove after the story: each lead got the emails of its lane and none of
 * them twice, whoever could move stands on the edited version, whoever could not is named.
 */
import type { Cluster } from '../faults/support/cluster.ts';
import type { SinkMail } from '../faults/support/sink.ts';
import { mailsOfLane } from './workspace.ts';

export interface Proof {
  readonly leads: number;
  readonly mails: number;
  /** One ledger row that went out twice. */
  readonly twiceByCommand: readonly string[];
  /** One email that a lead got twice, under whatever command. */
  readonly twiceByLead: readonly string[];
  /** "a": leads of that lane whose mails are exactly those of the lane, and all of them. */
  readonly lanes: readonly Lane[];
  readonly unlike: readonly string[];
  /** Runs that ended, and those that rest on the old version with the reason. */
  readonly completed: number;
  readonly blocked: number;
  /** Ledger rows whose fate nobody knows. */
  readonly unknown: number;
}
export interface Lane {
  readonly lane: string;
  readonly leads: number;
  readonly mails: number;
}

interface Run {
  readonly address: string;
  readonly lane: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly blocked: string | null;
}

export async function prove({ sink, sql }: Cluster): Promise<Proof> {
  const { rows: runs } = await sql.query<Run>(
    `SELECT l.address, d.detail->>'arm' AS lane, e.status, e.outcome, e.blocked
     FROM enrolment e JOIN lead l ON l.id = e.lead_id
     LEFT JOIN decision d ON d.lead_id = l.id AND d.kind = 'split'`,
  );
  const { rows: unknown } = await sql.query(`SELECT FROM send WHERE state = 'unknown'`);
  const own = groupedBy(sink.mails, ({ to }) => to[0] ?? '');
  const subjectsOf = ({ address }: Run): readonly string[] =>
    (own.get(address) ?? []).map(({ subject }) => subject);
  const lanes = [...groupedBy(runs, ({ lane }) => lane)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    leads: runs.length,
    mails: sink.mails.length,
    twiceByCommand: repeated(sink.mails, ({ key }) => key),
    twiceByLead: repeated(sink.mails, ({ to, subject }) => `${to[0] ?? ''}: ${subject}`),
    lanes: lanes.map(([lane, of]) => ({
      ...{ lane, leads: of.length, mails: of.flatMap(subjectsOf).length },
    })),
    unlike: runs.flatMap((run) => unlike(run, subjectsOf(run))),
    completed: runs.filter(({ outcome }) => outcome === 'completed').length,
    blocked: runs.filter(({ status, blocked }) => status === 'open' && blocked !== null).length,
    unknown: unknown.length,
  };
}

function repeated(mails: readonly SinkMail[], keyOf: (mail: SinkMail) => string): string[] {
  return [...groupedBy(mails, keyOf)].flatMap(([key, of]) => (of.length > 1 ? [key] : []));
}

/** In the order of the lane, because later emails follow earlier ones. */
function unlike({ address, lane }: Run, subjects: readonly string[]): readonly string[] {
  const expected = mailsOfLane[lane] ?? [];
  return expected.join() === subjects.join()
    ? []
    : [`${address} in lane ${lane} got ${subjects.join(', ')}`];
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
