/** What the pages about journeys are made of: numbers from the rows, words from the files in force. */
import { Problem } from '../api/problems.ts';
import { journeyList } from '../api/routes/journeys.ts';
import { entryCauseWords } from '../core/words/journey-words.ts';
import { stepLines } from '../core/words/step-words.ts';
import { listPausesOf } from '../store/pauses.ts';
import { countSendsOfJourney, countSteps } from '../store/read-journeys.ts';
import { countOlderRuns } from '../store/read-releases.ts';
import type { Frame } from './layout.ts';
import { journeyPage, type JourneyWords } from './pages/journey.ts';
import { journeysPage } from './pages/journeys.ts';
import { journeyInForce, journeyPicture, sourcesInForce } from './release-words.ts';
import type { ReleaseSources } from './release-words.ts';
import type { ConsoleDeps } from './routes.ts';

type Query = { readonly [name: string]: string | undefined };
type PageFrame = Omit<Frame, 'title'>;

/** A run this late is checked against Temporal and listed. */
export const lateMs = 15 * 60_000;

export async function journeys(deps: ConsoleDeps, frame: PageFrame): Promise<string> {
  const release = await deps.releases.current();
  const sources = await sourcesInForce(deps.sql);
  const words = new Map(
    Object.keys(release.journeys).map((key) => [key, sources && wordsOf(sources, key)]),
  );
  return journeysPage({ frame, release, words, journeys: await journeyList(deps) });
}

export async function journey(deps: ConsoleDeps, frame: PageFrame, params: Query): Promise<string> {
  const key = params['key'] ?? '';
  const listing = (await journeyList(deps)).find((one) => one.journey === key);
  if (listing === undefined) throw new Problem('not-found', 'There is no such journey.');
  const release = await deps.releases.current();
  const published = Object.hasOwn(release.journeys, key) ? release.journeys[key] : undefined;
  const [pauses, steps, sends, older] = await Promise.all([
    listPausesOf(deps.sql, { journey: key }, deps.clock()),
    countSteps(deps.sql, deps.clock() - lateMs),
    countSendsOfJourney(deps.sql, key),
    countOlderRuns(deps.sql, key, published?.hash ?? ''),
  ]);
  const own = steps.filter((one) => one.journey === key);
  const here = new Map(own.map(({ step, count }) => [step ?? '', count]));
  const sources = published && (await sourcesInForce(deps.sql));
  return journeyPage({
    ...{ frame, release, listing, sends, older, pauses },
    ...{ plan: published?.plan, steps: own, now: deps.clock() },
    words: sources && wordsOf(sources, key),
    picture: sources && (await journeyPicture(sources, key, here)),
  });
}

function wordsOf(sources: ReleaseSources, key: string): JourneyWords | undefined {
  const file = journeyInForce(sources, key);
  if (file === undefined) return undefined;
  const { lexicon } = sources;
  const enters = file.enter.map((entry) => entryCauseWords(entry, lexicon)).join('; ');
  return { enters, steps: stepLines(file.steps, lexicon) };
}
