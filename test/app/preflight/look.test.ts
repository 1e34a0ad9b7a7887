import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { lookForCauses } from '../../../src/app/preflight/look.ts';
import type { CheckId, Level } from '../../../src/preflight/finding.ts';
import { humanPreflight, preflightDocument } from '../../../src/report/preflight.ts';
import { type Disk, hash, redHatIptables, soundDisks, writeDisk } from './disks.ts';

/** 2025-01-01, 89 days after the passwords of the disks were set. */
const nowMs = Date.UTC(2025, 0, 1);

async function look(name: string, changes: Disk = {}) {
  const root = writeDisk(soundDisks[name] ?? {}, changes);
  const findings = await lookForCauses({ root, nowMs });
  // Whatever is found, no hash is in it.
  const shown = humanPreflight(findings) + JSON.stringify(preflightDocument(findings, root));
  expect(shown.replace(/\s+/g, '')).not.toContain(hash.slice(12));
  const worst = (id: CheckId) =>
    findings.find((one) => one.id === id && one.level !== 'PASS') ?? findings.find((one) => one.id === id);
  return { root, findings, worst };
}

const names = Object.keys(soundDisks);

describe.each(names)('a sound disk of %s', (name) => {
  it('has neither a FAIL nor a WARN, and is the same afterwards', async () => {
    const root = writeDisk(soundDisks[name] ?? {});
    const listing = (): string =>
      execFileSync('find', [root, '-printf', '%p %i %m %s %T@ %C@ %l\\n'], { encoding: 'utf8' });
    const before = listing();
    const findings = await lookForCauses({ root, nowMs });
    expect(findings.filter(({ level }) => level === 'FAIL' || level === 'WARN')).toEqual([]);
    expect(findings.filter(({ level }) => level === 'SKIP').map(({ id }) => id)).toEqual(['package-manager']);
    expect(listing()).toBe(before);
  });
});

const sshd = '/etc/ssh/sshd_config';

/** A file of the sound disk with another line at its end. */
function more(name: string, path: string, line: string): Disk {
  return { [path]: `${soundDisks[name]?.[path] ?? ''}${line}\n` };
}

