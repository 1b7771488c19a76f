/**
 * Every condition on a lead as its file writes it, with its place: for proofs that point inside it.
 *
 * Written, not compiled: plans have their segments put in, files name them.
 */
import type { Path } from '../definitions/problems.ts';
import type { JourneyFile } from '../definitions/journey.ts';
import type { Condition } from '../rules/condition.ts';
import type { ProvableWorkspace } from './finding.ts';
import { placedJourneys } from './step-places.ts';
import type { PlacedStep } from './step-places.ts';

export interface WrittenCondition {
  /** `rule "can-sign"`. */
  readonly what: string;
  readonly file: string;
  readonly path: Path;
  readonly condition: Condition;
}
type Found = Omit<WrittenCondition, 'file'>;

export function writtenConditions(workspace: ProvableWorkspace): readonly WrittenCondition[] {
  const { sources } = workspace;
  const inFile = (file: string, found: readonly Found[]) => found.map((one) => ({ ...one, file }));
  return [
    ...sources.segments.flatMap(({ path, value }) =>
      inFile(
        path,
        value.segments.map(({ id, when }, index) => ({
          ...{ what: `segment "${id}"`, path: ['segments', index, 'when'], condition: when },
        })),
      ),
    ),
    ...sources.scoring.flatMap(({ path, value }) =>
      inFile(
        path,
        value.rules.flatMap((rule, index) =>
          'when' in rule ? one(`rule "${rule.id}"`, ['rules', index, 'when'], rule.when) : [],
        ),
      ),
    ),
    ...sources.qualification.flatMap(({ path, value }) => inFile(path, ofQualification(value))),
    ...sources.accounts.flatMap(({ path, value }) =>
      inFile(path, [
        ...value.roles.flatMap(({ role, when }, index) =>
          one(`role "${role}"`, ['roles', index, 'when'], when),
        ),
        ...one('"engaged"', ['engaged', 'when'], value.engaged?.when),
      ]),
    ),
    ...sources.routing.flatMap(({ path, value }) =>
      inFile(path, [
        ...(value.match ?? []).flatMap((match, index) =>
          one(`route "${match.id}"`, ['match', index, 'if'], match.if),
        ),
        ...(value.sla ?? []).flatMap((sla, index) =>
          one(`SLA "${sla.id}"`, ['sla', index, 'if'], sla.if),
        ),
      ]),
    ),
    ...sources.sending.flatMap(({ path, value }) =>
      inFile(
        path,
        value.consent.flatMap((rule, index) =>
          one(`consent rule "${rule.id}"`, ['consent', index, 'if'], rule.if),
        ),
      ),
    ),
    ...placedJourneys(workspace).flatMap(({ file, source, steps }) =>
      inFile(file, [...aroundSteps(source), ...[...steps.values()].flatMap(inStep)]),
    ),
  ];
}

type QualificationFile = ProvableWorkspace['sources']['qualification'][number]['value'];

function ofQualification(file: QualificationFile): readonly Found[] {
  return [
    ...Object.entries(file.bant).flatMap(([question, { yes, no }]) => [
      ...one(`"yes" of "${question}"`, ['bant', question, 'yes'], yes),
      ...one(`"no" of "${question}"`, ['bant', question, 'no'], no),
    ]),
    ...file.buyingStages.flatMap(({ is, when }, index) =>
      one(`buying stage "${is}"`, ['buyingStages', index, 'when'], when),
    ),
    ...file.disqualified.flatMap(({ id, when }, index) =>
      one(`disqualification "${id}"`, ['disqualified', index, 'when'], when),
    ),
    ...file.stages.flatMap(({ label, when, backTo }, index) => [
      ...one(`stage "${label}"`, ['stages', index, 'when'], when),
      ...one(`"backTo" of stage "${label}"`, ['stages', index, 'backTo', 'if'], backTo?.if),
    ]),
  ];
}

function aroundSteps(file: JourneyFile): readonly Found[] {
  return [
    ...file.enter.flatMap((entry, index) => one('this entry', ['enter', index, 'if'], entry.if)),
    ...file.exit.flatMap(({ id, when }, index) =>
      'event' in when ? [] : one(`exit "${id}"`, ['exit', index, 'when'], when),
    ),
  ];
}

function inStep({ step, path }: PlacedStep): readonly Found[] {
  if ('branch' in step) {
    return step.branch.flatMap((arm, index) =>
      'if' in arm ? one(`arm "${arm.id}"`, [...path, 'branch', index, 'if'], arm.if) : [],
    );
  }
  if (!('waitFor' in step)) return [];
  const { waitFor } = step;
  const what = `the wait "${step.id}"`;
  if ('when' in waitFor) return one(what, [...path, 'waitFor', 'when'], waitFor.when);
  if (!('first' in waitFor)) return [];
  return waitFor.first.flatMap((arm, index) =>
    'when' in arm ? one(what, [...path, 'waitFor', 'first', index, 'when'], arm.when) : [],
  );
}

function one(what: string, path: Path, condition: Condition | undefined): readonly Found[] {
  return condition === undefined ? [] : [{ what, path, condition }];
}
