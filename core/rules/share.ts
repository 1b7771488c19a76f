/**
 * A share as people read it: 0.003 → "0.3 %". A limit of a file is said as it is written there; what was
 * counted is rounded first, because nobody reads "6.666666667 %".
 */
export function shareInWords(share: number): string {
  // 0.07 * 100 is 7.000000000000001.
  return `${Number((share * 100).toFixed(10))} %`;
}

/** To two figures: 4 of 60 is "6.7 %". */
export function countedShareInWords(count: number, of: number): string {
  return shareInWords(Number((count / of).toPrecision(2)));
}
