// `perennial preview`: what its page shows in a real browser, and what it says without one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { follow, run, temporaryFolder } from './run.ts';

const folder = await temporaryFolder();
const browser = useBrowser();

test('an email is seen for each sample and language, wide and narrow, light and dark', async () => {
  const out = join(folder.path, 'welcome.html');
  const ran = await run(['preview', 'welcome', '--out', out, '--no-open']);
  expect(ran.lines).toEqual([
    expect.stringMatching(/^welcome: 6 emails, en, de, \d\d\.\d KB$/),
    `The page: ${out}`,
  ]);
  expect(ran.code).toBe(0);

  const page = await browser.open({ width: 1240, height: 900 });
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(pathToFileURL(out).href);
  expect(await page.locator('article h2').allInnerTexts()).toEqual(
    expect.arrayContaining([
      expect.stringContaining('nasty de'),
      expect.stringContaining('full en'),
    ]),
  );
  const inbox = page.locator('.inbox div').filter({ hasText: 'full · de' });
  expect(await inbox.innerText()).toContain('Ana, Ihr erster Bericht in fünf Minuten');
  expect(await inbox.innerText()).toContain('Drei Schritte, ohne Kreditkarte');

  const [wide, narrow] = await page.locator('article').first().locator('iframe').all();
  const mail = page.frameLocator('article iframe').first();
  await mail.getByText('Create my first report').waitFor();
  expect(await wide?.getAttribute('width')).toBe('680');
  expect(await narrow?.getAttribute('width')).toBe('375');
  const card = "document.querySelector('article iframe').contentDocument.querySelector('.card')";
  const ground = () => page.evaluate<string>(`getComputedStyle(${card}).backgroundColor`);
  expect(await ground()).toBe('rgb(255, 255, 255)');
  await page.getByLabel('Dark').check();
  await until(async () => (await ground()) === 'rgb(20, 35, 28)', { what: 'the dark card' });
  expect(wrong).toEqual([]);
  await page.context().close();
});

test('what the lint says stands in the page, and an error is the exit code', async () => {
  await folder.takeWorkspace();
  await folder.edit(
    'templates/congrats/message.mjml',
    '</mj-button>',
    '</mj-button><mj-text><a href="">x</a></mj-text>',
  );
  const ran = await run(['preview', 'congrats', '--json'], { cwd: folder.path });
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({
    ok: false,
    page: join(folder.path, '.perennial/preview/congrats.html'),
    templates: [{ template: 'congrats', problems: [{ severity: 'error' }] }],
  });
  const page = await readFile(join(folder.path, '.perennial/preview/congrats.html'), 'utf8');
  expect(page).toMatch(
    /templates\/congrats\/message\.mjml:\d+:\d+<\/code> the link of &lt;a&gt; is empty/,
  );
});

test('an email of a workspace that is broken elsewhere is shown all the same', async () => {
  await folder.takeWorkspace();
  await folder.edit('journeys/trial-nurture.json', '"title": ', '"title" ');
  const ran = await run(['preview', 'welcome', '--json'], { cwd: folder.path });
  expect(ran.json()).toMatchObject({ ok: true, templates: [{ template: 'welcome' }] });
});

test('a name that is none of them is a sentence with the one that was meant', async () => {
  const ran = await run(['preview', 'welcom', '--no-open']);
  expect(ran.err).toContain('There is no template "welcom"; did you mean "welcome"?');
  expect(ran.code).toBe(2);
});

test('with --watch the page comes again after a save', async () => {
  await folder.takeWorkspace();
  const watching = follow(['preview', 'welcome', '--watch', '--no-open'], { cwd: folder.path });
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(watching.out())?.[0], {
    what: 'the address of the page',
  });
  const saved = fetch(`${url}after/0`);
  await folder.edit('templates/welcome/message.mjml', 'Your trial is open', 'Your trial begins');
  await saved;
  expect(await (await fetch(url)).text()).toContain('Your trial begins');
});
