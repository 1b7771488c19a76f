/**
 * A lead is never handed over twice on the same evidence, whatever happens to it: rejections, ways back,
 * verdicts on what it did, stages set by hand, and long silences in between.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isActivity } from '../../../core/decision/activity.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import type { DecisionContext } from '../../../core/decision/context.ts';
import { decide } from '../../../core/decision/decide.ts';
import type { Decision, IncomingEvent } from '../../../core/decision/decision.ts';
import type { Lead, Trust } from '../../../core/facts/lead.ts';
import {
  DAY,
  goodFit,
  HOUR,
  incoming,
  LEAD_ID,
  MINUTE,
  qualification,
  release,
  START,
  tick,
} from '../decision/acme.ts';

const seed = 20261122;
const rules = qualification();
/** The evidence outlives `notBefore` by far: only what is new may bring a lead back. */
const stages = rules.stages.map((rule) =>
  rule.again === undefined ? rule : { ...rule, again: { ...rule.again, notBeforeMs: HOUR } },
);
const workspace = release({ qualification: { ...rules, stages } });
const context: DecisionContext = { release: workspace, plans: new Map() };

const gap = fc.oneof(
  fc.integer({ min: 0, max: 20 * MINUTE }),
  fc.integer({ min: 0, max: 3 * DAY }),
  fc.integer({ min: 20 * DAY, max: 50 * DAY }),
);
const doing = fc.record({
  gap,
  type: fc.constant('does' as const),
  name: fc.constantFrom('Page Viewed', 'Pricing Viewed', 'Report Created', 'Demo Requested'),
  times: fc.integer({ min: 1, max: 5 }),
  trust: fc.constantFrom<Trust>('human', 'human', 'human', 'likely-robot'),
  late: fc.constantFrom(0, 0, 0, HOUR, 2 * DAY),
});
const answering = fc.record({
  gap,
  type: fc.constant('answers' as const),
  name: fc.constantFrom(
    'Handoff Rejected',
    'Handoff Rejected',
    'Handoff Rejected',
    'Handoff Accepted',
  ),
  reason: fc.constantFrom('not-now', 'not-now', 'duplicate'),
});
const judging = fc.record({
  gap,
  type: fc.constant('judges' as const),
  which: fc.nat({ max: 20 }),
  trust: fc.constantFrom<Trust>('likely-robot', 'likely-robot', 'human', 'unknown'),
});
const setting = fc.record({
  gap,
  type: fc.constant('sets' as const),
  stage: fc.constantFrom('lead', 'marketingqualifiedlead', 'product-qualified'),
  days: fc.constantFrom(1, 40),
  quiet: fc.boolean(),
});
const script = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: doing },
    { weight: 4, arbitrary: answering },
    { weight: 2, arbitrary: judging },
    setting,
  ),
  { minLength: 6, maxLength: 22 },
);
type Line = typeof script extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

interface Handed {
  readonly handoff: string;
  readonly cause: string;
  readonly at: number;
  readonly lead: Lead;
}

type Moved = Extract<Decision, { kind: 'stage' }>;

/** Every handoff that was opened, with the lead as it was then, and every move between stages. */
function play(lines: readonly Line[]): {
  readonly handed: readonly Handed[];
  readonly moves: readonly Moved[];
} {
  const handed: Handed[] = [];
  const moves: Moved[] = [];
  let lead: Lead = {
    ...bornLead({ id: LEAD_ID, bornAt: START }, workspace.qualification),
    ...{ address: 'ana@nordwind.example', traits: goodFit },
  };
  const fold = (event: IncomingEvent): void => {
    const decided = decide(lead, event, context);
    lead = decided.lead;
    moves.push(...decided.decisions.filter((one) => one.kind === 'stage'));
    for (const effect of decided.effects) {
      if (effect.type !== 'open-handoff') continue;
      const { handoff, cause } = effect;
      handed.push({ handoff, cause, at: event.receivedAt, lead });
    }
  };
  let now = START;
  const tell = (id: string, name: string, more: Partial<IncomingEvent>): void => {
    fold({ ...incoming(id, now), name, ...more });
  };
  lines.forEach((line, index) => {
    now += line.gap;
    for (let ticks = 0; lead.dueAt !== undefined && lead.dueAt <= now; ticks += 1) {
      expect(ticks).toBeLessThan(300);
      fold(tick(lead.dueAt));
    }
    playLine(line, `${index}`, now, lead, tell);
  });
  return { handed, moves };
}

function playLine(
  line: Line,
  id: string,
  now: number,
  lead: Lead,
  tell: (id: string, name: string, more: Partial<IncomingEvent>) => void,
): void {
  switch (line.type) {
    case 'does':
      for (let time = 0; time < line.times; time += 1) {
        tell(`${id}/${time}`, line.name, { trust: line.trust, occurredAt: now - line.late });
      }
      return;
    case 'answers':
      return tell(id, line.name, { properties: { reason: line.reason, by: 'mia' } });
    case 'judges': {
      const acts = lead.events.filter(({ name }) => isActivity(workspace, name, 'human'));
      const event = acts[line.which % Math.max(1, acts.length)]?.id ?? 'none';
      return tell(id, 'Event Judged', { properties: { event, trust: line.trust } });
    }
    case 'sets': {
      const until = new Date(now + line.days * DAY).toISOString();
      const { stage, quiet } = line;
      return tell(id, 'Stage Set', {
        properties: { stage, until, quiet, reason: 'x', by: 'anna' },
      });
    }
  }
}

/** New since then: something a person did, as it is trusted now, or what a person said of it. */
function isNew(first: Handed, second: Handed): boolean {
  if (second.cause === 'Stage Set' || second.cause === 'Event Judged') return true;
  return second.lead.events.some(
    ({ name, trust, seq }) => seq > first.lead.seq && isActivity(workspace, name, trust),
  );
}

test('between two handoffs of one kind a person did something new, and each way back has a reason', () => {
  const { order } = workspace.qualification;
  let pairs = 0;
  const reasons = new Set<string>();
  const property = fc.property(script, (lines) => {
    const { handed, moves } = play(lines);
    handed.forEach((second, index) => {
      const first = handed.slice(0, index).findLast(({ handoff }) => handoff === second.handoff);
      if (first === undefined) return;
      pairs += 1;
      expect(isNew(first, second), JSON.stringify([first.at, second.at])).toBe(true);
    });
    for (const { from, to, rule, why } of moves) {
      if (order.indexOf(to) > order.indexOf(from)) continue;
      reasons.add(/^by-hand$|^rejected:|\.backTo$|\.takenBack$/.exec(rule)?.[0] ?? rule);
      expect(why).not.toBe('');
    }
  });
  fc.assert(property, { seed, numRuns: 80 });
  fc.assert(property, { numRuns: 80 });
  expect(pairs).toBeGreaterThan(15);
  expect([...reasons].sort()).toEqual(['.backTo', '.takenBack', 'by-hand', 'rejected:']);
});
