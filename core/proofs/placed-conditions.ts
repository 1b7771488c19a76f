/**
 * Every rule that is one condition, with its place in its file and what it does to leads.
 *
 * Branch arms, routes and consent rules depend on those before them: their proofs walk them. The
 * conditions are the compiled ones, in which stages go by their values.
 */
import type { Path } from '../definitions/problems.ts';
import type { Condition } from '../rules/condition.ts';
import type { ProvableWorkspace } from './finding.ts';
import { leadWorld } from './satisfiability/domain.ts';
import type { FactWorld } from './satisfiability/domain.ts';

export interface PlacedCondition {
  /** `rule "can-sign"`. */
  readonly what: string;
  readonly file: string;
  readonly path: Path;
  readonly world: FactWorld;
  readonly condition: Condition;
  /** What comes of it when it never holds. */
  readonly never: string;
  /** What comes of it when it always holds; absent where that does no harm. */
  readonly always?: { readonly then: string; readonly severity: 'error' | 'warning' };
}

export function placedConditions(workspace: ProvableWorkspace): readonly PlacedCondition[] {
  return [
    ...ofSegments(workspace),
    ...ofScoring(workspace),
    ...ofBant(workspace),
    ...ofBuyingStages(workspace),
    ...ofInterests(workspace),
    ...ofDisqualified(workspace),
    ...ofStages(workspace),
    ...ofAccounts(workspace),
  ];
}

function ofSegments({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  return sources.segments.flatMap(({ path: file, value }) =>
    value.segments.flatMap(({ id }, index): readonly PlacedCondition[] => {
      const condition = release.segments[id]?.when;
      if (condition === undefined) return [];
      return [
        {
          what: `segment "${id}"`,
          ...{ file, path: ['segments', index, 'when'], world: leadWorld, condition },
          never: 'no lead belongs to it',
          always: { then: 'every lead belongs to it', severity: 'warning' },
        },
      ];
    }),
  );
}

function ofScoring({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  return sources.scoring.flatMap(({ path: file, value }) => {
    const rules = release.models.find(({ model }) => model === value.model)?.rules ?? [];
    return rules.flatMap((rule, index): readonly PlacedCondition[] => {
      const what = `rule "${rule.id}"`;
      const points = `${Math.abs(rule.points)} point${Math.abs(rule.points) === 1 ? '' : 's'}`;
      if (rule.type === 'when') {
        const then = `every lead ${rule.points > 0 ? 'gets' : 'loses'} its ${points}`;
        const path = ['rules', index, 'when'];
        const never = 'its points move no score';
        const always = { then, severity: 'warning' } as const;
        return [{ what, file, path, world: leadWorld, condition: rule.when, never, always }];
      }
      const { event, where } = rule.match;
      if (where === undefined) return [];
      const path = ['rules', index, 'forEach', 'where'];
      const never = `no "${event}" counts for it`;
      return [{ what, file, path, world: { type: 'event', event }, condition: where, never }];
    });
  });
}

function ofBant({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  return Object.entries(release.qualification.bant).flatMap(([question, answers]) =>
    (['yes', 'no'] as const).flatMap((answer): readonly PlacedCondition[] => {
      const condition = answers[answer];
      if (condition === undefined) return [];
      const path = ['bant', question, answer];
      const what = `"${answer}" of "${question}"`;
      const never = `the answer is never ${answer}`;
      const always = { then: `the answer is always ${answer}`, severity: 'warning' } as const;
      return [{ what, file: source.path, path, world: leadWorld, condition, never, always }];
    }),
  );
}

function ofBuyingStages({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  return (release.qualification.buyingStages ?? []).map(({ is, when }, index) => ({
    what: `buying stage "${is}"`,
    file: source.path,
    path: ['buyingStages', index, 'when'],
    world: leadWorld,
    condition: when,
    never: 'no lead is ever that far by it',
  }));
}

function ofInterests({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  return sources.interests.flatMap(({ path: file, value }) =>
    value.interests.flatMap(({ id }, index) =>
      (release.interests?.[id]?.from ?? []).flatMap(
        ({ match }, place): readonly PlacedCondition[] => {
          const { event, where: condition } = match;
          if (condition === undefined) return [];
          const path = ['interests', index, 'from', place, 'where'];
          const never = `no "${event}" shows it`;
          const world = { type: 'event', event } as const;
          return [{ what: `interest "${id}"`, file, path, world, condition, never }];
        },
      ),
    ),
  );
}

function ofDisqualified({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  return release.qualification.disqualified.map(({ id, when }, index) => ({
    what: `disqualification "${id}"`,
    file: source.path,
    path: ['disqualified', index, 'when'],
    world: leadWorld,
    condition: when,
    never: 'it disqualifies nobody',
    always: { then: 'every lead is disqualified: no handoff, no marketing', severity: 'error' },
  }));
}

function ofStages({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  const [source] = sources.qualification;
  if (source === undefined) return [];
  const file = source.path;
  return release.qualification.stages.flatMap(({ label, when, backTo }, index) => {
    const stage: PlacedCondition = {
      what: `stage "${label}"`,
      ...{ file, path: ['stages', index, 'when'], world: leadWorld, condition: when },
      never: 'no lead ever enters it by this rule',
      always: { then: 'every lead enters it', severity: 'warning' },
    };
    if (backTo === undefined) return [stage];
    // A `backTo` that always holds lets nobody in: that is said of the stage.
    const back: PlacedCondition = {
      what: `"backTo" of stage "${label}"`,
      ...{ file, path: ['stages', index, 'backTo', 'if'], world: leadWorld, condition: backTo.if },
      never: 'nobody is moved back',
    };
    return [stage, back];
  });
}

function ofAccounts({ release, sources }: ProvableWorkspace): readonly PlacedCondition[] {
  const [source] = sources.accounts;
  const { accounts } = release;
  if (source === undefined || accounts === undefined) return [];
  const { path: file, value } = source;
  const roles = accounts.roles.map(({ role, when: condition }, index): PlacedCondition => ({
    what: `role "${role}"`,
    ...{ file, path: ['roles', index, 'when'], world: leadWorld, condition },
    never: 'nobody has it unless it was entered',
  }));
  if (value.engaged === undefined) return roles;
  const { when: condition } = accounts.engaged;
  const place = { file, path: ['engaged', 'when'], world: leadWorld, condition };
  return [...roles, { what: '"engaged"', ...place, never: 'nobody is ever engaged' }];
}
