/** `rules/qualification.json` parsed → the model of stages, labels replaced by values. */
import type { Qualification, StageRule } from '../qualification/model.ts';
import { checkCondition, leadWorld } from './check-condition.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import { present } from './present.ts';
import type { QualificationFile } from './qualification.ts';
import { checkProperty } from './check-condition.ts';
import { checkUnique, refer, referEnterable, referEvent, referStage } from './scope.ts';
import type { Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

/** Stages the engine itself moves leads to. */
const needed = ['subscriber', 'lead', 'opportunity', 'customer'];

export function compileQualification(scope: Scope, file: QualificationFile): Qualification {
  for (const stage of needed) {
    if (file.order.includes(stage)) continue;
    const message = `"order" must hold ${JSON.stringify(stage)}: leads are moved to it without a rule`;
    scope.reportShape(['order'], { message, fix: 'add it' });
  }
  checkUnique(
    scope,
    'stage',
    file.order.map((id, index) => ({ id, path: ['order', index] })),
  );
  checkUnique(
    scope,
    'stage',
    file.stages.map(({ stage }, index) => ({ id: stage, path: ['stages', index, 'stage'] })),
  );
  return present({
    qualification: file.qualification,
    order: file.order,
    bant: compileBant(scope, file),
    buyingStages: compileBuyingStages(scope, file),
    disqualified: file.disqualified.map(({ id, why, when }, index) => ({
      id,
      why,
      when: checkCondition(scope, when, ['disqualified', index, 'when'], leadWorld),
    })),
    stages: file.stages.map((stage, index) => compileStage(scope, file, stage, ['stages', index])),
    outcome: compileOutcome(scope, file.outcome),
  });
}

/** Absent when the file names none, so that an older file keeps its hash. */
function compileBuyingStages(
  scope: Scope,
  file: QualificationFile,
): Qualification['buyingStages'] | undefined {
  if (file.buyingStages.length === 0) return undefined;
  return file.buyingStages.map(({ is, why, when }, index) => ({
    is,
    why,
    when: checkCondition(scope, when, ['buyingStages', index, 'when'], leadWorld),
  }));
}

function compileBant(scope: Scope, file: QualificationFile): Qualification['bant'] {
  return Object.fromEntries(
    Object.entries(file.bant).map(([answer, { ask, yes, no }]) => {
      const path = ['bant', answer];
      const checked = {
        ask,
        yes: checkCondition(scope, yes, [...path, 'yes'], leadWorld),
        no: no === undefined ? undefined : checkCondition(scope, no, [...path, 'no'], leadWorld),
      };
      return [answer, present(checked)];
    }),
  );
}

function compileStage(
  scope: Scope,
  file: QualificationFile,
  stage: QualificationFile['stages'][number],
  path: Path,
): StageRule {
  const rank = file.order.indexOf(stage.stage);
  if (rank < 0) {
    const found = JSON.stringify(stage.stage);
    const fix = didYouMean(stage.stage, file.order) ?? 'add it to "order"';
    const message = `stage ${found} is not in "order"`;
    scope.report([...path, 'stage'], { message, found, expected: list(file.order), fix });
  }
  stage.instantOn.forEach((event, index) =>
    referEvent(scope, event, [...path, 'instantOn', index]),
  );
  stage.again?.except.forEach((event, index) =>
    referEvent(scope, event, [...path, 'again', 'except', index]),
  );
  const { handoff, journey } = stage.onEnter ?? {};
  if (handoff !== undefined) refer(scope, 'handoff', handoff, [...path, 'onEnter', 'handoff']);
  if (journey !== undefined) referEnterable(scope, journey, [...path, 'onEnter', 'journey']);
  const from = stage.from?.map((name, index) =>
    earlierStage(scope, file, name, rank, [...path, 'from', index]),
  );
  return present({
    stage: stage.stage,
    label: stage.label,
    why: stage.why,
    when: checkCondition(scope, stage.when, [...path, 'when'], leadWorld),
    from,
    holdForMs: stage.holdFor ?? 0,
    instantOn: stage.instantOn,
    onEnter: stage.onEnter === undefined ? undefined : present({ handoff, journey }),
    backTo: compileBackTo(scope, file, stage.backTo, rank, [...path, 'backTo']),
    again:
      stage.again === undefined
        ? undefined
        : present({
            notBeforeMs: stage.again.notBefore,
            needs: stage.again.needs,
            except: stage.again.except,
          }),
  });
}

function compileBackTo(
  scope: Scope,
  file: QualificationFile,
  backTo: QualificationFile['stages'][number]['backTo'],
  rank: number,
  path: Path,
): StageRule['backTo'] {
  if (backTo === undefined) return undefined;
  return {
    stage: earlierStage(scope, file, backTo.stage, rank, [...path, 'stage']),
    if: checkCondition(scope, backTo.if, [...path, 'if'], leadWorld),
  };
}

function earlierStage(
  scope: Scope,
  file: QualificationFile,
  name: string,
  rank: number,
  path: Path,
): string {
  const stage = referStage(scope, name, path);
  const isLater = file.order.includes(stage) && rank >= 0 && file.order.indexOf(stage) >= rank;
  if (isLater) {
    const found = JSON.stringify(name);
    scope.report(path, { message: `stage ${found} is not earlier in "order"`, found });
  }
  return stage;
}

function compileOutcome(
  scope: Scope,
  outcome: QualificationFile['outcome'],
): Qualification['outcome'] {
  for (const key of ['opportunity', 'won', 'lost'] as const) {
    referEvent(scope, outcome[key], ['outcome', key]);
  }
  const { opportunity, won, lost, amount, currency, within } = outcome;
  if (amount !== undefined && scope.names.events.has(won)) {
    checkProperty(scope, won, amount, ['outcome', 'amount']);
  }
  return present({ opportunity, won, lost, amount, currency, withinMs: within });
}
