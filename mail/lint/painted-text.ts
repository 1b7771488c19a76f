/**
 * The words of an email as they are painted: colour, ground, size, in light and in dark mode, as far as
 * literal styles say it. What cannot be known is left out: a picture or a gradient as ground, a colour
 * that is not opaque, whatever a phone's width changes.
 */
import { parseDocument } from 'htmlparser2';
import { parseColour, type Colour } from './colour.ts';
import {
  parseDeclarations,
  parseStylesheet,
  type Compound,
  type Declaration,
  type Selector,
  type StyleRule,
} from './stylesheet.ts';

export interface PaintedText {
  readonly text: string;
  readonly scheme: 'light' | 'dark';
  /** Undefined when it cannot be known. */
  readonly colour: Colour | undefined;
  readonly ground: Colour | undefined;
  /** In pixels. */
  readonly size: number;
  readonly isBold: boolean;
}

type Document = ReturnType<typeof parseDocument>;
type Node = Document['children'][number];
interface Element {
  readonly name: string;
  readonly attribs: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}
type Look = Omit<PaintedText, 'text' | 'scheme'>;

interface Sheet {
  readonly rules: readonly StyleRule[];
  readonly scheme: PaintedText['scheme'];
}

/** What mail clients start from. */
const blank: Look = {
  colour: { red: 0, green: 0, blue: 0 },
  ground: { red: 255, green: 255, blue: 255 },
  size: 16,
  isBold: false,
};

export function paintedTexts(html: string): readonly PaintedText[] {
  const document = parseDocument(html);
  const sheet = parseStylesheet(stylesIn(document.children).join('\n'));
  if (!sheet.isUnderstood) return [];
  const isDarkToo = sheet.rules.some(({ scheme }) => scheme === 'dark');
  const schemes = isDarkToo ? (['light', 'dark'] as const) : (['light'] as const);
  return schemes.flatMap((scheme) => {
    const rules = sheet.rules.filter((rule) => rule.scheme === 'any' || rule.scheme === scheme);
    return walk(document.children, [], blank, { rules, scheme });
  });
}

function stylesIn(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => {
    const element = elementOf(node);
    if (element === undefined) return [];
    if (element.name !== 'style') return stylesIn(element.children);
    return element.children.map((child) => ('data' in child ? child.data : ''));
  });
}

function walk(
  nodes: readonly Node[],
  above: readonly Element[],
  look: Look,
  sheet: Sheet,
): readonly PaintedText[] {
  return nodes.flatMap((node): readonly PaintedText[] => {
    const element = elementOf(node);
    if (element !== undefined) {
      if (['style', 'script', 'head', 'title', 'img'].includes(element.name)) return [];
      const chain = [...above, element];
      const declared = cascade(chain, sheet.rules);
      if (declared.get('display') === 'none') return [];
      return walk(element.children, chain, inherit(element, declared, look), sheet);
    }
    if (String(node.type) !== 'text' || !('data' in node)) return [];
    const text = node.data.replace(/(?:\s|\u034f|[\u200b-\u200f])+/g, ' ').trim();
    return text === '' || look.size <= 1 ? [] : [{ text, scheme: sheet.scheme, ...look }];
  });
}

function elementOf(node: Node): Element | undefined {
  return 'attribs' in node ? node : undefined;
}

/** The last word on each property: weight of the selector, then order; inline beats all but important. */
function cascade(chain: readonly Element[], rules: readonly StyleRule[]): Map<string, string> {
  const element = chain.at(-1);
  const said = new Map<string, { readonly value: string; readonly weight: number }>();
  const say = ({ name, value, important }: Declaration, weight: number): void => {
    const total = weight + (important ? 1_000_000 : 0);
    if (total >= (said.get(name)?.weight ?? -1)) said.set(name, { value, weight: total });
  };
  for (const { selector, declarations } of rules) {
    if (!matches(selector, chain)) continue;
    for (const declaration of declarations) say(declaration, weightOf(selector));
  }
  for (const one of parseDeclarations(element?.attribs['style'] ?? '')) say(one, 100_000);
  return new Map([...said].map(([name, { value }]) => [name, value]));
}