/** Each documented cause, as it is made on every disk: what changes, the check that finds it, and a part of its line. */
const causes: readonly (readonly [cause: string, (name: string) => Disk, CheckId, Level, RegExp])[] = [
  [
    'sshd is not installed',
    () => ({ '/usr/sbin/sshd': undefined }),
    'ssh-server',
    'FAIL',
    /^sshd: in no folder/,
  ],
  [
    'sshd has no configuration',
    () => ({ [sshd]: undefined }),
    'ssh-server',
    'FAIL',
    /sshd_config: there is none/,
  ],
  [
    'sshd is on another port',
    (name) => more(name, sshd, 'Port 2222'),
    'ssh-port',
    'FAIL',
    /sshd_config:\d+: Port 2222$/,
  ],
  [
    'sshd is on another port by an option',
    (name) => ({ ...more(name, '/etc/default/ssh', 'SSHD_OPTS="-p 2222"') }),
    'ssh-port',
    'FAIL',
    /\/etc\/default\/ssh:1: SSHD_OPTS/,
  ],
  [
    'sshd is on one address',
    (name) => more(name, sshd, 'ListenAddress 203.0.113.10'),
    'ssh-port',
    'FAIL',
    /ListenAddress 203.0.113.10$/,
  ],
  [
    'sshd is on ServiceNet alone',
    (name) => more(name, sshd, 'ListenAddress 10.208.5.7:22'),
    'ssh-port',
    'WARN',
    /ListenAddress 10.208.5.7:22$/,
  ],
  [
    'sshd is on IPv6 alone',
    (name) => more(name, sshd, 'AddressFamily inet6'),
    'ssh-port',
    'FAIL',
    /AddressFamily inet6$/,
  ],
  [
    'sshd is on another port, and its script of SysV init says nothing of a socket',
    (name) => ({
      ...more(name, sshd, 'Port 2222'),
      '/etc/rc2.d/S01ssh@': '../init.d/ssh',
      '/etc/init.d/ssh': '#!/bin/sh\n',
      '/lib/systemd/system/ssh.socket': '[Socket]\nListenStream=22\nAccept=no\n',
    }),
    'ssh-port',
    'FAIL',
    /Port 2222$/,
  ],
  [
    'a socket is on another port',
    () => ({
      '/etc/systemd/system/sockets.target.wants/ssh.socket@': '/lib/systemd/system/ssh.socket',
      '/lib/systemd/system/ssh.socket': '[Socket]\nListenStream=22\nAccept=no\n',
      '/etc/systemd/system/ssh.socket.d/port.conf': '[Socket]\nListenStream=\nListenStream=2222\n',
    }),
    'ssh-port',
    'FAIL',
    /port.conf:3: ListenStream=2222$/,
  ],
  [
    'root may not log in',
    (name) => ({ [sshd]: `PermitRootLogin no\n${soundDisks[name]?.[sshd]}` }),
    'ssh-root-login',
    'FAIL',
    /sshd_config:1: PermitRootLogin no$/,
  ],
  [
    'root may log in with a key alone',
    (name) => ({ [sshd]: `PermitRootLogin=prohibit-password # keys\n${soundDisks[name]?.[sshd]}` }),
    'ssh-root-login',
    'FAIL',
    /:1: PermitRootLogin=prohibit-password/,
  ],
  [
    'a Match block keeps root out',
    (name) => more(name, sshd, 'Match User root\n\tPermitRootLogin no'),
    'ssh-root-login',
    'FAIL',
    /:\d+: PermitRootLogin no$/,
  ],
  [
    'a Match block lets root in from some addresses',
    (name) => more(name, sshd, 'Match Address 192.168.0.0/16\n  PermitRootLogin no'),
    'ssh-root-login',
    'WARN',
    /PermitRootLogin no$/,
  ],
  [
    'sshd takes no passwords',
    (name) => ({ [sshd]: `passwordauthentication "no"\n${soundDisks[name]?.[sshd]}` }),
    'ssh-password',
    'FAIL',
    /:1: passwordauthentication "no"$/,
  ],
  [
    'a Match block takes no passwords',
    (name) => more(name, sshd, 'Match all\nPasswordAuthentication no'),
    'ssh-password',
    'FAIL',
    /PasswordAuthentication no$/,
  ],
  [
    'a key is needed as well',
    (name) => more(name, sshd, 'AuthenticationMethods publickey,password'),
    'ssh-password',
    'FAIL',
    /AuthenticationMethods/,
  ],
  [
    'DenyUsers has root',
    (name) => more(name, sshd, 'DenyUsers guest root'),
    'ssh-users',
    'FAIL',
    /DenyUsers guest root$/,
  ],
  [
    'AllowUsers lacks root',
    (name) => more(name, sshd, 'AllowUsers admin'),
    'ssh-users',
    'FAIL',
    /AllowUsers admin$/,
  ],
  [
    'AllowUsers lacks rackconnect',
    (name) => more(name, sshd, 'AllowUsers root'),
    'ssh-users',
    'WARN',
    /AllowUsers root$/,
  ],
  [
    'AllowUsers has root from somewhere',
    (name) => more(name, sshd, 'AllowUsers root@10.0.0.1 rackconnect'),
    'ssh-users',
    'WARN',
    /AllowUsers/,
  ],
  ['DenyGroups has root', (name) => more(name, sshd, 'DenyGroups r*t'), 'ssh-users', 'FAIL', /DenyGroups/],
  [
    'AllowGroups lacks root',
    (name) => more(name, sshd, 'AllowGroups wheel ssh'),
    'ssh-users',
    'FAIL',
    /AllowGroups/,
  ],
  [
    'the password is locked',
    () => ({ '/etc/shadow': `root:!${hash}:20000:0:99999:7:::\n` }),
    'root-password',
    'FAIL',
    /^\/etc\/shadow:1: root:\(locked\)$/,
  ],
  [
    'the password was never set',
    () => ({ '/etc/shadow': 'root:*:20000:0:99999:7:::\n' }),
    'root-password',
    'WARN',
    /root:\(none\)$/,
  ],
  [
    'the password is empty',
    () => ({ '/etc/shadow': 'root::20000:0:99999:7:::\n' }),
    'root-password',
    'FAIL',
    /root:\(empty\)$/,
  ],
  [
    'the password has expired',
    () => ({ '/etc/shadow': `daemon:*:1::::::\nroot:${hash}:20000:0:60:7:::\n` }),
    'root-password',
    'FAIL',
    /^\/etc\/shadow:2: root:\(set\)$/,
  ],
  [
    'the password must be changed',
    () => ({ '/etc/shadow': `root:${hash}:0:0:99999:7:::\n` }),
    'root-password',
    'FAIL',
    /\(set\)$/,
  ],
  [
    'the account has expired',
    () => ({ '/etc/shadow': `root:${hash}:20000:0:99999:7::20001:\n` }),
    'root-password',
    'FAIL',
    /\(set\)$/,
  ],
  [
    'SELinux is enforcing',
    () => ({ '/etc/selinux/config': '# mode\nSELINUX=enforcing\nSELINUXTYPE=targeted\n' }),
    'selinux',
    'FAIL',
    /^\/etc\/selinux\/config:2: SELINUX=enforcing$/,
  ],
  [
    'SELinux is enforcing, and off by the command line',
    () => ({
      '/etc/selinux/config': 'SELINUX=enforcing\n',
      '/etc/default/grub': 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="quiet selinux=0"\n',
    }),
    'selinux',
    'WARN',
    /^\/etc\/default\/grub:2: /,
  ],
  ['sed is missing', () => ({ '/usr/bin/sed': undefined }), 'programs', 'FAIL', /^sed: /],
  ['awk leads nowhere', () => ({ '/usr/bin/mawk': undefined }), 'programs', 'FAIL', /^awk: /],
  ['ip is missing', () => ({ '/usr/sbin/ip': undefined }), 'programs', 'FAIL', /^ip: /],
  [
    'NFS is mounted at boot',
    (name) => more(name, '/etc/fstab', '10.208.0.9:/export\t/srv nfs4 _netdev,rw 0 0'),
    'nfs',
    'FAIL',
    /^\/etc\/fstab:3: 10.208.0.9/,
  ],
  [
    'NFS is tried at boot',
    (name) => more(name, '/etc/fstab', 'nas:/export /srv nfs rw,nofail 0 0'),
    'nfs',
    'WARN',
    /^\/etc\/fstab:3: nas/,
  ],
  [
    'a unit mounts NFS at boot',
    () => ({
      '/etc/systemd/system/srv.mount':
        '[Mount]\nWhat=nas:/export\nWhere=/srv\nType=nfs\n\n[Install]\nWantedBy=remote-fs.target\n',
      '/etc/systemd/system/remote-fs.target.wants/srv.mount@': '/etc/systemd/system/srv.mount',
    }),
    'nfs',
    'FAIL',
    /srv.mount:2: What=/,
  ],
  [
    'iptables drops all',
    () => ({
      '/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service@': '/lib/x',
      '/etc/iptables/rules.v4':
        '*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n',
    }),
    'packet-filter',
    'FAIL',
    /rules.v4:2: :INPUT DROP/,
  ],
  [
    'iptables drops port 22',
    () => ({
      '/etc/systemd/system/multi-user.target.wants/iptables.service@': '/lib/x',
      '/etc/sysconfig/iptables': redHatIptables.replace('--dport 22 -j ACCEPT', '--dport 22 -j DROP'),
    }),
    'packet-filter',
    'FAIL',
    /iptables:11: -A INPUT .*--dport 22 -j DROP$/,
  ],
  [
    'iptables was edited',
    () => ({
      '/etc/systemd/system/multi-user.target.wants/iptables.service@': '/lib/x',
      '/etc/sysconfig/iptables': redHatIptables.replace(
        '-A INPUT -j REJECT',
        '-A INPUT -p tcp --dport 80 -j ACCEPT\n-A INPUT -j REJECT',
      ),
    }),
    'packet-filter',
    'WARN',
    /iptables:12: -A INPUT -p tcp --dport 80 -j ACCEPT$/,
  ],
  [
    'nftables drops all',
    () => ({
      '/etc/systemd/system/sysinit.target.wants/nftables.service@': '/lib/x',
      '/etc/nftables.conf':
        'flush ruleset\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tct state established,related accept\n\t\tiif lo accept\n\t\ttcp dport { 80, 443 } accept\n\t}\n}\n',
    }),
    'packet-filter',
    'FAIL',
    /nftables.conf:4: policy drop$/,
  ],
  [
    'ufw is on without a rule for SSH',
    () => ({
      '/etc/ufw/ufw.conf': 'ENABLED=yes\nLOGLEVEL=low\n',
      '/etc/default/ufw': 'DEFAULT_INPUT_POLICY="DROP"\n',
      '/etc/ufw/user.rules':
        '*filter\n:ufw-user-input - [0:0]\n-A ufw-user-input -p tcp --dport 80 -j ACCEPT\nCOMMIT\n',
    }),
    'packet-filter',
    'FAIL',
    /ufw.conf: ENABLED=yes/,
  ],
  [
    'firewalld lets no SSH in',
    () => ({
      '/etc/systemd/system/multi-user.target.wants/firewalld.service@': '/lib/x',
      '/etc/firewalld/firewalld.conf': 'DefaultZone=drop\n',
      '/usr/lib/firewalld/zones/drop.xml': '<zone target="DROP">\n</zone>\n',
    }),
    'packet-filter',
    'FAIL',
    /drop.xml:1: <zone target="DROP">$/,
  ],
];

