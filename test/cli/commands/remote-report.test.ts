import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createCloudHttp } from '../../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { rcWait, scratch } from '../harness.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

/** Runs `rc-wait remote --report` at a simulated cloud. */
async function report(
  fleet: string,
  file: string,
  args: readonly string[] = [],
  { key = 'demo-api-key', ...io }: Parameters<typeof rcWait>[1] & { key?: string } = {},
) {
  const { serve } = createCloudHttp(
    parseCloudScenario(`openstack: {fleets: [${fleet}]}`, 'test'),
    systemClock,
  );
  const { url, close } = await startSimulator({ also: serve });
  stops.push(close);
  const env = {
    HOME: scratch(),
    PATH: process.env.PATH,
    RAX_AUTH_URL: `${url}/identity/v2.0`,
    RAX_USERNAME: 'demo',
    RAX_API_KEY: key,
  };
  return rcWait(['remote', '--all', '--interval', '1s', '--report', file, ...args], { env, ...io });
}

const done = "{count: 2, name: 'web-{}', endsAfter: 0s}";
const never = "{count: 2, name: 'web-{}', endsAfter: 1h}";
const headOf = (file: string) => /<h1>(.*)<\/h1>/.exec(readFileSync(file, 'utf8'))?.[1];
const newFile = () => join(scratch(), 'report.html');

describe('--report writes the page, whole and alone in its folder', () => {
  it('when all have ended', async () => {
    const file = newFile();
    const { exit, out } = await report(done, file);
    expect(exit).toBe(0);
    expect(headOf(file)).toBe(out.split('\n')[0]);
    expect(readdirSync(join(file, '..'))).toEqual(['report.html']);
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('at the deadline, and at Ctrl-C, with what is known', async () => {
    const file = newFile();
    expect((await report(never, file, ['--timeout', '1s'])).exit).toBe(124);
    expect(headOf(file)).toMatch(/^the deadline passed after .*: 0 of 2 servers deployed; 2 not ended$/);
    const controller = new AbortController();
    const { exit } = await report(never, file, [], {
      signal: controller.signal,
      err: (text) => {
        if (text.includes('found')) controller.abort(new Interrupted('SIGINT'));
      },
    });
    expect(exit).toBe(130);
    expect(headOf(file)).toMatch(/^interrupted by SIGINT after .*: 0 of 2 servers deployed; 2 not ended$/);
  });

  it('where no server was seen: the page of another wait does not stay', async () => {
    const file = newFile();
    writeFileSync(file, 'the page of yesterday');
    expect((await report(done, file, [], { key: 'wrong' })).exit).toBe(77);
    expect(headOf(file)).toMatch(/^cannot log in at \S+: the API key is not accepted \(401\)/);
  });

  it('in the place of an old page with its mode, and where a link leads', async () => {
    const file = newFile();
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    const link = newFile();
    symlinkSync(file, link);
    expect((await report(done, link)).exit).toBe(0);
    expect(headOf(file)).toMatch(/^2 of 2 servers deployed/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });
});

describe('--report refuses what cannot be written before anything is asked', () => {
  it.each<[string, (folder: string) => string, RegExp]>([
    ['a folder', (folder) => folder, /it is a directory/],
    ['a folder that is not there', (folder) => join(folder, 'no', 'a.html'), /no such file or directory/],
    ['a new folder', (folder) => `${folder}/new/`, /it is a directory/],
    ['a device', () => '/dev/null', /it is not a regular file/],
    ['nothing', () => ' ', /a file is expected/],
    ['what only the kernel writes', () => '/proc/report.html', /cannot write/],
  ])('%s', async (_, fileIn, message) => {
    const folder = scratch();
    mkdirSync(folder, { recursive: true });
    const { exit, out, err } = await report(done, fileIn(folder), [], { key: 'wrong' });
    // A wrong key would end with 77: nobody has logged in.
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toMatch(/^rc-wait: cannot write .*: .*\n +--report names the page to be written/);
    expect(err).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('a page that is lost at the end is said, and is no success', async () => {
  const folder = join(scratch(), 'gone');
  mkdirSync(folder);
  let said = '';
  const { exit, out } = await report(
    "{count: 1, name: 'web-{}', endsAfter: 2s}",
    join(folder, 'a.html'),
    [],
    {
      err: (text) => {
        said += text;
        if (text.includes('found')) rmSync(folder, { recursive: true });
      },
    },
  );
  expect(exit).toBe(71);
  expect(out).toMatch(/^1 of 1 server deployed/);
  expect(said).toMatch(/rc-wait: warning: cannot write \S+a\.html: no such file or directory\n$/);
});
