import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseImage } from './container.ts';
import type { Packages } from './packages.ts';

/** The .rpm on a system of its own. */
export function describeRpm(made: () => Packages): void {
  /** The root of a system with sh and systemctl, in which the scriptlets run by chroot(2). */
  let tree: string;

  const enabled = 'etc/systemd/system/multi-user.target.wants/rc-wait.service';
  const at = (path: string): string => join(tree, path);

  /** Debian's rpm wants to be told that this is no mistake; and its data base knows none of the packages of the tree. */
  function rpm(...args: string[]): string {
    return execFileSync('rpm', ['--root', tree, '--force-debian', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  /** Every file, with its mode, owner and size; rpm's own data base left out. */
  function everything(): string {
    const line =
      'find . -path ./root/.rpmdb -prune -o -path ./dev -prune -o -printf "%p %M %U %G %l\\n" | sort';
    return execFileSync('sh', ['-c', line], { cwd: tree, encoding: 'utf8', maxBuffer: 1e8 });
  }

  beforeAll(async () => {
    tree = join(made().folder, 'root');
    mkdirSync(tree);
    const id = execFileSync('docker', ['create', await baseImage('trixie'), 'true'], {
      encoding: 'utf8',
    }).trim();
    try {
      execFileSync('sh', ['-c', `docker export ${id} | tar -x -C ${tree}`], { timeout: 120_000 });
    } finally {
      execFileSync('docker', ['rm', id]);
    }
  });

  describe('the .rpm', () => {
    it('installs, keeps what the owner has changed, and goes without a trace', () => {
      const before = everything();
      rpm('--nodeps', '-i', made().rpm);
      expect(execFileSync('chroot', [tree, 'rc-wait', '--version'], { encoding: 'utf8' })).toMatch(
        /^\d+\.\d+\.\d+\n$/,
      );
      // Nothing differs from what the package says: content, mode, owner.
      expect(rpm('-V', '--nodeps', 'rc-wait')).toBe('');
      // The scriptlet has run: systemctl preset has enabled it.
      expect(readlinkSync(at(enabled))).toBe('/usr/lib/systemd/system/rc-wait.service');
      expect(existsSync(at('run/rc-wait'))).toBe(false);

      rmSync(at(enabled));
      appendFileSync(at('etc/default/rc-wait'), 'RC_WAIT_REGION=ord\n');
      rpm('--nodeps', '-U', '--force', made().rpm);
      expect(readFileSync(at('etc/default/rc-wait'), 'utf8')).toContain('RC_WAIT_REGION=ord');
      expect(existsSync(at(enabled)), 'an upgrade leaves it disabled where the owner has disabled it').toBe(
        false,
      );

      rpm('--nodeps', '-e', 'rc-wait');
      expect(readFileSync(at('etc/default/rc-wait.rpmsave'), 'utf8')).toContain('RC_WAIT_REGION=ord');
      rmSync(at('etc/default/rc-wait.rpmsave'));
      expect(everything().split('\n')).toEqual(before.split('\n'));
    });

    it('needs ip, systemd and a glibc, and no Node', () => {
      const needed = rpm('-qp', '--requires', made().rpm);
      expect(needed).toMatch(/^\/sbin\/ip$/m);
      expect(needed).toMatch(/^systemd$/m);
      expect(needed).toMatch(/^libc\.so\.6\(GLIBC_2\.28\)\(64bit\)$/m);
      expect(needed).not.toMatch(/node/i);
    });

    it('has the same files as the .deb, but for what each kind of system keeps elsewhere', () => {
      const line = `dpkg-deb --fsys-tarfile ${made().deb} | tar t`;
      const inDeb = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\n');
      const inRpm = rpm('-qpl', made().rpm).split('\n').filter(Boolean);
      const files = inDeb.filter((path) => path !== '' && !path.endsWith('/')).map((path) => path.slice(1));
      expect(files.filter((path) => !inRpm.includes(path)).sort()).toEqual([
        '/etc/update-motd.d/95-rc-wait',
        '/usr/share/doc/rc-wait/changelog.Debian.gz',
        '/usr/share/lintian/overrides/rc-wait',
        '/usr/share/zsh/vendor-completions/_rc-wait',
      ]);
      expect(inRpm).toContain('/etc/profile.d/rc-wait.sh');
    });
  });
}
