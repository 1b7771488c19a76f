/**
 * Is there a rule that matches no lead, or every lead? And a question that one lead answers with yes
 * and with no?
 */
import type { Condition } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { neverHolds } from './never-holds.ts';
import { placedConditions } from './placed-conditions.ts';
import type { PlacedCondition } from './placed-conditions.ts';
import { leadWorld } from './satisfiability/domain.ts';
import { conflictOf, solve } from './satisfiability/solve.ts';
import { conditionInWords, witnessInWords } from './witness-words.ts';

export function findRulesNeverOrAlways(workspace: ProvableWorkspace): readonly Finding[] {
  return [
    ...placedConditions(workspace).flatMap((placed) => judge(workspace, placed)),
    ...findStagesThatFallBack(workspace),
    ...findContradictingAnswers(workspace),
  ];
}

function judge(workspace: ProvableWorkspace, placed: PlacedCondition): readonly Finding[] {
  const { file, path, world, condition, what, never } = placed;
  const found = neverHolds(workspace.release, world, [{ holds: condition }]);
  if (found?.isSaidElsewhere === true) return [];
  if (found !== undefined) {
    const message = `${what} never matches: ${never}`;
    const { witness, fix } = found;
    const finding = found.finding ?? 'rule-never-matches';
    return [{ finding, severity: 'warning', file, path, message, witness, fix }];
  }
  return judgeAlways(workspace, placed);
}

function judgeAlways(workspace: ProvableWorkspace, placed: PlacedCondition): readonly Finding[] {
  const { file, path, world, condition, what, always } = placed;
  if (always === undefined) return [];
  if (conflictOf(workspace.release, world, [{ fails: condition }]) === undefined) return [];
  return [
    {
      finding: 'rule-always-matches',
      severity: always.severity,
      file,
      path,
      message: `${what} always matches: ${always.then}`,
      witness: `no lead fails ${conditionInWords(condition)}, whatever is known of it`,
      fix: 'ask for less, or leave the rule out',
    },
  ];
}

/** A stage is not entered while its own `backTo` holds. */
function findStagesThatFallBack({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  return release.qualification.stages.flatMap(({ label, when, backTo }, index): Finding[] => {
    if (backTo === undefined) return [];
    const entered = solve(release, leadWorld, [{ holds: when }, { fails: backTo.if }]);
    const reached = solve(release, leadWorld, [{ holds: when }]);
    if (entered.type !== 'no' || reached.type !== 'yes') return [];
    return [
      {
        finding: 'rule-never-matches',
        severity: 'error',
        file: source.path,
        path: ['stages', index, 'backTo', 'if'],
        message: `no lead can enter stage "${label}": whoever reaches it would fall back at once`,
        witness: `${witnessInWords(reached.witness)}: "when" holds, and so does "backTo"`,
        fix: 'make "backTo" ask for what "when" does not allow',
      },
    ];
  });
}

/** Only answers about the same facts contradict each other; others are two signs that disagree. */
function findContradictingAnswers({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  return Object.entries(release.qualification.bant).flatMap(
    ([question, { yes, no }]): Finding[] => {
      if (no === undefined || factsIn(yes).join() !== factsIn(no).join()) return [];
      const both = solve(release, leadWorld, [{ holds: yes }, { holds: no }]);
      if (both.type !== 'yes') return [];
      return [
        {
          finding: 'contradicting-answers',
          severity: 'warning',
          file: source.path,
          path: ['bant', question, 'no'],
          message: `"${question}" can be answered with yes and with no at once`,
          witness: `${witnessInWords(both.witness)}: both hold`,
          fix: 'let "no" begin where "yes" ends',
        },
      ];
    },
  );
}

function factsIn(condition: Condition): readonly string[] {
  if ('all' in condition) return unique(condition.all.flatMap(factsIn));
  if ('any' in condition) return unique(condition.any.flatMap(factsIn));
  if ('not' in condition) return factsIn(condition.not);
  return 'condition' in condition ? [`segment ${condition.condition}`] : [condition.fact];
}

function unique(facts: readonly string[]): readonly string[] {
  return [...new Set(facts)].sort();
}
