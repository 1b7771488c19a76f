/** What the invented people did, and what some of them do now, by kind of person. */
import type { IncomingEvent } from '../../core/decision/decision.ts';
import type { JsonObject } from '../../core/rules/condition.ts';

export type Profile =
  | 'subscriber'
  | 'reader'
  | 'job-hunter'
  | 'quiet-trial'
  | 'competitor'
  | 'opportunity'
  | 'customer'
  | 'starts-trial'
  | 'takes-ebook'
  | 'asks-for-demo'
  | 'accepted'
  | 'qualified'
  | 'not-now'
  | 'trial-takes-off';

export interface Deed {
  readonly daysAgo: number;
  readonly event: string;
  readonly type?: IncomingEvent['type'];
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
}

const page = (daysAgo: number, path: string): Deed => ({
  daysAgo,
  event: 'Page Viewed',
  type: 'page',
  properties: { path, title: path.slice(1) },
});
const did = (daysAgo: number, event: string, properties: JsonObject = {}): Deed => ({
  daysAgo,
  event,
  properties,
});
const ebook = {
  interest: 'reporting',
  title: 'Month-end in three days',
  link: 'https://acme.example/e/month-end',
};
const interested = (index: number): readonly Deed[] => [
  page(18 + (index % 5), '/reporting'),
  page(9 + (index % 4), '/customers'),
  did(6 + (index % 3), 'Pricing Viewed'),
];

/** `index` spreads people over the days, so that no two look alike. */
export const past: Readonly<Record<Profile, (index: number) => readonly Deed[]>> = {
  subscriber: () => [],
  reader: (index) => [
    page(30 - (index % 7), '/blog/month-end'),
    page(21 - (index % 5), '/reporting'),
    ...(index % 2 === 0 ? [did(20 - (index % 6), 'Ebook Downloaded', ebook)] : []),
    ...(index % 3 === 0 ? [did(4 + (index % 4), 'Pricing Viewed')] : []),
  ],
  'job-hunter': (index) => [
    page(12, '/jobs'),
    page(11, '/jobs/engineer'),
    page(3 + index / 50, '/jobs/data'),
  ],
  'quiet-trial': (index) => [
    did(35 - (index % 8), 'Trial Started', { plan: 'team' }),
    ...(index % 2 === 0 ? [did(30 - (index % 8), 'Report Created', { name: 'Weekly sales' })] : []),
  ],
  competitor: () => [page(8, '/product'), did(7, 'Pricing Viewed')],
  opportunity: (index) => [
    ...interested(index),
    did(20, 'Meeting Booked'),
    did(14, 'Deal Created', { amount: 24000, currency: 'EUR' }),
  ],
  customer: (index) => [
    did(70, 'Trial Started', { plan: 'team' }),
    did(48, 'Deal Created', { amount: 18000 + index * 500, currency: 'EUR' }),
    did(33, 'Deal Won', { amount: 18000 + index * 500, currency: 'EUR' }),
  ],
  'starts-trial': (index) => [page(3 + (index % 3), '/product'), page(2, '/reporting')],
  'takes-ebook': (index) => [page(5 + (index % 4), '/blog/month-end')],
  'asks-for-demo': interested,
  accepted: interested,
  qualified: interested,
  'not-now': interested,
  'trial-takes-off': () => [
    did(6, 'Trial Started', { plan: 'team' }),
    page(5, '/docs/first-report'),
  ],
};

type Now = { readonly event: string; readonly properties?: JsonObject };

export const doesNow: Readonly<Partial<Record<Profile, readonly Now[]>>> = {
  'starts-trial': [{ event: 'Trial Started', properties: { plan: 'team' } }],
  'takes-ebook': [{ event: 'Ebook Downloaded', properties: ebook }],
  'asks-for-demo': [
    { event: 'Demo Requested', properties: { message: 'Can we see it with our data?' } },
  ],
  accepted: [{ event: 'Demo Requested' }, { event: 'Handoff Accepted' }],
  qualified: [{ event: 'Demo Requested' }, { event: 'Handoff Accepted' }],
  'not-now': [
    { event: 'Demo Requested' },
    {
      event: 'Handoff Rejected',
      properties: { reason: 'not-now', note: 'Budget round in spring' },
    },
  ],
  'trial-takes-off': [
    { event: 'Report Created', properties: { name: 'Cash flow' } },
    { event: 'Report Created', properties: { name: 'Sales by region' } },
    { event: 'Report Created', properties: { name: 'Board pack' } },
  ],
};
