import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scratch } from '../../cli/harness.ts';

/** A disk: files by path; a path that ends with "@" is a symbolic link to the text. */
export type Disk = Readonly<Record<string, string | undefined>>;

/** The hash of no password; it must never be printed. */
export const hash = '$6$saltsalt$H4sHh4ShH4sHh4ShH4sHh4ShH4sHh4ShH4sHh4Sh';

const shared: Disk = {
  '/etc/shadow': `root:${hash}:20000:0:99999:7:::\nsshd:!:20000::::::\n`,
  '/etc/group': 'root:x:0:\nwheel:x:10:admin\n',
  '/etc/fstab': '# /etc/fstab\nUUID=1234 / ext4 defaults 0 1\n',
  '/usr/sbin/sshd': 'program',
  '/usr/bin/sed': 'program',
  '/usr/bin/mawk': 'program',
  '/usr/bin/awk@': '/etc/alternatives/awk',
  '/etc/alternatives/awk@': '/usr/bin/mawk',
  '/usr/sbin/ip': 'program',
};

const debianSshd = (more: string) => `# This is the sshd server system-wide configuration file.
Include /etc/ssh/sshd_config.d/*.conf

#Port 22
#ListenAddress 0.0.0.0
PermitRootLogin yes
#PasswordAuthentication yes
${more} no
UsePAM yes
X11Forwarding yes
AcceptEnv LANG LC_*
Subsystem	sftp	/usr/lib/openssh/sftp-server
`;

const nftables = `#!/usr/sbin/nft -f

flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter;
	}
	chain forward {
		type filter hook forward priority filter;
	}
	chain output {
		type filter hook output priority filter;
	}
}
`;

const debian = (version: string, keyboard: string): Disk => ({
  ...shared,
  '/etc/os-release': `PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="${version}"\n`,
  '/etc/ssh/sshd_config': debianSshd(keyboard),
  '/etc/systemd/system/multi-user.target.wants/ssh.service@': '/lib/systemd/system/ssh.service',
  '/etc/systemd/system/sysinit.target.wants/nftables.service@': '/lib/systemd/system/nftables.service',
  '/etc/nftables.conf': nftables,
});

/** The file that iptables-services of RHEL 7 to 9 brings. */
export const redHatIptables = `# sample configuration for iptables service
# you can edit this manually or use system-config-firewall
# please do not ask us to add additional ports/services to this default configuration
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
COMMIT
`;

const zone = `<?xml version="1.0" encoding="utf-8"?>
<zone>
  <short>Public</short>
  <description>For use in public areas.</description>
  <service name="ssh"/>
  <service name="dhcpv6-client"/>
  <service name="cockpit"/>
  <forward/>
</zone>
`;

const redHat = (version: string, sshd: string, more: Disk): Disk => ({
  ...shared,
  '/etc/os-release': `NAME="Red Hat Enterprise Linux"\nVERSION_ID="${version}"\nID="rhel"\nID_LIKE="fedora"\n`,
  '/etc/ssh/sshd_config': sshd,
  '/etc/selinux/config': `# This file controls the state of SELinux on the system.
# SELINUX= can take one of these three values:
#     enforcing - SELinux security policy is enforced.
SELINUX=permissive
# SELINUXTYPE= can take one of three values:
SELINUXTYPE=targeted
`,
  '/etc/sysconfig/sshd': '# OPTIONS="-4"\nCRYPTO_POLICY=\n',
  '/etc/systemd/system/multi-user.target.wants/sshd.service@': '/usr/lib/systemd/system/sshd.service',
  ...more,
});

const redHatSshd = `HostKey /etc/ssh/ssh_host_rsa_key
SyslogFacility AUTHPRIV
#PermitRootLogin yes
AuthorizedKeysFile	.ssh/authorized_keys
PasswordAuthentication yes
ChallengeResponseAuthentication no
GSSAPIAuthentication yes
UsePAM yes
X11Forwarding yes
Subsystem	sftp	/usr/libexec/openssh/sftp-server
`;

const firewalld: Disk = {
  '/etc/systemd/system/multi-user.target.wants/firewalld.service@':
    '/usr/lib/systemd/system/firewalld.service',
  '/etc/firewalld/firewalld.conf': '# firewalld config file\nDefaultZone=public\n',
  '/etc/firewalld/zones/public.xml': zone,
};

/** Disks of sound servers, as Rackspace's images have them: root may log in with a password. */
export const soundDisks: Readonly<Record<string, Disk>> = {
  'Debian 11': debian('11', 'ChallengeResponseAuthentication'),
  'Debian 12': debian('12', 'KbdInteractiveAuthentication'),
  'Debian 13': debian('13', 'KbdInteractiveAuthentication'),
  'RHEL 7': redHat('7.9', redHatSshd, {
    '/etc/systemd/system/basic.target.wants/iptables.service@': '/usr/lib/systemd/system/iptables.service',
    '/etc/sysconfig/iptables': redHatIptables,
  }),
  'RHEL 8': redHat('8.9', redHatSshd.replace('#PermitRootLogin', 'PermitRootLogin'), firewalld),
  'RHEL 9': redHat(
    '9.3',
    `Include /etc/ssh/sshd_config.d/*.conf\n${redHatSshd.replace('#Permit', '#Permit')}`,
    {
      ...firewalld,
      '/etc/ssh/sshd_config.d/01-permitrootlogin.conf': '# written by anaconda\nPermitRootLogin yes\n',
      '/etc/ssh/sshd_config.d/50-redhat.conf':
        'Include /etc/crypto-policies/back-ends/opensshserver.config\n\nSyslogFacility AUTHPRIV\nChallengeResponseAuthentication no\nUsePAM yes\n',
      '/etc/crypto-policies/back-ends/opensshserver.config': 'Ciphers aes256-gcm@openssh.com\n',
    },
  ),
};

/** Writes a disk; `changes` add files, replace them, or take them away (undefined). The path of its root. */
export function writeDisk(disk: Disk, changes: Disk = {}): string {
  const root = scratch();
  for (const [name, text] of Object.entries({ ...disk, ...changes })) {
    if (text === undefined) continue;
    const path = join(root, name.replace(/@$/, ''));
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith('@')) symlinkSync(text, path);
    else writeFileSync(path, text);
    if (text === 'program') chmodSync(path, 0o755);
  }
  return root;
}
