/**
 * Graphviz's language → SVG, by Graphviz itself as WebAssembly.
 *
 * Nothing is read or written. The drawing carries its own colours for light and dark pages unless it is
 * asked to leave them to the style sheet of the page around it. Apart from `core/graph`, which stays
 * synchronous and free of packages.
 */
import { instance, type Viz } from '@viz-js/viz';

export interface SvgOptions {
  /** `alone`: a file of its own. `inside`: part of a page that styles it. */
  readonly place: 'alone' | 'inside';
  readonly title: string;
}

/** Started once: the module takes a tenth of a second. */
let graphviz: Promise<Viz> | undefined;

export async function svgOf(dot: string, { place, title }: SvgOptions): Promise<string> {
  graphviz ??= instance();
  const drawn = (await graphviz).renderString(dot, { format: 'svg', engine: 'dot' });
  const start = drawn.indexOf('<svg');
  const body = drawn
    .slice(start)
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/<g id="edge\d+" class="([^"]*)">\n<title>[^<]*<\/title>/g, '<g class="$1">')
    .replace(
      /<g id="\w+" class="(node|cluster|graph)([^"]*)"([^>]*)>\n<title>[^<]*<\/title>/g,
      '<g class="$1$2"$3>',
    )
    .replace(/<g id="a_\w+">/g, '<g>')
    .replaceAll(' xlink:title="', ' data-words="')
    .replace(/<a data-words="([^"]*)">/g, '<g><title>$1</title>')
    .replaceAll('</a>', '</g>')
    .replace(/<text ([^>]*)font-size="12.00"([^>]*)>(\[[^<]*\])<\/text>/g, smallName)
    .replaceAll('font-family="Helvetica,sans-Serif"', 'font-family="Helvetica, Arial, sans-serif"');
  const name = escaped(title);
  const head = /^<svg[^>]*>/.exec(body)?.[0] ?? '<svg>';
  const opening = head.replace(
    '<svg',
    `<svg role="img" aria-label="${name}" class="journey-graph"`,
  );
  const style = place === 'alone' ? `<style>${darkStyle}</style>\n` : '';
  return `${opening}\n<title>${name}</title>\n${style}${body.slice(head.length)}`;
}

/** The name of a step, in brackets below its words, steps back. */
function smallName(_all: string, before: string, after: string, name: string): string {
  return `<text class="name" ${before}font-size="10.00" fill-opacity="0.7"${after}>${name.slice(1, -1)}</text>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** On a dark page: fills go dark, lines stay, words go light. Written for exactly the classes of `dot.ts`. */
const darkFills: readonly (readonly [kind: string, fill: string, line: string])[] = [
  ['send', '#16314f', '#6ba6ec'],
  ['wait', '#23282f', '#8a94a6'],
  ['wait-for', '#3d2f10', '#d9a441'],
  ['branch', '#2f2244', '#a886e0'],
  ['split', '#2f2244', '#a886e0'],
  ['task', '#432417', '#e08a63'],
  ['act', '#2a3038', '#8d98a7'],
  ['leave', '#421f1f', '#d97f7f'],
  ['exit', '#421f1f', '#d97f7f'],
  ['goal', '#123524', '#46b886'],
];
const darkStyle = [
  '@media (prefers-color-scheme: dark) {',
  '.journey-graph { background: #14181d }',
  '.node text { fill: #e8ecf1 } .edge text, .cluster text { fill: #b3bdca }',
  '.edge path { stroke: #7f8a9a } .edge polygon { fill: #7f8a9a; stroke: #7f8a9a }',
  ...darkFills.map(
    ([kind, fill, line]) =>
      `.node.${kind} :is(polygon, path, polyline) { stroke: ${line} } .node.${kind} :is(polygon, path):not([fill="none"]) { fill: ${fill} }`,
  ),
  '}',
].join('\n');
