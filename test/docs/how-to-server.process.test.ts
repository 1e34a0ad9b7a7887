import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hookNames } from '../../src/announce/hooks/names.ts';
import { metricsText } from '../../src/report/feeds/metrics.ts';
import { done, netplan, netplanPath, rcWait, rootWith, scratch, simulator } from '../cli/harness.ts';
import { type Ended, startProgram } from '../process/program.ts';
import { blocks } from './pages.ts';

// The pages for who sits on the server: their commands are run as they stand, but for the folders.
const { play } = await simulator();
const docs = join(import.meta.dirname, '../../docs');

/** A folder of programs that only note how they were called, and what they were given. */
function noting(names: readonly string[]): { readonly bin: string; readonly calls: () => readonly string[] } {
  const bin = scratch();
  for (const name of names) {
    const script = `#!/bin/sh\necho "${name} $*" >>'${bin}/calls'\n[ -t 0 ] || cat >>'${bin}/${name}.input'\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  const calls = () => readFileSync(join(bin, 'calls'), 'utf8').trimEnd().split('\n');
  return { bin, calls };
}

/**
 * A server whose automation is DEPLOYED, and whose files are below `root`. `rc-wait` is run in this process: its many
 * starts would cost minutes on a busy machine. All else is run by sh.
 */
function server(...noted: readonly string[]) {
  const { address, stateDir, url } = play(done);
  const root = rootWith();
  const { bin, calls } = noting(noted);
  const env = { RC_WAIT_API_URL: url, RC_WAIT_SOURCE_ADDRESS: address, RC_WAIT_STATE_DIR: stateDir };
  const inRoot = (script: string): string =>
    script
      .replaceAll('/usr/share/doc/rc-wait', docs)
      .replaceAll('/run/rc-wait', stateDir)
      .replace(/(?<![\w/])\/(etc|var)\//g, `${root}/$1/`)
      .replace(/\/mnt\b/g, root);
  const sh = (script: string): Promise<Ended> =>
    startProgram(['sh', '-ec', inRoot(script)], { HOME: root, PATH: `${bin}:${process.env.PATH}` }).ended;
  const rc = async (line: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    const [, words = '', file] = /^rc-wait ([^#>]*?)(?: *>(\S+))?(?: +#.*)?$/.exec(line) ?? [];
    const ended = await rcWait(inRoot(words).split(' '), { env: { ...env, ...more } });
    if (file !== undefined) writeFileSync(join(root, file), ended.out);
    return ended;
  };
  const files = () => readFileSync(join(root, netplanPath), 'utf8');
  return { root, bin, sh, rc, calls, files, stateDir };
}

const linesOf = (block: string | undefined): readonly string[] => (block ?? '').trimEnd().split('\n');

describe('to take the gateway back', () => {
  const [byHand, again, rescue] = blocks('how-to/rollback', 'sh');

  it('each command does what the page says', async () => {
    const { root, rc, files } = server();
    const inTree = { RC_WAIT_ROOT: root };
    const withGateway = { ...inTree, RC_WAIT_GATEWAY: '10.208.0.5' };
    for (const line of linesOf(again)) expect([line, (await rc(line, withGateway)).exit]).toEqual([line, 0]);
    const changed = files();
    expect(changed).not.toBe(netplan);
    for (const line of linesOf(byHand)) expect([line, (await rc(line, inTree)).exit]).toEqual([line, 0]);
    expect(files()).toBe(netplan);
    await rc('rc-wait network apply', withGateway);
    expect(files()).toBe(changed);
    for (const line of linesOf(rescue)) expect([line, (await rc(line)).exit]).toEqual([line, 0]);
    expect(files()).toBe(netplan);
  });

  it('a file that somebody has changed since is refused, and --force keeps it', async () => {
    const { root, rc, files } = server();
    const inTree = { RC_WAIT_ROOT: root };
    expect((await rc('rc-wait network rollback', inTree)).exit).toBe(64);
    await rc('rc-wait network apply --gateway 10.208.0.5', inTree);
    writeFileSync(join(root, netplanPath), `${files()}# mine\n`);
    expect((await rc('rc-wait network rollback', inTree)).exit).toBe(73);
    expect(files()).toContain('# mine');
    const forced = await rc('rc-wait network rollback --force', inTree);
    expect(forced.exit).toBe(0);
    expect(files()).toBe(netplan);
  });
});

