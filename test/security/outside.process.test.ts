import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createCloudHttp } from '../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { scratch, simulator } from '../cli/harness.ts';
import { folderWith } from '../hooks/folder.ts';
import { rcWait, startProgram } from '../process/program.ts';
import { install, script } from './installed.ts';

const { play } = await simulator();
const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
});

/** An address of an API that answers everything with this. */
async function answering(body: string, type = 'application/json'): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', type).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A simulated cloud of one server that is ready, of which each answer is changed on its way; how to log in to it. */
async function cloud(change: (page: string) => string): Promise<Record<string, string>> {
  const scenario = 'openstack: {fleets: [{count: 1, activeAfter: 0s, endsAfter: 0s}]}';
  const { serve } = createCloudHttp(parseCloudScenario(scenario, 'test'), systemClock);
  const { url, close } = await startSimulator({ also: serve });
  const between = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = 'GET', headers } = request;
    const answer = await fetch(`${url}${request.url}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': String(headers['x-auth-token'] ?? '') },
      ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = change((await answer.text()).replaceAll(url, own));
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  stops.push(
    () => between.close(),
    () => void close(),
  );
  return {
    HOME: scratch(),
    PATH: '/usr/bin:/bin',
    RAX_AUTH_URL: `${own}/identity/v2.0`,
    RAX_USERNAME: 'demo',
    RAX_API_KEY: 'demo-api-key',
  };
}

describe('a value of a server is never an option, and never code:', () => {
  it.each([
    ['an option of ssh', (flag: string) => `-oProxyCommand=touch ${flag}`, 'touches {ip}'],
    ['words', (flag: string) => `198.51.100.7; touch ${flag}`, "sh -c 'echo {ip}'"],
    ['a substitution', (flag: string) => `$(touch ${flag})`, "sh -c 'echo {ip}'"],
  ])('%s in place of its address', async (_, address, command) => {
    const flag = join(scratch(), 'made');
    const { folder, path } = script('touches', `#!/bin/sh\ncase $1 in -o*) touch ${flag} ;; esac\n`);
    const env = await cloud((page) =>
      page.replace(/("accessIPv4": ?)"[^"]*"/g, `$1${JSON.stringify(address(flag))}`),
    );
    const args = ['remote', '--all', '--timeout', '20s', '--exec', command.replace('touches', path)];
    const { exit, err, out } = await startProgram([install(), ...args], {
      ...env,
      PATH: `${folder}:/usr/bin:/bin`,
    }).ended;
    expect(existsSync(flag)).toBe(false);
    expect(exit).toBe(1);
    expect(`${out}${err}`).toContain('its {ip} is no IP address');
  });

  it('what --exec runs has the environment of the person, and no secret of rc-wait', async () => {
    const env = await cloud((page) => page);
    const seen = join(scratch(), 'seen');
    const { path } = script('look', `#!/bin/sh\ncat /proc/self/environ >${seen}\n`);
    const { exit, err } = await startProgram(
      [install(), 'remote', '--all', '--timeout', '20s', '--exec', `${path} {name}`],
      {
        ...env,
        NODE_OPTIONS: '--max-old-space-size=77',
        SSH_AUTH_SOCK: '/agent',
        OS_PASSWORD: 's3cret',
        RC_WAIT_SIGNAL: 'https://s3cret/',
      },
    ).ended;
    expect({ exit, err: err.includes('s3cret') }).toEqual({ exit: 0, err: false });
    const variables = readFileSync(seen, 'utf8').split('\0');
    expect(variables).toEqual(
      expect.arrayContaining(['NODE_OPTIONS=--max-old-space-size=77', 'SSH_AUTH_SOCK=/agent']),
    );
    expect(variables.filter((one) => /s3cret|demo-api-key|RCWAIT_/.test(one))).toEqual([]);
  });
});

describe.runIf(process.getuid?.() === 0)('what cannot be started ends no wait:', () => {
  const failed = {
    kind: 'body',
    text: JSON.stringify({
      automation_status: 'FAILED',
      tasks: Array.from({ length: 130 }, (_, at) => ({
        name: `${at} ${'😀'.repeat(1_500)}`,
        status: 'FAILED',
      })),
    }),
  };

  it('a hook whose interpreter cannot be one, and a message of 130 failed tasks', async () => {
    const hooks = folderWith({ 'failed.d/10-odd': '', 'failed.d/20-good': 'echo "whole: $(wc -c)"' });
    writeFileSync(join(hooks, 'failed.d/10-odd'), '#!/etc/passwd/x\n');
    chmodSync(join(hooks, 'failed.d/10-odd'), 0o755);
    const flags = ['--network', 'off', '--hooks-dir', hooks, ...play({ faults: [failed] }).flags];
    const { exit, err } = await rcWait(['wait', ...flags]);
    expect(exit).toBe(1);
    expect(err).toMatch(
      /the hook 10-odd did not succeed: it cannot be started: a part of the path is not a directory/,
    );
    expect(err).toMatch(/20-good: whole: \d{6}/);
    expect(err).not.toMatch(/mistake in rc-wait/);
  });
});

