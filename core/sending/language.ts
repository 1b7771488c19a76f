/**
 * In which language a lead is written to, of those an email exists in: the lead's own, else its nearest
 * relative, else the one that the email's author chose for everybody else.
 */

/** "de-AT" is served by "de", and "de" by "de-CH" where that is all there is. */
export function chooseLanguage(
  available: readonly string[],
  wanted: unknown,
  ifNone: string,
): string {
  const spoken = typeof wanted === 'string' ? normal(wanted) : '';
  if (spoken === '') return ifNone;
  const exact = available.find((one) => normal(one) === spoken);
  const general = available.find((one) => normal(one) === baseOf(spoken));
  const sibling = available.toSorted().find((one) => baseOf(normal(one)) === baseOf(spoken));
  return exact ?? general ?? sibling ?? ifNone;
}

/** Browsers write "de-AT", servers "de_AT". */
function normal(language: string): string {
  return language.trim().toLowerCase().replaceAll('_', '-');
}

function baseOf(language: string): string {
  return language.split('-')[0] ?? '';
}