function weightOf(selector: Selector): number {
  return selector.reduce(
    (sum, { tag, classes, id }) =>
      sum + (tag === undefined ? 0 : 1) + classes.length * 100 + (id === undefined ? 0 : 10_000),
    0,
  );
}

/** From the right, as browsers do: most rules end in another element and cost one look. */
function matches(
  selector: Selector,
  chain: readonly Element[],
  part = selector.length - 1,
  at = chain.length - 1,
): boolean {
  const compound = selector[part];
  const element = chain[at];
  if (compound === undefined) return true;
  if (element === undefined || !fits(compound, element)) return false;
  if (part === 0) return true;
  if (compound.isChild) return matches(selector, chain, part - 1, at - 1);
  for (let above = at - 1; above >= 0; above--) {
    if (matches(selector, chain, part - 1, above)) return true;
  }
  return false;
}

function fits({ tag, classes, id }: Compound, { name, attribs }: Element): boolean {
  if (tag !== undefined && tag !== name) return false;
  if (id !== undefined && attribs['id'] !== id) return false;
  const own = ` ${attribs['class'] ?? ''} `;
  return classes.every((one) => own.includes(` ${one} `));
}

function inherit(element: Element, declared: ReadonlyMap<string, string>, look: Look): Look {
  const opacity = declared.get('opacity');
  const isVeiled = opacity !== undefined && Number(opacity) < 1;
  return {
    colour: isVeiled ? undefined : colourOf(element, declared, look),
    ground: groundOf(element, declared, look),
    size: sizeOf(declared.get('font-size'), look.size),
    isBold: weightIsBold(element, declared.get('font-weight'), look.isBold),
  };
}

function colourOf(
  { name, attribs }: Element,
  declared: ReadonlyMap<string, string>,
  look: Look,
): Colour | undefined {
  const value = declared.get('color') ?? attribs['color'];
  if (value === undefined) return name === 'a' && 'href' in attribs ? linkBlue : look.colour;
  return /^(inherit|currentcolor)$/i.test(value) ? look.colour : parseColour(value);
}

/** What browsers give a link that nobody coloured. */
const linkBlue: Colour = { red: 0, green: 0, blue: 238 };

function groundOf(
  { attribs }: Element,
  declared: ReadonlyMap<string, string>,
  look: Look,
): Colour | undefined {
  const value = declared.get('background-color') ?? attribs['bgcolor'];
  const painted = `${declared.get('background-image') ?? ''} ${value ?? ''}`;
  if (/url\(|gradient/i.test(painted) || 'background' in attribs) return undefined;
  if (value === undefined || /^(none|transparent|inherit|initial)?$/i.test(value.trim())) {
    return look.ground;
  }
  return parseColour(value.split(/\s+(?!\d)/)[0] ?? '');
}

function sizeOf(value: string | undefined, inherited: number): number {
  const match = /^([\d.]+)(px|em|rem|%|pt)?$/.exec(value?.trim() ?? '');
  if (match === null) return inherited;
  const number = Number(match[1]);
  switch (match[2]) {
    case 'em':
      return number * inherited;
    case '%':
      return (number / 100) * inherited;
    case 'rem':
      return number * 16;
    case 'pt':
      return (number * 4) / 3;
    default:
      return number;
  }
}

function weightIsBold({ name }: Element, value: string | undefined, inherited: boolean): boolean {
  if (value === undefined) return inherited || /^(b|strong|h[1-6]|th)$/.test(name);
  if (/^\d+$/.test(value)) return Number(value) >= 700;
  return /^bold(er)?$/.test(value) || (value === 'inherit' && inherited);
}
