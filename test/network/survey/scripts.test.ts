import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { planNetwork } from '../../../src/network/plan/plan.ts';
import { scratch } from '../scratch.ts';

const gateway = parseIpv4('10.208.233.7') as Ipv4Address;
const interfaces = '/etc/network/interfaces';
const eth1 = 'auto eth1\niface eth1 inet static\n  address 10.208.227.239/19\n';
const way = 'ip route add default via 203.0.113.1 dev eth0\n';
const script = `#!/bin/sh\n${way}`;

type Files = Readonly<Record<string, string>>;

/** A tree with eth1 of ifupdown, other files, and executable scripts. */
function tree(files: Files, scripts: Files = {}): string {
  const root = scratch({ [interfaces]: eth1, ...files, ...scripts });
  for (const path of Object.keys(scripts)) chmodSync(join(root, path), 0o755);
  return root;
}

function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

const plan = (root: string) => planNetwork({ gateway, stack: 'ifupdown', root });

/** What a plan of the tree says: the reason of a refusal, or its warnings. */
async function said(root: string): Promise<string> {
  return plan(root).then(
    ({ warnings = [] }) => `warnings: ${warnings.join('; ')}`,
    (error: Error) => `refused: ${error.message}`,
  );
}

const rcLocal = (line: string): Files => ({ '/etc/rc.local': `#!/bin/sh -e\n${line}\nexit 0\n` });

