/**
 * VS Code as far as JSON goes: the language service it uses, over files of a workspace on disk.
 *
 * A text may hold one `‸`, the cursor. Schemas are found as VS Code finds them: by the `$schema` of
 * the file, and references between schemas from there.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import {
  getLanguageService,
  TextDocument,
  type Diagnostic,
  type JSONDocument,
} from 'vscode-json-languageservice';

export interface Editor {
  /** Labels offered at the cursor, without the quotes of JSON. */
  complete(file: string, text: string): Promise<readonly string[]>;
  /** What is shown when the pointer rests at the cursor. */
  hover(file: string, text: string): Promise<string>;
  /** What is underlined: the text under the line, and why. */
  problems(file: string, text?: string): Promise<readonly Underlined[]>;
}
export interface Underlined {
  readonly text: string;
  readonly line: number;
  readonly message: string;
}

export function openEditor(workspace: string): Editor {
  const service = getLanguageService({
    schemaRequestService: (uri) => readFile(fileURLToPath(uri), 'utf8'),
    workspaceContext: { resolveRelativePath: (path, resource) => new URL(path, resource).href },
  });
  service.configure({ validate: true, allowComments: true });

  const open = (file: string, marked: string) => {
    const offset = Math.max(marked.indexOf('‸'), 0);
    const uri = pathToFileURL(join(workspace, file)).href;
    const document = TextDocument.create(uri, 'jsonc', 1, marked.replace('‸', ''));
    const json = service.parseJSONDocument(document);
    return { document, json, position: document.positionAt(offset) };
  };
  return {
    async complete(file, text) {
      const { document, json, position } = open(file, text);
      const list = await service.doComplete(document, position, json);
      return (list?.items ?? []).map(({ label }) => label.replace(/^"|"$/g, ''));
    },
    async hover(file, text) {
      const { document, json, position } = open(file, text);
      const hover = await service.doHover(document, position, json);
      return JSON.stringify(hover?.contents ?? '');
    },
    async problems(file, text) {
      const whole = text ?? (await readFile(join(workspace, file), 'utf8'));
      const { document, json } = open(file, whole);
      return underlined(document, await validate(document, json));
    },
  };

  function validate(document: TextDocument, json: JSONDocument): Promise<Diagnostic[]> {
    const settings = { comments: 'ignore', trailingCommas: 'ignore' } as const;
    return Promise.resolve(service.doValidation(document, json, settings));
  }
}

function underlined(document: TextDocument, found: readonly Diagnostic[]): readonly Underlined[] {
  return found.map(({ range, message }) => ({
    text: document.getText(range),
    line: range.start.line + 1,
    message: typeof message === 'string' ? message : message.value,
  }));
}
