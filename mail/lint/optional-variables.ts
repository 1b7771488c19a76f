/**
 * Variables that a lead may lack and that nothing stands in for: the email would be skipped for exactly
 * those leads that `"optional": true` promised to write to. Also `default` that comes too late, because
 * the filters before it have already asked for the value.
 *
 * Whatever stands inside a condition that names the variable is taken to be right: what a condition
 * means is the author's business.
 */
import type { Arguments, Template } from 'liquidjs';
import { error, type TemplateProblem } from '../templates/problem.ts';
import { createLiquid } from '../templates/liquid.ts';

type Argument = Arguments extends Iterable<infer One> ? One : never;

interface Use {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly type: 'bare' | 'late-default';
}

const engine = createLiquid('text');

/** `optional`: dotted names. Text that does not parse has its own problem, and no uses. */
export function optionalProblems(
  text: string,
  optional: readonly string[],
): readonly TemplateProblem[] {
  const known = new Set(optional);
  return usesOf(text).flatMap(({ path, line, column, type }) => {
    if (type === 'late-default') {
      const message = `"default" comes too late for ${path}: another filter reads it before`;
      return [{ ...error(message, `write {{ ${path} | default: "…" | … }}`), line, column }];
    }
    if (!known.has(path)) return [];
    const message = `${path} is optional and nothing stands in for it: without it no email is sent`;
    const fix = `write {{ ${path} | default: "…" }} or put it in {% if ${path} %}`;
    return [{ ...error(message, fix), line, column }];
  });
}

/** The names alone, where a place would not be the author's. */
export function bareOptionals(text: string, optional: readonly string[]): ReadonlySet<string> {
  const bare = new Set(usesOf(text).map(({ path }) => path));
  return new Set(optional.filter((path) => bare.has(path)));
}

function usesOf(text: string): readonly Use[] {
  const templates = parse(text);
  return templates === undefined ? [] : templates.flatMap((one) => walk(one, new Set()));
}

function parse(text: string): readonly Template[] | undefined {
  try {
    return engine.parse(text);
  } catch (cause) {
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

function walk(template: Template, asked: ReadonlySet<string>): readonly Use[] {
  const name = 'name' in template ? template.name : undefined;
  const values = argumentsOf(template);
  const isCondition = name === 'if' || name === 'unless' || name === 'case';
  const inner = isCondition
    ? new Set([...asked, ...values.flatMap(pathsOf).flatMap(impliedBy)])
    : asked;
  const own = isCondition || name === 'assign' ? [] : usesIn(values, asked);
  return [...own, ...childrenOf(template).flatMap((child) => walk(child, inner))];
}

function usesIn(values: readonly Argument[], asked: ReadonlySet<string>): readonly Use[] {
  return values.flatMap((value) => {
    const filters = 'filters' in value ? value.filters.map(({ name }) => name) : [];
    const firstDefault = filters.indexOf('default');
    const initial = 'initial' in value ? accessesIn(value.initial.postfix) : accessesIn([value]);
    const rest = 'filters' in value ? value.filters.flatMap(({ args }) => accessesIn(args)) : [];
    return [...initial, ...rest].flatMap((access): readonly Use[] => {
      const { path } = access;
      if (path === '' || asked.has(path)) return [];
      const isInitial = initial.includes(access);
      if (isInitial && firstDefault === 0) return [];
      return [{ ...access, type: isInitial && firstDefault > 0 ? 'late-default' : 'bare' }];
    });
  });
}

type Access = Omit<Use, 'type'>;

/** Two words of each path: what lies below `lead.tags` is not the manifest's. */
function accessesIn(tokens: readonly unknown[]): readonly Access[] {
  return tokens.flatMap((token) => {
    if (Array.isArray(token)) return accessesIn(token);
    if (typeof token !== 'object' || token === null || !('props' in token)) return [];
    const { props } = token as { readonly props: readonly { readonly content?: unknown }[] };
    const names = props.map(({ content }) => content).filter((one) => typeof one === 'string');
    const { input, begin } = token as unknown as { readonly input: string; readonly begin: number };
    const before = input.slice(0, begin).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return [{ path: names.slice(0, 2).join('.'), ...place }];
  });
}

/** A rep always has a name and an address: who asks for one, or for more, has asked for all three. */
function impliedBy(path: string): readonly string[] {
  return path.startsWith('owner.') ? [path, 'owner.name', 'owner.email'] : [path];
}

function pathsOf(value: Argument): readonly string[] {
  const tokens = 'initial' in value ? value.initial.postfix : [value];
  return accessesIn(tokens).map(({ path }) => path);
}

function argumentsOf(template: Template): readonly Argument[] {
  return template.arguments === undefined ? [] : [...template.arguments()];
}

/** LiquidJS hands out children as the result of a generator, so that partials could be read from disk. */
function childrenOf(template: Template): readonly Template[] {
  if (template.children === undefined) return [];
  const step = template.children(false, true).next();
  return step.done === true ? step.value : [];
}
