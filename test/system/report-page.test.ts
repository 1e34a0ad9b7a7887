import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf, someServers } from '../report/remote/fleet.ts';
import { Browser } from '../support/browser.ts';
import { limitsMs } from '../support/limits.ts';
import { build } from './images.ts';

// The page of `rc-wait remote --report` in Debian's Chromium, in a container without a network.
let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcwait-page-'));
  await writeFile(join(folder, 'page.html'), pageOf(someServers(10_000)), { mode: 0o644 });
  const image = await build('a browser', 'bookworm', 'chromium');
  const label = `rc-wait.run=${process.env.RCWAIT_RUN ?? 'by-hand'}`;
  browser = await Browser.start([
    ...['docker', 'run', '--rm', '--interactive', '--network', 'none', '--label', label],
    ...['--mount', `type=bind,source=${folder},target=/page,readonly`, image],
  ]);
}, limitsMs.image);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const page = 'file:///page/page.html';

/** Types into the search field, and how long it took until the rows were laid out, in ms. */
const searched = (text: string) =>
  browser.evaluate<number>(`(() => {
    const field = document.getElementById('search');
    const startedMs = performance.now();
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    return performance.now() - startedMs;
  })()`);

const textOf = (selector: string) =>
  browser.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);

describe('a page of 10,000 servers in Chromium', () => {
  it('is open in less than 2 s, and asks nobody for anything', async () => {
    const timesMs: number[] = [];
    // The best of three: what else the machine does must not count.
    for (let turn = 0; turn < 3; turn += 1) timesMs.push(await browser.open(page));
    console.info(`10,000 servers: open after ${timesMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    expect(Math.min(...timesMs)).toBeLessThan(2_000);
    expect(await textOf('#count')).toBe('10000 servers');
    const requests = browser.events
      .filter(({ method }) => method === 'Network.requestWillBeSent')
      .map(({ params }) => (params.request as { url: string }).url);
    expect(requests.filter((url) => url !== page && !url.startsWith('data:'))).toEqual([]);
    // Neither an exception nor something that the page's own policy has stopped.
    expect(
      browser.events.filter(({ method }) => /exceptionThrown|entryAdded|consoleAPICalled/.test(method)),
    ).toEqual([]);
  });

  it('is filtered in less than 100 ms, whatever is typed', async () => {
    await browser.open(page);
    const timesMs: number[] = [];
    for (const text of ['w', 'web-77', 'web-7777', 'automation did', 'no such server', '198.51 ord', ''])
      timesMs.push(Math.min(await searched(text), await searched(text), await searched(text)));
    console.info(`10,000 servers: filtered after ${timesMs.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    expect(Math.max(...timesMs)).toBeLessThan(100);
    await searched('web-7777');
    expect(await textOf('#count')).toBe('1 of 10000 servers');
    expect(await textOf('#rows .name')).toBe('web-7777');
  });

  it('shows a name as the text that it is', async () => {
    await browser.open(page);
    expect(await textOf('#rows .name')).toBe('</script><script>alert(1)</script>');
  });

  it('is used by the keyboard, and sorted as people count', async () => {
    await browser.open(page);
    await browser.press('/');
    expect(await browser.evaluate('document.activeElement.id')).toBe('search');
    await searched('web-10');
    await browser.press('Escape');
    expect(await textOf('#count')).toBe('10000 servers');
    await browser.evaluate(`document.querySelector('th[data-column=name] button').focus()`);
    await browser.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', text: '\r' });
    const names = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('#rows .name')].slice(1, 4).map((one) => one.innerText)`,
    );
    expect(names).toEqual(['web-1', 'web-2', 'web-3']);
  });

  it('is dark where the reader has it dark', async () => {
    const backOf = async (value: string) => {
      await browser.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value }],
      });
      return browser.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    };
    await browser.open(page);
    expect([await backOf('light'), await backOf('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
  });
});
