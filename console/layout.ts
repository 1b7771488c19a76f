/** The frame of every page: head, navigation, footer. No script, no inline style: the CSP forbids both. */
import { html, type Html, type HtmlValue } from './html.ts';

export interface Frame {
  readonly title: string;
  /** Which entry of the navigation is lit; absent on pages for people outside (reps, leads). */
  readonly section?:
    | 'overview'
    | 'leads'
    | 'accounts'
    | 'journeys'
    | 'handoffs'
    | 'emails'
    | 'releases'
    | 'pauses'
    | 'files'
    | 'mailbox';
  /** Whose page it is, for people outside; without it the product's. */
  readonly brand?: string;
  readonly mailbox?: boolean;
  /** Whether the files of the workspace are at hand. */
  readonly files?: boolean;
  /** What stands still for everybody: told on every page, because else nothing looks wrong. */
  readonly paused?: readonly { readonly href: string; readonly words: string }[];
}

const sections = [
  ['overview', '/console', 'Overview'],
  ['leads', '/console/leads', 'Leads'],
  ['accounts', '/console/accounts', 'Accounts'],
  ['journeys', '/console/journeys', 'Journeys'],
  ['handoffs', '/console/handoffs', 'Handoffs'],
  ['emails', '/console/emails', 'Emails'],
  ['releases', '/console/releases', 'Releases'],
  ['pauses', '/console/pauses', 'Pauses'],
] as const;

export function page(frame: Frame, ...body: readonly HtmlValue[]): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title} · ${frame.brand ?? 'Perennial'}</title>
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/console.css" />
      </head>
      <body class="${frame.section === undefined ? 'outside' : 'inside'}">
        ${frame.section !== undefined && navigation(frame)}
        ${(frame.paused ?? []).map(banner)}
        <main>${body}</main>
      </body>
    </html>`.text;
}

function banner({ href, words }: NonNullable<Frame['paused']>[number]): Html {
  return html`<p class="banner" role="status"><span>${words}</span> <a href="${href}">Resume …</a></p>`;
}

function navigation(frame: Frame): Html {
  return html`<header class="bar">
    <a class="brand" href="/console"
      ><img src="/assets/mark.svg" alt="" width="22" height="22" />Perennial</a
    >
    <nav aria-label="Sections">
      ${sections.map(
        ([section, href, label]) =>
          html`<a href="${href}" ${section === frame.section && html`aria-current="page"`}
            >${label}</a
          >`,
      )}
      ${
        frame.files === true &&
        html`<a href="/console/files" ${frame.section === 'files' && html`aria-current="page"`}
          >Files</a
        >`
      }
      ${
        frame.mailbox === true &&
        html`<a href="/mailbox" ${frame.section === 'mailbox' && html`aria-current="page"`}
          >Mailbox</a
        >`
      }
    </nav>
    ${
      frame.section !== 'mailbox' &&
      html`<form class="leave" method="post" action="/console/sign-out"><button class="quiet">Sign out</button></form>`
    }
  </header>`;
}
