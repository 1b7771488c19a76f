/**
 * A journey as a graph: nodes with short words, and the ways between them.
 *
 * What is drawn, not how: `dot.ts` and `mermaid.ts` choose shapes and colours by `kind`. An arm that is
 * empty leads straight on; a list that ends leads to what follows the step around it.
 */
import type { JourneyFile } from '../definitions/journey.ts';
import type { StepSource, Steps } from '../definitions/step-source.ts';
import { conditionWords, watchWords } from '../words/conditions.ts';
import { entryCauseWords } from '../words/journey-words.ts';
import { assigneeWords } from '../words/lexicon.ts';
import type { Lexicon } from '../words/lexicon.ts';
import { armsOf, dateWords, stepWords } from '../words/step-words.ts';
import type { Arm } from '../words/step-words.ts';
import { capitalised, count, span } from '../words/values.ts';

export type NodeKind =
  | 'entry'
  | 'send'
  | 'wait'
  | 'wait-for'
  | 'branch'
  | 'split'
  | 'task'
  | 'act'
  | 'leave'
  | 'end'
  | 'exit'
  | 'goal';
export interface GraphNode {
  /** Unique in the graph: "step welcome", "exit bought". */
  readonly id: string;
  readonly kind: NodeKind;
  /** What it does, in a few words; the name of the step, or what else there is to know, below. */
  readonly title: string;
  readonly detail: string;
  /** The whole sentence, for whoever points at it. */
  readonly sentence: string;
}
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** A way that is taken because time ran out, or that leaves a control group alone. */
  readonly isQuiet: boolean;
}
export interface JourneyGraph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Watched at every moment: they hang on no step. */
  readonly exits: readonly GraphNode[];
}

/** `here`: how many leads stand at a step. */
export function journeyGraph(
  file: JourneyFile,
  lexicon: Lexicon,
  here: ReadonlyMap<string, number> = new Map(),
): JourneyGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const draw = { lexicon, here, nodes, edges };
  const starts = file.enter.map((entry, index): Way => {
    const sentence = entryCauseWords(entry, lexicon);
    const title = capitalised(sentence.replace(/^Enters (on|when) /, ''));
    const id = `entry ${index}`;
    nodes.push({ id, kind: 'entry', title, detail: '', sentence });
    return { from: id, label: '', isQuiet: false };
  });
  const ends = drawSteps(file.steps, starts, draw);
  if (ends.length > 0) {
    nodes.push({ id: 'end', kind: 'end', title: 'End', detail: '', sentence: 'The journey ends' });
    edges.push(...ends.map((way) => ({ ...way, to: 'end' })));
  }
  const exits = file.exit.map(({ id, goal, why, when }): GraphNode => {
    const sentence = `${watchWords(when, lexicon)}: ${why}`;
    return {
      id: `exit ${id}`,
      kind: goal ? 'goal' : 'exit',
      title: why,
      detail: goal ? `goal · ${id}` : id,
      sentence,
    };
  });
  return { title: file.title, nodes, edges, exits };
}

interface Draw {
  readonly lexicon: Lexicon;
  readonly here: ReadonlyMap<string, number>;
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}
/** An open end, waiting for what it leads to. */
type Way = Omit<GraphEdge, 'to'>;

/** Draws a list; answers the ways that lead on from its end. */
function drawSteps(steps: Steps, from: readonly Way[], draw: Draw): readonly Way[] {
  return steps.reduce((open, step) => drawStep(step, open, draw), from);
}

function drawStep(step: StepSource, from: readonly Way[], draw: Draw): readonly Way[] {
  const id = `step ${step.id}`;
  const { kind, title } = wordsOf(step, draw.lexicon);
  const standing = draw.here.get(step.id);
  const name = title === `Send “${step.id}”` ? [] : [step.id];
  const crowd = standing === undefined ? [] : [`${count(standing, 'lead')} last here`];
  const detail = [...name, ...crowd].join(' · ');
  draw.nodes.push({ id, kind, title, detail, sentence: stepWords(step, draw.lexicon) });
  draw.edges.push(...from.map((way) => ({ ...way, to: id })));
  if (kind === 'leave') return [];
  const arms = armsOf(step, draw.lexicon);
  if (arms.length === 0) return [{ from: id, label: '', isQuiet: false }];
  const ways = arms.flatMap((arm) => {
    const start: Way = { from: id, label: armLabel(step, arm), isQuiet: isQuiet(step, arm) };
    return drawSteps(arm.steps, [start], draw);
  });
  return 'ifPast' in step ? [...ways, ...pastWays(id, step.ifPast)] : ways;
}

function pastWays(from: string, ifPast: 'skip' | 'continue' | 'exit'): readonly Way[] {
  return ifPast === 'skip' ? [{ from, label: 'that day has passed', isQuiet: true }] : [];
}

function armLabel(step: StepSource, { id, words }: Arm): string {
  if ('split' in step) return `${words.replace(', held out as a control group', ' control')}`;
  if ('ifPast' in step) return 'on that day';
  const short = words.replace(/^If /, '').replace(/^Otherwise$/, 'otherwise');
  return id === undefined ? (shortAnswers[words] ?? short) : short;
}
const shortAnswers: { readonly [words: string]: string } = {
  'If it happened': 'it happened',
  'If it came true': 'it came true',
  'If not by then': 'not by then',
};

function isQuiet(step: StepSource, arm: Arm): boolean {
  if ('split' in step) return arm.words.includes('control');
  return arm.words === 'If not by then' || arm.words === 'Otherwise';
}

function wordsOf(
  step: StepSource,
  lexicon: Lexicon,
): { readonly kind: NodeKind; readonly title: string } {
  if ('send' in step) return { kind: 'send', title: `Send “${step.send}”` };
  if ('waitFor' in step) return { kind: 'wait-for', title: waitForTitle(step.waitFor, lexicon) };
  if ('ifPast' in step) {
    const { until, offset } = step.wait;
    return { kind: 'wait', title: `Wait until ${dateWords({ date: until, offset }, lexicon)}` };
  }
  if ('wait' in step) return { kind: 'wait', title: `Wait ${span(step.wait)}` };
  if ('branch' in step) return { kind: 'branch', title: questionOf(step.branch.length) };
  if ('split' in step) return { kind: 'split', title: 'Split' };
  if ('task' in step) {
    const who = assigneeWords(step.for, lexicon).replace(/^the /, '').replace(' of the lead', '');
    return { kind: 'task', title: `Task for ${who}: ${step.task}` };
  }
  if ('exit' in step) return { kind: 'leave', title: `Leave: ${step.exit}` };
  return { kind: 'act', title: stepWords(step, lexicon) };
}

function questionOf(arms: number): string {
  return arms === 2 ? 'Either or' : 'Which first?';
}

function waitForTitle(
  waitFor: Extract<StepSource, { waitFor: unknown }>['waitFor'],
  lexicon: Lexicon,
): string {
  const limit = waitFor.upTo === undefined ? '' : `, at most ${span(waitFor.upTo)}`;
  if ('first' in waitFor) return `Wait for the first of ${waitFor.first.length}${limit}`;
  const what =
    'event' in waitFor ? watchWords(waitFor, lexicon) : conditionWords(waitFor.when, lexicon);
  return `Wait for ${what}${limit}`;
}
