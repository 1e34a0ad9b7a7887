import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';
import { expectValidSbom } from '../packaging/sbom-schema.ts';
import { rawServer } from '../rackconnect/servers.ts';
import { answerWith } from './hostile.ts';
import { node, type Program, startProgram } from './program.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const folder = scratch();
const bin = join(folder, 'node_modules/.bin/rc-wait');
const installed = join(folder, 'node_modules/rc-wait');
const env = {
  HOME: scratch(),
  PATH: `${dirname(node)}:${process.env.PATH}`,
  npm_config_cache: scratch(),
  npm_config_update_notifier: 'false',
};

/** The newest Node that the package is tried on, beside the one of the lock file: its package for each architecture. */
const newest: Readonly<Record<string, string>> = {
  x64: 'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  arm64: 'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
};

/** Fetches that Node, once; its path. In a process of its own: nothing else could go on in this one meanwhile. */
async function newestNode(): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const wanted = JSON.stringify({ name, version: '26.10.0', integrity: newest[process.arch] });
  const code = `import { fetchPackage } from './scripts/packaging/fetched.ts'; console.log(fetchPackage(${wanted}));`;
  const { stdout } = await run(node, ['--input-type=module', '--eval', code], { cwd: root });
  return join(root, stdout.trim(), 'node_modules', name, 'bin/node');
}

let simulator: Program;
let url: string;
/** the path of the package */
let made: string;

/** Makes the package, in a shell that first does something else; returns its path. */
async function makePackage(before = ':', also: Readonly<Record<string, string>> = {}): Promise<string> {
  const line = `${before}; exec "$0" scripts/packaging/make-npm.ts --out "$1"`;
  const { stdout } = await run('sh', ['-c', line, node, scratch()], { cwd: root, env: { ...env, ...also } });
  return stdout.trim();
}

/** Makes the package, and installs it from its file where no network is used and nothing else is installed. */
beforeAll(async () => {
  made = await makePackage();
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', made], { cwd: folder, env });
  const argv = ['simulate', '--openstack', '--listen', '127.0.0.1:0', '--scenario'] as const;
  const scenario = join(folder, 'scenario.yaml');
  writeFileSync(
    scenario,
    "{deployedAfter: 0s, openstack: {fleets: [{count: 2, name: 'web-{}', endsAfter: 0s}]}}",
  );
  simulator = startProgram([bin, ...argv, scenario], env);
  url = await listening(simulator);
});
afterAll(() => simulator?.child.kill());

/** The URL that a simulator prints first. */
async function listening({ child, saw }: Program): Promise<string> {
  let text = '';
  child.stdout?.on('data', (data) => {
    text += data;
  });
  await saw(/RAX_AUTH_URL=/);
  return /http:\/\/[\d.]+:\d+/.exec(text)?.[0] ?? '';
}

/** Runs rc-wait by a Node: the installed file names `node`, which is looked for in PATH. */
const rcWaitOn = (by: string, ...args: string[]) =>
  startProgram([bin, ...args], {
    ...env,
    PATH: `${dirname(by)}:${env.PATH}`,
    RAX_AUTH_URL: `${url}/identity/v2.0`,
    RAX_USERNAME: 'demo',
    RAX_API_KEY: 'demo-api-key',
  }).ended;

