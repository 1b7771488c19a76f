/**
 * Makes the links of one rendered email lead through this server, or only gives them their UTM defaults,
 * and puts the trap and the image at the top, where Gmail cuts nothing off.
 *
 * The trap is a link without words that is not shown, not reached with the keyboard and not read aloud:
 * who follows it follows everything. It holds no text, because hidden text is what spam filters look for.
 * The text part keeps its links as they are: there the address is what people see.
 */
import { withUtm, type UtmPlace } from '../../core/tracking/utm.ts';
import { TRAP } from '../../core/tracking/hit.ts';
import type { UtmDefaults } from '../../core/sending/model.ts';
import { escapeHtml } from '../templates/liquid.ts';
import { signLink, signOpen } from './link-token.ts';
import { mark, type LinkedTemplate } from './template-links.ts';

/** What is wanted for one mail; the lead and the workspace have been asked. */
export interface DraftTracking {
  readonly clicks: boolean;
  readonly opens: boolean;
  readonly utm?: UtmDefaults;
}
export interface TrackedMail extends UtmPlace {
  readonly sendId: string;
  readonly publicUrl: string;
  readonly secret: string;
  readonly tracking: DraftTracking;
}
export interface TrackedHtml {
  readonly html: string;
  /** Where links lead that are another for each lead, by link; absent where there are none. */
  readonly targets?: { readonly [link: string]: string };
}

const marked = new RegExp(`(["'])${mark.opens}(\\d+)${mark.closes}(.*?)\\1`, 'gs');

export function trackedHtml(
  html: string,
  template: LinkedTemplate,
  mail: TrackedMail,
): TrackedHtml {
  const { tracking, publicUrl, secret, sendId } = mail;
  const targets = new Map<string, string>();
  let isTracked = false;
  const written = html.replace(marked, (_all, quote: string, digits: string, value: string) => {
    const plain = `${quote}${value}${quote}`;
    const target = unescaped(value).trim();
    if (!isElsewhere(target, publicUrl)) return plain;
    const link = template.links[Number(digits) - 1];
    if (tracking.clicks && link !== undefined) {
      isTracked = true;
      const id = idOf(`${template.marked.language}.${digits}`, target, link.isPersonal, targets);
      return `${quote}${publicUrl}/c/${signLink(secret, { send: sendId, link: id })}${quote}`;
    }
    if (tracking.utm === undefined) return plain;
    return `${quote}${escapeHtml(withUtm(target, tracking.utm, mail))}${quote}`;
  });
  const trap = isTracked ? trapOf(mail) : '';
  const image = tracking.opens ? imageOf(mail) : '';
  return {
    html: atTheTop(written, `${trap}${image}`),
    ...(targets.size === 0 ? {} : { targets: Object.fromEntries(targets) }),
  };
}

/** The same link of a loop leads to several places: each gets an id of its own. */
function idOf(
  link: string,
  target: string,
  isPersonal: boolean,
  targets: Map<string, string>,
): string {
  if (!isPersonal) return link;
  for (let turn = 1; ; turn += 1) {
    const id = turn === 1 ? link : `${link}.${turn}`;
    const before = targets.get(id);
    if (before !== undefined && before !== target) continue;
    targets.set(id, target);
    return id;
  }
}

function isElsewhere(target: string, publicUrl: string): boolean {
  return (
    /^https?:\/\//i.test(target) && URL.canParse(target) && !target.startsWith(`${publicUrl}/`)
  );
}

function trapOf({ publicUrl, secret, sendId }: TrackedMail): string {
  const url = `${publicUrl}/c/${signLink(secret, { send: sendId, link: TRAP })}`;
  return `<a href="${url}" rel="nofollow" aria-hidden="true" tabindex="-1" style="display:none"></a>`;
}

function imageOf({ publicUrl, secret, sendId }: TrackedMail): string {
  const url = `${publicUrl}/o/${signOpen(secret, sendId)}`;
  return `<img src="${url}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0" />`;
}

function atTheTop(html: string, more: string): string {
  if (more === '') return html;
  const body = /<body\b[^>]*>/i.exec(html);
  const at = body === null ? 0 : body.index + body[0].length;
  return `${html.slice(0, at)}${more}${html.slice(at)}`;
}

/** As `escapeHtml` and authors of HTML write addresses. */
function unescaped(value: string): string {
  return value.replace(/&(amp|lt|gt|quot|apos|#34|#39|#38|#x27|#x2F);/gi, (entity) => {
    return entities[entity.toLowerCase()] ?? entity;
  });
}
const entities: { readonly [entity: string]: string } = {
  ...{ '&amp;': '&', '&#38;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#34;': '"' },
  ...{ '&apos;': "'", '&#39;': "'", '&#x27;': "'", '&#x2f;': '/' },
};
