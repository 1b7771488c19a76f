/**
 * What one email to a lead says and who it is from, before it is rendered: sender, language, variables.
 * Only what the template names is read, so nothing of a lead travels further than it has to.
 */
import { accountOwner } from '../core/accounts/read-account.ts';
import type { Release, TemplateManifest } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { MessageClass } from '../core/journey/plan.ts';
import type { Rep } from '../core/routing/model.ts';
import type { JsonObject, ReadFact } from '../core/rules/condition.ts';
import { chooseLanguage } from '../core/sending/language.ts';
import type { CompiledTemplate } from '../mail/templates/compile.ts';
import type { Mailbox } from '../mail/outgoing.ts';
import type { Draft, StoredTemplate } from './dependencies.ts';
import { failure } from './failures.ts';
import type { StepTask } from './step.ts';

export interface LetterParts {
  readonly task: StepTask;
  readonly template: StoredTemplate;
  readonly class: MessageClass;
  readonly topic: string | undefined;
  readonly sendId: string;
  readonly messageId: string;
  readonly lead: Lead;
  readonly address: string;
  readonly read: ReadFact;
}

export function draftOf(parts: LetterParts): Draft {
  const { task, template, lead, read } = parts;
  const { release } = task;
  const owner = ownerOf(release, lead);
  const from = senderOf(release, template.manifest, lead);
  const topic = release.sending.topics.find(({ id }) => id === parts.topic);
  const name = [read('firstName'), read('lastName')].filter((part) => typeof part === 'string');
  return {
    sendId: parts.sendId,
    messageId: parts.messageId,
    class: parts.class,
    programme: task.plan.journey,
    step: task.id,
    template: inLanguage(template, read('language'), task.commandId),
    ...(topic === undefined ? {} : { topic }),
    ...trackingOf(release, parts.class, lead),
    from,
    to: { name: name.join(' '), address: parts.address },
    variables: {
      lead: leadVariables(template.manifest, read),
      entry: task.run.entry,
      ...(owner === undefined ? {} : { owner: ownerVariables(owner) }),
      ...subscriptionOf(release, task.run.entry),
      sender: { name: from.name ?? '', email: from.address },
      workspace: { postalAddress: release.sending.postalAddress },
    },
  };
}

/** What the file says, unless the person said no. UTM parameters name the campaign, nobody else. */
function trackingOf(
  { sending: { tracking } }: Release,
  kind: MessageClass,
  lead: Lead,
): Pick<Draft, 'tracking'> {
  if (tracking === undefined) return {};
  const isAllowed = lead.preferences?.tracking !== false;
  const isMeant = isAllowed && (kind !== 'transactional' || tracking.transactional);
  const { utm } = tracking;
  return {
    tracking: {
      clicks: isMeant && tracking.clicks,
      opens: isMeant && tracking.opens,
      ...(utm === undefined ? {} : { utm }),
    },
  };
}

/** What was asked for, by name: a journey that confirms a subscription says it. */
function subscriptionOf({ sending }: Release, { topic }: JsonObject): object {
  const asked = sending.topics.find(({ id }) => id === topic);
  return asked === undefined ? {} : { subscription: { title: asked.title } };
}

/** The rep who owns the lead, or the account, where the template asks for it; else the workspace. */
export function senderOf(release: Release, manifest: TemplateManifest, lead: Lead): Mailbox {
  const owner = manifest.from === 'owner' ? ownerOf(release, lead) : undefined;
  const { name, email } = owner ?? release.sending.from;
  return { name, address: email };
}

export function ownerOf(release: Release, lead: Lead): Rep | undefined {
  const id = lead.owner ?? accountOwner(release, lead.account);
  return id === undefined || !Object.hasOwn(release.team.reps, id)
    ? undefined
    : release.team.reps[id];
}

function ownerVariables({ name, email, meetingLink }: Rep) {
  return { name, email, ...(meetingLink === undefined ? {} : { meetingLink }) };
}

function leadVariables(manifest: TemplateManifest, read: ReadFact): Record<string, unknown> {
  const facts = Object.keys(manifest.variables)
    .filter((path) => path.startsWith('lead.'))
    .map((path) => path.slice('lead.'.length));
  return Object.fromEntries(facts.map((fact) => [fact, read(fact)]));
}

function inLanguage(
  { languages, manifest }: StoredTemplate,
  wanted: unknown,
  commandId: string,
): CompiledTemplate {
  const found = languages[chooseLanguage(Object.keys(languages), wanted, manifest.ifNoLanguage)];
  if (found === undefined) throw failure('template-missing', commandId);
  return found;
}
