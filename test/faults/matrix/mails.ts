/**
 * The four kinds of mail of the crash matrix, each a step of one small journey, and the worlds that run
 * them: the parent and the process that is killed open the same ones over one database and one server.
 */
import type { PlanStep } from '../../../core/journey/plan.ts';
import { createWorld, type World } from '../../activities/world.ts';

export const kinds = [
  'marketing',
  'transactional, park',
  'transactional, resend',
  'internal',
] as const;
export type Kind = (typeof kinds)[number];

/** One mail of one lead of its own. */
export interface Mail {
  readonly point: string;
  readonly kind: Kind;
  readonly enrolmentId: string;
}
export interface Worlds {
  readonly park: World;
  readonly resend: World;
  readonly close: () => Promise<void>;
}

export const steps = {
  marketing: { type: 'send', template: 'welcome' },
  transactional: { type: 'send', template: 'welcome', class: 'transactional' },
  internal: { type: 'notify', who: 'rep:anna', text: 'Look at this lead' },
} as const satisfies { readonly [step: string]: PlanStep };

export async function openWorlds(url: string, smtpUrl: string): Promise<Worlds> {
  const common = { url, mailbox: { smtpUrl }, steps };
  const park = await createWorld(common);
  const resend = await createWorld({ ...common, policy: { uncertainSend: 'resend' } });
  const close = async (): Promise<void> => {
    await Promise.all([park.close(), resend.close()]);
  };
  return { park, resend, close };
}

export function stepOf(kind: Kind): keyof typeof steps {
  if (kind === 'internal' || kind === 'marketing') return kind;
  return 'transactional';
}

export function worldOf(worlds: Worlds, kind: Kind): World {
  return kind === 'transactional, resend' ? worlds.resend : worlds.park;
}

export function commandOf({ kind, enrolmentId }: Mail): string {
  return `${enrolmentId}/${stepOf(kind)}/1`;
}
