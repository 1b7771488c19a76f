/** Links of emails: which lead through us, where they lead then, and that everything else stays. */
import { describe, expect, test } from 'vitest';
import type { CompiledTemplate } from '../../mail/templates/compile.ts';
import { createLetters, type Draft } from '../../mail/letters.ts';
import { findLink, saidOf, targetOf } from '../../mail/tracking/find-link.ts';
import { readLink, readOpen, signLink } from '../../mail/tracking/link-token.ts';
import { linksOf } from '../../mail/tracking/template-links.ts';

const secret = 'a secret of thirty-two characters!';
const send = '0192f0aa-0000-7000-8000-000000000001';
const letters = createLetters({
  domain: 'acme.example',
  publicUrl: 'https://go.acme.example',
  secret,
});

function template(body: string): CompiledTemplate {
  const html = `<!doctype html><html><body class="page">${body}</body></html>`;
  const rest = { hash: 'h', name: 'welcome', variables: [], problems: [], bytes: html.length };
  return { ...rest, language: 'en', subject: 'Hello', preheader: '', html, text: 'Hello' };
}
const utm = { source: 'acme', medium: 'email' };
type Over = Partial<Omit<Draft, 'template'>>;
function written(body: string, over: Over = {}) {
  const letter = letters.compose({
    ...{ sendId: send, messageId: '<a@acme.example>', class: 'marketing', programme: 'trial' },
    ...{ step: 'welcome', template: template(body), from: { address: 'maria@acme.example' } },
    to: { address: 'ann@firm.example' },
    variables: {
      lead: { company: 'A & B' },
      entry: { link: 'https://meet.example/x?who=ann&day=1', all: ['one', 'two', 'one'] },
      sender: { name: 'Maria', email: 'maria@acme.example' },
      workspace: { postalAddress: 'Berlin' },
    },
    tracking: { clicks: true, opens: false },
    ...over,
  });
  if (!letter.ok) throw new Error(letter.message);
  return letter.email;
}
const hrefs = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
/** Each tracked link by what its token says; others as they stand. */
function linksIn(html: string): readonly string[] {
  return hrefs(html).map((href) => {
    const [, token] = /^https:\/\/go\.acme\.example\/c\/(.+)$/.exec(href) ?? [];
    const read = token === undefined ? null : readLink(secret, token);
    if (/\/[up]\//.test(href)) return href.includes('/u/') ? 'leave' : 'choose';
    return read === null ? href : `${read.send === send ? '' : 'another mail: '}${read.link}`;
  });
}

describe('which links lead through us', () => {
  test('pages of the author do; mailboxes, phones, anchors and our own links do not', () => {
    const { html } = written(
      `<a href="https://acme.example/a">A</a><a href='http://acme.example/b'>B</a>
       <a href="mailto:x@acme.example">C</a><a href="tel:+491">D</a><a href="#e">E</a>
       <a href="{{ unsubscribe_url }}">F</a><a href="{{ subscription_management_url }}">G</a>
       <a href="https://go.acme.example/own">H</a>
       <a href="https://acme.example/i" data-notrack>I</a>
       <a href="https://acme.example/j" rel="noopener notrack">J</a>`,
    );
    expect(linksIn(html).slice(0, 1)).toEqual(['trap']);
    expect(linksIn(html.replaceAll("'", '"')).slice(1)).toEqual([
      ...['en.1', 'en.2', 'mailto:x@acme.example', 'tel:+491', '#e'],
      ...['leave', 'choose'],
      ...['https://go.acme.example/own', 'https://acme.example/i', 'https://acme.example/j'],
    ]);
    expect(html).not.toMatch(/[\uE000-\uF8FF]/);
  });
  test('a token is short, and carries neither the target nor anything of a person', () => {
    const { html } = written('<a href="https://acme.example/a">A</a>');
    const link = hrefs(html)[1] ?? '';
    expect(link.length).toBeLessThan(95);
    expect(Buffer.from(link.split('.').at(-2) ?? '', 'base64url').toString()).not.toMatch(
      /acme|ann/,
    );
  });
  test('nothing is tracked in an email to a rep, nor without a word of the file', () => {
    const body = '<a href="https://acme.example/a">A</a>';
    for (const over of [
      { class: 'internal' },
      { tracking: { clicks: false, opens: false } },
    ] as const) {
      expect(linksIn(written(body, over).html)).toEqual(['https://acme.example/a']);
    }
  });
});

describe('links that are another for each lead', () => {
  const body = `<a href="{{ entry.link | url }}">Choose a time with {{ lead.company }}</a>
    {% for each in entry.all %}<a href="https://acme.example/{{ each }}?c={{ lead.company | url_encode }}">{{ each }}</a>{% endfor %}`;
  test('are kept with the mail, each once', () => {
    const { html, linkTargets } = written(body);
    expect(linksIn(html)).toEqual(['trap', 'en.1', 'en.2', 'en.2.2', 'en.2']);
    expect(linkTargets).toEqual({
      'en.1': 'https://meet.example/x?who=ann&day=1',
      'en.2': 'https://acme.example/one?c=A+%26+B',
      'en.2.2': 'https://acme.example/two?c=A+%26+B',
    });
  });
  test('nothing is kept where every link is the same for all', () => {
    expect(written('<a href="https://acme.example/a">A</a>')).not.toHaveProperty('linkTargets');
  });
  test('one that leads to no page is left to the reader', () => {
    const { html } = written('<a href="{{ entry.to }}">A</a>', {
      variables: {
        ...{ lead: {}, entry: { to: 'mailto:x@acme.example' } },
        ...{ sender: { name: '', email: '' }, workspace: { postalAddress: '' } },
      },
    });
    expect(linksIn(html)).toEqual(['mailto:x@acme.example']);
  });
  test('an event says where it led without what is personal', () => {
    const link = linksOf(template(body)).links[0];
    if (link === undefined) throw new Error('no link');
    expect(saidOf(link, 'https://meet.example/x?who=ann#me')).toEqual({
      url: 'https://meet.example/x',
      words: 'Choose a time with {{ lead.company }}',
    });
  });
});

describe('where a link leads', () => {
  const languages = {
    en: template('<a href="https://acme.example/a?x=1&amp;y=2"><img alt="The guide"></a>'),
  };
  test('is looked up in the template', () => {
    const link = findLink(languages, 'en.1');
    expect(link).toMatchObject({ words: 'The guide', isPersonal: false });
    expect(targetOf(link, null)).toBe('https://acme.example/a?x=1&y=2');
  });
  test.each(['en.2', 'de.1', 'en.0', 'trap', 'constructor.1', '__proto__.1'])(
    '%s is none',
    (id) => {
      expect(findLink(languages, id)).toBeUndefined();
    },
  );
  test('a token of another purpose or secret is none', () => {
    expect(
      readLink(secret, signLink('another secret of thirty-two ch', { send, link: 'en.1' })),
    ).toBeNull();
    expect(readOpen(secret, signLink(secret, { send, link: 'en.1' }))).toBeNull();
    expect(readLink(secret, signLink(secret, { send, link: 'en.1' }))).toEqual({
      send,
      link: 'en.1',
    });
  });
});

describe('UTM parameters', () => {
  test('are defaults of every link that is not tracked, also after a no', () => {
    const { html } = written('<a href="https://acme.example/a?b=1&amp;c=2">A</a>', {
      tracking: { clicks: false, opens: false, utm },
    });
    expect(hrefs(html)).toEqual([
      'https://acme.example/a?b=1&amp;c=2&amp;utm_source=acme&amp;utm_medium=email&amp;utm_campaign=trial&amp;utm_content=welcome',
    ]);
  });
});

describe('the image', () => {
  test('stands at the top, and only where opens are wanted', () => {
    const { html } = written('<p>Hi</p>', { tracking: { clicks: true, opens: true } });
    const [, token] =
      /<body class="page"><img src="https:\/\/go\.acme\.example\/o\/([^"]+)"/.exec(html) ?? [];
    expect(readOpen(secret, token)).toBe(send);
    expect(written('<p>Hi</p>').html).not.toContain('<img');
  });
  test('the trap is out of sight, out of the way of keys, and holds no words', () => {
    const { html } = written('<a href="https://acme.example/a">A</a>');
    expect(html).toMatch(
      /<body class="page"><a href="[^"]+" rel="nofollow" aria-hidden="true" tabindex="-1" style="display:none"><\/a>/,
    );
    expect(written('<p>Nothing to follow</p>').html).not.toContain('href');
  });
});