describe.each(names)('a cause on a disk of %s is found and named', (name) => {
  it.each(causes)('%s', async (_, changes, id, level, line) => {
    const { worst } = await look(name, changes(name));
    expect(worst(id)).toMatchObject({ level, line: expect.stringMatching(line), remedy: expect.any(String) });
  });
});

it('a password is not taken on an Ubuntu image of which cloud-init says so', async () => {
  const { worst } = await look('Debian 12', {
    '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication no\n',
    [sshd]: `${soundDisks['Debian 12']?.[sshd]}PasswordAuthentication yes\n`,
  });
  expect(worst('ssh-password')).toMatchObject({
    level: 'FAIL',
    line: '/etc/ssh/sshd_config.d/50-cloud-init.conf:1: PasswordAuthentication no',
  });
});

it('the first value wins: one before the Include, one in it, one after it', async () => {
  const included = { '/etc/ssh/sshd_config.d/10-root.conf': 'PermitRootLogin no\n' };
  const first = await look('Debian 12', {
    ...included,
    [sshd]: 'PermitRootLogin yes\nInclude sshd_config.d/*.conf\n',
  });
  expect(first.worst('ssh-root-login')?.level).toBe('PASS');
  const later = await look('Debian 12', {
    ...included,
    [sshd]: 'Include sshd_config.d/*.conf\nPermitRootLogin yes\n',
  });
  expect(later.worst('ssh-root-login')).toMatchObject({
    level: 'FAIL',
    line: expect.stringContaining('10-root.conf:1'),
  });
});

