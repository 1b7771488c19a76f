/** Compares what a persona expects with what came: one line per expectation, met or not. */
import type { Persona } from '../definitions/compile-persona.ts';
import type { PersonaSummary } from './summary.ts';

export interface Expectation {
  readonly ok: boolean;
  readonly expected: string;
  readonly found: string;
}
type Expect = Persona['expect'];

const WEEK_MS = 7 * 86_400_000;

export function compare(expect: Expect, found: PersonaSummary): readonly Expectation[] {
  const sent = found.emails.map(({ template }) => template);
  const [first] = found.journeys;
  const exit = found.exits.find(({ journey }) => journey === first?.journey)?.exit;
  return [
    ...list('emails', expect.emails, sent),
    ...list(
      'journeys',
      expect.journeys,
      found.journeys.map(({ journey }) => journey),
    ),
    ...one('exit', expect.exit, exit ?? 'still running'),
    ...one('stage', expect.stage, found.stage),
    ...one('grade', expect.grade, found.grade),
    ...one('handoff', expect.handoff, found.handoff ?? 'none'),
    ...one('rep', expect.rep, found.rep ?? 'none'),
    ...(expect.never ?? []).map((template) => ({
      ok: !sent.includes(template),
      expected: `never ${template}`,
      found: sent.includes(template) ? 'sent' : 'not sent',
    })),
    ...notSent(expect, found),
    ...maxPerWeek(expect, found),
  ];
}

function list(
  name: string,
  expected: readonly string[] | undefined,
  found: readonly string[],
): readonly Expectation[] {
  return one(name, expected?.join(', '), found.join(', '));
}

function one(name: string, expected: string | undefined, found: string): readonly Expectation[] {
  if (expected === undefined) return [];
  return [{ ok: expected === found, expected: `${name}: ${expected}`, found }];
}

/** A send that was skipped twice for the same reason meets one expectation only. */
function notSent(
  { notSent: expected = [] }: Expect,
  found: PersonaSummary,
): readonly Expectation[] {
  const left = found.skipped.map(({ template, reason }) => `${template}: ${reason}`);
  return expected.map(({ email, reason }) => {
    const at = left.indexOf(`${email}: ${reason}`);
    if (at >= 0) left.splice(at, 1);
    const others = found.skipped.filter(({ template }) => template === email);
    const reasons = others.map((other) => other.reason).join(', ');
    const sent = found.emails.some(({ template }) => template === email) ? 'sent' : 'not reached';
    return {
      ok: at >= 0,
      expected: `${email} is not sent: ${reason}`,
      found: reasons === '' ? sent : reasons,
    };
  });
}

/** The fullest seven days in a row. */
function maxPerWeek({ maxPerWeek: most }: Expect, { emails }: PersonaSummary) {
  if (most === undefined) return [];
  const counts = emails.map(
    ({ at }) => emails.filter((other) => other.at >= at && other.at - at < WEEK_MS).length,
  );
  const fullest = Math.max(0, ...counts);
  return [{ ok: fullest <= most, expected: `at most ${most} a week`, found: String(fullest) }];
}
