import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Interrupted, type Io } from '../../../src/app/io.ts';
import { endOf } from '../../../src/app/wait/wait.ts';
import { type ErrorCode, RcWaitError } from '../../../src/base/error.ts';
import { done, rcWait, rootWith, scratch, simulator } from '../../cli/harness.ts';
import { folderWith } from '../../hooks/folder.ts';
import { listener } from '../../openstack/listener.ts';
import { until } from '../../support/until.ts';

const { play } = await simulator();
const failed = { ...done, outcome: 'FAILED' };
const secret = '/v1/a/c/o?temp_url_sig=s3cret&temp_url_expires=1';

afterEach(() => {
  vi.restoreAllMocks();
});

/** `rc-wait wait` that leaves the network alone. */
function wait(patch: unknown, args: readonly string[], io: Partial<Io> = {}) {
  return rcWait(['wait', '--network', 'off', ...play(patch).flags, ...args], io);
}

describe('--signal', () => {
  it('tells that all went well', async () => {
    const { url, heard } = await listener([200]);
    expect(await wait(done, ['--signal', url + secret])).toMatchObject({ exit: 0 });
    expect(heard).toMatchObject([
      {
        method: 'PUT',
        path: secret,
        body: {
          status: 'SUCCESS',
          reason: expect.stringMatching(/^DEPLOYED already at the first look/),
          data: { outcome: 'deployed', automation_status: 'DEPLOYED', gateway_ip: null, network: 'skipped' },
          id: expect.stringMatching(/./),
        },
      },
    ]);
  });

  it.each<[string, unknown, number, string]>([
    ['FAILED', failed, 1, 'failed'],
    ['UNPROCESSABLE', { ...done, outcome: 'UNPROCESSABLE' }, 3, 'unprocessable'],
    ['the deadline', { deployedAfter: 'never' }, 124, 'timeout'],
    ['an API that is out of order', { faults: [{ kind: 'status', status: 500 }] }, 69, 'unavailable'],
    ['403 all along', { unknown: true }, 77, 'refused'],
  ])('tells of a failure: %s', async (_, patch, exit, outcome) => {
    const { url, heard } = await listener([200]);
    const ran = await wait(patch, ['--signal', url + secret, '--timeout', '2s']);
    expect(ran.exit).toBe(exit);
    const [reason] = ran.out.split('\n');
    expect(heard).toMatchObject([{ body: { status: 'FAILURE', reason, data: { outcome } } }]);
  });

  it('tells of a network that cannot be configured, with the gateway', async () => {
    const { url, heard } = await listener([200]);
    const server = play({ ...done, gateway: { address: '10.99.0.1' } });
    const args = ['wait', ...server.flags, '--root', rootWith(), '--signal', url + secret];
    expect((await rcWait(args)).exit).toBe(73);
    expect(heard).toMatchObject([
      {
        body: {
          status: 'FAILURE',
          data: { outcome: 'network-failed', gateway_ip: '10.99.0.1', network: null },
        },
      },
    ]);
  });

  it('is named by the instance, so that it counts once', async () => {
    const { url, heard } = await listener([503, 200]);
    const root = rootWith({ '/var/lib/cloud/data/instance-id': '3f7a-1\n' });
    await wait(done, ['--signal', url + secret, '--root', root]);
    expect(heard.map(({ body }) => body.id)).toEqual(['3f7a-1', '3f7a-1']);
  });

  it('sends a token to those who ask for one', async () => {
    const { url, heard } = await listener([200]);
    await wait(done, [], { env: { RC_WAIT_SIGNAL: `${url}/signal`, RC_WAIT_SIGNAL_TOKEN: 'sesame' } });
    expect(heard).toMatchObject([{ method: 'POST', headers: { 'x-auth-token': 'sesame' } }]);
  });

  it('that is refused is a warning, and the exit status stays', async () => {
    const { url } = await listener([403]);
    for (const [patch, exit] of [
      [done, 0],
      [failed, 1],
    ] as const) {
      const ran = await wait(patch, ['--signal', url + secret, '--log-level', 'trace']);
      expect(ran.exit).toBe(exit);
      expect(ran.err).toContain(
        `rc-wait: warning: cannot tell ${url} how the wait ended: it does not permit the signal (403)\n`,
      );
    }
  });

  it('is a secret: neither the log, nor the result, nor systemd, nor other programs hear of it', async () => {
    const { url } = await listener([503, 403]);
    const { env, events } = notified();
    env.RC_WAIT_SIGNAL = `${url}${secret}`;
    env.RC_WAIT_SIGNAL_TOKEN = 'sesame';
    const { out, err } = await wait(failed, ['--log-level', 'trace', '--output', 'json'], { env });
    expect(`${out}${err}${events().join()}${JSON.stringify(env)}`).not.toMatch(/s3cret|temp_url|sesame/);
    expect(err).toContain(`telling ${url} again: it answers with status 503`);
    expect(events()).toContainEqual(
      expect.stringContaining(`STATUS=telling ${url}; FAILED already at the first look`),
    );
  });

  it('that is no URL is refused before anything is asked, and not shown', async () => {
    const server = play(done);
    const ran = await rcWait(['wait', ...server.flags, '--signal', 's3cret']);
    expect(ran).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /^rc-wait: cannot use the URL of --signal: an http or https URL is expected\n/,
      ),
    });
    expect(ran.err).not.toContain('s3cret');
    expect(server.requests()).toBe(0);
  });

  it('tells of a wait that could not even begin', async () => {
    const { url, heard } = await listener([200]);
    expect(await rcWait(['wait', '--region', 'mars', '--signal', url + secret])).toMatchObject({ exit: 64 });
    expect(heard).toMatchObject([
      {
        body: {
          status: 'FAILURE',
          reason: expect.stringContaining('mars'),
          data: { outcome: null, error: 'CONFIGURATION' },
        },
      },
    ]);
    const refused = await listener([403]);
    expect(await rcWait(['wait', '--region', 'mars', '--signal', refused.url + secret])).toMatchObject({
      exit: 64,
      err: expect.stringContaining(`rc-wait: warning: cannot tell ${refused.url} how the wait ended: `),
    });
  });

  it('tells of a wait whose flags cannot be read, by what the environment says', async () => {
    const { url, heard } = await listener([200]);
    const { env, events } = notified();
    const wrong = { ...env, RC_WAIT_SIGNAL: url + secret, RC_WAIT_TIMEOUT: '2700' };
    expect(await rcWait(['wait'], { env: wrong })).toMatchObject({ exit: 64 });
    const reason = expect.stringMatching(/^cannot use .*2700/);
    expect(heard).toMatchObject([{ body: { status: 'FAILURE', reason, data: { error: 'USAGE' } } }]);
    expect(events().at(-1)).toMatch(/^STOPPING=1 STATUS=cannot use .*2700/);

    for (const argv of [
      ['wait', '--tiemout', '5m'],
      ['--quiet', 'yes'],
      ['wait', 'web-1'],
    ]) {
      expect(await rcWait(argv, { env: { RC_WAIT_SIGNAL: url + secret } })).toMatchObject({ exit: 64 });
      expect(heard.at(-1)).toMatchObject({ body: { status: 'FAILURE', data: { error: 'USAGE' } } });
    }
    expect(heard).toHaveLength(4);
    expect(await rcWait(['stauts'], { env: { RC_WAIT_SIGNAL: url + secret } })).toMatchObject({ exit: 64 });
    expect(heard).toHaveLength(4);

    const both = { ...notified().env, RC_WAIT_SIGNAL: 'mailto:nobody', RC_WAIT_TIMEOUT: '2700' };
    expect(await rcWait(['wait'], { env: both })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/^rc-wait: cannot use .*2700/),
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'hears nothing of %s, nor do the hooks: the wait may go on, and end otherwise',
    async (name) => {
      const { url, heard } = await listener([200]);
      const hooks = folderWith({ 'deployed.d/10': 'echo wrong', 'failed.d/10': 'echo wrong' });
      const server = play({ deployedAfter: 'never' });
      const controller = new AbortController();
      const args = ['wait', ...server.flags, '--signal', url + secret, '--hooks-dir', hooks];
      const running = rcWait(args, { signal: controller.signal });
      await until(() => server.requests() > 0);
      controller.abort(new Interrupted(name));
      const { exit, err } = await running;
      expect(exit).toBe(name === 'SIGINT' ? 130 : 143);
      expect(err).not.toMatch(/wrong|cannot tell/);
      expect(heard).toEqual([]);
    },
  );

  it('hears nothing of a wait that was interrupted before it could begin', async () => {
    const { url, heard } = await listener([200]);
    const { env, events } = notified();
    const signal = AbortSignal.abort(new Interrupted('SIGTERM'));
    const args = ['wait', '--region', 'mars', '--signal', url + secret];
    expect(await rcWait(args, { signal, env })).toMatchObject({ exit: 143 });
    expect(heard).toEqual([]);
    expect(events().at(-1)).toBe('STOPPING=1 STATUS=interrupted by SIGTERM');
  });

  it('hears nothing of a network that could not be set because of an interruption, but that it is lost', async () => {
    const network = (code: ErrorCode, signal: AbortSignal) =>
      endOf(async () => ({ kind: 'network-failed', error: new RcWaitError(code, 'cannot') }), { signal });
    const interrupted = AbortSignal.abort(new Interrupted('SIGTERM'));
    expect(await network('NETWORK_RELOAD', interrupted)).toEqual({ kind: 'interrupted', signal: 'SIGTERM' });
    expect(await network('NETWORK_LOST', interrupted)).toMatchObject({ kind: 'network-failed' });
    expect(await network('NETWORK_RELOAD', new AbortController().signal)).toMatchObject({
      kind: 'network-failed',
    });
    const back = {
      action: 'rolled-back',
      stack: 'netplan',
      interface: 'eth1',
      files: [],
      reason: 'x',
    } as const;
    const rolledBack = async () => ({ kind: 'deployed', network: back }) as const;
    expect(await endOf(rolledBack, { signal: interrupted })).toMatchObject({ kind: 'interrupted' });
  });

  it('is given up a moment after an interruption', async () => {
    const { url, heard } = await listener(['hang']);
    const controller = new AbortController();
    const running = wait(failed, ['--signal', url + secret], { signal: controller.signal });
    await until(() => heard.length > 0);
    controller.abort(new Interrupted('SIGTERM'));
    expect(await running).toMatchObject({
      exit: 1,
      err: expect.stringMatching(
        /cannot tell http:\S+ how the wait ended: no answer yet, and the time is over\n$/,
      ),
    });
  });

  it('needs a CA that can be read, where one is named', async () => {
    const flags = ['--signal', 'https://127.0.0.1:1/', '--ca-file', '/nowhere.pem', '--timeout', '1s'];
    expect(await wait(done, flags)).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/^rc-wait: cannot read \/nowhere\.pem: /m),
    });
  });
});

