/**
 * F21: a template breaks in mid-flight (a filter, a partial, a variable that is no more). The mail is held
 * with the place of the defect; a lead of another template gets its mail meanwhile; a mended template
 * lets the held one go at its next try.
 */
import { createActivities } from '../../../activities/index.ts';
import { createWorld, tuesday, type World } from '../../activities/world.ts';
import type { Sink } from '../support/sink.ts';
import { fateOf, journeyWords } from './seen.ts';

export interface DefectLine {
  readonly defect: string;
  readonly copies: number;
  readonly ledger: string;
  /** What is wrong, and where. */
  readonly evidence: string;
  readonly journey: string;
  readonly others: string;
  readonly mended: string;
}

const defects: readonly (readonly [string, string])[] = [
  ['a filter that is no more', 'Hello\n  {{ lead.firstName | shout }}'],
  ['a partial that is no more', 'Hello\n{% render "footer" %}'],
  ['a variable that nobody declares', 'Hello {{ lead.shoeSize }}'],
  ['a tag that was not closed', 'Hello\n{% if lead.firstName %}Ana'],
];

export async function playDefects(url: string, sink: Sink): Promise<readonly DefectLine[]> {
  const world = await createWorld({
    ...{ url, mailbox: { smtpUrl: sink.smtpUrl } },
    steps: {
      welcome: { type: 'send', template: 'welcome' },
      second: { type: 'send', template: 'second' },
    },
    limits: { retryAfterMs: 10 * 60_000 },
  });
  try {
    const lines: DefectLine[] = [];
    for (const [n, [defect, html]] of defects.entries()) {
      lines.push(await lineOf(world, sink, { defect, html, address: `ana@defect-${n}.example` }));
    }
    return lines;
  } finally {
    await world.close();
  }
}

interface Played {
  readonly defect: string;
  readonly html: string;
  readonly address: string;
}

async function lineOf(world: World, sink: Sink, played: Played): Promise<DefectLine> {
  const { enrolmentId } = await world.enrol(played.address);
  const run = (step: string, deps: World['deps']) =>
    createActivities(deps).executeStep({ enrolmentId, step, visit: 1, last: false, now: tuesday });
  const broken = withBroken(world, played.html);
  const outcome = await run('welcome', broken);
  const { copies, ledger, row } = await fateOf(world, sink, `${enrolmentId}/welcome/1`);
  await run('second', broken);
  const others = await fateOf(world, sink, `${enrolmentId}/second/1`);
  const at = outcome.type === 'retry-at' ? outcome.at : tuesday;
  await world.run(enrolmentId, 'welcome', { now: at });
  const mended = await fateOf(world, sink, `${enrolmentId}/welcome/1`);
  const { problem, line, column } = row.evidence;
  const isPlaced = typeof line === 'number' && typeof column === 'number';
  const place = isPlaced ? ` (line ${line}, column ${column})` : '';
  const what = typeof problem === 'string' ? problem.replace(/, line:.*$/s, '') : '';
  return {
    defect: played.defect,
    ...{ copies, ledger, journey: journeyWords(outcome, tuesday) },
    evidence: `${what}${place}`.replaceAll('|', '\\|'),
    others: others.ledger,
    mended: `${mended.ledger}, ${mended.copies === 1 ? '1 copy' : `${mended.copies} copies`}`,
  };
}

/** As a release has it that somebody published meanwhile: only `welcome` is broken. */
function withBroken({ deps }: World, html: string): World['deps'] {
  return {
    ...deps,
    definitions: {
      ...deps.definitions,
      template: async (name, hash) => {
        const found = await deps.definitions.template(name, hash);
        const en = found?.languages['en'];
        if (found === undefined || en === undefined || name !== 'welcome') return found;
        return { ...found, languages: { en: { ...en, html } } };
      },
    },
  };
}
