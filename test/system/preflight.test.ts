import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from './images.ts';
import { Machine } from './machine.ts';
import { packages, type Suite } from './network/beds.ts';

/** What these beds have besides: a real sshd and both packet filters. */
const also = ['openssh-server', 'iptables', 'nftables', 'mawk', 'python3'];

interface Document {
  readonly passed: boolean;
  readonly findings: readonly { readonly id: string; readonly level: string; readonly line: string | null }[];
}

const suites = Object.keys(packages) as Suite[];

/** What makes each documented cause, what takes it away, the check that finds it, its level and a part of its line. */
const causes: readonly (readonly [make: string, undo: string, id: string, level: string, line: RegExp])[] = [
  [
    'echo "Port 2222" >/etc/ssh/sshd_config.d/x.conf',
    'rm /etc/ssh/sshd_config.d/x.conf',
    'ssh-port',
    'FAIL',
    /x.conf:1: Port 2222/,
  ],
  [
    'echo "ListenAddress 127.0.0.1" >/etc/ssh/sshd_config.d/x.conf',
    'rm /etc/ssh/sshd_config.d/x.conf',
    'ssh-port',
    'FAIL',
    /127\.0\.0\.1/,
  ],
  [
    'echo "PermitRootLogin no" >/etc/ssh/sshd_config.d/00.conf',
    'rm /etc/ssh/sshd_config.d/00.conf',
    'ssh-root-login',
    'FAIL',
    /00.conf:1: PermitRootLogin no/,
  ],
  [
    'printf "Match User root\\nPasswordAuthentication no\\n" >/etc/ssh/sshd_config.d/x.conf',
    'rm /etc/ssh/sshd_config.d/x.conf',
    'ssh-password',
    'FAIL',
    /x.conf:2: PasswordAuthentication no/,
  ],
  [
    'echo "AllowUsers admin" >/etc/ssh/sshd_config.d/x.conf',
    'rm /etc/ssh/sshd_config.d/x.conf',
    'ssh-users',
    'FAIL',
    /AllowUsers admin/,
  ],
  [
    'echo "PermitRootLogin perhaps" >/etc/ssh/sshd_config.d/00.conf',
    'rm /etc/ssh/sshd_config.d/00.conf',
    'ssh-server',
    'FAIL',
    /sshd -T: .*line 1/,
  ],
  ['passwd -l root', 'passwd -u root', 'root-password', 'FAIL', /root:\(locked\)/],
  ['chage -d 0 root', 'chage -d -1 root', 'root-password', 'FAIL', /root:\(set\)/],
  [
    'mkdir -p /etc/selinux; printf "SELINUX=enforcing\\nSELINUXTYPE=default\\n" >/etc/selinux/config',
    'rm /etc/selinux/config',
    'selinux',
    'WARN',
    /config:1: SELINUX=enforcing/,
  ],
  ['mv /usr/bin/mawk /usr/bin/mawk.off', 'mv /usr/bin/mawk.off /usr/bin/mawk', 'programs', 'FAIL', /^awk: /],
  [
    'echo "10.208.0.9:/x /mnt nfs defaults 0 0" >>/etc/fstab',
    'sed -i "/nfs/d" /etc/fstab',
    'nfs',
    'FAIL',
    /fstab:\d+: 10\.208/,
  ],
  [
    'nft add table inet t; nft add chain inet t i "{ type filter hook input priority 0; policy drop; }"',
    'nft flush ruleset',
    'packet-filter',
    'FAIL',
    /nft list ruleset:\d+: .*policy drop/,
  ],
  [
    'iptables -A INPUT -p tcp --dport 22 -j DROP',
    'iptables -F; nft flush ruleset',
    'packet-filter',
    'FAIL',
    /22/,
  ],
  [
    'iptables -A INPUT -p tcp --dport 80 -j DROP',
    'iptables -F; nft flush ruleset',
    'packet-filter',
    'WARN',
    /80/,
  ],
  [
    "python3 -c \"import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX); open('/run/locked','w'); time.sleep(600)\" >/dev/null 2>&1 & echo $! >/run/locker; until [ -e /run/locked ]; do sleep 0.1; done",
    'kill $(cat /run/locker); rm /run/locked',
    'package-manager',
    'FAIL',
    /lock-frontend: held by process \d+/,
  ],
];

describe.each(suites)('a server on %s', (suite) => {
  let machine: Machine;

  beforeAll(async () => {
    const image = await build(`a bed with sshd on ${suite}`, suite, ...packages[suite], ...also);
    machine = await Machine.start({
      image,
      command: ['sh', '-c', 'mount -o remount,rw /sys; systemctl disable rc-wait.service; exec /sbin/init'],
      files: [],
      network: 'none',
    });
    // Until then the boot itself changes the disk.
    await machine.untilSucceeds(
      'the boot has ended',
      'systemctl is-system-running | grep -Eq "running|degraded"',
    );
    await machine.sh('echo root:secret-word | chpasswd; mkdir -p /run/sshd; ssh-keygen -A');
    await machine.sh(
      'sed -i "1i PermitRootLogin yes" /etc/ssh/sshd_config.d/50-root.conf 2>/dev/null || echo "PermitRootLogin yes" >/etc/ssh/sshd_config.d/50-root.conf',
    );
  });

  afterAll(() => machine?.[Symbol.asyncDispose]());

  async function preflight() {
    const { exitCode, stdout } = await machine.exec('rc-wait', 'preflight', '--output', 'json');
    const document = JSON.parse(stdout) as Document;
    expect(exitCode).toBe(document.passed ? 0 : 1);
    const hash = await machine.sh("sed -n 's/^root:!*\\([^:]*\\):.*/\\1/p' /etc/shadow");
    expect(hash.length).toBeGreaterThan(20);
    expect(stdout).not.toContain(hash);
    return document.findings.filter(({ level }) => level !== 'PASS');
  }

  it('that is sound has no FAIL, no WARN and nothing that was not looked at; its disk stays as it is', async () => {
    const disk = 'find /etc /usr /var /root -xdev -printf "%p %i %m %s %T@ %C@\\n" | sort | sha256sum';
    const before = await machine.sh(disk);
    expect(await preflight()).toEqual([]);
    expect(await machine.sh(disk)).toBe(before);
  });

  // One after the other: they change the same server.
  it.each(causes)('%s: is found and named', async (make, undo, id, level, line) => {
    await machine.sh(make);
    try {
      expect(await preflight()).toContainEqual(
        expect.objectContaining({ id, level, line: expect.stringMatching(line) }),
      );
    } finally {
      await machine.sh(undo);
    }
    expect(await preflight()).toEqual([]);
  });

  it('for anyone but root it says what it could not look at, and no PASS of that', async () => {
    const { stdout } = await machine.exec(
      'runuser',
      '-u',
      'nobody',
      '--',
      'rc-wait',
      'preflight',
      '--output',
      'json',
    );
    const { findings } = JSON.parse(stdout) as Document;
    for (const id of ['root-password', 'packet-filter'])
      expect(findings.filter((one) => one.id === id).map(({ level }) => level)).toEqual(['SKIP']);
  });
});
