/**
 * The least journey that does something, with a word on every field: a form is sent, an email answers,
 * and a second one follows for those who agreed. With its two emails and a persona.
 *
 * It speaks of nothing that a workspace would have to declare, so it passes the check anywhere; emails
 * stand by themselves, without the partials of the workspace.
 */
import { kindOf, type WorkspaceFile } from '../../core/definitions/sources.ts';
import { formatFile } from '../../core/format/format-file.ts';

export interface StarterWords {
  readonly key: string;
  /** Where the schemas are, as seen from `journeys/`. */
  readonly schema: string;
  /** A topic of the workspace. */
  readonly topic: string;
  /** Who answers for it. */
  readonly owner: string;
}

export function starterFiles(words: StarterWords): readonly WorkspaceFile[] {
  const { key, topic, schema } = words;
  const files = [
    { path: `journeys/${key}.json`, text: journey(words) },
    ...email({
      ...{ name: `${key}-answer`, schema, about: '', again: 'always' },
      ...{ subject: 'We have your message', preheader: 'And what happens next' },
      headline: 'Thank you for writing',
      words: 'We have your message. Say here what happens next, and when.',
    }),
    ...email({
      ...{ name: `${key}-next`, schema, about: ` "topic": "${topic}",`, again: 'never' },
      ...{ subject: 'One more thing that may help', preheader: 'A page to read in a minute' },
      headline: 'One more thing',
      words: 'Say here what helps somebody who wrote to you two days ago.',
    }),
  ];
  return files.map(inLayout);
}

/** As `perennial format` would have it. */
function inLayout(file: WorkspaceFile): WorkspaceFile {
  const kind = kindOf(file.path);
  const laid = kind === undefined ? undefined : formatFile(kind, file);
  return laid?.ok === true ? { ...file, text: laid.text } : file;
}

export function starterPersona({ key, schema }: StarterWords): WorkspaceFile {
  return inLayout({
    path: `personas/${key}-reader.json`,
    text: `{ "$schema": "${schema}/persona.json",
  // An invented lead. \`npx perennial simulate ${key}-reader\` lives these days in a second.
  "persona": "${key}-reader", "title": "Sends the form, agreed to mail, and gets both emails",
  "lead": { "email": "ana@nordwind.example", "firstName": "Ana", "country": "DE", "timezone": "Europe/Berlin", "consent": "opt-in" },
  "startsAt": "2026-11-02T10:00:00+01:00",
  "script": [ { "day": 0, "event": "Form Submitted", "properties": { "form": "${key}" } } ],
  "expect": { "emails": ["${key}-answer", "${key}-next"], "exit": "completed", "maxPerWeek": 2 } }
`,
  });
}

function journey({ key, schema, topic, owner }: StarterWords): string {
  return `{ "$schema": "${schema}/journey.json",
  // Its name, for ever: leads in flight and reports hang on it. The title may change.
  "journey": "${key}", "title": "${key.replaceAll('-', ' ')}", "owner": "${owner}",
  // Who enters. "existing": those whom it fits on the day of publishing. "again": whether it may happen twice.
  "enter": [
    { "on": "event", "event": "Form Submitted", "where": { "fact": "form", "operator": "is", "value": "${key}" },
      "existing": "ignore", "whileInside": "ignore", "again": "after 90 days" } ],
  // What ends it, at every moment, also in the middle of a wait. A "goal" is an end that you want.
  "exit": [ { "id": "bought", "goal": true, "why": "They bought", "when": { "event": "Deal Won" } } ],
  // How it sends. "priority" decides who goes first when a cap leaves room for one email.
  // A held email waits for the window, quiet hours and caps, but never longer than "holdAtMost".
  "sending": { "class": "marketing", "topic": "${topic}", "priority": 50, "holdAtMost": "4 days",
    "window": { "days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "lead" } },
  // What happens, from top to bottom. An "id" is where a lead stands: keep it when you edit.
  "steps": [
    // Answers what they just did: it goes out at once and needs no consent.
    { "id": "answer", "send": "${key}-answer", "class": "transactional" },
    { "id": "two-days", "wait": "2 days" },
    { "id": "next", "send": "${key}-next" } ],
  // Leads in flight when you publish a change: "stay" on the old version, "move-at-next-step", or "exit".
  "whenEdited": { "inFlight": "move-at-next-step" },
  // After a pause: so many emails an hour, and none that is older than this.
  "whenPaused": { "timers": "freeze", "resume": { "perHour": 200, "skipIfOlderThan": "7 days" } } }
`;
}

interface EmailWords {
  readonly name: string;
  readonly schema: string;
  /** The topic as JSON, or nothing for an answer. */
  readonly about: string;
  readonly again: string;
  readonly subject: string;
  readonly preheader: string;
  readonly headline: string;
  readonly words: string;
}

function email(words: EmailWords): readonly WorkspaceFile[] {
  const folder = `templates/${words.name}`;
  const sample = { lead: { firstName: 'Ana' } };
  return [
    { path: `${folder}/email.json`, text: manifest(words) },
    { path: `${folder}/message.mjml`, text: message(words) },
    { path: `${folder}/samples/full.json`, text: `${JSON.stringify(sample, null, 2)}\n` },
    { path: `${folder}/samples/minimal.json`, text: '{}\n' },
  ];
}

function manifest({ name, schema, about, again, subject, preheader }: EmailWords): string {
  const deeper = schema.startsWith('.') ? '../' : '';
  return `{ "$schema": "${deeper}${schema}/template.json",
  "template": "${name}",${about} "buyingStage": "awareness", "from": "workspace", "again": "${again}",
  "languages": { "en": { "subject": "${subject}", "preheader": "${preheader}" } }, "ifNoLanguage": "en",
  "variables": { "lead.firstName": { "sample": "Ana", "optional": true } } }
`;
}

function message({ about, headline, words }: EmailWords): string {
  const leave =
    about === ''
      ? 'This answers your message. It is no newsletter.<br />'
      : '<a href="{{ unsubscribe_url }}">Unsubscribe</a><br />';
  return `<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text color="#33463E" font-size="16px" line-height="1.6" padding="0 0 16px" />
    </mj-attributes>
    <mj-raw><meta name="color-scheme" content="light dark" /></mj-raw>
    <mj-style>
      @media (prefers-color-scheme: dark) {
        .page, .page > div { background: #0C1712 !important; }
        .card, .card > table { background: #14231C !important; }
        .page div, .page a, .page h1 { color: #D5E2DA !important; }
      }
    </mj-style>
  </mj-head>
  <mj-body background-color="#F5F2EA" css-class="page">
    <mj-section background-color="#FFFFFF" padding="40px 40px 24px" css-class="card">
      <mj-column>
        <mj-text font-family="Georgia, 'Times New Roman', serif" font-size="28px" line-height="1.3" color="#14261F"><h1 style="margin:0;font-weight:normal;font-size:inherit">${headline}</h1></mj-text>
        <mj-text>{{ lead.firstName | default: "Hello" }},</mj-text>
        <mj-text>${words}</mj-text>
        <mj-text>{{ sender.name }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section padding="24px 40px">
      <mj-column>
        <mj-text font-size="13px" color="#586860">
          ${leave}
          {{ workspace.postalAddress }}
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`;
}