describe('no answer moves a terminal or ends in eval:', () => {
  // ESC raw is no JSON; C1, DEL and a mark that turns the line around are.
  const hostile = '\u009b2J\u007f\u202e\u0085';

  it('status --format json', async () => {
    const url = await answering(JSON.stringify({ automation_status: 'DEPLOYED', more: hostile }));
    const { out } = await rcWait(['status', '--format', 'json', '--api-url', url, '--state-dir', scratch()]);
    expect(out).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
    expect(JSON.parse(out)).toEqual({ automation_status: 'DEPLOYED', more: hostile });
  });

  it('status --format xml', async () => {
    const text = `<?xml version="1.0"?>\n<automation_status>DEPLOYED</automation_status><!-- \u001b[2J\u0000\u009b -->`;
    const url = await answering(text, 'application/xml');
    const { out } = await rcWait(['status', '--format', 'xml', '--api-url', url, '--state-dir', scratch()]);
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it.each(['env', 'json', 'human'])('endpoints --output %s', async (output) => {
    const catalog = join(scratch(), 'catalog.json');
    const publicURL = `https://ord.images.example/v2/1${hostile}\u001b]0;x\u0007\u0000 $(id)'"`;
    const entry = {
      name: 'cloudImages',
      type: 'image',
      endpoints: [{ region: 'ORD', publicURL, tenantId: '1' }],
    };
    writeFileSync(catalog, JSON.stringify({ access: { serviceCatalog: [entry] } }));
    const { out } = await rcWait([
      'endpoints',
      'cloudImages',
      '--catalog',
      catalog,
      '--region',
      'ORD',
      '--output',
      output,
    ]);
    expect(out).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
    if (output === 'env' && out !== '') {
      const line = 'eval "$2"; printf %s "$ENDPOINT"';
      const { out: read, err } = await startProgram(['/bin/sh', '-c', line, 'sh', '', out]).ended;
      expect({ err, url: decodeURIComponent(read) }).toEqual({ err: '', url: publicURL });
    }
  });
});

describe('an answer takes no more time than its length:', () => {
  it('ten million slashes in a catalog, of which their square would take days', async () => {
    const catalog = join(scratch(), 'catalog.json');
    const publicURL = `https://ord.images.example/${'/'.repeat(10_000_000)}x`;
    const entry = {
      name: 'cloudImages',
      type: 'image',
      endpoints: [{ region: 'ORD', publicURL, tenantId: '1' }],
    };
    writeFileSync(catalog, JSON.stringify({ access: { serviceCatalog: [entry] } }));
    const args = ['endpoints', 'cloudImages', '--catalog', catalog, '--region', 'ORD', '--output', 'env'];
    const { exit, err } = await rcWait(args);
    expect({ exit, bug: err.includes('mistake in rc-wait') }).toEqual({
      exit: expect.any(Number),
      bug: false,
    });
  });
});

describe('a hangup', () => {
  const never = { deployedAfter: 'never' };

  it('ends a wait in order, as SIGTERM does', async () => {
    const program = startProgram([
      install(),
      'wait',
      '--network',
      'off',
      '--output',
      'json',
      ...play(never).flags,
    ]);
    await program.saw(/DEPLOYING/);
    program.child.kill('SIGHUP');
    const { exit, out } = await program.ended;
    expect(exit).toBe(129);
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'interrupted',
      message: expect.stringContaining('SIGHUP'),
    });
  });

  it.each([
    ['nohup', 'nohup "$@"'],
    ["trap '' HUP", `trap '' HUP; "$@"`],
  ])('does nothing to a wait under %s, which hears SIGTERM still', async (_, line) => {
    const { flags } = play(never);
    const note = join(scratch(), 'pid');
    const under = `${line} & echo $! >${note}; wait $!; echo "ended $?"`;
    const args = [install(), 'wait', '--network', 'off', ...flags];
    const program = startProgram(['/bin/sh', '-c', under, 'sh', ...args]);
    await program.saw(/DEPLOYING/);
    const pid = Number(readFileSync(note, 'utf8'));
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGHUP');
    // It would have ended by the first; that it has not is shown by what ends it.
    process.kill(pid, 'SIGTERM');
    const { out } = await program.ended;
    expect(out).toMatch(/interrupted by SIGTERM|ended 143/);
    expect(out).toMatch(/ended 143\n$/);
  });
});
