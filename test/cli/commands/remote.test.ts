import { afterAll, describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createCloudHttp } from '../../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { faultsIn } from '../../report/schema.ts';
import { createTerminal } from '../../report/terminal.ts';
import { rcWait, scratch } from '../harness.ts';

const faults = faultsIn('remote');
const eventFaults = faultsIn('remote-event');
const HOME = scratch();
const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

/** A simulated cloud of its own, and the environment that logs in to it. */
async function cloud(scenario: string) {
  const { serve } = createCloudHttp(
    parseCloudScenario(`openstack: {apiKey: s3cret-key, ${scenario}}`, 'test'),
    systemClock,
  );
  const { url, close } = await startSimulator({ also: serve });
  stops.push(close);
  const env = {
    HOME,
    PATH: process.env.PATH,
    RAX_AUTH_URL: `${url}/identity/v2.0`,
    RAX_USERNAME: 'demo',
    RAX_API_KEY: 's3cret-key',
  };
  return { url, env };
}

/** Runs `rc-wait remote`; whatever comes of it holds no secret. */
async function remote(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  io: Parameters<typeof rcWait>[1] = {},
) {
  const ran = await rcWait(['remote', '--interval', '1s', ...args], { env, ...io });
  expect(ran.out + ran.err).not.toMatch(/s3cret|simulated-token/);
  return ran;
}

const done = "fleets: [{count: 3, name: 'web-{}', endsAfter: 0s}]";
const never = "fleets: [{count: 2, name: 'web-{}', endsAfter: 1h}]";

