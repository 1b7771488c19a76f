/**
 * Decides what an SMTP error means for the one message it happened to. The question is not "what
 * went wrong" but "can the server have taken the mail": as soon as content may have been written and
 * no clear answer came back, the outcome is `unknown` and stays so; it is never guessed.
 * Pure: it reads the error's fields and what the transport saw, nothing else.
 */
import { refusalClass, type RefusalClass } from '../core/feedback/classify.ts';
import { storable } from '../core/feedback/said.ts';
import { retryHintMs } from './retry-hint.ts';

export type FailedDelivery =
  | {
      readonly type: 'not-taken';
      readonly transient: boolean;
      readonly code?: number;
      readonly enhancedCode?: string;
      /** What it was told when it refused: "RCPT TO", "DATA"; about the recipient only these are. */
      readonly command?: string;
      /** When the server wants to be asked again, where it says so. */
      readonly retryAfterMs?: number;
      readonly class: RefusalClass;
      readonly response: string;
    }
  | { readonly type: 'unknown'; readonly response: string };

export interface TransmissionProgress {
  /** The server had answered DATA with 354 and the first byte of content was asked for. */
  readonly dataBegan: boolean;
}

interface SmtpErrorFields {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly message: string;
}

const configCodes = new Set([
  ...['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'ETLS', 'EREQUIRETLS', 'EPROXY'],
  ...['EFILEACCESS', 'EURLACCESS'],
]);

export function classifySmtpError(cause: unknown, progress: TransmissionProgress): FailedDelivery {
  const error = fieldsOf(cause);
  const response = storable((error.response ?? error.message).slice(0, 500));
  if (progress.dataBegan && !isFinalRefusal(error)) return { type: 'unknown', response };
  const enhancedCode = enhancedCodeOf(error.response);
  const kind = classOf(error, enhancedCode);
  const isForNow = (error.responseCode ?? 0) >= 400 && (error.responseCode ?? 0) < 500;
  const retryAfterMs = isForNow ? retryHintMs(response) : undefined;
  return {
    type: 'not-taken',
    transient: kind === 'transient' || kind === 'infra',
    ...(error.responseCode === undefined ? {} : { code: error.responseCode }),
    ...(enhancedCode === undefined ? {} : { enhancedCode }),
    ...(error.command === undefined ? {} : { command: error.command }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    class: kind,
    response,
  };
}

/**
 * The answer to the content itself, 4yz or 5yz: by RFC 5321 the server has not taken the mail.
 * 421 is no such answer: it ends the session at any moment, also after the mail was stored.
 */
function isFinalRefusal(error: SmtpErrorFields): boolean {
  const code = error.responseCode ?? 0;
  return error.code === 'EMESSAGE' && error.command === 'DATA' && code >= 400 && code !== 421;
}

function classOf(error: SmtpErrorFields, enhancedCode: string | undefined): RefusalClass {
  if (configCodes.has(error.code ?? '')) {
    // A server that is only busy says 4yz to AUTH too, and that passes by itself.
    return error.responseCode !== undefined && error.responseCode < 500 ? 'transient' : 'config';
  }
  const code = error.responseCode;
  if (code === undefined) return withoutReply(error);
  // A full mailbox stays full for longer than a greylist lasts.
  if (enhancedCode === '4.2.2') return 'mailbox';
  if (code < 500 || code === 503) return 'transient';
  // 530, 534, 535, 538: the server wants a login; no recipient is to blame.
  if ([530, 534, 535, 538].includes(code)) return 'config';
  const text = error.response ?? '';
  const isAboutMailbox = error.command === 'RCPT TO' && [550, 551, 553].includes(code);
  const status = enhancedCode === undefined ? {} : { status: enhancedCode };
  const refused = refusalClass({ ...status, text, aboutRecipient: isAboutMailbox });
  // Without a code, a no to our sender is about us; 552 there speaks of the mail's size.
  const isOurs = enhancedCode === undefined && error.command === 'MAIL FROM' && code !== 552;
  return isOurs ? 'policy' : refused;
}

/** EENVELOPE and EMESSAGE without a reply are our own refusals, before a byte was sent. */
function withoutReply(error: SmtpErrorFields): RefusalClass {
  if (error.code === 'EENVELOPE') return 'address';
  return error.code === 'EMESSAGE' || error.code === 'ESTREAM' ? 'config' : 'infra';
}

function enhancedCodeOf(response: string | undefined): string | undefined {
  return /^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
}

function fieldsOf(cause: unknown): SmtpErrorFields {
  if (!(cause instanceof Error)) return { message: String(cause) };
  const raw: Partial<Record<keyof SmtpErrorFields, unknown>> = { ...cause };
  return {
    message: cause.message,
    ...(typeof raw.code === 'string' ? { code: raw.code } : {}),
    ...(typeof raw.command === 'string' ? { command: raw.command } : {}),
    ...(typeof raw.response === 'string' ? { response: raw.response } : {}),
    ...(typeof raw.responseCode === 'number' ? { responseCode: raw.responseCode } : {}),
  };
}
