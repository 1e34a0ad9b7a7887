import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSite, writeSite } from '../../scripts/site.d/site.ts';
import { Browser } from '../support/browser.ts';
import { limitsMs } from '../support/limits.ts';
import { build } from './images.ts';

// The site of scripts/site in Debian's Chromium, in a container without a network, from its files.
const root = join(import.meta.dirname, '../..');
const site = 'file:///site/below/a%20path/';
let folder: string;
let browser: Browser;
let pages: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcwait-site-'));
  const files = await makeSite(root);
  writeSite(files, join(folder, 'below/a path'));
  pages = [...files.keys()].filter((path) => path.endsWith('.html'));
  const image = await build('a browser', 'bookworm', 'chromium');
  const label = `rc-wait.run=${process.env.RCWAIT_RUN ?? 'by-hand'}`;
  browser = await Browser.start([
    ...['docker', 'run', '--rm', '--interactive', '--network', 'none', '--label', label],
    ...['--mount', `type=bind,source=${folder},target=/site,readonly`, image],
  ]);
}, limitsMs.image);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Exceptions, messages on the console, and what the page's own policy or a missing file has stopped. */
const complaints = () =>
  browser.events.filter(({ method }) =>
    /exceptionThrown|entryAdded|consoleAPICalled|loadingFailed/.test(method),
  );

const colours = (scheme: 'light' | 'dark') =>
  browser
    .send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    .then(() =>
      browser.evaluate<string>(
        "[getComputedStyle(document.body)].map((style) => style.color + ' on ' + style.backgroundColor)[0]",
      ),
    );

/** Types into the search field; the first lines of what it shows. */
const searched = (text: string) =>
  browser.evaluate<readonly string[]>(`(async () => {
    const field = document.getElementById('search');
    const list = document.getElementById('results');
    field.focus();
    field.value = ${JSON.stringify(text)};
    const shown = new Promise((resolve) => new MutationObserver(resolve).observe(list, { childList: true }));
    field.dispatchEvent(new Event('input'));
    await shown;
    return [...list.children].map((row) => row.innerText.split('\\n')[0]);
  })()`);

describe('the site in Chromium, opened without a server', () => {
  it('shows every page without a complaint, asks nobody for anything, and is no wider than a telephone', async () => {
    await browser.send('Emulation.setDeviceMetricsOverride', {
      ...{ width: 375, height: 800, deviceScaleFactor: 1, mobile: false },
    });
    const wide: string[] = [];
    for (const page of pages) {
      await browser.open(`${site}${page}`);
      const asked = browser.events
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => (params.request as { url: string }).url);
      expect(asked.filter((url) => !url.startsWith(site) && !url.startsWith('data:'))).toEqual([]);
      expect(complaints(), page).toEqual([]);
      const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      if (await browser.evaluate<boolean>(isWide)) wide.push(page);
    }
    expect(wide).toEqual([]);
    await browser.send('Emulation.clearDeviceMetricsOverride');
  });

  it('is light, and dark where the reader wants that', async () => {
    await browser.open(`${site}index.html`);
    expect(await colours('light')).toBe('rgb(27, 31, 36) on rgb(255, 255, 255)');
    expect(await colours('dark')).toBe('rgb(230, 237, 243) on rgb(13, 17, 23)');
  });

  it('shows its pictures', async () => {
    await browser.open(`${site}index.html`);
    const widths = 'Array.from(document.images, (one) => one.complete && one.naturalWidth)';
    expect(await browser.evaluate(widths)).toEqual([expect.any(Number), expect.any(Number)]);
    expect(await browser.evaluate(`${widths}.every((width) => width > 100)`)).toBe(true);
  });

  it('finds a section by the keyboard alone, and leads to it from any page', async () => {
    await browser.open(`${site}docs/how-to/cron.html`);
    await browser.press('/');
    expect(await browser.evaluate('document.activeElement.id')).toBe('search');
    const rows = await searched('API_REFUSED');
    const at = rows.findIndex((row) => row.startsWith('API_REFUSED'));
    expect(at).toBeGreaterThanOrEqual(0);
    for (let turn = 0; turn <= at; turn += 1) await browser.press('ArrowDown');
    await browser.press('Enter');
    await expect
      .poll(() => browser.evaluate('location.href'))
      .toBe(`${site}docs/troubleshooting.html#api_refused`);
    expect(complaints()).toEqual([]);
  });

  it('says so where nothing is found, and goes back by Escape', async () => {
    await browser.open(`${site}index.html`);
    expect(await searched('xylophone')).toEqual(['Nothing was found.']);
    await browser.press('Escape');
    expect(await browser.evaluate("document.getElementById('results').hidden")).toBe(true);
  });
});
