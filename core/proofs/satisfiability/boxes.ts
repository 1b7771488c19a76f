/**
 * A formula over variables with few cells, as boxes: each box says for some variables which of their
 * cells are left, and the formula holds exactly in the boxes.
 *
 * A mask is a set of cells, one bit each. The number of boxes is bounded: beyond the bound the answer
 * is `undefined`, and whoever asked must not claim anything.
 */
export type Formula =
  | { readonly type: 'mask'; readonly variable: number; readonly mask: bigint }
  | { readonly type: 'and' | 'or'; readonly of: readonly Formula[] };

export type Box = ReadonlyMap<number, bigint>;

/** A condition that people wrote needs a few dozen; 5,000 still take milliseconds. */
const BOXES_MOST = 5_000;

export function boxesOf(formula: Formula): readonly Box[] | undefined {
  switch (formula.type) {
    case 'mask':
      return formula.mask === 0n ? [] : [new Map([[formula.variable, formula.mask]])];
    case 'or':
      return joined(formula.of);
    case 'and':
      return multiplied(formula.of);
  }
}

/** Alternatives on one variable are one mask: "DE or AT or CH" is one box. */
function joined(formulas: readonly Formula[]): readonly Box[] | undefined {
  const masks = new Map<number, bigint>();
  const boxes: Box[] = [];
  for (const formula of formulas) {
    const found = boxesOf(formula);
    if (found === undefined) return undefined;
    for (const box of found) {
      const [only, ...more] = box;
      if (only === undefined) return [box];
      if (more.length > 0) boxes.push(box);
      else masks.set(only[0], (masks.get(only[0]) ?? 0n) | only[1]);
    }
    if (boxes.length > BOXES_MOST) return undefined;
  }
  return [...[...masks].map(([variable, mask]) => new Map([[variable, mask]])), ...boxes];
}

/** The shortest lists first: what cannot hold together is found before anything is multiplied. */
function multiplied(formulas: readonly Formula[]): readonly Box[] | undefined {
  const factors: (readonly Box[])[] = [];
  for (const formula of formulas) {
    const found = boxesOf(formula);
    if (found?.length === 0) return [];
    if (found !== undefined) factors.push(found);
    else if (formula.type !== 'mask') return undefined;
  }
  factors.sort((a, b) => a.length - b.length);
  let product: readonly Box[] = [new Map()];
  for (const factor of factors) {
    if (product.length * factor.length > BOXES_MOST * 10) return undefined;
    product = product.flatMap((a) =>
      factor.some((b) => lies(a, b)) ? [a] : factor.flatMap((b) => met(a, b)),
    );
    if (product.length > BOXES_MOST) return undefined;
  }
  return product;
}

/** Whether the first lies in the second: then the second asks for nothing more. */
function lies(a: Box, b: Box): boolean {
  return [...b].every(([variable, mask]) => {
    const own = a.get(variable);
    return own !== undefined && (own & mask) === own;
  });
}

function met(a: Box, b: Box): readonly Box[] {
  const box = new Map(a);
  for (const [variable, mask] of b) {
    const left = (box.get(variable) ?? mask) & mask;
    if (left === 0n) return [];
    box.set(variable, left);
  }
  return [box];
}
