/**
 * The one activity of the journey by hand: read the lead, write the mail, send it, note it. One
 * statement to read and one to write; the mail has the bytes that the engine sends, because both
 * render the same compiled template.
 */
import { createTransport } from 'nodemailer';
import type pg from 'pg';
import type { CompiledTemplate } from '../../mail/templates/compile.ts';
import type { createLetters } from '../../mail/letters.ts';
import { mailOptions, type Mailbox } from '../../mail/outgoing.ts';

export interface PlainDependencies {
  readonly pool: pg.Pool;
  readonly smtpUrl: string;
  readonly letters: ReturnType<typeof createLetters>;
  readonly template: CompiledTemplate;
  readonly from: Mailbox;
  readonly postalAddress: string;
}
export type PlainActivities = ReturnType<typeof createPlainActivities>;

interface LeadRow {
  readonly address: string;
  readonly first_name: string;
  readonly last_name: string;
}

export function createPlainActivities(deps: PlainDependencies) {
  const { from, letters, template } = deps;
  const mailer = createTransport({ url: deps.smtpUrl, pool: true, maxConnections: 5 });
  return {
    async sendEmail({ leadId, step }: { readonly leadId: string; readonly step: string }) {
      const found = await deps.pool.query<LeadRow>(
        'SELECT address, first_name, last_name FROM plain.lead WHERE id = $1',
        [leadId],
      );
      const lead = found.rows[0];
      if (lead === undefined) throw new Error(`there is no lead ${leadId}`);
      const sendId = `${leadId}/${step}`;
      const letter = letters.compose({
        ...{ sendId, messageId: letters.messageIdOf(`${sendId}/1`), class: 'transactional' },
        ...{ programme: 'bench', step, template, from },
        to: { name: `${lead.first_name} ${lead.last_name}`, address: lead.address },
        variables: {
          lead: { firstName: lead.first_name },
          entry: {},
          sender: { name: from.name ?? '', email: from.address },
          workspace: { postalAddress: deps.postalAddress },
        },
      });
      if (!letter.ok) throw new Error(letter.message);
      const { response } = await mailer.sendMail(mailOptions(letter.email));
      await deps.pool.query(
        'INSERT INTO plain.sent_email (id, lead_id, step, response, sent_at) VALUES ($1, $2, $3, $4, now())',
        [sendId, leadId, step, response],
      );
    },
  };
}
