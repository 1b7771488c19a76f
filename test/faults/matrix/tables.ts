/** The three matrices as Markdown: what the command prints and what docs/faults.md shows. */
import { playCrashes, type CrashLine } from './crash.ts';
import { playDefects, type DefectLine } from './defects.ts';
import { playRestarts, type RestartLine } from './restarts.ts';
import { playServers, type SmtpLine } from './smtp.ts';
import { tableOf, type Column } from './table.ts';
import type { Sink } from '../support/sink.ts';
import type { World } from '../../activities/world.ts';

export interface Matrices {
  readonly crashes: readonly CrashLine[];
  readonly servers: readonly SmtpLine[];
  readonly restarts: readonly RestartLine[];
  readonly defects: readonly DefectLine[];
}

export async function playMatrices(
  url: string,
  sink: Sink,
  restart: (world: World) => Promise<void>,
): Promise<Matrices> {
  const crashes = await playCrashes(url, sink);
  const servers = await playServers(url, sink);
  const restarts = await playRestarts(url, sink, restart);
  const defects = await playDefects(url, sink);
  return { crashes, servers, restarts, defects };
}

/** Named as between the markers of docs/faults.md. */
export function tables(played: Matrices): Readonly<Record<string, string>> {
  const { crashes, servers, restarts, defects } = played;
  return {
    'crash matrix': tableOf(crashColumns, crashes),
    'SMTP matrix': tableOf(serverColumns, servers),
    'Postgres restarts': tableOf(restartColumns, restarts),
    'broken templates': tableOf(defectColumns, defects),
  };
}

const crashColumns: readonly Column<CrashLine>[] = [
  { title: 'killed at', cell: ({ point }) => `\`${point}\`` },
  { title: 'mail', cell: ({ kind }) => kind },
  { title: 'copies', cell: ({ copies }) => copies },
  { title: 'ledger', cell: ({ ledger }) => ledger },
  { title: 'journey', cell: ({ journey }) => journey },
  { title: 'the operator sees', cell: ({ operator }) => operator },
];

const serverColumns: readonly Column<SmtpLine>[] = [
  { title: 'the server', cell: ({ behaviour }) => behaviour },
  { title: 'copies', cell: ({ copies }) => copies },
  { title: 'ledger', cell: ({ ledger }) => ledger },
  { title: 'journey', cell: ({ journey }) => journey },
  { title: 'lead', cell: ({ lead }) => lead },
  { title: 'the operator sees', cell: ({ operator }) => operator },
  { title: 'once it is well', cell: ({ afterwards }) => afterwards },
];

const restartColumns: readonly Column<RestartLine>[] = [
  { title: 'Postgres restarts', cell: ({ moment }) => moment },
  { title: 'copies', cell: ({ copies }) => copies },
  { title: 'ledger', cell: ({ ledger }) => ledger },
  { title: 'journey', cell: ({ journey }) => journey },
  { title: 'the operator sees', cell: ({ operator }) => operator },
];

const defectColumns: readonly Column<DefectLine>[] = [
  { title: 'the template has', cell: ({ defect }) => defect },
  { title: 'copies', cell: ({ copies }) => copies },
  { title: 'ledger', cell: ({ ledger }) => ledger },
  { title: 'the operator sees', cell: ({ evidence }) => evidence },
  { title: 'journey', cell: ({ journey }) => journey },
  { title: 'other templates', cell: ({ others }) => others },
  { title: 'once it is mended', cell: ({ mended }) => mended },
];

/** Puts each table between its markers. */
export function intoPage(page: string, written: Readonly<Record<string, string>>): string {
  return Object.entries(written).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to === -1) throw new Error(`docs/faults.md has no place for "${name}"`);
    return `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
  }, page);
}