describe('hooks', () => {
  const page = readFileSync(join(docs, 'how-to/hooks.md'), 'utf8');
  const paths = [...page.matchAll(/^(?:.* )?`\/(etc\/rc-wait\/\w+\.d\/[\w.-]+)`:$/gm)].map(
    ([, path = '']) => path,
  );

  it('of the page are run as it says, with what a wait hands them', async () => {
    const { root, bin, sh, rc, stateDir } = server('sendmail', 'hostname', 'chown');
    expect(paths).toEqual(['etc/rc-wait/failed.d/50-mail', 'etc/rc-wait/deployed.d/10-keep']);
    const [mail = '', keep = '', rights = '', tried = ''] = blocks('how-to/hooks', 'sh');
    for (const folder of ['etc/rc-wait/failed.d', 'etc/rc-wait/deployed.d', 'var/lib'])
      mkdirSync(join(root, folder), { recursive: true });
    expect(hookNames(paths.map((path) => path.replace(/.*\//, '')))).toHaveLength(paths.length);
    const texts = [mail, keep.replaceAll('/var/', `${root}/var/`)];
    for (const [at, path] of paths.entries()) writeFileSync(join(root, path), texts[at] ?? '');
    expect(await sh(rights)).toMatchObject({ exit: 0, err: '' });
    for (const path of paths) expect(statSync(join(root, path)).mode & 0o777).toBe(0o755);

    await rc('rc-wait wait --network off');
    expect(await sh(tried)).toMatchObject({ exit: 0, err: '' });
    expect(readFileSync(join(bin, 'sendmail.input'), 'utf8')).toMatch(
      /^Subject: .*: RackConnect has ended with failed\n\na try\nExit status 1\. /,
    );
    const result = readFileSync(join(stateDir, 'result.json'), 'utf8');
    const kept = await sh(`'${root}/${paths[1]}' </run/rc-wait/result.json`);
    expect(kept).toMatchObject({ exit: 0, out: 'the gateway is not known\n' });
    expect(readFileSync(join(root, 'var/lib/deployed.json'), 'utf8')).toBe(result);
  });
});

describe('to let a unit wait', () => {
  it('the examples of the package are installed where systemd looks, and hold what the page shows', async () => {
    const { root, sh, calls } = server('systemctl');
    const [dropIn = '', script = ''] = blocks('how-to/unit', 'sh');
    mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
    for (const block of [dropIn, script]) expect(await sh(block)).toMatchObject({ exit: 0, err: '' });
    const installed = (path: string) => readFileSync(join(root, 'etc/systemd/system', path), 'utf8');
    const directives = installed('nginx.service.d/rackconnect.conf').replace(/^#.*\n/gm, '');
    expect(directives).toBe(blocks('how-to/unit', 'ini')[0]);
    expect(installed('after-rackconnect.service')).toContain('ExecStart=/usr/local/sbin/after-rackconnect\n');
    expect(calls()).toEqual([
      'systemctl daemon-reload',
      'systemctl daemon-reload',
      'systemctl enable after-rackconnect.service',
    ]);
  });
});

describe('for an image', () => {
  const [install = '', look = '', , clean = ''] = blocks('how-to/image', 'sh');

  it('the package is that of this version, and a cause in the image is found', async () => {
    const { root, sh, rc, calls } = server('apt-get');
    await sh(install);
    const { version } = JSON.parse(readFileSync(join(docs, '../package.json'), 'utf8'));
    expect(calls()).toEqual([`apt-get install -y ./rc-wait_${version}-1_amd64.deb`]);
    mkdirSync(join(root, 'etc/ssh'), { recursive: true });
    writeFileSync(join(root, 'etc/ssh/sshd_config'), 'Port 2222\n');
    const { exit, out } = await rc(look.trimEnd());
    expect(exit).toBe(1);
    expect(out).toMatch(/FAIL +ssh-port/);
  });

  it('of a server that was DEPLOYED: its gateway and what rc-wait kept are taken out', async () => {
    const { root, sh, rc, files } = server();
    await rc('rc-wait network apply --gateway 10.208.0.5 --root /mnt');
    expect(existsSync(join(root, 'var/lib/rc-wait'))).toBe(true);
    const [rollback = '', remove = ''] = linesOf(clean);
    expect((await rc(rollback)).exit).toBe(0);
    expect((await sh(remove)).exit).toBe(0);
    // Where there is nothing to undo.
    expect((await rc(rollback)).exit).toBe(64);
    expect(files()).toBe(netplan);
    expect(existsSync(join(root, 'var/lib/rc-wait'))).toBe(false);
  });
});

describe('to watch waits', () => {
  it('the last result, the metrics and the history are where the page says', async () => {
    const { root, sh, rc } = server();
    const [outcome = '', , history, held = ''] = blocks('how-to/monitoring', 'sh');
    const metrics = join(root, 'rc-wait.prom');
    expect((await rc('rc-wait wait --network off', { RC_WAIT_METRICS_FILE: metrics })).exit).toBe(0);
    expect(await sh(outcome)).toMatchObject({ exit: 0, out: 'deployed\n', err: '' });
    expect(readFileSync(metrics, 'utf8')).toMatch(/^rc_wait_end\{outcome="deployed"\} 1$/m);
    for (const line of linesOf(history)) expect([line, (await rc(line)).exit]).toEqual([line, 0]);
    expect(readFileSync(join(root, 'wait.svg'), 'utf8')).toMatch(/<svg [^>]+>/);
    const inTree = { RC_WAIT_ROOT: root };
    await rc('rc-wait network apply --gateway 10.208.0.5', inTree);
    expect((await rc(held.trimEnd(), inTree)).exit).toBe(0);
    writeFileSync(join(root, netplanPath), netplan);
    chmodSync(join(root, netplanPath), 0o600);
    expect((await rc(held.trimEnd(), inTree)).exit).toBe(73);
  });

  it('the rules ask only for metrics, labels and values that rc-wait writes', () => {
    const written = metricsText({
      status: undefined,
      tasks: [],
      waitedMs: 0,
      requests: { sent: 0, refused: 0, shared: 0 },
      network: undefined,
      end: undefined,
    });
    const { groups } = parse(blocks('how-to/monitoring', 'yaml')[0] ?? '');
    const rules: { alert: string; expr: string }[] = groups.flatMap(({ rules: own }: { rules: [] }) => own);
    expect(rules.map(({ alert }) => alert)).toEqual([
      'RackConnectFailed',
      'RackConnectSlow',
      'RackConnectRefuses',
    ]);
    for (const { expr } of rules) {
      const names = [...expr.matchAll(/rc_wait_\w+/g)].map(([name]) => name);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(written).toMatch(new RegExp(`^${name}[{ ]`, 'm'));
      for (const [, label, value] of expr.matchAll(/(\w+)!?="([^"]*)"/g))
        expect(written).toContain(`{${label}="${value}"}`);
    }
  });
});
