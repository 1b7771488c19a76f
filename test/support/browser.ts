// A real browser without a window, started once per test file. The Chromium comes with its package,
// so nothing is downloaded; its folder of unpacked files is shared by all runs of this machine.
import sparticuz from '@sparticuz/chromium';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

export interface TestBrowser {
  /** A page with its own cookies. */
  open(size?: { readonly width: number; readonly height: number }): Promise<Page>;
}

/** Registers the hooks of a file or a `describe`. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    async open(viewport = { width: 1280, height: 900 }) {
      if (browser === undefined) throw new Error('The browser exists only while tests run.');
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      return page;
    },
  };
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args.filter((arg) => !unwanted.some((start) => arg.startsWith(start))),
    headless: true,
  });
}

// The package is made for a function in the cloud: one process, which ends with its first context,
// and without the rules that our pages rely on.
const unwanted = [
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
];
