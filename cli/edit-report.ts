/** What a release does to leads in flight, in words: one line per journey, one per step below it. */
import type { EditPolicy, Fate, JourneyEdit, StepEdit } from '../core/edits/plan-edits.ts';
import { plural } from './shell.ts';

export interface EditsTold {
  readonly edits: readonly JourneyEdit[];
  /** Of canonical leads. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly done: boolean;
  /** As many blocked leads are named. */
  readonly namedMost: number;
}

export function editLines(told: EditsTold): string[] {
  return told.edits.filter(({ runs }) => runs > 0).flatMap((edit) => journeyLines(edit, told));
}

export function blockedLeads(edits: readonly JourneyEdit[]): readonly string[] {
  return edits.flatMap(({ steps }) =>
    steps.flatMap(({ blocked }) => blocked.map(({ leadId }) => leadId)),
  );
}

function journeyLines(edit: JourneyEdit, told: EditsTold): string[] {
  const releases = new Set(edit.steps.map(({ fromRelease }) => fromRelease));
  const steps = edit.steps.flatMap((step) => stepLines(step, releases.size > 1, told));
  const head = `  in flight  journey/${edit.journey}: ${summary(edit, told.done)}`;
  return edit.policy === 'move' || edit.policy === 'exit' ? [head, ...steps] : [head];
}

function summary(edit: JourneyEdit, done: boolean): string {
  const { policy, runs, stay, move, exit, blocked } = edit;
  const leads = plural(runs, 'lead');
  if (policy !== 'move') return `${leads}, ${summaries[policy](done)}`;
  const parts = [
    ...(move > 0 ? [`${move} ${move === 1 ? 'moves' : 'move'} at the next step`] : []),
    ...(stay > 0 ? [stay === 1 ? '1 stays as it is' : `${stay} stay as they are`] : []),
    ...(exit > 0 ? [exit === 1 ? '1 leaves' : `${exit} leave`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
  ];
  return `${leads}: ${parts.join(', ')}`;
}

const summaries: { readonly [Policy in Exclude<EditPolicy, 'move'>]: (done: boolean) => string } = {
  stay: () => 'who stay on the version they entered with ("inFlight": "stay")',
  gone: () => 'who go on under the version they entered with; nobody enters it any more',
  exit: (done) => `who ${done ? 'left' : 'leave'} now ("inFlight": "exit")`,
};

function stepLines(step: StepEdit, ofRelease: boolean, told: EditsTold): string[] {
  const version = ofRelease ? ` of release ${step.fromRelease ?? '?'}` : '';
  const at = step.step === null ? 'on their way' : `at "${step.step}"`;
  const line = `${indent}${step.count} ${at}${version}: ${fateWords(step, told.done)}`;
  const named = step.blocked.slice(0, told.namedMost).map(({ enrolmentId, leadId }) => {
    const address = told.addresses.get(leadId) ?? 'no address';
    return `${indent}  ${address} (enrolment ${enrolmentId})`;
  });
  const more = step.blocked.length - named.length;
  return [line, ...named, ...(more > 0 ? [`${indent}  … and ${more} more`] : [])];
}

const indent = ' '.repeat(13);

function fateWords({ step, fate }: StepEdit, done: boolean): string {
  switch (fate.type) {
    case 'stay':
      return stays[fate.why];
    case 'exit':
      return done ? 'left' : 'leave';
    case 'blocked':
      return `blocked, ${fate.why}`;
    case 'move':
      return moveWords(fate, step);
  }
}

const stays = {
  file: 'stay',
  gone: 'stay',
  same: 'stay, this is their version already',
} as const;

function moveWords({ how, to }: Extract<Fate, { type: 'move' }>, step: string | null): string {
  switch (how) {
    case 'kept':
      return 'go on there';
    case 'renamed':
      return `go on at "${to ?? ''}", as "${step ?? ''}" is called now`;
    case 'sent-to':
      return `go on at "${to ?? ''}"`;
    case 'open':
      return 'move where their next step shows that they may';
  }
}