describe('a file that a command line runs is read', () => {
  it.each([
    'sh -e /opt/route',
    'bash -e /opt/route eth0 &',
    '/bin/dash /opt/route',
    'cd /opt && sh ./route',
    'cd /opt; . ./route',
    'cd / ; cd opt\nsh route',
    'su - root -c "sh /opt/route"',
    "su -c 'ip route add default via 203.0.113.1 dev eth0'",
    'su root --command="sh /opt/route"',
    'su - root /opt/route',
    'runuser -u root -- sh /opt/route',
    'sudo -u root sh /opt/route',
    'sudo -E -- sh /opt/route',
    'nohup sh /opt/route </dev/null >/dev/null 2>&1 &',
    'setsid -f sh /opt/route',
    'exec sh /opt/route',
    'exec -a routes sh /opt/route',
    'time -p sh /opt/route',
    'env -i A=b sh /opt/route',
    'env -u A sh /opt/route',
    'nice -n 19 sh /opt/route',
    'ionice -c 3 sh /opt/route',
    'flock -n /run/lock/x sh /opt/route',
    "flock /run/lock/x -c 'sh /opt/route'",
    'timeout -k 5 30 sh /opt/route',
    'taskset -c 0 sh /opt/route',
    'systemd-run --unit routes sh /opt/route',
    'start-stop-daemon --start --exec /bin/sh -- /opt/route\nsh /opt/route',
    'busybox sh /opt/route',
    '. /opt/route',
    'source /opt/route',
    '[ -r /opt/route ] && . /opt/route',
    'if [ -r /opt/route ]; then . /opt/route; fi',
    'for f in /opt/ro*; do . "$f"; done',
    'for f in /opt/*; do [ -r $f ] && sh $f; done',
    'D=/opt\nfor f in $D/*; do . $f; done',
    'HOOK=/opt/route\nsh $HOOK',
    'PATH=/opt:$PATH\n. route',
    'sh -c "sh -c \'sh /opt/route\'"',
    'eval "sh /opt/route"',
    '(sh /opt/route) &',
    'sh -x -o errexit /opt/route',
  ])('in rc.local: %s', async (line) => {
    const root = tree({ '/opt/route': way }, rcLocal(line));
    expect(await said(root)).toMatch(
      line.includes("'ip route")
        ? /^refused: .*\/etc\/rc\.local, which runs .*203\.0\.113\.1 dev eth0" \(line 2\)/
        : /^refused: .*\/opt\/route, which runs .*203\.0\.113\.1 dev eth0" \(line 1\)/,
    );
    expect(isHeld(await checkNetwork({ gateway, stack: 'ifupdown', root }))).toBe(false);
  });

  it.each([
    '/opt/route',
    'cd /opt && ./route',
    'run-parts /opt',
    'run-parts --arg=eth0 -v /opt',
    '/usr/local/lib/../../../opt/route',
    'PATH=/opt:$PATH; route2 eth0\nPATH=/opt:$PATH\nroute2',
    'for f in /opt/*; do [ -x "$f" ] && "$f"; done',
    'start-stop-daemon --start --background --exec /opt/route',
    'timeout 5 /opt/route',
    'nohup /opt/route &',
    'command /opt/route',
  ])('where it is executable: %s', async (line) => {
    const root = tree({}, { ...rcLocal(line), '/opt/route': script, '/opt/route2': script });
    expect(await said(root)).toMatch(/^refused: .*\/opt\/route2?, which runs/);
    chmodSync(join(root, '/opt/route'), 0o644);
    chmodSync(join(root, '/opt/route2'), 0o644);
    expect(await said(root)).toBe('warnings: ');
  });

  it('by its name, in /usr/local and in the folders of the distribution', async () => {
    for (const folder of ['/usr/local/sbin', '/usr/sbin']) {
      const root = tree({}, { ...rcLocal('setroutes eth0'), [`${folder}/setroutes`]: script });
      expect(await said(root)).toMatch(/^refused: .*\/setroutes, which runs/);
    }
  });

  it('from its own folder, wherever that is', async () => {
    const files = {
      ...rcLocal('/opt/net/start'),
      '/opt/net/start': '#!/bin/bash\n. "$(dirname "$0")"/lib\n',
    };
    expect(await said(tree({ '/opt/net/lib': way }, files))).toMatch(/^refused: .*\/opt\/net\/lib/);
    const other = { ...files, '/opt/net/start': `#!/bin/bash\ncd "\${0%/*}"\n. ./lib\n` };
    expect(await said(tree({ '/opt/net/lib': way }, other))).toMatch(/^refused: .*\/opt\/net\/lib/);
  });

  it.each(['python3 /opt/route', '/usr/bin/env python3 -u /opt/route', 'perl -w /opt/route'])(
    'with a hint in another language: %s',
    async (line) => {
      const text = '# routes\nrun(["ip", "route", "add", "default", "via", gw])\n';
      expect(await said(tree({ '/opt/route': text }, rcLocal(line)))).toBe(
        'warnings: /opt/route (line 2) runs at boot and sets routes that rc-wait cannot determine',
      );
      expect(await said(tree({ '/opt/route': 'print(1)\n' }, rcLocal(line)))).toBe('warnings: ');
    },
  );

  it.each([
    ['$CMD eth0', '/etc/rc.local (line 2) runs what only a shell could tell: $CMD eth0'],
    ['sh "$1"', 'runs what only a shell could tell'],
    ['. $(find /opt)', 'runs what only a shell could tell'],
    ['/opt/missing', '/etc/rc.local (line 2) runs /opt/missing, which is not there to be read'],
    ['sh /opt/missing', 'is not there to be read'],
    ['dhclient eth0', '/etc/rc.local (line 2) runs "dhclient eth0", which may bring a default route'],
    ['nmcli con up eth0', 'may bring a default route'],
    ['(sleep 30; wg-quick up wg0) &', 'may bring a default route'],
    ['pppd call dsl', 'may bring a default route'],
    ['ip route add default via "$GW"', 'sets routes that rc-wait cannot determine'],
  ])('or is a warning with file and line: %s', async (line, words) => {
    expect(await said(tree({}, rcLocal(line)))).toMatch(/^warnings: ./);
    expect(await said(tree({}, rcLocal(line)))).toContain(words);
  });

  it.each([
    'echo started > /var/log/boot',
    'systemctl restart ssh',
    '[ -x /opt/missing ] && /opt/missing',
    'ethtool -K eth0 tso off',
    'sysctl -p',
    'touch /var/lock/subsys/local',
    'dhclient -r eth0',
    'nmcli -t device status > /tmp/devices',
    'command -v ip >/dev/null',
    'sh -c "exit 0"',
    'for f in /opt/*; do . $f; done',
  ])('and what touches no route is no warning: %s', async (line) => {
    expect(await said(tree({}, rcLocal(line)))).toBe('warnings: ');
  });

  it('but neither what runs itself nor a long chain keeps it', async () => {
    const loop = { '/opt/a': '. /opt/b\n', '/opt/b': '. /opt/a\n' };
    expect(await said(tree(loop, rcLocal('. /opt/a')))).toBe('warnings: ');
  });
});