describe('rc-wait remote', () => {
  it('waits until all are deployed, and runs a command for each', async () => {
    const { env } = await cloud(
      "fleets: [{count: 3, name: 'web-{}', endsAfter: {from: 0s, to: 3s}}, {count: 1, name: other, endsAfter: 1h}]",
    );
    const { exit, out, err } = await remote(env, [
      '--name',
      'web-*',
      '--output',
      'json',
      '--log-format',
      'json',
      '--exec',
      'echo {name} {ip}',
    ]);
    const document = JSON.parse(out);
    expect({ exit, faults: faults(document), outcome: document.outcome }).toEqual({
      exit: 0,
      faults: [],
      outcome: 'deployed',
    });
    expect(document.servers.map((one: { exec: { exit: number } }) => one.exec.exit)).toEqual([0, 0, 0]);
    expect(err).toMatch(/^\[web-1\] web-1 198\.51\.0\.1$/m);
    const events = err
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(events.flatMap((event) => eventFaults(event))).toEqual([]);
    expect(events[0]).toMatchObject({ event: 'found', servers: 3 });
    expect(events.filter(({ event }) => event === 'exec')).toHaveLength(3);
  });

  it('is a stream of events with the result at its end, where that is wanted', async () => {
    const { env } = await cloud(done);
    const { exit, out, err } = await remote(env, ['web-1', 'web-2', '--output', 'ndjson']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1).flatMap((line) => eventFaults(line))).toEqual([]);
    expect(faults(lines.at(-1))).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ counts: { deployed: 2 } });
  });

  it('is words for a person, and nothing else where that is wanted', async () => {
    const { env } = await cloud(done);
    expect(await remote(env, ['--all', '--quiet'])).toEqual({
      exit: 0,
      out: expect.stringMatching(
        /^3 of 3 servers deployed after .*\n(?: {2}deployed {7}web-\d \(\S+, ORD\): 198\.51\.\S+, 10\.208\.\S+, was ready already\n){3}2 requests\n$/,
      ),
      err: '',
    });
  });

  it('shows a live table on a terminal, which is gone when the result is there', async () => {
    const { env } = await cloud(
      "fleets: [{count: 7, name: 'web-{}', endsAfter: 3s}, {count: 3, name: 'bad-{}', endsAfter: 0s, outcomes: {FAILED: 1}}]",
    );
    const terminal = createTerminal();
    const { exit, out } = await remote(env, ['--all', '--exec', 'echo for {name}'], {
      columns: 100,
      err: terminal.write,
    });
    expect(exit).toBe(1);
    const all = terminal.writes.join('');
    expect(all).toMatch(/\d of 10 deployed\S* +\S*\d failed\S* +\d+ waiting +\S*\d+ m?s of 1 h/);
    expect(all).toMatch(
      / {2}waiting, the longest first:\n {4}web-1 ORD {2}DEPLOYING +\d+ m?s +the automation is at work\n {4}web-2 /,
    );
    expect(all).toMatch(
      / {2}not deployed:\n {4}bad-\d +ORD {2}failed +(?:\d+ m?s|0 s) +RackConnect's automation did not succeed/,
    );
    expect(terminal.screen().every((line) => /^\[web-\d+\] for web-\d+$/.test(line))).toBe(true);
    expect(out).toMatch(/of 10 servers deployed after .*; 3 failed\n/);
  });

  it('says in words what happens, where there is no terminal', async () => {
    const { env } = await cloud(
      "fleets: [{count: 1, name: 'web-{}', endsAfter: 6s}, {count: 3, name: 'old-{}', endsAfter: 0s}, {count: 1, name: bad, endsAfter: 0s, outcomes: {FAILED: 1}}]",
    );
    const { exit, out, err } = await remote(env, ['--all']);
    expect(exit).toBe(1);
    const time = /^\[[^\]]+\] /;
    const lines = err.trimEnd().split('\n');
    expect(lines.every((line) => time.test(line))).toBe(true);
    expect(lines.map((line) => line.replace(time, '').replaceAll(/\b\d+ m?s\b/g, 'T'))).toEqual([
      'ORD: 5 servers found',
      "bad (ORD): failed already: RackConnect's automation did not succeed",
      '3 of 5 servers deployed, 1 failed, 1 waiting; the longest: web-1 (ORD), for T',
      expect.stringMatching(/^web-1 \(ORD\): DEPLOYED after T, 198\.51\.\S+$/),
    ]);
    expect(out).toMatch(/^4 of 5 servers deployed after .*; 1 failed\n {2}failed {9}bad /);
  });

  it.each([
    [
      ['web-1', '--all'],
      /^rc-wait: cannot wait for web-1 and, with --all, for every server: which is meant\?\n +drop --all to wait for web-1 alone; drop web-1 to wait for every server of these regions\n$/,
    ],
    [
      ['--all', '--name', 'web-*'],
      / --name web-\* and, with --all, .*\n +drop --all to wait for --name web-\* alone; drop --name web-\*/,
    ],
    [['a', 'b', '--all'], / a and 1 more and, with --all, /],
  ])('%s may mean either, and is refused', async (args, message) => {
    const { env } = await cloud(done);
    expect(await remote(env, args)).toEqual({ exit: 64, out: '', err: expect.stringMatching(message) });
  });

  it('names the variable where that says --all', async () => {
    const { env } = await cloud(done);
    const { exit, err } = await remote({ ...env, RC_WAIT_ALL: 'yes' }, ['web-1']);
    expect({ exit, err }).toEqual({ exit: 64, err: expect.stringContaining('unset RC_WAIT_ALL') });
  });

  it('looks in several regions, and by metadata', async () => {
    const { env } = await cloud(
      'fleets: [{count: 2, endsAfter: 0s, metadata: {stack: shop}}, {count: 3, region: DFW, endsAfter: 0s, metadata: {stack: shop, role: db}}, {count: 4, region: DFW, endsAfter: 1h}]',
    );
    const counts = async (...args: string[]) =>
      JSON.parse((await remote(env, ['--output', 'json', '--quiet', ...args])).out).counts.deployed;
    expect(await counts('--metadata', 'stack=shop', '--regions', 'all')).toBe(5);
    expect(
      await counts(
        '--metadata',
        'stack=shop',
        '--metadata',
        'role=db',
        '--regions',
        'ord',
        '--regions',
        'dfw',
      ),
    ).toBe(3);
    expect(await counts('--metadata', 'stack=shop')).toBe(2);
  });

  it('logs in as soon as it can, and says why it cannot yet', async () => {
    const { env } = await cloud(
      `${done}, faults: [{kind: status, api: identity, status: 503, retryAfter: 1s, to: 500ms}]`,
    );
    const { exit, out, err } = await remote(env, ['--all', '--quiet']);
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^3 of 3 servers deployed .*\n(?: {2}deployed .*\n){3}3 requests, 1 of them without a usable answer\n$/,
    );
    expect(err).toMatch(
      /^rc-wait: warning: cannot log in at \S+: it answers with status 503; trying again in 1 s\n$/,
    );
  });

  it('Ctrl-C tells where everything stood', async () => {
    const { env } = await cloud(never);
    const controller = new AbortController();
    const { exit, out } = await remote(env, ['--all', '--output', 'json', '--log-format', 'json'], {
      signal: controller.signal,
      err: (text) => {
        if (text.includes('"found"')) controller.abort(new Interrupted('SIGINT'));
      },
    });
    const document = JSON.parse(out);
    expect({ exit, faults: faults(document) }).toEqual({ exit: 130, faults: [] });
    expect(document).toMatchObject({
      outcome: 'interrupted',
      counts: { interrupted: 2 },
      servers: [{ automation_status: 'DEPLOYING' }, {}],
    });
  });

  it('Ctrl-C ends the commands too', async () => {
    const { env } = await cloud(done);
    const controller = new AbortController();
    const { exit, out } = await remote(env, ['web-1', '--exec', "sh -c 'echo begun; sleep 60'"], {
      signal: controller.signal,
      err: (text) => {
        if (text.includes('begun')) controller.abort(new Interrupted('SIGTERM'));
      },
    });
    expect(exit).toBe(143);
    expect(out).toMatch(
      /^interrupted by SIGTERM after .*\n {2}exec-failed {4}web-1 .*: DEPLOYED, but the command of --exec: interrupted\n/,
    );
  });
});

