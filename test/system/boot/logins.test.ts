import { describe, it } from 'vitest';
import { Server } from '../server.ts';
import { cloudInit, firstBoot, releases } from './first-boot.ts';

const sessions = 'systemd-user-sessions.service';
const isActive = (server: Server, unit: string) => server.ask('systemctl', 'is-active', unit);
const doctor = (server: Server) => server.ask('rc-wait', 'doctor', '--offline');

describe.concurrent.each(releases)('what keeps RackConnect out of %s', (_name, suite) => {
  it('a mount without nofail is named by the journal and by doctor; with nofail logins come', async ({
    expect,
  }) => {
    const options = '_netdev,x-systemd.requires=rackconnect-deployed.target';
    const files = { '/etc/fstab': `none /srv/share tmpfs ${options} 0 0\n` };
    await using server = await Server.boot({ stack: 'ifupdown', suite, dependent: false, files });
    await server.until('the journal says so', async () =>
      /RackConnect logs in by SSH and cannot: systemd-user-sessions\.service waits for remote-fs\.target, that for srv-share\.mount/.test(
        await server.ask('journalctl', '-b', '--no-pager', '--output=cat', '--unit=rc-wait.service'),
      ),
    );
    expect(await isActive(server, sessions)).toBe('inactive');
    expect(await doctor(server)).toMatch(/kept out: .*\n +nofail for srv-share\.mount/);

    await server.run('sed', '-i', 's/_netdev/_netdev,nofail/', '/etc/fstab');
    await server.run('systemctl', 'daemon-reload');
    expect(await doctor(server)).not.toMatch(/logins/);
  });

  it('a wait in bootcmd is refused, and the boot goes on', async ({ expect }) => {
    const userData = '#cloud-config\nbootcmd:\n- [rc-wait, wait, --api-url, "http://10.208.0.1:8080"]\n';
    await using server = await firstBoot({ suite, files: cloudInit(userData) });
    await server.untilUnit(sessions, ['active']);
    expect(await server.run('cat', '/var/log/cloud-init-output.log')).toMatch(
      /cannot wait in cloud-init[\w-]*\.service: RackConnect logs in by SSH, and systemd-user-sessions\.service waits for cloud-init/,
    );
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');
  });

  it('a start of the service in bootcmd is named by doctor', async ({ expect }) => {
    const userData = '#cloud-config\nbootcmd:\n- [systemctl, start, rc-wait]\n';
    await using server = await Server.boot({
      suite,
      files: cloudInit(userData),
      stack: 'ifupdown',
      dependent: false,
      api: 'none',
      first: 'rm -f /etc/cloud/cloud-init.disabled\n',
    });
    await server.until(
      'bootcmd waits',
      async () => (await server.ask('pgrep', '-f', 'systemctl start rc-wait')) !== '',
    );
    expect(await doctor(server)).toMatch(
      /kept out: .*cloud-init.*, and there "systemctl start" waits for rc-wait/,
    );
    await server.run('pkill', '-f', 'systemctl start rc-wait');
    await server.untilUnit(sessions, ['active']);
  });
});
