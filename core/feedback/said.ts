/**
 * Words of others as they may be kept: what a server said, and what a person wrote.
 *
 * Whoever has a mail of ours may answer it with anything, so a text is cut before it is searched: no
 * pattern ever meets more than a few thousand characters. What a database cannot store (NUL, half a
 * character) is left out, because an event that cannot be stored would be sent to us for days.
 */

/** Servers say what they mean in a sentence or two. */
const charactersRead = 1_000;
const charactersKept = 300;

/** Without the address that it may repeat: it is kept beside the mail, and for people who look after it. */
export function serverWords(said: string): string {
  const words = said
    .slice(0, charactersRead)
    .replace(/[^\s<>"'@;:]+@[^\s<>"'@;:]+/g, '…')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, charactersKept);
  return storable(words);
}

export function storable(text: string): string {
  // eslint-disable-next-line no-control-regex -- the NUL is what is looked for
  return text.replace(/\u0000|\p{Surrogate}/gu, '');
}
