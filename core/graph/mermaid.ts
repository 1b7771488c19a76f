/**
 * A graph of a journey as a Mermaid flowchart, for pages and wikis that draw those.
 *
 * Nodes have names of our own and every text stands in quotes with entities, so that no word of a
 * journey is read as Mermaid.
 */
import type { GraphEdge, GraphNode, JourneyGraph, NodeKind } from './journey-graph.ts';
import { labelLines } from './label-lines.ts';

export function mermaidOf(graph: JourneyGraph): string {
  const names = new Map([...graph.nodes, ...graph.exits].map(({ id }, index) => [id, `n${index}`]));
  const nameOf = (id: string): string => names.get(id) ?? '';
  const nodeLine = (node: GraphNode): string => {
    const [open, close] = shapes[node.kind];
    return `${nameOf(node.id)}${open}${labelOf(node)}${close}:::${classOf(node.kind)}`;
  };
  const exits = graph.exits.map((node) => `    ${nodeLine(node)}`);
  return [
    'flowchart TD',
    ...graph.nodes.map((node) => `  ${nodeLine(node)}`),
    ...graph.edges.map((edge) => `  ${edgeLine(edge, nameOf)}`),
    ...(exits.length === 0
      ? []
      : ['  subgraph exits ["Leaves at any moment, when"]', ...exits, '  end']),
    ...Object.entries(colours).map(([name, style]) => `  classDef ${name} ${style}`),
    '',
  ].join('\n');
}

const shapes: { readonly [Kind in NodeKind]: readonly [open: string, close: string] } = {
  entry: ['(["', '"])'],
  send: ['("', '")'],
  wait: ['[/"', '"/]'],
  'wait-for': ['{{"', '"}}'],
  branch: ['{"', '"}'],
  split: ['[\\"', '"/]'],
  task: ['[["', '"]]'],
  act: ['["', '"]'],
  leave: ['>"', '"]'],
  end: ['(["', '"])'],
  exit: ['(["', '"])'],
  goal: ['((("', '")))'],
};

const colours: { readonly [name: string]: string } = {
  entry: 'fill:#1f6f54,stroke:#1f6f54,color:#ffffff',
  send: 'fill:#e3eefb,stroke:#3b78c2,color:#1d2733',
  wait: 'fill:#f4f5f7,stroke:#8a94a6,color:#1d2733,stroke-dasharray:4 3',
  waitFor: 'fill:#fdf3dc,stroke:#c08a1e,color:#1d2733',
  branch: 'fill:#f1eafb,stroke:#7a54b8,color:#1d2733',
  split: 'fill:#f1eafb,stroke:#7a54b8,color:#1d2733',
  task: 'fill:#fbe9e2,stroke:#c4623a,color:#1d2733',
  act: 'fill:#eef1f4,stroke:#66717f,color:#1d2733',
  leave: 'fill:#f7e3e3,stroke:#b04a4a,color:#1d2733',
  finish: 'fill:#5b6675,stroke:#5b6675,color:#ffffff',
  exit: 'fill:#f4f5f7,stroke:#66717f,color:#1d2733',
  goal: 'fill:#dff2e7,stroke:#1f8a5b,color:#1d2733',
};

/** "end" is a word of Mermaid. */
function classOf(kind: NodeKind): string {
  if (kind === 'end') return 'finish';
  return kind === 'wait-for' ? 'waitFor' : kind;
}

function labelOf({ title, detail }: GraphNode): string {
  const lines = [...labelLines(title, 30, 4), ...(detail === '' ? [] : [detail])];
  return lines.map(escaped).join('<br/>');
}

function edgeLine({ from, to, label, isQuiet }: GraphEdge, nameOf: (id: string) => string): string {
  const arrow = isQuiet ? '-.->' : '-->';
  const words = labelLines(label, 28, 4).map(escaped).join('<br/>');
  return `${nameOf(from)} ${arrow}${label === '' ? '' : `|"${words}"|`} ${nameOf(to)}`;
}

/** Mermaid's entities: whatever is no letter, digit or plain mark is written by its number. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:;!?()'’“”…·%/@+-]|^\d+\./gu, (found) =>
    [...found].map((letter) => `#${letter.codePointAt(0) ?? 32};`).join(''),
  );
}