/** An environment with a systemd-notify that writes down what it is told, each time on a line. */
function notified(): { readonly env: NodeJS.ProcessEnv; readonly file: string; events(): readonly string[] } {
  const folder = scratch();
  const file = join(folder, 'events');
  writeFileSync(file, '');
  // One write for each line: a hook writes to the same file at the same time.
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\nprintf '%s \\n' "$*" >>${file}\n`);
  chmodSync(join(folder, 'systemd-notify'), 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: '/nowhere' };
  return { env, file, events: () => readFileSync(file, 'utf8').trim().split('\n') };
}

const asRoot = describe.runIf(process.getuid?.() === 0);

asRoot('hooks', () => {
  it('of deployed.d run after DEPLOYED, with the result; those of failed.d do not', async () => {
    const hooks = folderWith({
      'deployed.d/10-env': 'env',
      'deployed.d/20-document': 'cat',
      'failed.d/10': 'echo wrong',
    });
    const { exit, out, err } = await wait(done, ['--hooks-dir', hooks, '--output', 'json']);
    expect(exit).toBe(0);
    const lines = err.split('\n');
    expect(lines).toContain(`rc-wait: 20-document: ${out.trim()}`);
    expect(lines).toEqual(
      expect.arrayContaining([
        'rc-wait: 10-env: RC_WAIT_OUTCOME=deployed',
        'rc-wait: 10-env: RC_WAIT_EXIT_STATUS=0',
        'rc-wait: 10-env: RC_WAIT_GATEWAY_IP=',
        expect.stringMatching(/^rc-wait: 10-env: RC_WAIT_MESSAGE=DEPLOYED already at the first look/),
      ]),
    );
    expect(err).not.toContain('wrong');
  });

  it.each<[string, unknown, number, string]>([
    ['FAILED', failed, 1, 'failed'],
    ['UNPROCESSABLE', { ...done, outcome: 'UNPROCESSABLE' }, 3, 'unprocessable'],
    ['the deadline', { deployedAfter: 'never' }, 124, 'timeout'],
  ])('of failed.d run after %s', async (_, patch, exit, outcome) => {
    const hooks = folderWith({
      'deployed.d/10': 'echo wrong',
      'failed.d/10': 'echo $RC_WAIT_OUTCOME $RC_WAIT_EXIT_STATUS',
    });
    const ran = await wait(patch, ['--hooks-dir', hooks, '--timeout', '2s']);
    expect(ran.exit).toBe(exit);
    expect(ran.err).toContain(`rc-wait: 10: ${outcome} ${exit}\n`);
    expect(ran.err).not.toContain('wrong');
  });

  it('do not run after an interruption, nor below another root', async () => {
    const hooks = folderWith({ 'deployed.d/10': 'echo wrong', 'failed.d/10': 'echo wrong' });
    const server = play({ deployedAfter: 'never' });
    const controller = new AbortController();
    const args = ['wait', ...server.flags, '--hooks-dir', hooks];
    const running = rcWait(args, { signal: controller.signal });
    await until(() => server.requests() > 0);
    controller.abort(new Interrupted('SIGTERM'));
    expect((await running).err).not.toMatch(/wrong|not run/);
    expect((await wait(done, ['--hooks-dir', hooks, '--root', rootWith()])).err).not.toContain('wrong');
  });

  it('that fail or hang are a warning; the others run, and the exit status stays', async () => {
    const hooks = folderWith({
      'deployed.d/a': 'exit 7',
      'deployed.d/b': 'sleep 60',
      'deployed.d/c': 'echo here',
    });
    const { exit, err } = await wait(done, ['--hooks-dir', hooks, '--hook-timeout', '300ms']);
    expect(exit).toBe(0);
    expect(err.split('\n').slice(-4)).toEqual([
      'rc-wait: warning: the hook a did not succeed: exit status 7',
      'rc-wait: warning: the hook b did not succeed: killed after 0.3 s',
      'rc-wait: c: here',
      '',
    ]);
  });

  it('that others could have written do not run, and that is said', async () => {
    const hooks = folderWith({ 'deployed.d/a': 'echo wrong', 'deployed.d/b': 'echo here' });
    chmodSync(join(hooks, 'deployed.d/a'), 0o777);
    const { exit, err } = await wait(done, ['--hooks-dir', hooks]);
    expect(exit).toBe(0);
    expect(err).toMatch(
      /warning: cannot run the hook \S+\/deployed\.d\/a: \S+ can be written by others than root\n/,
    );
    expect(err).toContain('b: here');
    expect(err).not.toContain('wrong');
  });

  it('do not run where rc-wait is not root, and that is said', async () => {
    const hooks = folderWith({ 'deployed.d/a': 'echo wrong' });
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const { exit, err } = await wait(done, ['--hooks-dir', hooks]);
    expect(exit).toBe(0);
    expect(err).toContain(`rc-wait: warning: not root: the hooks in ${hooks}/deployed.d are not run\n`);
    expect(err).not.toContain('wrong');
    expect((await wait(done, ['--hooks-dir', scratch()])).err).not.toContain('hooks');
  });

  it('are told of by their names where they are none', async () => {
    const hooks = folderWith({ 'deployed.d/a.bak': '' });
    mkdirSync(join(hooks, 'deployed.d', 'sub'));
    const { err } = await wait(done, ['--hooks-dir', hooks, '--log-level', 'debug']);
    expect(err).toMatch(/no hooks, by their names or their modes, in \S+: (a\.bak sub|sub a\.bak)\n/);
  });

  it('end before READY=1, the signal comes after it; each with a STATUS= and a proof of life', async () => {
    const { env, file, events } = notified();
    const hooks = folderWith({
      'deployed.d/10-a': `echo hook >>${file}`,
      // Its STATUS= comes a moment later.
      'deployed.d/20-b': `echo hook >>${file}; until grep -q 'hook 20-b' ${file}; do sleep 0.1; done`,
    });
    const { url } = await listener([200], { onHeard: () => appendFileSync(file, 'signal\n') });
    const { exit } = await wait(done, ['--hooks-dir', hooks, '--signal', url + secret], { env });
    expect(exit).toBe(0);
    const told = events();
    expect(told.slice(-2)).toEqual([
      expect.stringMatching(/^READY=1 STATUS=DEPLOYED already at the first look/),
      'signal',
    ]);
    expect(told.filter((line) => line === 'hook')).toHaveLength(2);
    expect(told).toContainEqual(
      expect.stringMatching(
        /^STATUS=running the hook 20-b \(2 of 2\); DEPLOYED already at the first look.* EXTEND_TIMEOUT_USEC=70000000 $/,
      ),
    );
  });

  it('and the signal end before STOPPING=1, which says why', async () => {
    const { env, file, events } = notified();
    const hooks = folderWith({ 'failed.d/a': `echo hook >>${file}` });
    const { url } = await listener([200], { onHeard: () => appendFileSync(file, 'signal\n') });
    await wait(failed, ['--hooks-dir', hooks, '--signal', url + secret], { env });
    const told = events();
    expect(told.filter((line) => !line.startsWith('STATUS='))).toEqual([
      'hook',
      'signal',
      expect.stringMatching(/^STOPPING=1 STATUS=FAILED already at the first look/),
    ]);
  });
});

it.each([
  [
    ['--hook-timeout', 'infinity'],
    /^rc-wait: cannot use --hook-timeout \(for ever\): at most 24h are expected\n/,
  ],
  [['--hook-timeout', '25h'], /^rc-wait: cannot use --hook-timeout \(25 h\)/],
  [['--hooks-dir', ''], /^rc-wait: cannot use --hooks-dir "": a folder is expected\n/],
])('%j is refused before anything is asked', async (args, message) => {
  const server = play(done);
  expect(await rcWait(['wait', ...server.flags, ...args])).toMatchObject({
    exit: 64,
    err: expect.stringMatching(message),
  });
  expect(server.requests()).toBe(0);
});
