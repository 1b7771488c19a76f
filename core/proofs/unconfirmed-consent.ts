/**
 * Does a consent rule ask for a double opt-in that no journey brings about?
 *
 * Then whoever agrees waits for a confirmation mail that nobody sends. A journey answers when it sends a
 * transactional email and listens to what comes of it, or is entered by the consent or a request: whether
 * that mail holds `confirm_url` is for the template to say.
 */
import { SUBSCRIPTION_REQUESTED } from '../sending/confirmation.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';

export function findUnconfirmedConsent({
  release,
  sources,
}: ProvableWorkspace): readonly Finding[] {
  const [sending] = sources.sending;
  const isAnswered = Object.values(release.journeys).some(({ plan }) => confirms(plan));
  if (sending === undefined || isAnswered) return [];
  return release.sending.consent.flatMap((rule, index) =>
    (['marketing', 'outbound'] as const)
      .filter((messageClass) => rule[messageClass] === 'double-opt-in')
      .map((messageClass): Finding => ({
        finding: 'unconfirmed-consent',
        severity: 'warning',
        file: sending.path,
        path: ['consent', index, messageClass],
        message: `the consent rule ${JSON.stringify(rule.id)} asks for a double opt-in, and no journey sends the email that confirms one`,
        witness: `somebody agrees to ${messageClass} email → mayEmail is after-confirmation → no journey sends a transactional email and waits for Consent Confirmed → it stays so`,
        fix: 'add a journey entered by Consent Given that sends a transactional email with {{ confirm_url }}',
      })),
  );
}

function confirms({ enter, exits, steps, sending }: JourneyPlan): boolean {
  const asks = Object.values(steps).some(
    (step) => step.type === 'send' && (step.class ?? sending.class) === 'transactional',
  );
  const isEntered = enter.some(
    (entry) =>
      entry.on === 'event' &&
      (entry.match.event === SUBSCRIPTION_REQUESTED || entry.match.event === 'Consent Given'),
  );
  const waits = Object.values(steps).flatMap((step) =>
    step.type === 'wait-for' ? step.arms.map(({ when }) => when) : [],
  );
  const listens = [...exits.map(({ when }) => when), ...waits].some(
    (watch) => watch.type === 'event' && watch.match.event === 'Consent Confirmed',
  );
  return asks && (isEntered || listens);
}