describe('a hook of interfaces(5)', () => {
  const hook = (option: string) => ({ [interfaces]: `${eth1}  ${option}\n` });

  it.each(['bash -e /opt/route', 'sh /opt/route $IFACE &', 'cd /opt && . ./route', 'env A=b sh /opt/route'])(
    'runs a file without the permission to be executed: up %s',
    async (line) => {
      expect(await said(tree({ ...hook(`up ${line}`), '/opt/route': way }))).toMatch(
        /^refused: .*\/opt\/route, which runs/,
      );
    },
  );

  it('may bring up a link of PPP, and a default route with it', async () => {
    const text = `${eth1}auto dsl\niface dsl inet ppp\n  provider dsl\n`;
    expect(await said(tree({ [interfaces]: text }))).toBe(
      'warnings: /etc/network/interfaces (line 5) runs "pon dsl", which may bring a default route',
    );
  });

  it('runs a program that a distribution ships, and that is no warning', async () => {
    const root = tree(hook('up /sbin/ethtool -K eth1 tso off'), { '/sbin/ethtool': '\u007fELF\u0000' });
    expect(await said(root)).toBe('warnings: ');
  });
});

describe('a unit that a boot starts', () => {
  const wants = '/etc/systemd/system/multi-user.target.wants';
  const service = (line: string, more = '') => `[Service]\nType=oneshot\n${more}ExecStart=${line}\n`;
  const found = /^refused: .*sets "default via 203\.0\.113\.1/;

  async function withUnit(name: string, files: Files, scripts: Files = {}): Promise<string> {
    const root = tree(files, scripts);
    link(root, `${wants}/${name}`, `../${name}`);
    return said(root);
  }

  it('reads a script by an interpreter', async () => {
    const files = { '/etc/systemd/system/r.service': service('/bin/bash /opt/route'), '/opt/route': way };
    expect(await withUnit('r.service', files)).toMatch(found);
  });

  it.each([
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
    '/usr/local/lib/systemd/system',
    '/run/systemd/system',
  ])('is found in %s', async (folder) => {
    expect(await withUnit('r.service', { [`${folder}/r.service`]: service(`/sbin/${way.trim()}`) })).toMatch(
      found,
    );
  });

  it('is found in /opt by a link', async () => {
    const root = tree({ '/opt/r.service': service(`/sbin/${way.trim()}`) });
    link(root, '/etc/systemd/system/r.service', '../../../opt/r.service');
    link(root, `${wants}/r.service`, '../r.service');
    expect(await said(root)).toMatch(/^refused: .*\/etc\/systemd\/system\/r\.service, which runs/);
  });

  it('may be an instance of a template', async () => {
    const files = {
      '/etc/systemd/system/r@.service': service('/bin/sh /opt/%i'),
      '/opt/eth1': way,
      '/opt/eth2': way,
    };
    expect(await withUnit('r@eth1.service', files)).toMatch(/^refused: .*\/opt\/eth1, which runs/);
  });

  it.each([
    ['r.timer', '[Timer]\nOnBootSec=1\n'],
    ['other.timer', '[Timer]\nOnBootSec=1\nUnit=r.service\n'],
    ['r.path', '[Path]\nPathChanged=/x\n'],
    ['r.socket', '[Socket]\nListenStream=1\n'],
    ['x.service', `[Unit]\nWants=r.service\n${service('/bin/true')}`],
    ['x.target', '[Unit]\nWants=r.service\n'],
  ])('may be started by another: %s', async (name, text) => {
    const files = {
      [`/etc/systemd/system/${name}`]: text,
      '/etc/systemd/system/r.service': service(way.trim()),
    };
    expect(await withUnit(name, files)).toMatch(found);
  });

  it('may be started by what default.target requires', async () => {
    const root = tree({
      '/usr/lib/systemd/system/graphical.target': '[Unit]\nRequires=multi-user.target\n',
      '/usr/lib/systemd/system/multi-user.target': '[Unit]\nRequires=basic.target\n',
      '/etc/systemd/system/multi-user.target.d/route.conf': '[Unit]\nWants=r.service\n',
      '/opt/r.service': service(way.trim()),
    });
    link(root, '/etc/systemd/system/r.service', '/opt/r.service');
    expect(await said(root)).toBe('warnings: ');
    link(root, '/etc/systemd/system/default.target', '/usr/lib/systemd/system/graphical.target');
    expect(await said(root)).toMatch(found);
  });

  it.each(['r.service.d/a.conf', 'service.d/a.conf'])('has drop-ins: %s', async (name) => {
    const files = {
      '/usr/lib/systemd/system/r.service': service('/bin/true'),
      [`/etc/systemd/system/${name}`]: `[Service]\nExecStartPost=-/sbin/${way}`,
    };
    expect(await withUnit('r.service', files)).toMatch(found);
  });

  it('has them too where something else than a link starts it', async () => {
    const root = tree({
      '/lib/systemd/system/networking.service': service('/sbin/ifup -a'),
      '/etc/systemd/system/networking.service.d/route.conf': `[Service]\nExecStartPost=/sbin/${way}`,
    });
    expect(await said(root)).toMatch(
      /^refused: .*networking\.service\.d\/route\.conf, which runs .*\(line 2\)/,
    );
  });

  it('loses the commands that a drop-in takes back', async () => {
    const files = {
      '/usr/lib/systemd/system/r.service': service(`/sbin/${way.trim()}`),
      '/etc/systemd/system/r.service.d/a.conf': '[Service]\nExecStart=\nExecStart=/bin/true\n',
    };
    expect(await withUnit('r.service', files)).toBe('warnings: ');
  });

  it('uses the variables that it sets', async () => {
    const files = {
      '/etc/systemd/system/r.service': service(
        `/sbin/ip route add default via \${GW}`,
        'Environment="GW=203.0.113.1"\n',
      ),
    };
    expect(await withUnit('r.service', files)).toMatch(found);
  });

  it.each([
    ['is masked', { '/run/systemd/system/r.service': '' }],
    [
      'has a network of its own',
      { '/etc/systemd/system/r.service': service(way.trim(), 'PrivateNetwork=yes\n') },
    ],
    ['is of a package, with a program of the distribution', {}],
  ])('does not count where it %s', async (_, files: Files) => {
    const text = service('/usr/lib/x/start $OPTIONS');
    expect(await withUnit('r.service', { '/usr/lib/systemd/system/r.service': text, ...files })).toBe(
      'warnings: ',
    );
  });

  it('does not count where only a shutdown wants it', async () => {
    const root = tree({ '/etc/systemd/system/r.service': service(way.trim()) });
    link(root, '/etc/systemd/system/shutdown.target.wants/r.service', '../r.service');
    expect(await said(root)).toBe('warnings: ');
  });

  it('that is a script of SysV init counts, unless a unit has its name', async () => {
    const root = tree({}, { '/etc/init.d/routes': script });
    expect(await said(root)).toBe('warnings: ');
    link(root, '/etc/rc2.d/S20routes', '../init.d/routes');
    expect(await said(root)).toMatch(/^refused: .*\/etc\/init\.d\/routes, which runs/);
    link(root, '/etc/systemd/system/routes.service', '/dev/null');
    expect(await said(root)).toBe('warnings: ');
  });
});

