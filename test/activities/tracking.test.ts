/** Tracked links in a mail that really goes out: what it carries, what is kept, and at what cost. */
import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { readLink } from '../../mail/tracking/link-token.ts';
import { savePreferences } from '../../store/preferences.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const utm = { source: 'acme', medium: 'email' };
const tracking = { clicks: true, opens: true, transactional: false, utm };

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** Sends the welcome with a link for all and one for each lead; `said` comes before it. */
async function sent(address: string, said?: { readonly tracking: boolean }) {
  const statements: string[] = [];
  world = await createWorld({
    ...{ url: database.url, mailbox: mailbox(), policy: { tracking } },
    steps: { welcome: { type: 'send', template: 'welcome' } },
    onStatement: (text) => void statements.push(text),
  });
  const { deps, enrol, sends, store } = world;
  const template = async (name: string, hash: string) => {
    const stored = await deps.definitions.template(name, hash);
    if (stored?.languages['en'] === undefined) throw new Error('no template');
    const links =
      '<a href="https://acme.example/all">All</a><a href="https://acme.example/{{ lead.firstName }}">Mine</a>';
    const { en } = stored.languages;
    const linked = { ...en, html: en.html.replace('</body>', `${links}</body>`) };
    return { ...stored, languages: { en: linked } };
  };
  const quiet = { ...deps, ingest: () => Promise.resolve() };
  const definitions = { ...deps.definitions, template };
  const { leadId, enrolmentId } = await enrol(address);
  if (said !== undefined) {
    await savePreferences(store, [{ address, ...said, at: tuesday, eventId: null }]);
  }
  statements.length = 0;
  const task = { enrolmentId, step: 'welcome', visit: 1, last: true, now: tuesday };
  await createActivities({ ...quiet, definitions }).executeStep(task);
  const count = statements.filter((text) => !/^(BEGIN|COMMIT)/.test(text)).length;
  const [row] = await sends(leadId);
  const [kept] = await store.query<{ readonly targets: object | null }>(
    'SELECT link_targets AS targets FROM send WHERE id = $1',
    [row?.id],
  );
  const mail = await mailbox().waitFor({ to: address });
  const followed = mailbox().links(mail, '/c/');
  return { send: row?.id, followed, html: mail.html ?? '', count, kept };
}

test('links lead through us, those of one lead are kept with the mail, in the same six statements', async () => {
  const { send, followed, html, kept, count } = await sent('ana@tracked.example');
  const secret = 'a secret of the tests, long enough';
  const links = followed.map((url) => readLink(secret, url.split('/c/')[1]));
  expect(links).toEqual(['trap', 'en.1', 'en.2'].map((link) => ({ send, link })));
  expect(kept?.targets).toEqual({ 'en.2': 'https://acme.example/Ana' });
  expect(html).toMatch(/<body[^>]*><a [^>]*><\/a><img src="http:\/\/127\.0\.0\.1:3000\/o\//);
  expect(count).toBe(6);
});

test('a lead that said no gets plain links with UTM parameters, no image, and nothing is kept', async () => {
  const { html, kept } = await sent('ana@untracked.example', { tracking: false });
  expect(html).not.toMatch(/\/[co]\//);
  expect(html).toContain(
    'https://acme.example/Ana?utm_source=acme&amp;utm_medium=email&amp;utm_campaign=nurture&amp;utm_content=welcome',
  );
  expect(kept?.targets).toBeNull();
});
