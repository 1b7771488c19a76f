/**
 * The page of `perennial preview`: every email side by side at the width of a desk and of a phone, in
 * light and in dark, with its line in the inbox, its problems, its size and its text part. One HTML file
 * that needs nothing else and may be mailed to whoever has to agree.
 *
 * Emails are shown in frames without scripts. They are written into the page once, as data: a frame is
 * filled when somebody scrolls to it.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../templates/liquid.ts';
import { previewScript, previewStyle } from './page-assets.ts';
import type { PreviewedSample } from './preview.ts';

export interface PreviewedTemplate {
  readonly template: string;
  readonly samples: readonly PreviewedSample[];
  readonly problems: readonly PreviewProblem[];
}
export interface PreviewProblem {
  /** `templates/welcome/message.mjml:4:12`. */
  readonly place: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export function previewPage(templates: readonly PreviewedTemplate[], script = ''): string {
  const [first] = templates;
  const title = templates.length === 1 ? (first?.template ?? '') : `${templates.length} emails`;
  const mails: string[] = [];
  const bodies = templates.map((one) => templateHtml(one, mails));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8" /><meta name="viewport" content="width=device-width" />
<title>${escapeHtml(title)} · preview</title><style>${previewStyle}</style></head>
<body><header><b>Preview</b> <span>${escapeHtml(title)}</span>
<fieldset><label><input type="radio" name="scheme" value="light" checked /> Light</label>
<label><input type="radio" name="scheme" value="dark" /> Dark</label></fieldset></header>
${templates.length > 1 ? contents(templates) : ''}
<main>${bodies.join('\n')}</main>
<script type="application/json" id="mails">${JSON.stringify(mails).replaceAll('<', '\\u003c')}</script>
<script>${previewScript}</script>${script === '' ? '' : `<script>${script}</script>`}
</body></html>
`;
}

/** For a page that comes over the network: nothing runs in it but the one script above. */
export function previewPolicy(): string {
  const hash = createHash('sha256').update(previewScript).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src https: data:; frame-ancestors 'none'`;
}

function contents(templates: readonly PreviewedTemplate[]): string {
  const links = templates.map(({ template, problems }) => {
    const count = problems.length === 0 ? '' : ` <i>${problems.length}</i>`;
    return `<a href="#${escapeHtml(template)}">${escapeHtml(template)}${count}</a>`;
  });
  return `<nav>${links.join('\n')}</nav>`;
}

function templateHtml({ template, samples, problems }: PreviewedTemplate, mails: string[]): string {
  const languages = [...new Set(samples.map(({ language }) => language))];
  const name = escapeHtml(template);
  return `<section id="${name}"><h1>${name} <small>${languages.join(', ')}</small></h1>
${lintPanel(problems)}
<div class="inbox">${samples.map(inboxLine).join('\n')}</div>
${samples.map((sample) => sampleHtml(sample, mails)).join('\n')}</section>`;
}

function lintPanel(problems: readonly PreviewProblem[]): string {
  if (problems.length === 0) return '<p class="lint fine">Nothing to look at.</p>';
  const rows = problems.map(
    ({ place, severity, message }) =>
      `<li class="${severity}"><code>${escapeHtml(place)}</code> ${escapeHtml(message)}</li>`,
  );
  return `<ul class="lint">${rows.join('\n')}</ul>`;
}

function inboxLine(sample: PreviewedSample): string {
  const { language, sample: name } = sample;
  const label = `<span class="tag">${escapeHtml(name)} · ${escapeHtml(language)}</span>`;
  if (!sample.ok) return `<div>${label}<em>${escapeHtml(sample.message)}</em></div>`;
  const { from, subject, preheader } = sample;
  return `<div>${label}<b>${escapeHtml(from)}</b><span class="line"><b>${escapeHtml(subject)}</b> ${escapeHtml(preheader)}</span></div>`;
}

function sampleHtml(sample: PreviewedSample, mails: string[]): string {
  const heading = `${escapeHtml(sample.sample)} <small>${escapeHtml(sample.language)}</small>`;
  if (!sample.ok) {
    return `<article><h2>${heading}</h2><p class="none">Not sent: ${escapeHtml(sample.message)}</p></article>`;
  }
  const at = mails.push(sample.html) - 1;
  const size = `${(sample.bytes / 1024).toFixed(1)} KB`;
  const name = escapeHtml(`${sample.sample}, ${sample.language}`);
  return `<article><h2>${heading} <small>${size}</small></h2>
<div class="frames">${[680, 375].map((width) => `<iframe data-mail="${at}" title="${name}, ${width} pixels" width="${width}" height="640" sandbox="allow-same-origin"></iframe>`).join('')}</div>
<details><summary>Text part</summary><pre>${escapeHtml(sample.text)}</pre></details></article>`;
}
