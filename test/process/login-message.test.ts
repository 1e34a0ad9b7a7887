import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootId } from '../../src/system/boot.ts';
import { scratch, simulator } from '../cli/harness.ts';
import { start } from './program.ts';

const { play } = await simulator();

const at = (name: string): string => fileURLToPath(new URL(`../../packaging/login/${name}`, import.meta.url));

/** The shells that are here, of those that are /bin/sh somewhere. */
const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([name = '']) => spawnSync(name, ['-c', ':']).error === undefined,
);

/** What a login is told; the script must end with 0 and without a word of its own, whatever it finds. */
function toldBy([shell = '', ...flags]: readonly string[], folder: string): string {
  const argv = [...flags, at('login-message'), folder];
  const { status, stdout, stderr } = spawnSync(shell, argv, { encoding: 'utf8', env: { IFS: 'D' } });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const startOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

const uptimeS = (): number => Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')));

/** The fields of a file as a wait in the process `pid` writes it, with some of them changed. */
function fieldsOf(pid: number, changed: Readonly<Record<string, string | number>> = {}): string {
  const usual = { status: 'DEPLOYING', began: uptimeS(), started: startOf(pid), boot: bootId() };
  return `${Object.values({ ...usual, ...changed }).join(' ')}\n`;
}

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const line = (minutes: number): string =>
  `RackConnect is still DEPLOYING (${minutes === 0 ? 'less than a minute' : `${minutes} min`}): leave root's password, sshd and iptables alone\n`;

const own = `${process.pid}`;

describe.each(shells)('a login, with %s as sh', (...shell) => {
  it('is told while a wait sees DEPLOYING, and nothing once it is killed or has ended', async () => {
    const { flags, stateDir } = play({ deployedAfter: 'never' });
    const folder = join(stateDir, 'under-way');
    expect(toldBy(shell, folder)).toBe('');
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const wait = start(['wait', '--network', 'off', ...flags]);
      await wait.saw(/DEPLOYING/);
      await expect.poll(() => existsSync(join(folder, `${wait.child.pid}`))).toBe(true);
      expect(toldBy(shell, folder)).toMatch(
        /^RackConnect is still DEPLOYING \(.* (min|minute)\): leave root's password, sshd and iptables alone\n$/,
      );
      wait.child.kill(signal);
      await wait.ended;
      expect(toldBy(shell, folder)).toBe('');
    }
    // The second wait has removed what the first one left.
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is told for how long the wait has been going on; of several, the longest', () => {
    const began = Math.max(0, uptimeS() - 125);
    const folder = folderWith({
      [own]: fieldsOf(process.pid),
      [`${process.ppid}`]: fieldsOf(process.ppid, { began }),
    });
    const minutes = (): number => Math.floor((uptimeS() - began) / 60);
    const possible: string[] = [];
    const from = minutes();
    const told = toldBy(shell, folder);
    for (let one = from; one <= minutes(); one += 1) possible.push(line(one));
    expect(possible).toContain(told);
  });

  it.each([
    ['another status', { status: 'DEPLOYED' }],
    ['a status with control characters', { status: '\u001b]0;x\u0007' }],
    ['a status that is a command', { status: '$(echo>&2)' }],
    ['a status with a pattern', { status: 'DEPLOY*' }],
    ['another boot', { boot: '00000000-0000-0000-0000-000000000000' }],
    ['no boot', { boot: '' }],
    ['a pid that another process has now', { started: 1 }],
    ['no start of the process', { started: '' }],
    ['a wait that is still to begin', { began: 999_999_999 }],
    ['a time that is no number', { began: 'a[$(echo>&2)]' }],
    ['a time in octal', { began: '08' }],
    ['a time that is too long', { began: '9'.repeat(30) }],
    ['a time below zero', { began: -1 }],
  ])('is told nothing where a file has %s', (_name, changed) => {
    expect(toldBy(shell, folderWith({ [own]: fieldsOf(process.pid, changed) }))).toBe('');
  });

  it('is told nothing where a file is empty, has no pid for a name, or is none, and does not hang', () => {
    expect(toldBy(shell, folderWith({ [own]: '' }))).toBe('');
    const usual = fieldsOf(process.pid);
    const names = [`0${own}`, `${own}x`, `.${own}`, `.${own}.0123456789abcdef`, '1 2', '999999999'];
    expect(toldBy(shell, folderWith(Object.fromEntries(names.map((name) => [name, usual]))))).toBe('');
    const folder = scratch();
    mkdirSync(join(folder, `${process.ppid}`));
    execFileSync('mkfifo', [join(folder, own)]);
    expect(toldBy(shell, folder)).toBe('');
    expect(toldBy(shell, join(folder, 'missing'))).toBe('');
  });
});

describe('what the .rpm puts into /etc/profile.d', () => {
  const toldIn = (flags: string): string => {
    const folder = folderWith({ [own]: fieldsOf(process.pid) });
    const snippet = join(scratch(), 'rc-wait.sh');
    const text = readFileSync(at('rc-wait.sh'), 'utf8');
    const called = text.replace('/usr/lib/rc-wait/login-message\n', `${at('login-message')} ${folder}\n`);
    writeFileSync(snippet, called.replaceAll('/usr/lib/rc-wait/login-message', at('login-message')));
    const argv = ['--noprofile', '--norc', flags, `. ${snippet}`];
    return spawnSync('bash', argv, { encoding: 'utf8' }).stdout;
  };

  it('speaks in interactive login shells alone', () => {
    expect(toldIn('-lic')).toMatch(/^RackConnect is still DEPLOYING \(.*\): leave [^\n]*\n$/);
    for (const flags of ['-ic', '-lc', '-c']) expect(toldIn(flags)).toBe('');
  });
});
