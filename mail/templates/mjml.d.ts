// MJML 5 ships no types; this declares the little that mail/templates/compile.ts uses.
declare module 'mjml' {
  interface MjmlOptions {
    readonly fonts: Readonly<Record<string, string>>;
    readonly validationLevel: 'soft' | 'strict' | 'skip';
    readonly keepComments: boolean;
    readonly ignoreIncludes: true;
  }
  interface MjmlResult {
    readonly html: string;
    readonly errors: readonly {
      readonly line: number;
      readonly message: string;
      readonly tagName?: string;
    }[];
  }
  function mjml2html(source: string, options: MjmlOptions): Promise<MjmlResult>;
  export { mjml2html as default };
}
