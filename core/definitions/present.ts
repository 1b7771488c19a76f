/**
 * Leaves out keys whose value is `undefined`.
 *
 * Models say "absent" by leaving a key out; zod says it with `undefined`. One cast, here only.
 */
export type Present<Source> = {
  [Key in keyof Source as undefined extends Source[Key] ? never : Key]: Source[Key];
} & {
  [Key in keyof Source as undefined extends Source[Key] ? Key : never]?: Exclude<
    Source[Key],
    undefined
  >;
};

export function present<Source extends object>(source: Source): Present<Source> {
  const entries = Object.entries(source).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<Source>;
}