describe('a crontab', () => {
  it.each([
    ['/etc/crontab', '@reboot root sh /opt/route\n'],
    ['/etc/cron.d/routes', 'PATH=/bin\n@reboot  root  cd /opt && . ./route\n'],
    ['/etc/cron.d/routes', '*/5 * * * * root nice -n 19 sh /opt/route >/dev/null\n'],
    ['/var/spool/cron/crontabs/root', '@reboot sleep 60; sh /opt/route\n'],
    ['/var/spool/cron/root', '0 4 * * mon sh /opt/route\n'],
    ['/var/spool/cron/tabs/root', '@daily sh /opt/route\n'],
    ['/var/spool/cron/crontabs/deploy', '@reboot sudo sh /opt/route\n'],
  ])('runs what it names: %s %j', async (path, text) => {
    expect(await said(tree({ [path]: text, '/opt/route': way }))).toMatch(
      /^refused: .*\/opt\/route, which runs/,
    );
  });

  it.each([
    [
      '/etc/crontab',
      '# @reboot root sh /opt/route\n17 * * * * root cd / && run-parts --report /etc/cron.hourly\n',
    ],
    ['/etc/cron.d/routes', '@reboot nobody sh /opt/route\n'],
    ['/etc/cron.d/routes.dpkg-old', '@reboot root sh /opt/route\n'],
    ['/var/spool/cron/crontabs/deploy', '@reboot sh /opt/route\n'],
    [
      '/etc/cron.d/php',
      '9,39 * * * * root [ -x /usr/lib/php/x ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/x; fi\n',
    ],
  ])('that touches no route is no warning: %s %j', async (path, text) => {
    expect(await said(tree({ [path]: text, '/opt/route': way }))).toBe('warnings: ');
  });

  it('with what cannot be told is a warning with its line', async () => {
    expect(await said(tree({ '/etc/crontab': '\n@reboot root $HOOK\n' }))).toBe(
      'warnings: /etc/crontab (line 2) runs what only a shell could tell: $HOOK',
    );
  });
});

