/**
 * Writes `schema/*.json`, the JSON Schemas by which editors complete and explain the files.
 *
 * Generated from the formats that read the files, so the two cannot differ; a test compares what is
 * checked in. Names of the workspace (facts, events, templates, stages …) are offered, never demanded:
 * another workspace may use the same schemas. Run as `npm run generate:schemas`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { compileRelease } from '../core/definitions/compile-release.ts';
import type { Release } from '../core/definitions/release.ts';
import type { NamesOf } from '../core/definitions/shape.ts';
import { formats } from '../core/definitions/sources.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { builtInFacts } from '../core/facts/catalogue.ts';
import { formatProblem } from './format-problem.ts';
import { readWorkspace } from './read-workspace.ts';

/** File name → text. */
export function generateSchemas(files: readonly WorkspaceFile[]): ReadonlyMap<string, string> {
  const names = namesOf(releaseOf(files));
  return new Map(
    Object.entries(formats).map(([kind, format]) => {
      const schema = z.toJSONSchema(format, {
        target: 'draft-7',
        io: 'input',
        unrepresentable: 'any',
        override: ({ jsonSchema }) => {
          const wanted = jsonSchema['namesOf'];
          if (wanted === undefined) return;
          delete jsonSchema['namesOf'];
          jsonSchema.examples = [...names[wanted as NamesOf]];
        },
      });
      return [`${kind}.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}

function releaseOf(files: readonly WorkspaceFile[]): Release {
  const compiled = compileRelease(files, 'schemas');
  if (compiled.ok) return compiled.workspace.release;
  const lines = compiled.problems.map(formatProblem).join('\n');
  throw new Error(`Schemas offer the names of a workspace, and this one has problems:\n${lines}`);
}

function namesOf(release: Release): { readonly [Kind in NamesOf]: readonly string[] } {
  const { team, routings, qualification } = release;
  const labels = qualification.stages.map(({ label }) => label);
  const facts = Object.keys(release.facts).sort();
  return {
    assignee: [
      ...['owner', 'last-owner', 'account-owner'],
      ...sorted(routings, 'route:'),
      ...sorted(team.pools, 'pool:'),
      ...sorted(team.queues, 'queue:'),
      ...sorted(team.reps, 'rep:'),
    ],
    event: sorted(release.events),
    fact: [...Object.keys(builtInFacts), ...facts],
    handoff: sorted(release.handoffs),
    journey: sorted(release.journeys),
    routing: sorted(routings),
    segment: sorted(release.segments),
    stage: [...qualification.order, ...labels],
    template: sorted(release.templates),
    topic: release.sending.topics.map(({ id }) => id),
  };
}

function sorted(record: object, prefix = ''): readonly string[] {
  return Object.keys(record)
    .sort()
    .map((name) => prefix + name);
}

if (import.meta.filename === process.argv[1]) {
  const root = join(import.meta.dirname, '..');
  await mkdir(join(root, 'schema'), { recursive: true });
  const schemas = generateSchemas(await readWorkspace(root));
  await Promise.all(
    [...schemas].map(([name, text]) => writeFile(join(root, 'schema', name), text)),
  );
  console.log(`${schemas.size} schemas written to schema/`);
}
