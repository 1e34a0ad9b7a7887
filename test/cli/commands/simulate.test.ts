import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { until } from '../../support/until.ts';
import { rcWait, scratch } from '../harness.ts';

const folder = scratch();

/** Runs `rc-wait simulate` while `work` goes on, then ends it as Ctrl-C does. */
async function simulating(args: readonly string[], work: (url: string) => Promise<void>) {
  const controller = new AbortController();
  let out = '';
  const running = rcWait(['simulate', '--listen', '127.0.0.1:0', ...args], {
    signal: controller.signal,
    out: (text) => {
      out += text;
    },
  });
  try {
    await until(() => out.includes('\n'));
    await work(out.trim());
  } finally {
    controller.abort(new Interrupted('SIGINT'));
  }
  return await running;
}

const ask = (url: string) =>
  rcWait(['status', '--api-url', url, '--state-dir', scratch(), '--source-address', '127.9.9.1']);

describe('rc-wait simulate', () => {
  it('serves the API, shows the requests and ends in order', async () => {
    const { exit, err } = await simulating([], async (url) => {
      expect((await ask(url)).out).toBe('DEPLOYING\n');
    });
    expect(exit).toBe(0);
    expect(err).toBe('127.9.9.1 automation_status/details json 200\n');
  });

  it('warns where more than this machine reaches it', async () => {
    const { err } = await simulating(['--listen', '0.0.0.0:0'], async () => {});
    expect(err).toBe(
      'rc-wait: warning: 0.0.0.0 is open to the network: whoever reaches it can change what is simulated\n',
    );
  });

  it('plays a scenario, quietly when asked to be', async () => {
    const path = join(folder, 'scenario.yaml');
    writeFileSync(path, 'deployedAfter: 0s\noutcome: FAILED\n');
    const { exit, err } = await simulating(['--scenario', path, '--quiet'], async (url) => {
      expect((await ask(url)).out).toBe('FAILED\n');
    });
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
  });

  it('serves a cloud besides, and prints the way to log in', async () => {
    let lines = '';
    const { exit, err } = await simulating(['--openstack'], async (out) => {
      lines = out;
      const [url, login] = out.split('\n');
      const variables = Object.fromEntries(
        [...(login ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
      );
      const ran = await rcWait(['endpoints', 'compute', '--region', 'ord'], { env: variables });
      expect(ran.out).toContain(`${url}/cloud/ord/v2/123456\n`);
    });
    expect(exit).toBe(0);
    expect(lines).toMatch(/\nexport RAX_AUTH_URL=\S+ RAX_USERNAME=demo RAX_API_KEY=demo-api-key$/);
    expect(err).toBe('POST /identity/v2.0/tokens 200\n');
  });

  it.each<[string, string[], RegExp]>([
    [
      'an address without a port',
      ['--listen', 'localhost'],
      /^rc-wait: cannot listen on localhost: an address and a port/,
    ],
    ['a port that is none', ['--listen', '127.0.0.1:65536'], /cannot listen on 127\.0\.0\.1:65536/],
    [
      'an address that is not here',
      ['--listen', '192.0.2.1:0'],
      /cannot listen on 192\.0\.2\.1 port 0: the address is not one of this server/,
    ],
    [
      'a scenario that is not there',
      ['--scenario', '/nonexistent'],
      /^rc-wait: cannot read \/nonexistent: no such file or directory\n/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { exit, out, err } = await rcWait(['simulate', ...args]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toMatch(message);
  });

  it('refuses a scenario with a mistake, by its place', async () => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, 'deployedAfter: soon\n');
    const { exit, err } = await rcWait(['simulate', '--scenario', path]);
    expect(exit).toBe(64);
    expect(err).toMatch(/cannot use \S+wrong\.yaml: deployedAfter: /);
  });
});
