/**
 * What is left at rest, gathered from every witness: the driver's calls, the sink's mails, the rows of
 * the database, the histories of Temporal. Plain data: the checker reads nothing else, so a test can
 * make it up.
 */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { leadJourneyId } from '../../../workflows/contract.ts';
import { until } from '../../support/until.ts';
import type { Cluster } from './cluster.ts';
import type { Call, OneClick, ShownJourney } from './driver.ts';
import type { NamedRecipient, SinkMail } from './sink.ts';

export interface EventRow {
  readonly messageId: string;
  readonly name: string;
  readonly leadId: string;
}
export interface EnrolmentRow {
  readonly id: string;
  readonly journey: string;
  readonly address: string;
  readonly status: string;
  readonly outcome: string | null;
}
export interface SendRow {
  readonly id: string;
  readonly enrolmentId: string | null;
  readonly step: string;
  readonly class: string;
  readonly state: string;
  readonly reason: string | null;
  readonly address: string | null;
  readonly messageId: string;
  readonly attempts: number;
}
export interface RunWitness {
  readonly workflowId: string;
  readonly status: string;
  readonly history: History | null;
}
/** What was seen at the moment a process died. */
export interface Death {
  readonly part: string;
  /** The failpoint, or `random`. */
  readonly at: string;
  readonly diedAt: number;
  /** Ledger rows in `transmitting`. */
  readonly transmitting: readonly string[];
  /** Journeys that were running. */
  readonly running: number;
}
export interface Witnesses {
  readonly calls: readonly Call[];
  readonly unsubscribes: readonly OneClick[];
  readonly mails: readonly SinkMail[];
  readonly recipients: readonly NamedRecipient[];
  /** Keys of mails that the sink took without telling their sender. */
  readonly unanswered: ReadonlySet<string>;
  readonly events: readonly EventRow[];
  readonly enrolments: readonly EnrolmentRow[];
  readonly sends: readonly SendRow[];
  readonly scores: readonly { readonly address: string; readonly engagement: number }[];
  readonly outboxRows: number;
  readonly runs: readonly RunWitness[];
  readonly deaths: readonly Death[];
  /** Per journey, as the API shows it to people. */
  readonly shown: readonly ShownJourney[];
  readonly faultsEndedAt: number;
  readonly restedAt: number;
}

/** Ledger rows that are on their way out right now: to be asked when a process has just died. */
export async function noteDeath(cluster: Cluster, part: string, at: string): Promise<Death> {
  const diedAt = Date.now();
  const { rows } = await cluster.sql.query<{ transmitting: readonly string[]; running: number }>(
    `SELECT array(SELECT id FROM send WHERE state = 'transmitting') AS transmitting,
       (SELECT count(*)::int FROM enrolment WHERE status = 'open') AS running`,
  );
  const [seen] = rows;
  if (seen === undefined) throw new Error('the database did not answer');
  return { part, at, diedAt, ...seen };
}

/** Nothing left to deliver and no journey left to run; the instant at which that was seen. */
export async function untilRest(
  cluster: Cluster,
  { journeys, timeoutMs }: { readonly journeys: number; readonly timeoutMs: number },
): Promise<number> {
  const isAtRest = async (): Promise<boolean> => {
    const { rows } = await cluster.sql.query<{ entered: number; open: number; outbox: number }>(
      `SELECT (SELECT count(*)::int FROM enrolment) AS entered, (SELECT count(*)::int FROM outbox) AS outbox,
         (SELECT count(*)::int FROM enrolment WHERE status = 'open') AS open`,
    );
    const [row] = rows;
    return row !== undefined && row.entered >= journeys && row.open === 0 && row.outbox === 0;
  };
  await until(isAtRest, { what: `${journeys} journeys at rest`, timeoutMs, everyMs: 200 });
  const running = `ExecutionStatus = 'Running'`;
  const noneRuns = async () => (await cluster.client.workflow.count(running)).count === 0;
  await until(noneRuns, { what: 'the last workflow', timeoutMs: 30_000, everyMs: 200 });
  return Date.now();
}

export async function gather(
  cluster: Cluster,
  seen: Pick<Witnesses, 'deaths' | 'faultsEndedAt' | 'restedAt'>,
): Promise<Witnesses> {
  const { sql, driver, sink } = cluster;
  const rows = async <T>(text: string): Promise<readonly T[]> =>
    (await sql.query(text)).rows as readonly T[];
  const enrolments = await rows<EnrolmentRow>(
    `SELECT e.id, e.journey, l.address, e.status, e.outcome FROM enrolment e JOIN lead l ON l.id = e.lead_id`,
  );
  return {
    ...seen,
    calls: driver.calls,
    unsubscribes: driver.unsubscribes,
    mails: sink.mails,
    recipients: sink.recipients,
    unanswered: sink.unanswered,
    enrolments,
    events: await rows<EventRow>(
      `SELECT message_id AS "messageId", name, lead_id AS "leadId" FROM event WHERE source = 'api'`,
    ),
    sends: await rows<SendRow>(
      `SELECT s.id, s.enrolment_id AS "enrolmentId", s.step, s.class, s.state, s.reason,
         coalesce(s.address, l.address) AS address, s.message_id AS "messageId", s.attempts
       FROM send s JOIN lead l ON l.id = s.lead_id`,
    ),
    scores: await rows(
      `SELECT address, coalesce((scores->'core'->'scores'->>'engagement')::float8, 0) AS engagement
       FROM lead WHERE address IS NOT NULL AND canonical_id = id`,
    ),
    outboxRows: (await rows<{ n: number }>('SELECT count(*)::int AS n FROM outbox'))[0]?.n ?? -1,
    runs: await exportRuns(cluster, enrolments),
    shown: await readShown(cluster),
  };
}

/** Every enrolment's run, and every run that no enrolment explains. */
async function exportRuns(
  { client }: Cluster,
  enrolments: readonly EnrolmentRow[],
): Promise<readonly RunWitness[]> {
  const runs: RunWitness[] = [];
  for await (const { workflowId, status } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    runs.push({ workflowId, status: status.name, history });
  }
  const listed = new Set(runs.map(({ workflowId }) => workflowId));
  const missing = enrolments
    .map(({ id, journey }) => leadJourneyId(journey, id))
    .filter((workflowId) => !listed.has(workflowId));
  return [
    ...runs,
    ...missing.map((workflowId) => ({ workflowId, status: 'MISSING', history: null })),
  ];
}

async function readShown({ apiUrls, apis, driver }: Cluster): Promise<Witnesses['shown']> {
  const n = apis.findIndex((api) => api.isAlive());
  if (n === -1) return [];
  return driver.journeys(apiUrls[n] ?? '');
}