describe('rc-wait remote ends with the right exit status, a clear message, and no secret', () => {
  const json = ['--output', 'json', '--quiet'];
  it.each<[string, string, string[], number, string]>([
    ['a server that FAILED', 'fleets: [{outcomes: {FAILED: 1}, endsAfter: 0s}]', [], 1, 'failed'],
    ['one that was never built', 'fleets: [{outcomes: {ERROR: 1}, endsAfter: 0s}]', [], 1, 'failed'],
    ['one that is deleted', 'fleets: [{count: 2, endsAfter: 1h, vanish: {after: 2s}}]', [], 1, 'gone'],
    [
      'one that is UNPROCESSABLE',
      'fleets: [{outcomes: {UNPROCESSABLE: 1}, endsAfter: 0s}]',
      [],
      3,
      'unprocessable',
    ],
    [
      'one without RackConnect',
      'fleets: [{outcomes: {NONE: 1}}]',
      ['--no-rackconnect-after', '2s'],
      3,
      'no-rackconnect',
    ],
    ['the deadline', never, ['--timeout', '2s'], 124, 'timeout'],
    ['an API that breaks down', `${never}, faults: [{kind: html}]`, ['--timeout', '2s'], 69, 'unavailable'],
    [
      'a second automation that failed',
      'fleets: [{endsAfter: 0s, managed: {after: 0s, outcome: Build Error}}]',
      ['--managed'],
      1,
      'failed',
    ],
    ['a command that fails', done, ['--exec', 'false'], 1, 'exec-failed'],
  ])('%s', async (_, scenario, args, exit, outcome) => {
    const { env } = await cloud(scenario);
    const ran = await remote(env, ['--all', ...json, ...args]);
    const document = JSON.parse(ran.out);
    expect(faults(document)).toEqual([]);
    expect({ exit: ran.exit, outcome: document.outcome, err: ran.err.replaceAll(/^\{.*\n/gm, '') }).toEqual({
      exit,
      outcome,
      err: '',
    });
  });

  it('a bare token that runs out on the way', async () => {
    const { env, url } = await cloud(`${never}, tokenLife: 3s`);
    const answer = await fetch(`${url}/identity/v2.0/tokens`, {
      method: 'POST',
      body: JSON.stringify({
        auth: { 'RAX-KSKEY:apiKeyCredentials': { username: 'demo', apiKey: 's3cret-key' } },
      }),
    });
    const { access } = (await answer.json()) as { access: { token: { id: string } } };
    const own = {
      HOME: env.HOME,
      OS_AUTH_URL: env.RAX_AUTH_URL,
      OS_TOKEN: access.token.id,
      OS_TENANT_ID: '123456',
    };
    const { exit, out } = await remote(own, ['--all']);
    expect(exit).toBe(77);
    expect(out).toMatch(
      / {2}refused .*: cannot go on: the token from OS_TOKEN is no longer accepted \(401\)\n(?:.*\n)*a bare token cannot be renewed/,
    );
  });

  it.each<[string, string, NodeJS.ProcessEnv, string[], number, RegExp]>([
    [
      'a wrong key',
      done,
      { RAX_API_KEY: 's3cret-wrong' },
      ['--all'],
      77,
      /^rc-wait: cannot log in at \S+: the API key is not accepted \(401\)/,
    ],
    [
      'no credentials',
      done,
      { RAX_USERNAME: '', RAX_API_KEY: '' },
      ['--all'],
      64,
      /^rc-wait: cannot log in: there are no credentials\n +set RAX_USERNAME and RAX_API_KEY, or OS_TOKEN/,
    ],
    [
      'a wrong region',
      done,
      {},
      ['--all', '--regions', 'syd'],
      64,
      /^rc-wait: cannot choose an endpoint of cloudServersOpenStack: it has none in SYD\n +it has them in ORD, DFW\n/,
    ],
    [
      'an unknown server',
      done,
      {},
      ['web-1', 'web-9'],
      64,
      /^rc-wait: cannot wait for web-9: no such server in ORD\n/,
    ],
    [
      'a name that two have',
      'fleets: [{count: 2, name: web}]',
      {},
      ['web'],
      64,
      /^rc-wait: cannot wait for web: 2 servers have that name\n +name it by its id: /,
    ],
    ['nothing that fits', done, {}, ['--name', 'db*'], 64, /^rc-wait: cannot wait: no server in ORD fits\n/],
    [
      'a catalog without the service',
      `${done}, without: [cloudServersOpenStack]`,
      {},
      ['--all'],
      64,
      /^rc-wait: cannot choose an endpoint of cloudServersOpenStack: the catalog has no such service\n/,
    ],
    [
      'JSON that is no catalog',
      `${done}, faults: [{kind: html, api: identity}]`,
      {},
      ['--all'],
      69,
      /^rc-wait: cannot log in at \S+: its answer has no token or no catalog\n/,
    ],
    [
      'an identity API that is away all the time',
      `${done}, faults: [{kind: status, api: identity, status: 503}]`,
      {},
      ['--all', '--timeout', '1s'],
      69,
      /^rc-wait: warning: .*\nrc-wait: cannot log in at \S+: it answers with status 503\n$/,
    ],
    ['no server named', done, {}, [], 64, /^rc-wait: cannot wait: no server is named\n/],
    [
      'metadata that is none',
      done,
      {},
      ['--metadata', 'stack'],
      64,
      /^rc-wait: cannot use --metadata stack: KEY=VALUE is expected\n/,
    ],
    [
      'a number that is none',
      done,
      {},
      ['--all', '--exec-jobs', 'many'],
      64,
      /^rc-wait: cannot use --exec-jobs many: a number from 1 to 256/,
    ],
    ['a command that is none', done, {}, ['--all', '--exec', "a 'b"], 64, /^rc-wait: cannot use --exec /],
    [
      'an interval below the limit',
      done,
      {},
      ['--all', '--interval', '500ms'],
      64,
      /^rc-wait: cannot use --interval: it is at least 1s/,
    ],
  ])('%s', async (_, scenario, part, args, exit, message) => {
    const { env } = await cloud(scenario);
    expect(await remote({ ...env, ...part }, args)).toEqual({
      exit,
      out: '',
      err: expect.stringMatching(message),
    });
  });
});