describe('the npm package, installed from its file into an empty folder', () => {
  it('ends a wait as ever, and runs the command after it, where it was removed meanwhile, as by an upgrade', async () => {
    const copy = join(scratch(), 'rc-wait');
    cpSync(installed, copy, { recursive: true });
    let status = 'DEPLOYING';
    const server = await rawServer((socket) =>
      socket.end(answerWith(JSON.stringify({ automation_status: status }))),
    );
    const flags = ['--api-url', server.url.origin, '--source-address', '127.0.0.1', '--network', 'off'];
    const argv = [
      join(copy, 'bin/rc-wait.cjs'),
      'wait',
      ...flags,
      '--state-dir',
      scratch(),
      '--',
      'echo',
      'after',
    ];
    const waiting = startProgram([node, ...argv], env);
    await waiting.saw(/DEPLOYING/);
    rmSync(copy, { recursive: true });
    status = 'DEPLOYED';
    expect(await waiting.ended).toMatchObject({ exit: 0, out: expect.stringMatching(/\nafter\n$/) });
    await server.close();
  });

  it('is run by npx', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { stdout } = await run('npx', ['--offline', '--no', '--', 'rc-wait', '--version'], {
      cwd: folder,
      env,
    });
    expect(stdout).toBe(`${version}\n`);
  });

  it('brings no Node and no dependency, runs no script, and asks for Node 24', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest.engines).toEqual({ node: '>=24' });
    expect(Object.keys(manifest)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/ependencies|scripts|private/)]),
    );
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'rc-wait',
    ]);
    expect(readdirSync(join(installed, 'lib'))).not.toContain('node');
  });

  it('has the licence of each package in the bundle, and an SBOM without a Node', () => {
    const document = JSON.parse(readFileSync(join(installed, 'sbom.cdx.json'), 'utf8'));
    expectValidSbom(document);
    const copyright = readFileSync(join(installed, 'copyright'), 'utf8');
    expect(document.components.length).toBeGreaterThan(20);
    for (const { name, version } of document.components) {
      expect(name).not.toMatch(/^node-linux/);
      expect(copyright).toContain(`Comment: ${name} ${version}, a part of lib/*.cjs`);
    }
  });

  it('says on an older Node that it is too old', async () => {
    const old = join(scratch(), 'old.cjs');
    mkdirSync(dirname(old), { recursive: true });
    writeFileSync(
      old,
      "globalThis.process = Object.create(process, { versions: { value: { node: '22.1.0' } } });",
    );
    expect(
      await startProgram([node, '--require', old, join(installed, 'bin/rc-wait.cjs'), '--version'], env)
        .ended,
    ).toEqual({
      exit: 64,
      out: '',
      err: 'rc-wait: cannot run on Node 22.1.0: Node 24 or newer is needed\n',
    });
  });

  it('is the same, byte for byte, when it is made again with another umask and time zone', async () => {
    const again = await makePackage('umask 077', { TZ: 'Asia/Tokyo', LC_ALL: 'C' });
    expect(again).not.toBe(made);
    expect(readFileSync(again).equals(readFileSync(made))).toBe(true);
  });
});

describe.each([
  ['24', async () => node],
  ['26', newestNode],
] as const)('the npm package on Node %s', (line, nodeOf) => {
  let by: string;

  beforeAll(async () => {
    by = await nodeOf();
    const { stdout } = await run(by, ['--version']);
    expect(stdout).toMatch(new RegExp(`^v${line}\\.`));
  });

  it('waits for servers by `remote`', async () => {
    expect(await rcWaitOn(by, 'remote', '--all')).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^2 of 2 servers deployed/),
    });
  });

  it('names an endpoint by `endpoints`', async () => {
    expect(await rcWaitOn(by, 'endpoints', 'cloudServersOpenStack', '--region', 'ord')).toMatchObject({
      exit: 0,
    });
  });

  it('waits by `wait`', async () => {
    const flags = ['--api-url', url, '--state-dir', scratch(), '--network', 'off'];
    expect(await rcWaitOn(by, 'wait', ...flags)).toMatchObject({ exit: 0 });
  });

  it('prints nothing but the answer: no warning of Node', async () => {
    expect(await rcWaitOn(by, '--version')).toMatchObject({ exit: 0, err: '' });
  });

  it('runs `simulate`', async () => {
    const flags = ['--openstack', '--listen', '127.0.0.1:0'];
    const one = startProgram([bin, 'simulate', ...flags], { ...env, PATH: `${dirname(by)}:${env.PATH}` });
    const api = ['--api-url', await listening(one), '--state-dir', scratch()];
    expect(await rcWaitOn(by, 'status', ...api)).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^DEPLOY(?:ING|ED)\n$/),
    });
    one.child.kill();
    expect((await one.ended).err).not.toMatch(/warning/i);
  });
});
