/**
 * No version below a known advisory. Vulnerability feeds are not reachable everywhere this is
 * tested, so the floors are kept here by hand; review them when a dependency is raised.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string }>
  >;
};
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** Package → first version without the advisory (CVE numbers in comments). */
const floors: readonly (readonly [string, string])[] = [
  ['nodemailer', '10.0.5'], // CVE-2025-14874, -2026-82853, -82854, -90776
  ['liquidjs', '10.27.1'], // CVE-2026-30952, -35525, -44645, -44646, -55575
  ['jsonpath-plus', '10.3.0'], // CVE-2024-21534, -2025-1302
  ['qs', '6.14.2'], // CVE-2026-2391
  ['body-parser', '2.2.1'], // CVE-2025-13466
  ['mjml', '5.0.0'],
];
/** CVE-2026-1615: every version. */
const forbidden = ['jsonpath'];

test.each(floors)('%s is at least %s, wherever it is installed', (name, floor) => {
  const found = installed(name);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((version) => compare(version, floor) < 0)).toEqual([]);
});

test.each(forbidden)('%s is not installed', (name) => {
  expect(installed(name)).toEqual([]);
});

test('every dependency of ours is pinned to one version and comes from the registry', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))).toEqual([]);
  const elsewhere = Object.entries(lock.packages).filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.endsWith('.tgz'),
  );
  expect(elsewhere.map(([path]) => path)).toEqual([]);
});

test('every dependency has its reason in docs/dependencies.md', () => {
  const reasons = readFileSync('docs/dependencies.md', 'utf8');
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const missing = names.filter((name) => {
    if (name.startsWith('@types/')) return false;
    const short = name.startsWith('@temporalio/') ? name.slice('@temporalio/'.length) : name;
    return !reasons.includes(`\`${name}\``) && !reasons.includes(`\`${short}\``);
  });
  expect(missing).toEqual([]);
});

function installed(name: string): readonly string[] {
  return Object.entries(lock.packages)
    .filter(([path]) => path.endsWith(`node_modules/${name}`))
    .flatMap(([, { version }]) => version ?? []);
}

function compare(left: string, right: string): number {
  const [a, b] = [left, right].map(
    (version) => version.split('-')[0]?.split('.').map(Number) ?? [],
  );
  for (const index of [0, 1, 2]) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
