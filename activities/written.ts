/**
 * Writes the email of one send, or says why it cannot be written: what this lead's data lacks ends the
 * mail, a defect of the template holds it. A defect names its place, so that somebody can mend it.
 */
import type { TemplateManifest } from '../core/definitions/release.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Claimed } from '../core/sending/ledger.ts';
import type { OutgoingEmail } from '../mail/outgoing.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { draftOf } from './letter.ts';
import type { PreparedSend } from './send-question.ts';

export type Written =
  | { readonly type: 'email'; readonly email: OutgoingEmail }
  | { readonly type: 'missing'; readonly evidence: JsonObject }
  | { readonly type: 'defect'; readonly evidence: JsonObject };

export function written(
  deps: ActivityDependencies,
  prepared: PreparedSend,
  { lead, address }: Claimed,
): Written {
  const { task, request, template } = prepared;
  const { manifest } = template;
  const about = { rule: 'template', template: request.template };
  try {
    const letter = deps.letters.compose(
      draftOf({
        ...{ task, template, lead: prepared.completed(lead), address, class: request.class },
        ...{ sendId: request.id, messageId: request.messageId, topic: request.topic },
        read: prepared.read(lead),
      }),
    );
    if (letter.ok) return { type: 'email', email: letter.email };
    const evidence = { ...about, variable: letter.variable, problem: letter.message };
    return isOfLead(letter.variable, manifest)
      ? { type: 'missing', evidence }
      : { type: 'defect', evidence };
  } catch (error) {
    if (!isOfTemplate(error)) throw error;
    deps.report(error, { commandId: task.commandId });
    return { type: 'defect', evidence: { ...about, ...defectOf(error) } };
  }
}

/** What the file declares, and what we give every mail, may be missing for one lead; nothing else can. */
function isOfLead(variable: string, { variables }: TemplateManifest): boolean {
  if (Object.hasOwn(variables, variable)) return true;
  return !variable.startsWith('lead.') && given.has(variable.split('.')[0] ?? '');
}
/** Roots of the variables, and the words by which a rendering names what is no variable. */
const given = new Set([
  'entry',
  'owner',
  'sender',
  'workspace',
  'url',
  'time',
  'memory',
  'subject',
]);

/** Rendering wraps what its template did; an error without a cause is a defect of ours. */
function isOfTemplate(error: unknown): error is Error & { readonly cause: Error } {
  return error instanceof Error && error.cause instanceof Error;
}

/** Liquid says where. */
function defectOf({ cause }: { readonly cause: Error }): JsonObject {
  const problem = cause.message.slice(0, 300);
  const [, line, column] = /line:(\d+), col:(\d+)/.exec(problem) ?? [];
  return {
    problem,
    ...(line === undefined ? {} : { line: Number(line), column: Number(column) }),
  };
}
