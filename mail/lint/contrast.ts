/**
 * Words that cannot be read because their colour is too near to their ground, in light or in dark mode,
 * and words too small for a phone. Numbers: WCAG 2.2, 1.4.3; 13 pixels is where iOS begins to enlarge.
 */
import { error, warning, type TemplateProblem } from '../templates/problem.ts';
import { contrastOf, sayColour, type Colour } from './colour.ts';
import { paintedTexts, type PaintedText } from './painted-text.ts';

export interface PaintedProblem extends TemplateProblem {
  /** The words it is about, by which their place in the source is found. */
  readonly words: string;
}

const textContrastMin = 4.5;
/** From 24 px, or 18.66 px bold. */
const largeContrastMin = 3;
/** Nobody sees it at all. */
const invisible = 1.5;
const sizeMin = 13;

export function paintProblems(html: string): readonly PaintedProblem[] {
  const said = new Set<string>();
  return paintedTexts(html)
    .flatMap((painted) => [...contrastProblem(painted), ...sizeProblem(painted)])
    .filter((problem) => {
      const isNew = !said.has(kindOf(problem));
      said.add(kindOf(problem));
      return isNew;
    });
}

/** One line for each pair of colours and each size, whatever words are painted with it. */
function kindOf({ message, words }: PaintedProblem): string {
  return message.replace(quoted(words), '');
}

function contrastProblem(painted: PaintedText): readonly PaintedProblem[] {
  const { text, scheme, colour, ground, size, isBold } = painted;
  if (colour === undefined || ground === undefined) return [];
  const needed = size >= 24 || (isBold && size >= 18.66) ? largeContrastMin : textContrastMin;
  const contrast = contrastOf(colour, ground);
  if (contrast >= needed) return [];
  const where = scheme === 'dark' ? 'in dark mode ' : '';
  const message = `${where}${quoted(text)} is ${sayColour(colour)} on ${sayColour(ground)}: contrast ${down(contrast)}, expected ${needed} or more`;
  const better = sayColour(readableOn(ground, colour, needed));
  const problem = (contrast < invisible ? error : warning)(message, `${better} would do`);
  return [{ ...problem, words: text }];
}

/** The nearest shade towards black or white, whichever is farther from the ground. */
function readableOn(ground: Colour, from: Colour, needed: number): Colour {
  const [black, white] = [contrastOf(ground, shades.black), contrastOf(ground, shades.white)];
  const to = black > white ? shades.black : shades.white;
  for (let share = 0.02; share < 1; share += 0.02) {
    const mixed = mix(from, to, share);
    if (contrastOf(mixed, ground) >= needed) return mixed;
  }
  return to;
}

const shades = {
  black: { red: 0, green: 0, blue: 0 },
  white: { red: 255, green: 255, blue: 255 },
};

function mix(from: Colour, to: Colour, share: number): Colour {
  const part = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return {
    red: part(from.red, to.red),
    green: part(from.green, to.green),
    blue: part(from.blue, to.blue),
  };
}

/** 4.49 is not "4.5". */
function down(contrast: number): string {
  return (Math.floor(contrast * 10) / 10).toFixed(1);
}

function sizeProblem({ text, size, scheme }: PaintedText): readonly PaintedProblem[] {
  if (size >= sizeMin || scheme === 'dark') return [];
  const message = `${quoted(text)} is ${size} pixels high: too small to read on a phone`;
  return [{ ...warning(message, `use ${sizeMin} or more`), words: text }];
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
