import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identifyProcess } from '../../src/network/change/running-command.ts';
import { netplan, netplanPath } from '../cli/harness.ts';
import { entryOf } from '../network/entry.ts';
import { rcWait } from '../process/program.ts';
import { attack, exposed, isRoot, keepAttacking, openFolder, owned } from './attacker.ts';

const journalOf = (root: string): string => join(root, 'var/lib/rc-wait/network');

/** A change that was begun: to undo it root would write this file. */
const planted = (mode: number): string =>
  JSON.stringify(
    entryOf([
      {
        path: '/usr/bin/shell',
        before: { text: '#!/bin/sh\n', mode, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 },
        after: null,
        madeFolder: null,
      },
    ]),
  );

const commands = [
  ['network', 'recover'],
  ['network', 'apply', '--gateway', '10.208.0.1'],
  ['network', 'rollback', '--force'],
  ['network', 'check', '--repair'],
  ['wait', '--once-per-instance', '--timeout', '1s'],
];

describe('a tree of another user', () => {
  it.each(commands)('is not changed by %s %s, whatever its journal says', async (...command) => {
    const root = exposed(join(openFolder(), 'tree'));
    attack('mkdir -p "$1/var/lib/rc-wait/network" "$1/usr/bin"', root);
    attack('printf %s "$2" >"$1/written.json"', journalOf(root), planted(0o4755));
    const { exit, err } = await rcWait([...command, '--root', root]);
    expect({ exit, err }).toEqual({
      exit: 64,
      err: expect.stringMatching(
        /cannot use --root \S+: \S+ (does not belong to|can be written by others than)/,
      ),
    });
    expect(readdirSync(join(root, 'usr/bin'))).toEqual([]);
  });

  it.each(['var/lib/rc-wait/network', 'var/lib/rc-wait', 'var/lib'])(
    'is one as well where no more than its %s is: 73, and nothing is written',
    async (folder) => {
      const root = join(openFolder(), 'tree');
      mkdirSync(join(root, 'usr/bin'), { recursive: true });
      exposed(join(root, folder));
      attack('mkdir -p "$1" && printf %s "$2" >"$1/written.json"', journalOf(root), planted(0o755));
      const { exit, err } = await rcWait(['network', 'recover', '--root', root]);
      expect({ exit, err }).toEqual({
        exit: 73,
        err: expect.stringMatching(
          /cannot use the journal \S+: \S+ (does not belong to|can be written by others)/,
        ),
      });
      expect(readdirSync(join(root, 'usr/bin'))).toEqual([]);
    },
  );

  it('can be looked at: a plan only reads', async () => {
    const root = exposed(join(openFolder(), 'tree'));
    attack('mkdir -p "$1/etc/netplan"; printf %s "$2" >"$1$3"', root, netplan, netplanPath);
    const { exit, out } = await rcWait(['network', 'plan', '--gateway', '10.208.0.1', '--root', root]);
    expect({ exit, out }).toEqual({ exit: 0, out: expect.stringContaining('10.208.0.1') });
  });
});

describe('a disk of another machine, in a folder of this user', () => {
  it('gets no set-id bit from its journal', async () => {
    const root = join(openFolder(), 'tree');
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    owned(join(journalOf(root), 'written.json'), planted(0o6755));
    expect((await rcWait(['network', 'recover', '--root', root])).exit).toBe(0);
    expect(statSync(join(root, 'usr/bin/shell')).mode & 0o7777).toBe(0o755);
  });

  it('has no process of this one ended by what it notes', async () => {
    const root = join(openFolder(), 'tree');
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const victim = identifyProcess(child.pid ?? 0);
    owned(join(journalOf(root), 'written.json'), JSON.stringify(entryOf([], victim && { owner: victim })));
    owned(join(journalOf(root), 'command'), JSON.stringify(victim));
    expect((await rcWait(['network', 'recover', '--patience', '1s', '--root', root])).exit).toBe(0);
    expect(identifyProcess(child.pid ?? 0)).toEqual(victim);
  });

  it('has nothing outside it written by a path that leads up', async () => {
    const above = openFolder();
    const root = join(above, 'tree');
    const entry = planted(0o644).replace('/usr/bin/shell', '/../outside/shell');
    mkdirSync(join(above, 'outside'));
    owned(join(journalOf(root), 'written.json'), entry);
    expect((await rcWait(['network', 'recover', '--root', root])).exit).toBe(74);
    expect(readdirSync(join(above, 'outside'))).toEqual([]);
  });
});

describe('a folder that is swapped for a link while root works below it', () => {
  it.each([
    ['of the files', 'etc'],
    ['of the journal', 'var/lib'],
  ])('%s: nothing is written outside the tree', async (_, where) => {
    const above = openFolder();
    const root = join(above, 'tree');
    const victim = join(above, 'victim');
    owned(join(root, netplanPath), netplan);
    owned(join(victim, 'netplan/50-cloud-init.yaml'), netplan);
    owned(join(victim, 'rc-wait/network/last.json'), 'not yours\n');
    const before = readdirSync(victim, { recursive: true }).sort();
    mkdirSync(join(root, where), { recursive: true });
    exposed(join(root, where));
    // The folder below, which he has made, is there, and then a link to the victim's.
    const name = where === 'etc' ? 'netplan' : 'rc-wait';
    keepAttacking(
      'mv "$1" "$1.real" 2>/dev/null || { mkdir "$1.real"; }; ln -s "$2" "$1"; rm -f "$1"; mv "$1.real" "$1"',
      join(root, where, name),
      join(victim, name),
    );
    for (let run = 0; run < 5; run += 1) {
      const { exit } = await rcWait(['network', 'apply', '--gateway', '10.208.0.1', '--root', root]);
      expect([73, 74]).toContain(exit);
    }
    expect(readdirSync(victim, { recursive: true }).sort()).toEqual(before);
    expect(readFileSync(join(victim, 'netplan/50-cloud-init.yaml'), 'utf8')).toBe(netplan);
  });

  it('and a tree that nobody else can write to is changed as ever', async () => {
    const root = join(openFolder(), 'tree');
    const path = owned(join(root, netplanPath), netplan);
    chmodSync(path, 0o600);
    const { exit } = await rcWait(['network', 'apply', '--gateway', '10.208.0.1', '--root', root]);
    expect(exit).toBe(0);
    expect(existsSync(journalOf(root))).toBe(true);
    expect(isRoot ? statSync(path).uid : 0).toBe(0);
  });
});
