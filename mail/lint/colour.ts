/** Colours of CSS as numbers, and how far two of them are apart (WCAG 2, relative luminance). */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Undefined for whatever is not a plain opaque colour: nothing is guessed. */
export function parseColour(written: string): Colour | undefined {
  const text = written.trim().toLowerCase();
  const hex = named[text] ?? /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(text)?.[1];
  if (hex !== undefined) return fromHex(hex);
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+1(?:\.0)?)?\s*\)$/.exec(text);
  if (rgb === null) return undefined;
  return { red: Number(rgb[1]), green: Number(rgb[2]), blue: Number(rgb[3]) };
}

/** From 1 (the same) to 21 (black on white). */
export function contrastOf(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

export function sayColour({ red, green, blue }: Colour): string {
  const digits = [red, green, blue].map((part) => part.toString(16).padStart(2, '0'));
  return `#${digits.join('').toUpperCase()}`;
}

const named: Readonly<Record<string, string>> = {
  black: '000000',
  white: 'ffffff',
  red: 'ff0000',
  green: '008000',
  blue: '0000ff',
  yellow: 'ffff00',
  orange: 'ffa500',
  gray: '808080',
  grey: '808080',
  silver: 'c0c0c0',
  lightgray: 'd3d3d3',
  lightgrey: 'd3d3d3',
  navy: '000080',
  maroon: '800000',
};

function fromHex(hex: string): Colour {
  const wide = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
  const part = (at: number): number => Number.parseInt(wide.slice(at, at + 2), 16);
  return { red: part(0), green: part(2), blue: part(4) };
}

function luminance({ red, green, blue }: Colour): number {
  const linear = (part: number): number => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
