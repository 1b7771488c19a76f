/** Journeys in numbers, counted where the runs are. Reads only, one statement each. */
import type { Sql } from './client.ts';

export interface JourneyCount {
  readonly journey: string;
  readonly status: 'open' | 'closed';
  /** Of closed runs: `completed`, or the id of the exit. */
  readonly outcome: string | null;
  readonly goal: boolean;
  readonly count: number;
  readonly parkedCount: number;
}

export async function countRuns(sql: Sql): Promise<readonly JourneyCount[]> {
  return sql.query<JourneyCount>(
    `SELECT journey, status, outcome, goal, count(*) AS count,
       count(*) FILTER (WHERE status = 'open' AND parked IS NOT NULL) AS "parkedCount" FROM enrolment
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 DESC, 5 DESC, 3`,
  );
}

export interface StepCount {
  readonly journey: string;
  /** Null until the first step has acted. */
  readonly step: string | null;
  readonly count: number;
  readonly lateCount: number;
  /** Would act if nothing were paused, or waits for its turn after a pause. */
  readonly parkedCount: number;
}

/** Where the open runs stand: the last step that acted. */
export async function countSteps(sql: Sql, lateSince: number): Promise<readonly StepCount[]> {
  return sql.query<StepCount>(
    `SELECT journey, step, count(*) AS count,
       count(*) FILTER (WHERE expected_by < to_timestamp($1::float8 / 1000.0)) AS "lateCount",
       count(*) FILTER (WHERE parked IS NOT NULL) AS "parkedCount"
     FROM enrolment WHERE status = 'open' GROUP BY 1, 2 ORDER BY 1, 2`,
    [lateSince],
  );
}

export interface SendCount {
  readonly journey: string;
  readonly step: string;
  readonly state: string;
  readonly count: number;
}

/** What became of the emails of each step. */
export async function countSendsOfJourney(
  sql: Sql,
  journey: string,
): Promise<readonly SendCount[]> {
  return sql.query<SendCount>(
    `SELECT journey, step, state, count(*) AS count FROM send WHERE journey = $1 GROUP BY 1, 2, 3 ORDER BY 2, 3`,
    [journey],
  );
}
