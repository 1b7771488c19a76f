/**
 * The import table of ARCHITECTURE.md, executed. Each folder names what it may import at run time;
 * type-only imports are free unless `typesToo` is set. A new folder without a row fails.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Rule {
  /** Folders of ours, longest match first; packages by name, `node:*` for Node itself. */
  readonly may: readonly string[];
}
const anything: Rule = { may: ['*'] };

/** Longest prefix wins. `core` means every core folder. */
const table: Readonly<Record<string, Rule>> = {
  'core/journey': { may: ['core/journey'] },
  'core/definitions': { may: ['core', 'zod', 'jsonc-parser', 'node:crypto'] },
  'core/sending': { may: ['core', 'luxon'] },
  // `createRequire` alone: the numbers of the world are loaded at the first phone, not at each start.
  'core/facts/phone.ts': { may: ['core', 'libphonenumber-js', 'node:module'] },
  core: { may: ['core', 'node:crypto'] },
  'rule-engine': { may: ['rule-engine', 'core', 'json-rules-engine', 'node:util'] },
  workspace: {
    may: ['workspace', 'core', 'rule-engine', 'store', 'jsonc-parser', 'node:*', 'zod'],
  },
  // Inert switches for fault tests: it imports nothing, so all that act on the world may name a point.
  faults: { may: [] },
  ingest: { may: ['ingest', 'core', 'faults', 'rule-engine', 'store', 'node:*'] },
  'workflows/contract.ts': { may: ['core/journey'] },
  workflows: { may: ['workflows', 'core/journey', '@temporalio/workflow'] },
  activities: {
    may: [
      'activities',
      'core',
      'faults',
      'rule-engine',
      'ingest',
      'providers',
      '@temporalio/activity',
      'node:*',
    ],
  },
  'store/generated': anything,
  store: { may: ['store', 'core', 'pg', '@prisma/client', '@prisma/adapter-pg', 'node:*'] },
  mail: {
    may: [
      'mail',
      'core',
      'faults',
      'nodemailer',
      'mjml',
      'liquidjs',
      'html-to-text',
      'htmlparser2',
      'postal-mime',
      'smtp-server',
      'node:*',
    ],
  },
  enrich: { may: ['enrich', 'core', 'node:*'] },
  // How to wait for somebody outside: whoever asks may have it.
  providers: { may: [] },
  verify: { may: ['verify', 'core', 'ingest', 'providers', 'node:*'] },
  drawing: { may: ['drawing', 'core', '@viz-js/viz'] },
  console: { may: ['console', 'drawing', 'core', 'api', 'ingest', 'store', 'express', 'node:*'] },
  api: {
    may: [
      'api',
      'console',
      'core',
      'faults',
      'ingest',
      'store',
      'mail/tokens.ts',
      'mail/tracking',
      'runtime/dispatch',
      'workflows/contract.ts',
      'express',
      'helmet',
      'zod',
      'pino',
      'node:*',
    ],
  },
  runtime: anything,
  cli: anything,
  examples: anything,
  test: anything,
  bench: anything,
  prisma: anything,
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
  /** Loaded when the code around it runs. */
  readonly later: boolean;
}

const imports = sourceFiles(root).flatMap(importsOf);

describe('the import table of ARCHITECTURE.md', () => {
  test('reads the whole tree', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test('has a row for every folder with code', () => {
    const folders = [...new Set(sourceFiles(root).map((file) => file.split('/')[0]))].filter(
      (folder) => folder !== undefined && !folder.endsWith('.ts'),
    );
    const known = Object.keys(table).map((row) => row.split('/')[0]);
    expect(folders.filter((folder) => !known.includes(folder))).toEqual([]);
  });

  test('is kept by every run-time import', () => {
    const broken = imports.filter((entry) => !entry.typeOnly && !isAllowed(entry));
    expect(broken.map((entry) => `${entry.file} imports ${entry.target}`)).toEqual([]);
  });

  test('keeps the Prisma client and SQL drivers inside store/', () => {
    const outside = imports.filter(
      (entry) =>
        /^(@prisma\/|pg$|store\/generated)/.test(entry.target) &&
        !/^(store|test|bench|runtime\/embedded|prisma)/.test(entry.file),
    );
    expect(outside.map((entry) => `${entry.file} imports ${entry.target}`)).toEqual([]);
  });

  test('commands load the database only when they run: check and simulate need none', () => {
    const loaded = ['cli/main.ts'];
    for (const file of loaded) {
      const next = imports.filter(
        (entry) => entry.file === file && !entry.typeOnly && !entry.later,
      );
      for (const { target } of next) if (!loaded.includes(target)) loaded.push(target);
    }
    expect(loaded.length).toBeGreaterThan(50);
    expect(loaded).not.toContain('store/client.ts');
  });

  test('allows no grab-bag folder or file', () => {
    const vague = /(^|\/)(utils?|helpers?|common|managers?|services?|base)(\.ts|\/)/;
    expect(sourceFiles(root).filter((file) => vague.test(file))).toEqual([]);
  });
});

function isAllowed({ file, target }: Import): boolean {
  const row = ruleFor(file);
  return row.may.some(
    (allowed) =>
      allowed === '*' ||
      target === allowed ||
      target.startsWith(`${allowed}/`) ||
      (allowed === 'node:*' && target.startsWith('node:')),
  );
}

function ruleFor(file: string): Rule {
  const row = Object.keys(table)
    .filter((prefix) => file === prefix || file.startsWith(`${prefix}/`))
    .sort((left, right) => right.length - left.length)[0];
  return (row === undefined ? undefined : table[row]) ?? { may: [] };
}

function sourceFiles(dir: string): string[] {
  const skipped = new Set([
    'node_modules',
    '.git',
    '.perennial',
    'generated',
    '.cache',
    'coverage',
  ]);
  return readdirSync(dir).flatMap((name) => {
    if (skipped.has(name)) return [];
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return name.endsWith('.ts') && !name.endsWith('.config.ts') ? [relative(root, path)] : [];
  });
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  const statement =
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...source.matchAll(statement)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const [typeOnly, later] = [match[1] !== undefined, match[3] !== undefined];
    return { file, target: resolveTarget(file, specifier), typeOnly, later };
  });
}

/** Our own files by path from the root; packages by name, subpaths dropped. */
function resolveTarget(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier));
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
