/** Where words that a reader sees stand in the files of their author, as near as can be told. */
import { includedFiles } from '../templates/include.ts';
import { placeOf } from '../templates/problem.ts';
import type { TemplateSource } from '../templates/source.ts';

export interface WordsPlace {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** Data stands between the author's words: shorter and shorter beginnings and endings are looked for. */
export function placeOfWords(words: string, source: TemplateSource): WordsPlace {
  const partials = includedFiles(source);
  for (const part of partsOf(words)) {
    const at = source.mjml.indexOf(part);
    if (at >= 0) return placeOf(source.mjml, at);
    for (const { file, text } of partials) {
      const found = text.indexOf(part);
      if (found >= 0) return { file, ...placeOf(text, found) };
    }
  }
  return { line: 1, column: 1 };
}

function partsOf(words: string): readonly string[] {
  const all = words.split(' ');
  const parts: string[] = [];
  for (let length = all.length; length >= Math.min(2, all.length); length--) {
    parts.push(all.slice(0, length).join(' '), all.slice(-length).join(' '));
  }
  return parts.filter((part) => part.length >= 4);
}