describe('bootcmd of cloud-init', () => {
  const replace = 'ip route replace default via 203.0.113.1';
  it.each([
    ['/etc/cloud/cloud.cfg', `bootcmd:\n  - ${replace}\n`],
    [
      '/etc/cloud/cloud.cfg.d/99-routes.cfg',
      `users: []\nbootcmd:\n  - [ip, route, replace, default, via, 203.0.113.1]\n`,
    ],
    [
      '/etc/cloud/cloud.cfg.d/99-routes.cfg',
      `bootcmd: [[cloud-init-per, always, x, ip, route, replace, default, via, 203.0.113.1]]\n`,
    ],
    ['/var/lib/cloud/instance/cloud-config.txt', `#cloud-config\nbootcmd:\n- |\n  set -e\n  ${replace}\n`],
    ['/var/lib/cloud/instance/cloud-config.txt', `#cloud-config\nx: &a ${replace}\nbootcmd: [*a]\n`],
  ])('sets a default route again at each boot: %s %j', async (path, text) => {
    expect(await said(tree({ [path]: text }))).toMatch(
      /^refused: .*cloud.*, which runs at boot .*via 203\.0\.113\.1/,
    );
  });

  it.each([
    ['/etc/cloud/cloud.cfg', `bootcmd:\n  - echo 192.0.2.9 x >>/etc/hosts\n  - [mkdir, -p, 7]\n`],
    ['/etc/cloud/cloud.cfg', `# bootcmd: [${replace}]\nruncmd: [${replace}]\n`],
    ['/etc/cloud/cloud.cfg', `bootcmd: [${replace}\n`],
    ['/etc/cloud/cloud.cfg', `bootcmd: ${replace}\n`],
    ['/etc/cloud/cloud.cfg', 'bootcmd: [{a: b}, 7, null]\n'],
    ['/etc/cloud/cloud.cfg', `bootcmd: [cloud-init-per once x ${replace}]\n`],
    [
      '/etc/cloud/cloud.cfg',
      'bootcmd: [[cloud-init-per, instance, x, ip, route, replace, default, via, 203.0.113.1]]\n',
    ],
    ['/etc/cloud/cloud.cfg.d/README', `bootcmd: [${replace}]\n`],
  ])('that sets no route, or is not read, is no warning: %s %j', async (path, text) => {
    expect(await said(tree({ [path]: text }))).toBe('warnings: ');
  });

  it('does not count where cloud-init is off', async () => {
    const files = { '/etc/cloud/cloud.cfg': `bootcmd: [${replace}]\n`, '/etc/cloud/cloud-init.disabled': '' };
    expect(await said(tree(files))).toBe('warnings: ');
  });

  it('with what cannot be told is a warning with its line', async () => {
    expect(await said(tree({ '/etc/cloud/cloud.cfg': 'x: 1\nbootcmd:\n- $HOOK\n' }))).toBe(
      'warnings: /etc/cloud/cloud.cfg (line 3) runs what only a shell could tell: $HOOK',
    );
  });
});

