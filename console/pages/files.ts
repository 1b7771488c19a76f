/** The files on disk: what is wrong with them now, and what publishing them would change. */
import type { Problem } from '../../core/definitions/problems.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip } from '../parts.ts';

export interface FilesOnDisk {
  readonly directory: string;
  readonly files: number;
  /** The number of the release in force. */
  readonly release: number | null;
  readonly problems: readonly Problem[];
  /** Names of emails that can be previewed. */
  readonly templates?: readonly string[];
  /** Null while there are errors: then nobody can say. Parts are `<kind>/<key>`. */
  readonly difference: {
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly gone: readonly string[];
  } | null;
}
export interface FilesReader {
  view(): Promise<FilesOnDisk>;
  /** An email as it would look: a page of its own with the policy it needs; undefined when there is none. */
  preview?(
    template: string,
  ): Promise<{ readonly page: string; readonly policy: string } | undefined>;
  /** File name → JSON Schema. */
  schemas(): Promise<ReadonlyMap<string, string>>;
}
export interface FilesPageView {
  readonly frame: Omit<Frame, 'title'>;
  readonly onDisk: FilesOnDisk;
}

export function filesPage({ frame, onDisk }: FilesPageView): string {
  const { directory, files, problems } = onDisk;
  return page(
    { ...frame, title: 'Files' },
    html`<h1>Files</h1>
      <p class="soft">What lies in <code>${directory}</code> at this moment (${files} files). Saving changes nothing for leads: <code>npx perennial publish</code> puts files in force.</p>
      ${state(onDisk)}
      ${
        problems.length > 0 &&
        html`<h2>${problems.length === 1 ? 'One thing to look at' : `${problems.length} things to look at`}</h2>
          <div class="card flush"><table class="stack">
            <thead><tr><th>Place</th><th>What is wrong, and what to do</th></tr></thead>
            <tbody>${problems.map(row)}</tbody>
          </table></div>`
      }
      ${differences(onDisk)}
      ${previews(onDisk)}`,
  );
}

function state({ problems, difference, release }: FilesOnDisk): Html {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (difference === null) {
    const count = errors === 1 ? 'A problem keeps' : `${errors} problems keep`;
    return html`<p>${chip('not publishable', 'rust')} ${count} these files from being published; ${inForce(release)}</p>`;
  }
  const { added, changed, gone } = difference;
  const count = added.length + changed.length + gone.length;
  if (count === 0) {
    return html`<p>${chip('in force', 'leaf')} The files are the ones in force (release ${release}).</p>`;
  }
  const parts = count === 1 ? 'One part differs' : `${count} parts differ`;
  return html`<p>${chip('not published', 'sun')} ${parts} from what is in force; ${inForce(release)} <code>npx perennial publish --dry-run</code> says what would happen to leads in flight.</p>`;
}

function inForce(release: number | null): string {
  return release === null ? 'nothing is in force yet.' : `release ${release} stays in force.`;
}

function row({ file, line, column, severity, message, fix, witness }: Problem): Html {
  return html`<tr>
    <td class="nowrap"><code>${file}:${line}:${column}</code>
      <span class="block">${severity === 'error' ? chip('problem', 'rust') : chip('warning', 'sun')}</span></td>
    <td>${message}
      ${fix !== undefined && html`<span class="block"><b>${fix}</b></span>`}
      ${witness !== undefined && html`<span class="soft small block">because ${witness}</span>`}</td>
  </tr>`;
}

function differences({ difference }: FilesOnDisk): Html | false {
  if (difference === null) return false;
  const rows = [
    ...difference.changed.map((part) => ({ part, what: chip('different', 'sun') })),
    ...difference.added.map((part) => ({ part, what: chip('new', 'leaf') })),
    ...difference.gone.map((part) => ({ part, what: chip('gone', 'rust') })),
  ];
  if (rows.length === 0) return false;
  return html`<h2>Not published yet</h2>
    <div class="card flush"><table>
      <thead><tr><th>Part</th><th>Compared with what is in force</th></tr></thead>
      <tbody>${rows.map(({ part, what }) => html`<tr><td><code>${part}</code></td><td>${what}</td></tr>`)}</tbody>
    </table></div>`;
}

function previews({ templates = [] }: FilesOnDisk): Html | false {
  if (templates.length === 0) return false;
  const links = templates.map(
    (name) => html`<a href="/console/files/preview/${name}">${name}</a> `,
  );
  return html`<h2>Emails as they would look</h2>
    <p>${links}</p>`;
}
