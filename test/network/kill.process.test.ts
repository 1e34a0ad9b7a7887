import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { recover } from '../../src/network/change/recover.ts';
import { put } from './scratch.ts';

const program = fileURLToPath(new URL('./kill/change.ts', import.meta.url));

/** A change of three files: one that is edited, one that is edited and has odd attributes, one that is new. */
const files = {
  '/etc/netplan/50-cloud-init.yaml': `network:
  version: 2
  ethernets:
    eth0:
      addresses: [192.0.2.10/24]
      routes:
        - {to: default, via: 192.0.2.1}
    eth1:
      addresses: [10.208.5.7/19]
`,
  '/etc/netplan/60-more.yaml': `# an umlaut: \u00fc
network:
  ethernets:
    eth2:
      addresses: [198.51.100.7/24]
      gateway4: 198.51.100.1
`,
};

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fresh = () => mkdtempSync(join(folder, 'root-'));

function server(): string {
  const root = fresh();
  for (const [path, text] of Object.entries(files)) put(root, path, text);
  chmodSync(join(root, '/etc/netplan/60-more.yaml'), 0o640);
  return root;
}

/** Every network file with its mode, owner and bytes. */
function stateOf(root: string): Record<string, string> {
  const netplan = join(root, 'etc/netplan');
  return Object.fromEntries(
    readdirSync(netplan)
      .sort()
      .map((name) => {
        const { mode, uid, gid } = lstatSync(join(netplan, name));
        const digest = createHash('sha256')
          .update(readFileSync(join(netplan, name)))
          .digest('hex');
        return [name, `${mode.toString(8)} ${uid}:${gid} ${digest}`];
      }),
  );
}

interface Ended {
  readonly killed: boolean;
  readonly steps: readonly string[];
}

/** Runs the program; killed at the step with that number, where it comes so far. */
function run(verb: 'apply' | 'rollback' | 'recover', root: string, number = 0): Ended {
  const { signal, status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, verb, root, String(number)],
    {
      encoding: 'utf8',
    },
  );
  if (signal === null && status !== 0) throw new Error(`${verb} ended with ${status}: ${stderr}`);
  return { killed: signal === 'SIGKILL', steps: stdout.split('\n').filter((line) => line !== '') };
}

function copyOf(root: string): string {
  const copy = fresh();
  cpSync(root, copy, { recursive: true });
  return copy;
}

const journalOf = (root: string) => readdirSync(join(root, 'var/lib/rc-wait/network')).sort();

const before = server();
const old = stateOf(before);
const changed = copyOf(before);
const applied = run('apply', changed);
const gatewayInterface = stateOf(changed);

describe('SIGKILL at every step', () => {
  it('the steps are those that the journal knows, and each file is one', () => {
    expect(applied.steps).toEqual([
      'prepared',
      'armed',
      'staged',
      'file /etc/netplan/50-cloud-init.yaml',
      'file /etc/netplan/60-more.yaml',
      'file /etc/netplan/90-rc-wait.yaml',
      'written',
      'reloaded',
      'probed',
      'committed',
      'finished',
      'disarmed',
    ]);
    expect(Object.keys(gatewayInterface)).toHaveLength(3);
    expect(journalOf(changed)).toEqual(['last.json']);
  });

  it.each(applied.steps.map((name, index) => [index + 1, name] as const))(
    'of a change (%i: %s): the files are the old ones or the new ones, whole, after the next start',
    async (number, name) => {
      const root = copyOf(before);
      expect(run('apply', root, number)).toMatchObject({ killed: true });
      await recover({ root });
      const isCommitted = number >= applied.steps.indexOf('committed') + 1;
      expect(stateOf(root), name).toEqual(isCommitted ? gatewayInterface : old);
      expect(journalOf(root)).toEqual(isCommitted ? ['last.json'] : []);
      // And what was left does not stop the next one.
      if (!isCommitted) expect(run('apply', root).killed).toBe(false);
      expect(stateOf(root)).toEqual(gatewayInterface);
    },
  );

  it('of the recovery, one after the other: the next start ends what it began', async () => {
    const killedAt = applied.steps.indexOf('written') + 1;
    const half = copyOf(before);
    run('apply', half, killedAt);
    const { steps } = run('recover', copyOf(half));
    expect(steps.length).toBeGreaterThan(3);
    for (let number = 1; number <= steps.length; number += 1) {
      const root = copyOf(half);
      expect(run('recover', root, number).killed).toBe(true);
      await recover({ root });
      expect(stateOf(root), steps[number - 1] ?? '').toEqual(old);
      expect(journalOf(root)).toEqual([]);
    }
    // Killed again and again, each time at its first step, it still comes to an end.
    const root = copyOf(half);
    for (let time = 0; time < 5; time += 1) run('recover', root, 1);
    await recover({ root });
    expect(stateOf(root)).toEqual(old);
  });

  it('of a rollback by hand: the new files or the old ones, whole', async () => {
    const { steps } = run('rollback', copyOf(changed));
    for (let number = 1; number <= steps.length; number += 1) {
      const root = copyOf(changed);
      expect(run('rollback', root, number).killed).toBe(true);
      await recover({ root });
      const isCommitted = number >= steps.indexOf('committed') + 1;
      expect(stateOf(root), steps[number - 1] ?? '').toEqual(isCommitted ? old : gatewayInterface);
    }
  });
});
