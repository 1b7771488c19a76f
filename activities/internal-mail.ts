/**
 * Emails to our own people, reps above all: rows of the same ledger, class `internal`, without consent,
 * caps or windows. One whose fate is unknown goes out again under the same Message-ID, because a rep
 * who reads a brief twice is better than a lead nobody calls.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { sendId } from '../core/decision/ids.ts';
import type { Release } from '../core/definitions/release.ts';
import type { InternalClaimRequest, SendIdentity } from '../core/sending/ledger.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { OutgoingEmail } from '../mail/outgoing.ts';
import type { EmailVariables } from '../mail/templates/variables.ts';
import type { ActivityDependencies, Draft } from './dependencies.ts';
import { failure } from './failures.ts';
import type { InternalMail } from './handoff-mail.ts';
import { deliver } from './transmission.ts';

export type InternalMailDependencies = Pick<
  ActivityDependencies,
  'ledger' | 'letters' | 'mail' | 'definitions' | 'report'
>;

/** Sent again after an answer that never came, at most this often; then shown as `unknown`. */
const attemptsMax = 5;
/** Each round waits for a lease or a relay; after these the activity is tried anew. */
const roundsMax = 60;
const retryPauseMs = 1_000;

/** Resolves when the email is settled; rejects when it may be tried again later. */
export function createSendInternal(
  deps: InternalMailDependencies,
): (mail: InternalMail) => Promise<void> {
  return async (mail) => {
    const { commandId } = mail;
    const release = await deps.definitions.release();
    const { hash = '', template } = await templateOf(deps, release, mail.template);
    const identity = identityOf(deps, release, commandId, mail.step, mail.template, hash);
    const { leadId, handoffId, now } = mail;
    const request = { ...identity, leadId, handoffId, enrolmentId: null, now, attemptsMax };
    await sendThrough(deps, { ...request, address: mail.to.email }, () => {
      if (template === undefined) return plainly(deps, release, identity, mail);
      const letter = deps.letters.compose(draftOf(release, identity, mail, template));
      if (letter.ok) return letter.email;
      // A defect of the template, to be mended; the lead cannot wait for that.
      deps.report(failure('template-missing', commandId), { commandId });
      return plainly(deps, release, identity, mail);
    });
  };
}

async function templateOf(deps: InternalMailDependencies, release: Release, name: string) {
  const hash = release.templates[name]?.hash;
  if (hash === undefined) return {};
  const stored = await deps.definitions.template(name, hash);
  return { hash, template: stored?.languages[stored.manifest.ifNoLanguage] };
}

function plainly(
  deps: InternalMailDependencies,
  release: Release,
  identity: SendIdentity,
  { step, to, plain, programme }: InternalMail,
): OutgoingEmail {
  return deps.letters.composeNote({
    ...{ sendId: identity.id, messageId: identity.messageId, step, ...plain },
    ...{ programme, from: workspaceSender(release) },
    to: { name: to.name, address: to.email },
  });
}

export interface NoteToRep {
  readonly commandId: string;
  readonly step: string;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly to: { readonly name: string; readonly email: string };
  readonly subject: string;
  readonly text: string;
  readonly programme: string;
  readonly now: number;
}

/** What a `notify` step says, in plain words: it has no template. */
export async function sendNote(deps: InternalMailDependencies, note: NoteToRep): Promise<void> {
  const release = await deps.definitions.release();
  const identity = identityOf(deps, release, note.commandId, note.step, 'note', '');
  const { leadId, enrolmentId, now } = note;
  const request = { ...identity, leadId, enrolmentId, handoffId: null, now, attemptsMax };
  await sendThrough(deps, { ...request, address: note.to.email }, () =>
    deps.letters.composeNote({
      ...{ sendId: identity.id, messageId: identity.messageId, step: note.step },
      ...{ subject: note.subject, text: note.text, programme: note.programme },
      from: workspaceSender(release),
      to: { name: note.to.name, address: note.to.email },
    }),
  );
}

async function sendThrough(
  deps: InternalMailDependencies,
  request: InternalClaimRequest,
  write: () => OutgoingEmail,
): Promise<void> {
  const { commandId } = request;
  for (let round = 0; round < roundsMax; round += 1) {
    await failpoint('step.beforeClaim');
    const claim = await deps.ledger.claimInternal(request);
    if (claim.type === 'settled' || claim.type === 'held') return;
    if (claim.type === 'busy') {
      await delay(Math.min(claim.leaseMs + 20, retryPauseMs));
      continue;
    }
    await failpoint('send.afterClaim');
    const email = write();
    const { token } = claim;
    if (!(await deps.ledger.beginTransmitInternal(request.id, token, email.subject))) continue;
    const delivery = await deliver(deps, email);
    const settled = { id: request.id, token, response: delivery.response, at: request.now };
    if (delivery.type === 'accepted') {
      await deps.ledger.settle({ ...settled, state: 'sent' });
      await failpoint('send.afterMark');
      return;
    }
    if (delivery.type === 'not-taken' && !delivery.transient && delivery.class !== 'config') {
      await deps.ledger.settle({ ...settled, state: 'failed', reason: delivery.class });
      return;
    }
    await deps.ledger.settle({
      ...settled,
      state: delivery.type === 'unknown' ? 'unknown' : 'planned',
    });
    await delay(retryPauseMs);
  }
  throw failure('relay-away', commandId);
}

function identityOf(
  deps: InternalMailDependencies,
  release: Release,
  commandId: string,
  step: string,
  template: string,
  templateHash: string,
): SendIdentity {
  const messageId = deps.letters.messageIdOf(commandId);
  const row = { id: sendId(commandId), commandId, step, class: 'internal', messageId } as const;
  return { ...row, template, templateHash, releaseId: release.id };
}

function draftOf(
  release: Release,
  identity: SendIdentity,
  mail: InternalMail,
  template: Draft['template'],
): Draft {
  return {
    ...{ sendId: identity.id, messageId: identity.messageId, class: 'internal', template },
    ...{ programme: mail.programme, step: mail.step, from: workspaceSender(release) },
    to: { name: mail.to.name, address: mail.to.email },
    variables: mail.variables as unknown as EmailVariables,
  };
}

function workspaceSender(release: Release): Draft['from'] {
  return { name: release.sending.from.name, address: release.sending.from.email };
}
