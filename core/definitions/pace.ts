/**
 * Three parts of `rules/sending.json`: when sending stops by itself, how fast emails may leave to whom,
 * and the first days of a sender whom receivers do not know yet. What follows is `core/sending`'s.
 */
import { z } from 'zod';
import type { Rate, SendingPolicy, WarmUp } from '../sending/model.ts';
import { parseAddress } from '../sending/address.ts';
import { receiverGroups, receiverOfDomain, receiverTitle } from '../sending/receiver.ts';
import { someTime } from './duration.ts';
import { present } from './present.ts';
import { checkUnique, type Scope } from './scope.ts';
import { about, key, shape } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { day } from './window.ts';

export const stopWhen = about(
  shape({
    hardBounceRate: about(
      z.number().min(0).max(1),
      'The share of emails whose address does not exist (0.05 = 5 in 100).',
      0.05,
    ),
    complaintRate: about(
      z.number().min(0).max(1),
      'The share of emails that people call spam (0.003 = 3 in 1,000).',
      0.003,
    ),
    over: about(someTime, 'The span that is looked at.', '1 day'),
    atLeast: about(z.number().int().min(1), 'Only when at least so many were sent in it.', 200),
  }).optional(),
  'When a sender stops by itself because too much comes back: on its way to one receiver, or altogether. A person lets it go on. Without it, only what a receiver refuses because of us stops it.',
  { hardBounceRate: 0.05, complaintRate: 0.003, over: '1 day', atLeast: 200 },
);

const receiver = z.string().regex(/^(\*|[a-z]+|[a-z0-9-]+(\.[a-z0-9-]+)+)$/, {
  error: `a domain such as "gmail.com", one of ${receiverGroups.join(', ')}, or "*"`,
});

export const rates = about(
  z
    .array(
      about(
        shape({
          id: about(key, 'Its name in explanations.', 'gmail'),
          to: about(
            z
              .array(
                about(
                  receiver,
                  `A domain, a group of them (${receiverGroups.join(', ')}), or "*" for everybody whom no other rate names.`,
                  'gmail',
                  'web.de',
                  '*',
                ),
              )
              .min(1),
            'Whom the emails go to; all of them together.',
            ['gmail'],
          ),
          max: about(z.number().int().min(1), 'At most so many from one sender.', 60),
          per: about(someTime, 'In this time, evenly.', '1 minute'),
        }),
        'How fast emails leave to some receivers.',
      ),
    )
    .optional(),
  'How fast emails leave, by receiver: whoever has to wait, waits for its turn. Without it, as fast as the mail server takes them.',
  [{ id: 'gmail', to: ['gmail'], max: 60, per: '1 minute' }],
);

export const warmUp = about(
  z
    .array(
      about(
        shape({
          sender: about(
            z.email({ error: 'an email address' }).optional(),
            'Whose emails: an address of a rep. Without it, those of the workspace.',
            'mia@acme.example',
          ),
          from: about(day, 'The first day.', '2026-12-01'),
          perDay: about(
            z
              .array(about(z.number().int().min(1), 'At most so many on this day.', 50))
              .min(1)
              .max(90),
            'How many emails leave at most on each day from the first; after the last there is no limit.',
            [50, 100, 200, 400],
          ),
        }),
        'The first days of one sender.',
      ),
    )
    .optional(),
  'A new sender begins with few emails a day, so that receivers get to know it: marketing and outbound emails beyond wait for the next day (in "zoneIfUnknown"). Without it, no limit.',
  [{ from: '2026-12-01', perDay: [50, 100, 200, 400] }],
);

export function compileStopWhen(file: z.output<typeof stopWhen>): SendingPolicy['stopWhen'] {
  if (file === undefined) return undefined;
  const { hardBounceRate, complaintRate, over, atLeast } = file;
  return { hardBounceRate, complaintRate, overMs: over, atLeast };
}

export function compileRates(
  scope: Scope,
  file: z.output<typeof rates>,
): readonly Rate[] | undefined {
  if (file === undefined) return undefined;
  checkUnique(
    scope,
    'id',
    file.map(({ id }, index) => ({ id, path: ['rates', index, 'id'] })),
  );
  checkReceivers(scope, file);
  return file.map(({ id, to, max, per }) => ({ id, to, max, perMs: per }));
}

/** Each receiver is named once, so that no order of the rates decides. */
function checkReceivers(scope: Scope, file: NonNullable<z.output<typeof rates>>): void {
  const named = new Map<string, string>();
  for (const [index, { id, to }] of file.entries()) {
    for (const [at, name] of to.entries()) {
      const path = ['rates', index, 'to', at];
      if (name !== '*' && !name.includes('.') && !receiverGroups.includes(name)) {
        const message = `${JSON.stringify(name)} is neither a domain nor a group of them (${receiverGroups.join(', ')})`;
        scope.report(path, present({ message, fix: didYouMean(name, receiverGroups) }));
      }
      const group = receiverOfDomain(name);
      const other = named.get(name) ?? named.get(group);
      const inside = [...named].find(([one]) => receiverOfDomain(one) === name && one !== name);
      const by = other ?? inside?.[1];
      if (by !== undefined) {
        const whose = group === name ? '' : ` (${receiverTitle(group)})`;
        const message = `${JSON.stringify(name)}${whose} is named twice: the rate ${JSON.stringify(by)} is about it already`;
        scope.report(path, { message });
      }
      named.set(name, id);
    }
  }
}

export function compileWarmUp(
  scope: Scope,
  file: z.output<typeof warmUp>,
  from: { readonly email: string },
): readonly WarmUp[] | undefined {
  if (file === undefined) return undefined;
  const senders = new Set<string>();
  for (const [index, { sender = from.email, perDay }] of file.entries()) {
    const parsed = parseAddress(sender);
    const address = parsed.ok ? parsed.address : sender.toLowerCase();
    if (senders.has(address)) {
      const message = `${JSON.stringify(sender)} is warmed up twice`;
      scope.report(['warmUp', index], { message });
    }
    senders.add(address);
    for (const [at, max] of perDay.entries()) {
      const before = perDay[at - 1];
      if (before === undefined || max >= before) continue;
      const message = `a warm-up does not fall: ${max} after ${before}`;
      scope.report(['warmUp', index, 'perDay', at], { message });
    }
  }
  return file.map((plan) => present({ ...plan }));
}