describe('anacron and at', () => {
  const job = (uid: number, text: string) =>
    `#!/bin/sh\n# atrun uid=${uid} gid=0\numask 22\ncd /root || {\n\texit 1\n}\n${text}`;

  it.each([
    ['/etc/anacrontab', 'PATH=/bin\n1\t5\tcron.daily\tnice sh /opt/route\n'],
    ['/var/spool/cron/atjobs/a0000101c2b3d4', job(0, 'sh /opt/route\n')],
    ['/var/spool/at/=0000101c2b3d4', job(1000, 'sudo sh /opt/route\n')],
  ])('run what %s names', async (path, text) => {
    expect(await said(tree({ [path]: text, '/opt/route': way }))).toMatch(
      /^refused: .*\/opt\/route, which runs/,
    );
  });

  it.each([
    ['/etc/anacrontab', '# 1 5 x sh /opt/route\n1 5 cron.daily run-parts --report /etc/cron.daily\n'],
    ['/var/spool/cron/atjobs/a0000101c2b3d4', job(1000, 'sh /opt/route\n')],
    ['/var/spool/cron/atjobs/.SEQ', 'sh /opt/route\n'],
  ])('that touch no route are no warning: %s %j', async (path, text) => {
    expect(await said(tree({ [path]: text, '/opt/route': way }))).toBe('warnings: ');
  });

  it('with a command that takes the gateway away are a warning', async () => {
    expect(await said(tree({ '/etc/anacrontab': '1 5 x ip route flush dev eth1\n' }))).toMatch(
      /^warnings: \/etc\/anacrontab \(line 1\) runs .*may take/,
    );
  });
});

describe('a rule of udev', () => {
  const rules = '/etc/udev/rules.d/90-x.rules';

  it.each([
    'ACTION=="add", SUBSYSTEM=="net", RUN+="/bin/sh /opt/route"',
    'SUBSYSTEM=="net", PROGRAM="/bin/sh /opt/route %k"',
    'SUBSYSTEM=="net", ENV{SYSTEMD_WANTS}+="r.service"',
    'SUBSYSTEM=="net", RUN+="/bin/systemctl --no-block start r"',
  ])('starts what brings a default route: %s', async (rule) => {
    const files = {
      '/opt/route': way,
      '/etc/systemd/system/r.service': '[Service]\nExecStart=/bin/sh /opt/route\n',
    };
    expect(await said(tree({ ...files, [rules]: `${rule}\n` }))).toMatch(
      /^refused: .*\/opt\/route, which runs/,
    );
  });

  it.each([
    ['only comments it', { [rules]: '# RUN+="/bin/sh /opt/route"\n' }],
    [
      'is hidden by a file in /etc',
      { [rules]: '', '/usr/lib/udev/rules.d/90-x.rules': 'RUN+="/bin/sh /opt/route"\n' },
    ],
    [
      'is of a package',
      { '/usr/lib/udev/rules.d/80-ifupdown.rules': 'SUBSYSTEM=="net", RUN+="ifupdown-hotplug"\n' },
    ],
  ])('that %s is no warning', async (_, files: Files) => {
    expect(await said(tree({ '/opt/route': way, ...files }))).toBe('warnings: ');
  });

  it('may take the gateway away', async () => {
    expect(await said(tree({ [rules]: 'RUN+="/sbin/ip route flush dev eth1"\n' }))).toMatch(
      /^warnings: .*90-x\.rules \(line 1\) runs .*may take the gateway away$/,
    );
  });
});

describe('a link of PPP', () => {
  const started = (peer: string) => said(tree({ '/etc/ppp/peers/dsl': peer }, rcLocal('pon dsl')));

  it('that replaces the default route is refused', async () => {
    expect(await started('defaultroute\nreplacedefaultroute\n')).toMatch(
      /^refused: .*\/etc\/rc\.local \(line 2\) runs "pon dsl", which replaces the default route/,
    );
  });

  it('that adds one where there is none is a warning, and one that does not is none', async () => {
    expect(await started('defaultroute\n')).toBe(
      'warnings: /etc/rc.local (line 2) runs "pon dsl", which may bring a default route',
    );
    expect(await started('noauth\n')).toBe('warnings: ');
  });
});
