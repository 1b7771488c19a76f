// What the global set-up hands to every test file of the run. Plain data: it crosses a process
// boundary.
declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: {
      /** Of the maintenance database. */
      readonly adminUrl: string;
      /** Name of the database that has all migrations and no rows. */
      readonly template: string;
    };
    readonly temporal: { readonly address: string; readonly namespace: string };
    /** The bundled workflows, or nothing while there are none. */
    readonly workflowBundle: { readonly codePath: string } | null;
  }
}

export {};
