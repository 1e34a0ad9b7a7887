import { describe, expect, it } from 'vitest';
import { checkSelinux, type SelinuxSeen } from '../../src/preflight/selinux.ts';

const path = '/etc/selinux/config';
const file = (text: string): SelinuxSeen['config'] => ({ path, text });
const boot = (text: string): SelinuxSeen['bootFiles'] => [{ path: '/etc/default/grub', text }];
const enforcing = file('# by the installer\nSELINUX=enforcing\n');

describe('SELinux', () => {
  it.each<[string, SelinuxSeen, string, string]>([
    [
      'that the kernel enforces now',
      { config: undefined, kernel: 'enforcing', bootFiles: [] },
      'FAIL',
      '/sys/fs/selinux/enforce:1: 1',
    ],
    [
      'that is not here',
      { config: undefined, kernel: 'absent', bootFiles: [] },
      'PASS',
      `${path}: there is none`,
    ],
    [
      'of which the file of an image says nothing',
      { config: file('SELINUXTYPE=targeted\n'), kernel: undefined, bootFiles: [] },
      'WARN',
      `${path}: no SELINUX=`,
    ],
    [
      'of which the file of a running server says nothing',
      { config: file('SELINUXTYPE=targeted\n'), kernel: 'permissive', bootFiles: [] },
      'PASS',
      `${path}: no SELINUX=`,
    ],
    [
      'that is permissive',
      { config: file('SELINUX=Permissive\nSELINUX=enforcing\n'), kernel: undefined, bootFiles: [] },
      'PASS',
      `${path}:1: SELINUX=Permissive`,
    ],
    [
      'that is enforcing from the next boot on',
      { config: enforcing, kernel: 'permissive', bootFiles: [] },
      'WARN',
      `${path}:2: SELINUX=enforcing`,
    ],
    [
      'of an image that the kernel’s command line takes back',
      {
        config: enforcing,
        kernel: undefined,
        bootFiles: boot('# selinux=0\nGRUB_CMDLINE_LINUX="quiet selinux=0"\n'),
      },
      'WARN',
      '/etc/default/grub:2: GRUB_CMDLINE_LINUX="quiet selinux=0"',
    ],
    [
      'of an image that enforces it',
      { config: enforcing, kernel: undefined, bootFiles: boot('# selinux=0\nGRUB_CMDLINE_LINUX="quiet"\n') },
      'FAIL',
      `${path}:2: SELINUX=enforcing`,
    ],
  ])('%s', (_, seen, level, line) => {
    expect(checkSelinux(seen)).toMatchObject({ id: 'selinux', level, line });
  });
});
