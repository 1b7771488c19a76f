/**
 * An email as it would look: written for each of its samples, in each of its languages, with what an
 * inbox shows of it and what the lint says. It renders with the same code as a send, so that nobody
 * approves something else than what goes out.
 */
import { renderEmail, renderLine } from '../templates/render.ts';
import { samplesOf } from '../templates/samples.ts';
import type { CompiledTemplate, TemplateTrial } from '../templates/source.ts';
import type { EmailVariables } from '../templates/variables.ts';

export interface PreviewSource {
  readonly compiled: CompiledTemplate;
  readonly trial: TemplateTrial;
  readonly from: 'owner' | 'workspace';
  /** The sender of the workspace; invented where its rules cannot be read. */
  readonly sending?: {
    readonly from: { readonly name: string; readonly email: string };
    readonly postalAddress: string;
  };
}
export type PreviewedSample = { readonly language: string; readonly sample: string } & (
  | {
      readonly ok: true;
      readonly from: string;
      readonly subject: string;
      readonly preheader: string;
      readonly html: string;
      readonly text: string;
      readonly bytes: number;
    }
  | { readonly ok: false; readonly message: string }
);

export function previewOf(source: PreviewSource): readonly PreviewedSample[] {
  const { compiled, trial } = source;
  const { language } = compiled;
  return shownSamples(trial).map(({ name, variables: written }): PreviewedSample => {
    const variables = { ...written, ...senderOf(source, written) };
    const email = renderEmail(compiled, variables);
    const sample = name.replace(/^samples\/|\.json$/g, '');
    if (!email.ok) return { language, sample, ok: false, message: email.message };
    const { subject, html, text } = email;
    const preheader = renderLine(compiled.preheader, variables);
    const from = variables.sender.name;
    const bytes = Buffer.byteLength(html);
    return { language, sample, ok: true, from, subject, preheader, html, text, bytes };
  });
}

/** Those of a person; those that email.json implies only where there are none. */
function shownSamples(trial: TemplateTrial) {
  const { samples } = samplesOf(trial);
  const own = samples.filter(({ file }) => file !== undefined);
  return own.length > 0 ? own : samples;
}

/** As a send has it: the rep where the template asks for one and the sample has one. */
function senderOf(
  { from, sending }: PreviewSource,
  { owner }: EmailVariables,
): Pick<EmailVariables, 'sender' | 'workspace'> | undefined {
  if (sending === undefined) return undefined;
  const sender = from === 'owner' && owner?.name !== undefined ? owner : sending.from;
  const { name, email } = sender;
  return { sender: { name, email }, workspace: { postalAddress: sending.postalAddress } };
}
