import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { httpSend } from '../../src/announce/heat/deliver.ts';
import { signalRequest } from '../../src/announce/heat/request.ts';
import { done, rootWith, scratch, simulator } from '../cli/harness.ts';
import { listener } from '../openstack/listener.ts';
import { rcWait, startProgram } from '../process/program.ts';
import { makeCa } from '../rackconnect/servers.ts';
import { byShell, install, script } from './installed.ts';

const { play } = await simulator();
const program = install();

/** Runs the installed rc-wait with these variables beside PATH and TMPDIR. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  startProgram([program, ...args], env).ended;

describe('what is in the environment makes Node load no code and write no file:', () => {
  const folder = scratch();
  const loaded = join(folder, 'loaded');
  const code = join(folder, 'code.cjs');
  writeFileSync(code, `require('node:fs').writeFileSync(${JSON.stringify(loaded)}, '');`);
  const broken = join(folder, 'openssl.cnf');
  // As a FIPS configuration whose module is not there: Node would end before any of rc-wait's code.
  writeFileSync(
    broken,
    'nodejs_conf = init\nopenssl_conf = init\n[init]\nproviders = providers\nalg_section = alg\n[providers]\nfips = fips\n[fips]\nmodule = /nowhere/fips.so\nactivate = 1\n[alg]\ndefault_properties = fips=yes\n',
  );

  it.each<[string, Readonly<Record<string, string>>]>([
    ['NODE_OPTIONS', { NODE_OPTIONS: `--require ${code}` }],
    ['NODE_COMPILE_CACHE', { NODE_COMPILE_CACHE: join(folder, 'cache') }],
    ['NODE_V8_COVERAGE', { NODE_V8_COVERAGE: join(folder, 'coverage') }],
    ['NODE_REDIRECT_WARNINGS', { NODE_REDIRECT_WARNINGS: join(folder, 'warnings') }],
    ['OPENSSL_CONF', { OPENSSL_CONF: broken }],
    ['NODE_EXTRA_CA_CERTS', { NODE_EXTRA_CA_CERTS: '/nowhere' }],
    ['NODE_ICU_DATA', { NODE_ICU_DATA: '/nowhere' }],
    ['NODE_DEBUG', { NODE_DEBUG: 'module,fs', NODE_DEBUG_NATIVE: 'mksnapshot' }],
    ['LD_LIBRARY_PATH', { LD_LIBRARY_PATH: folder }],
    ['NODE_PENDING_DEPRECATION', { NODE_PENDING_DEPRECATION: '1', NODE_NO_WARNINGS: '0' }],
  ])('%s', async (_, env) => {
    const before = readdirSync(folder);
    const { exit, out, err } = await run(['--version'], env);
    expect({ exit, out, err }).toEqual({ exit: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('an API whose certificate nobody trusts', () => {
  const { selfSigned } = makeCa();
  let asked = 0;
  const server = createServer(selfSigned, (_, response) => {
    asked += 1;
    response.end('DEPLOYED');
  });
  afterAll(() => server.close());

  it.each([
    ['as it is installed', (args: readonly string[], env: Record<string, string>) => run(args, env)],
    ['from its sources', (args: readonly string[], env: Record<string, string>) => rcWait(args, { env })],
  ])('is not believed, whatever NODE_TLS_REJECT_UNAUTHORIZED says (%s)', async (_, start) => {
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const flags = ['--api-url', `https://127.0.0.1:${port}`, '--state-dir', scratch(), '--timeout', '60s'];
    const { exit, err } = await start(['status', ...flags], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect({ exit, asked }).toEqual({ exit: 69, asked: 0 });
    expect(err).toMatch(/certificate/);
    expect(err).not.toMatch(/Warning/);
  });

  it('is told nothing of how a wait ended', async () => {
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const request = signalRequest(url, { succeeded: true, reason: '', data: {}, id: 'x' }, undefined);
    const answer = await httpSend(url, request, undefined)('{}', new AbortController().signal);
    vi.unstubAllEnvs();
    expect({ answer, asked }).toEqual({
      answer: { kind: 'trouble', reason: expect.stringContaining('certificate is not trusted') },
      asked: 0,
    });
  });
});

describe('a signal', () => {
  it('opens no debugger, by which any user of the machine could run code as root', async () => {
    const server = play({ deployedAfter: 'never' });
    const started = startProgram([program, 'wait', '--network', 'off', ...server.flags]);
    await started.saw(/DEPLOYING/);
    started.child.kill('SIGUSR1');
    server.set({ outcome: 'DEPLOYED', now: true });
    const { exit, err } = await started.ended;
    expect(err).not.toMatch(/Debugger|inspector|ws:/);
    expect(exit).toBe(0);
  });
});

describe('what is in the environment comes through', () => {
  it('to rc-wait, where it is meant for it', async () => {
    const server = play(done);
    const [, url = '', , address = '', , state = ''] = server.flags;
    const env = { RC_WAIT_API_URL: url, RC_WAIT_SOURCE_ADDRESS: address, RC_WAIT_STATE_DIR: state };
    expect(await run(['status'], env)).toEqual({ exit: 0, out: 'DEPLOYED\n', err: '' });
  });

  // On Debian sh is dash, on RHEL bash.
  it.each([['dash'], ['bash', '--posix']])(
    'whatever it holds: quotes, lines, code for a shell (%s)',
    async (...shell) => {
      const held = scratch();
      const value = `a'b"c\nexport PATH=/nowhere\nexport NODE_OPTIONS=x\n$(touch ${held}/x) \`touch ${held}/y\` \\`;
      const env = { MINE: value, RC_WAIT_API_URL: value, 'BASH_FUNC_x%%': '() { :; }', rcwait_line: value };
      const [sh = 'sh', ...flags] = shell;
      const { exit, err } = await startProgram([sh, ...flags, program, 'status'], env).ended;
      expect({ exit, made: readdirSync(held) }).toEqual({ exit: 64, made: [] });
      expect(err).toMatch(/^rc-wait: cannot use the API address/);
    },
  );
});

describe('where rc-wait is started does not matter:', () => {
  it.each([
    ['no PATH', 'unset PATH; exec "$1" --version'],
    ['an empty PATH', 'PATH=; export PATH; exec "$1" --version'],
    ['a PATH that leads nowhere', 'PATH=/nowhere; export PATH; exec "$1" --version'],
  ])('%s', async (_, line) => {
    expect(await byShell(line).ended).toEqual({ exit: 0, out: expect.stringMatching(/^\d/), err: '' });
  });

  const gone = 'mkdir "$2/gone" && cd "$2/gone" && rmdir "$2/gone"; shift; shift;';

  it('a working directory that was removed', async () => {
    const line = `program=$1; ${gone} exec "$program" "$@" 2>/dev/null`;
    const root = rootWith();
    const plan = ['network', 'plan', '--root', root, '--gateway', '10.208.0.2', '--interface', 'eth1'];
    expect(await byShell(line, [scratch(), '--version']).ended).toMatchObject({ exit: 0 });
    expect(await byShell(line, [scratch(), ...plan]).ended).toMatchObject({ exit: 0 });
  });

  it('where it is gone a relative path is an error, and never another folder', async () => {
    const line = `program=$1; ${gone} exec "$program" "$@"`;
    const plan = ['network', 'apply', '--root', '.', '--gateway', '10.208.0.2', '--interface', 'eth1'];
    const { exit, err } = await byShell(line, [scratch(), ...plan]).ended;
    expect(exit).toBe(64);
    expect(err).toMatch(
      /rc-wait: cannot use (a relative path: the working directory was removed|--root \.: no such)/,
    );
  });

  it('tools are never looked for in the working directory', async () => {
    const { folder } = script('xenstore-read', '#!/bin/sh\n: >"$(dirname "$0")/run"\n');
    const line =
      'cd "$2"; PATH=:.:/usr/bin:/bin; export PATH; exec "$1" status --source xenstore --region dfw';
    await byShell(line, [folder]).ended;
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});

describe('a secret', () => {
  it('reaches neither systemd-notify nor any other tool', async () => {
    const { folder } = script(
      'systemd-notify',
      '#!/bin/sh\ncat /proc/self/environ >>"$(dirname "$0")/seen"\n',
    );
    const { url } = await listener([200]);
    const { exit, out, err } = await run(['wait', '--network', 'off', ...play(done).flags], {
      PATH: `${folder}:/usr/bin:/bin`,
      NOTIFY_SOCKET: '/nowhere',
      RC_WAIT_SIGNAL: `${url}/s3cret`,
      RC_WAIT_SIGNAL_TOKEN: 's3cret',
      RAX_API_KEY: 's3cret',
      MINE: 's3cret',
    });
    expect(exit).toBe(0);
    const seen = readFileSync(join(folder, 'seen'), 'utf8');
    expect(seen).toContain('NOTIFY_SOCKET=/nowhere');
    expect(`${seen}${out}${err}`).not.toContain('s3cret');
  });

  it('is not printed by a library that warns of it', async () => {
    const clouds = join(scratch(), 'clouds.yaml');
    writeFileSync(
      clouds,
      'clouds:\n  x:\n    auth:\n      auth_url: http://127.0.0.1:9/v3\n      username: me\n      password: !vault s3cret\n      project_name: p\n',
    );
    for (const start of [
      run,
      (args: readonly string[], env: Record<string, string>) => rcWait(args, { env }),
    ]) {
      const { out, err } = await start(['remote', '--all', '--os-cloud', 'x', '--timeout', '1s'], {
        OS_CLIENT_CONFIG_FILE: clouds,
        HOME: scratch(),
      });
      expect(`${out}${err}`).not.toContain('s3cret');
      expect(err).not.toMatch(/Warning|node:/);
    }
  });
});
