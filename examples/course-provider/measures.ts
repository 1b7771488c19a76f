/**
 * How well a prediction meets what came: rates by group, and the four counts of right and wrong with
 * what follows from them. Pure arithmetic over leads whose outcome is known.
 */
export interface Graded {
  readonly leadId: string;
  readonly grade: string;
  /** What is predicted to buy: its stage came to MQL, with the outcome unknown. */
  readonly isMql: boolean;
  readonly converted: boolean;
}

export interface Line {
  readonly group: string;
  readonly leads: number;
  readonly converted: number;
  readonly rate: number;
  readonly lift: number;
}

export function linesBy(
  graded: readonly Graded[],
  groupOf: (one: Graded) => string,
): readonly Line[] {
  const base = shareOf(graded.filter(isConverted).length, graded.length);
  return [...new Set(graded.map(groupOf))].sort().map((group) => {
    const members = graded.filter((one) => groupOf(one) === group);
    const converted = members.filter(isConverted).length;
    const rate = shareOf(converted, members.length);
    return { group, leads: members.length, converted, rate, lift: shareOf(rate, base) };
  });
}

export interface Measures {
  readonly leads: number;
  /** Share of all that bought: what calling anybody would meet. */
  readonly baseline: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  /** Of the predicted, so many bought. */
  readonly precision: number;
  /** Of those who bought, so many were predicted. */
  readonly recall: number;
  /** Precision over baseline. */
  readonly lift: number;
}

export function measure(
  graded: readonly Graded[],
  isPredicted: (one: Graded) => boolean,
): Measures {
  const count = (predicted: boolean, converted: boolean) =>
    graded.filter((one) => isPredicted(one) === predicted && one.converted === converted).length;
  const [truePositives, falsePositives] = [count(true, true), count(true, false)];
  const [falseNegatives, trueNegatives] = [count(false, true), count(false, false)];
  const baseline = shareOf(truePositives + falseNegatives, graded.length);
  const precision = shareOf(truePositives, truePositives + falsePositives);
  return {
    ...{ leads: graded.length, baseline },
    ...{ truePositives, falsePositives, falseNegatives, trueNegatives },
    ...{ precision, recall: shareOf(truePositives, truePositives + falseNegatives) },
    lift: shareOf(precision, baseline),
  };
}

/** Grades of which at least half bought: what these leads alone would have one call. */
export function gradesWorthACall(graded: readonly Graded[]): readonly string[] {
  return linesBy(graded, ({ grade }) => grade)
    .filter(({ rate }) => rate >= 0.5)
    .map(({ group }) => group);
}

function isConverted({ converted }: Graded): boolean {
  return converted;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
