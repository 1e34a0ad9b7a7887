import { describe, expect, it } from 'vitest';
import { checkNfs } from '../../src/preflight/nfs.ts';

const target = 'rackconnect-deployed.target';
const fstab = (line: string) => ({ fstab: { path: '/etc/fstab', text: `# here\n${line}\n` }, units: [] });
const unit = (text: string) => ({ fstab: undefined, units: [{ path: '/etc/systemd/system/x.mount', text }] });

describe('NFS in fstab', () => {
  it.each([
    ['10.208.0.9:/x /x nfs defaults 0 0', 'FAIL'],
    ['10.208.0.9:/x /x nfs4 _netdev 0 0', 'FAIL'],
    ['10.208.0.9:/x /x auto defaults 0 0', 'FAIL'],
    [`10.208.0.9:/x /x nfs x-systemd.requires=${target} 0 0`, 'FAIL'],
    ['10.208.0.9:/x /x nfs nofail 0 0', 'WARN'],
    ['10.208.0.9:/x /x nfs bg 0 0', 'WARN'],
    [`10.208.0.9:/x /x nfs nofail,x-systemd.requires=${target} 0 0`, 'PASS'],
    ['10.208.0.9:/x /x nfs noauto 0 0', 'PASS'],
    ['10.208.0.9:/x /x nfs x-systemd.automount 0 0', 'PASS'],
  ])('%s: %s', (line, level) => {
    expect(checkNfs(fstab(line))).toMatchObject([{ id: 'nfs', level, line: `/etc/fstab:2: ${line}` }]);
  });

  it.each(['# 10.208.0.9:/x /x nfs defaults 0 0', '/dev/xvda1 / auto defaults 0 1', ''])(
    '%j is none',
    (line) => {
      expect(checkNfs(fstab(line))).toMatchObject([{ level: 'PASS', line: '/etc/fstab: no NFS' }]);
    },
  );

  it('is none where there is no fstab', () => {
    expect(checkNfs({ fstab: undefined, units: [] })).toMatchObject([
      { level: 'PASS', line: '/etc/fstab: there is none' },
    ]);
  });
});

describe('NFS in a unit', () => {
  it.each([
    ['[Mount]\nWhat=10.208.0.9:/x\nType=nfs\n', 'FAIL'],
    [`[Unit]\nAfter=${target}\n[Mount]\nWhat=10.208.0.9:/x\nOptions=nofail\n`, 'PASS'],
    ['[Mount]\nWhat=10.208.0.9:/x\nType=nfs4\nOptions=nofail\n', 'WARN'],
  ])('%j: %s', (text, level) => {
    const [found] = checkNfs(unit(text));
    expect(found?.level).toBe(level);
    expect(found?.line).toMatch(/^\/etc\/systemd\/system\/x\.mount:\d: What=10/);
  });

  it('is none for a disk', () => {
    expect(checkNfs(unit('[Mount]\nWhat=/dev/xvdb1\nType=ext4\n'))).toMatchObject([{ level: 'PASS' }]);
  });
});
