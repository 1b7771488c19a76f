/**
 * What a user agent calls itself, in a few words. The text itself is not kept: it is personal data, and
 * nothing but this is read from it.
 *
 * The names are those that the makers publish or that mail administrators meet in their logs. A scanner
 * that dresses up as a browser is not found here; what it does gives it away (`classify.ts`).
 */
import type { Agent } from './hit.ts';

/** First match counts. Left: what is said of it; right: how it calls itself. */
const scanners: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Barracuda', /barracuda/i],
  ['Proofpoint', /proofpoint|urldefense/i],
  ['Mimecast', /mimecast/i],
  ['Microsoft', /bingpreview|skypeuripreview|existence discovery|ms-office|safelinks/i],
  ['Symantec', /messagelabs|symantec/i],
  ['Cisco', /ironport|cisco-(esa|umbrella)/i],
  ['Trend Micro', /trend ?micro|\btmufe\b/i],
  ['Fortinet', /forti(net|mail|guard)/i],
  ['Sophos', /sophos/i],
  ['Forcepoint', /forcepoint|websense/i],
  ['Google', /google-(safety|read-aloud|inspectiontool)|googlebot|feedfetcher-google/i],
  [
    'a link preview',
    /facebookexternalhit|whatsapp|slack|twitterbot|linkedinbot|telegrambot|discord/i,
  ],
  ['a crawler', /\bbot\b|bot[/;) ]|crawl|spider|preview|scanner|link ?check|url ?check|monitor/i],
];

const tools: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a browser without a screen', /headless|phantomjs|puppeteer|playwright|selenium/i],
  ['curl', /^curl\//i],
  ['wget', /^wget/i],
  ['Python', /^python|aiohttp|httpx|scrapy/i],
  ['Go', /^go-http-client/i],
  ['Java', /^java\/|apache-httpclient|okhttp|jakarta/i],
  ['Node.js', /^(node|undici|axios|got|node-fetch)\b/i],
  ['Perl', /^(libwww-perl|lwp)/i],
  ['PHP', /^(php|guzzle)/i],
  ['Ruby', /^(ruby|faraday)/i],
  ['.NET', /^(\.net|restsharp|microsoft-cryptoapi)/i],
];

/** Gmail and Yahoo fetch images when the email is opened, or before. */
const imageProxies = /googleimageproxy|ggpht\.com|yahoomailproxy/i;
const browsers = /^Mozilla\/5\.0 \([^)]+\).*\b(AppleWebKit|Gecko|Trident)\b/;
/** Bounds the patterns above; real ones have 60 to 300 characters. */
const charactersMax = 400;

export function agentOf(userAgent: string | undefined): Agent {
  const text = (userAgent ?? '').trim().slice(0, charactersMax);
  if (text === '') return 'none';
  if (text === 'Mozilla/5.0') return 'bare';
  if (imageProxies.test(text)) return 'image-proxy';
  const scanner = scanners.find(([, pattern]) => pattern.test(text));
  if (scanner !== undefined) return `scanner:${scanner[0]}`;
  const tool = tools.find(([, pattern]) => pattern.test(text));
  if (tool !== undefined) return `tool:${tool[0]}`;
  return browsers.test(text) ? 'browser' : 'other';
}
