/**
 * A graph of a journey in Graphviz's language. The same journey gives the same text, letter by letter.
 *
 * Every node carries its kind as a class: whoever shows the drawing may colour it by style sheet. The
 * colours written here are those of a light page, for viewers that know no styles.
 */
import type { GraphEdge, GraphNode, JourneyGraph, NodeKind } from './journey-graph.ts';
import { labelLines } from './label-lines.ts';

export function dotOf(graph: JourneyGraph): string {
  const names = new Map([...graph.nodes, ...graph.exits].map(({ id }, index) => [id, `n${index}`]));
  const nameOf = (id: string): string => names.get(id) ?? '';
  return [
    'digraph journey {',
    ...settings.map((line) => `  ${line}`),
    ...graph.nodes.map((node) => `  ${nodeLine(node, nameOf(node.id))}`),
    ...graph.edges.map((edge) => `  ${edgeLine(edge, nameOf)}`),
    ...exitLines(graph.exits, nameOf),
    '}',
    '',
  ].join('\n');
}

const settings = [
  'graph [rankdir=TB, bgcolor="transparent", nodesep=0.4, ranksep=0.42, pad=0.25, fontname="Helvetica", fontsize=11]',
  'node [fontname="Helvetica", fontsize=12, margin="0.22,0.09", height=0.45, penwidth=1.2]',
  'edge [fontname="Helvetica", fontsize=10.5, arrowsize=0.7, penwidth=1.2, color="#8a94a6", fontcolor="#4a5567"]',
];

interface Look {
  readonly shape: string;
  readonly style: string;
  readonly fill: string;
  readonly line: string;
  /** Inches left and right, above and below the words; shapes with corners leave room by themselves. */
  readonly margin?: string;
  readonly peripheries?: 2;
}
const looks: { readonly [Kind in NodeKind]: Look } = {
  entry: { shape: 'box', style: 'rounded,filled', fill: '#1f6f54', line: '#1f6f54' },
  send: { shape: 'box', style: 'rounded,filled', fill: '#e3eefb', line: '#3b78c2' },
  wait: { shape: 'box', style: 'rounded,filled,dashed', fill: '#f4f5f7', line: '#8a94a6' },
  'wait-for': {
    shape: 'hexagon',
    style: 'filled',
    fill: '#fdf3dc',
    line: '#c08a1e',
    margin: '0,0.02',
  },
  branch: {
    shape: 'diamond',
    style: 'filled',
    fill: '#f1eafb',
    line: '#7a54b8',
    margin: '0.02,0.02',
  },
  split: {
    shape: 'invtrapezium',
    style: 'filled',
    fill: '#f1eafb',
    line: '#7a54b8',
    margin: '0.02,0.02',
  },
  task: { shape: 'note', style: 'filled', fill: '#fbe9e2', line: '#c4623a' },
  act: { shape: 'box', style: 'filled', fill: '#eef1f4', line: '#66717f' },
  leave: { shape: 'box', style: 'rounded,filled', fill: '#f7e3e3', line: '#b04a4a' },
  end: { shape: 'box', style: 'rounded,filled', fill: '#5b6675', line: '#5b6675' },
  exit: { shape: 'box', style: 'rounded,filled', fill: '#f7e3e3', line: '#b04a4a' },
  goal: { shape: 'box', style: 'rounded,filled', fill: '#dff2e7', line: '#1f8a5b', peripheries: 2 },
};

function nodeLine({ kind, title, detail, sentence }: GraphNode, name: string): string {
  const { shape, style, fill, line, margin, peripheries } = looks[kind];
  const isDark = kind === 'entry' || kind === 'end';
  const lines = labelLines(title, shape === 'diamond' ? 14 : 26, 4);
  const label = [...lines, ...(detail === '' ? [] : [`[${detail}]`])].map(escaped).join('\\n');
  const attributes = [
    `label="${label}"`,
    `class="${kind}"`,
    `shape=${shape}`,
    `style="${style}"`,
    `fillcolor="${fill}"`,
    `color="${line}"`,
    `fontcolor="${isDark ? '#ffffff' : '#1d2733'}"`,
    ...(margin === undefined ? [] : [`margin="${margin}"`]),
    ...(peripheries === undefined ? [] : [`peripheries=${peripheries}`]),
    `tooltip="${escaped(sentence)}"`,
  ];
  return `${name} [${attributes.join(', ')}]`;
}

function edgeLine({ from, to, label, isQuiet }: GraphEdge, nameOf: (id: string) => string): string {
  const lines = labelLines(label, 24, 4).map(escaped).join('\\n');
  const attributes = [
    ...(label === '' ? [] : [`label="  ${lines}  "`, `tooltip="${escaped(label)}"`]),
    ...(isQuiet ? ['class="quiet"', 'style="dashed"'] : []),
  ];
  return `${nameOf(from)} -> ${nameOf(to)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`}`;
}

/** A box of their own: they are watched wherever a lead stands. */
function exitLines(exits: readonly GraphNode[], nameOf: (id: string) => string): readonly string[] {
  if (exits.length === 0) return [];
  const names = exits.map(({ id }) => nameOf(id));
  return [
    '  subgraph cluster_exits {',
    '    graph [label="Leaves at any moment, when", class="exits", style="rounded,dashed", color="#b6bdc9", fontcolor="#4a5567", margin=16]',
    ...exits.map((node) => `    ${nodeLine(node, nameOf(node.id))}`),
    ...(names.length > 1 ? [`    ${names.join(' -> ')} [style=invis]`] : []),
    '  }',
  ];
}

/** Texts of marketers inside a quoted label: neither quotes, nor escapes, nor entities of theirs count. */
function escaped(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
}
