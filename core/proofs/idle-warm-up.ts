/**
 * Does a warm-up wait for a sender who never writes?
 *
 * Emails leave in the name of the workspace or of a rep, and a plan for any other address is never
 * looked at: behind a typing error the new sender begins with everything at once.
 */
import type { Finding, ProvableWorkspace } from './finding.ts';

export function findIdleWarmUps({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const [file] = sources.sending;
  if (file === undefined) return [];
  const { from, warmUp = [] } = release.sending;
  const reps = Object.values(release.team.reps).map(({ email }) => email);
  const senders = [from.email, ...reps].map((address) => address.toLowerCase());
  return warmUp.flatMap(({ sender }, index): readonly Finding[] => {
    if (sender === undefined || senders.includes(sender.toLowerCase())) return [];
    return [
      {
        ...{ finding: 'idle-warm-up', severity: 'warning', file: file.path },
        path: ['warmUp', index, 'sender'],
        message: `nothing is warmed up: nobody writes as ${JSON.stringify(sender)}`,
        witness: `emails leave as ${from.email}, or as one of ${reps.length} reps: none is ${sender}`,
        fix: 'write the address of a rep of rules/routing.json, or leave "sender" out for that of the workspace',
      },
    ];
  });
}