it('without PermitRootLogin the build decides: yes up to RHEL 7, no on what came later', async () => {
  const none = { [sshd]: 'UsePAM yes\n', '/etc/ssh/sshd_config.d/01-permitrootlogin.conf': undefined };
  const levels = await Promise.all(
    names.map(async (name) => [name, (await look(name, none)).worst('ssh-root-login')?.level]),
  );
  expect(Object.fromEntries(levels)).toEqual({
    'Debian 11': 'FAIL',
    'Debian 12': 'FAIL',
    'Debian 13': 'FAIL',
    'RHEL 7': 'PASS',
    'RHEL 8': 'FAIL',
    'RHEL 9': 'FAIL',
  });
});

it("what stands in the owner's way to mount NFS after RackConnect is no cause", async () => {
  const { worst } = await look(
    'Debian 12',
    more(
      'Debian 12',
      '/etc/fstab',
      '10.208.0.9:/export /srv/share nfs _netdev,nofail,x-systemd.requires=rackconnect-deployed.target,x-systemd.wanted-by=rackconnect-deployed.target 0 0',
    ),
  );
  expect(worst('nfs')).toMatchObject({ level: 'PASS', line: expect.stringContaining('/etc/fstab:3') });
});

it('rules that RackConnect was told to keep, and its own, are no cause', async () => {
  const rules = (text: string): Disk => ({
    '/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service@': '/lib/x',
    '/etc/iptables/rules.v4': text,
  });
  const own =
    '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:RS-RackConnect-INBOUND - [0:0]\n-A INPUT -j RS-RackConnect-INBOUND\n-A RS-RackConnect-INBOUND -i lo -m comment --comment Local-Loopback -j ACCEPT\nCOMMIT\n';
  expect((await look('Debian 12', rules(own))).worst('packet-filter')?.level).toBe('PASS');
  const custom = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT\n';
  expect((await look('Debian 12', rules(custom))).worst('packet-filter')?.level).toBe('WARN');
  const kept = { ...rules(custom), '/etc/rackconnect-allow-custom-iptables': '' };
  expect((await look('Debian 12', kept)).worst('packet-filter')?.level).toBe('PASS');
});

it('a file that is no file is not looked at, and says so', async () => {
  const { root, findings } = await look('Debian 12', { '/etc/fstab': undefined });
  execFileSync('mkfifo', [`${root}/etc/fstab`]);
  const again = await lookForCauses({ root, nowMs });
  expect(findings.find(({ id }) => id === 'nfs')?.level).toBe('PASS');
  expect(again.find(({ id }) => id === 'nfs')).toMatchObject({
    level: 'SKIP',
    reason: 'cannot be looked at: cannot read /etc/fstab: it is not a regular file',
  });
});
