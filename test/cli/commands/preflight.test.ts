import { describe, expect, it } from 'vitest';
import { soundDisks, writeDisk } from '../../app/preflight/disks.ts';
import { faultsIn } from '../../report/schema.ts';
import { rcWait } from '../harness.ts';

const faults = faultsIn('preflight');
const disk = soundDisks['Debian 12'] ?? {};

describe('rc-wait preflight', () => {
  it('ends with 0 for a sound image, and says what each check rests on', async () => {
    const root = writeDisk(disk, { '/etc/shadow': 'root:$6$salt$secret:20000::::::\n' });
    const { exit, out, err } = await rcWait(['preflight', '--root', root]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatchSnapshot();
  });

  it('ends with 1 for an image with causes, and names them', async () => {
    const root = writeDisk(disk, {
      '/etc/ssh/sshd_config': 'Port 2222\nPermitRootLogin no\n',
      '/etc/shadow': 'root:!$6$salt$secret:20000::::::\n',
      '/usr/bin/sed': undefined,
    });
    const { exit, out, err } = await rcWait(['preflight', '--root', root]);
    expect({ exit, err }).toEqual({ exit: 1, err: '' });
    expect(out).toMatchSnapshot();
    expect(out).not.toContain('secret');
  });

  it('prints one document for a program, also on this machine, whatever is found', async () => {
    const { exit, out, err } = await rcWait(['preflight', '--output', 'json']);
    expect(err).toBe('');
    const document = JSON.parse(out) as { passed: boolean; root: string };
    expect(faults(document)).toEqual([]);
    expect(document).toMatchObject({ root: '/', passed: exit === 0 });
  });

  it('refuses a root that is none', async () => {
    expect(await rcWait(['preflight', '--root', '/nonexistent'])).toEqual({
      exit: 64,
      out: '',
      err: 'rc-wait: cannot use --root /nonexistent: no such file or directory\n',
    });
  });
});
