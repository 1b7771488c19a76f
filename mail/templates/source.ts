/** What an email is written in, and what the compiler makes of it. Types alone: all of mail/ reads them. */
import type { TemplateProblem } from './problem.ts';

export interface TemplateSource {
  readonly name: string;
  readonly mjml: string;
  readonly email: {
    readonly subject: string;
    readonly preheader: string;
    readonly language: string;
    /** A template with a topic is marketing and must let people leave. */
    readonly topic?: string;
  };
  /** A hand-written text part; otherwise it is taken from the HTML. */
  readonly messageText?: string;
  /** MJML by name; `<mj-include path="../partials/footer.mjml" />` finds `footer`. */
  readonly partials: Readonly<Record<string, string>>;
  /** `[[brand.color]]` in MJML, before it is compiled. */
  readonly brand: Readonly<Record<string, string>>;
  /** Ids of the facts that `lead.<fact>` may name; any, when left out. */
  readonly facts?: readonly string[];
  /** How its files are called: `message.de.mjml`. Without it `message.mjml` and `message.txt`. */
  readonly files?: { readonly mjml: string; readonly text: string };
  /** What it is tried with. Without it, the email is compiled and not looked at. */
  readonly trial?: TemplateTrial;
}

export interface TemplateTrial {
  /** What email.json lists: dotted name → a sample, and whether a lead may lack it. */
  readonly variables: Readonly<
    Record<string, { readonly sample: unknown; readonly optional: boolean }>
  >;
  /** `samples/full.json` → its text. */
  readonly samples: Readonly<Record<string, string>>;
}

export interface CompiledTemplate {
  readonly hash: string;
  readonly name: string;
  readonly language: string;
  readonly subject: string;
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  /** Every variable named anywhere, as `lead.firstName`. */
  readonly variables: readonly string[];
  readonly problems: readonly TemplateProblem[];
  readonly bytes: number;
}
