import { describe, it } from 'vitest';
import { Server } from '../server.ts';
import { releases } from './first-boot.ts';

const interfaceEnv = 'RC_WAIT_API_URL=http://10.208.0.1:8080\nRC_WAIT_INTERFACE=eth1\n';

/** The NIC of ServiceNet is not there at the first boot; a second gateway stands by; cloud-init has named the instance. */
const first = `mkdir -p /run/cloud-init
echo i-late >/run/cloud-init/.instance-id
ip -n fabric address add 10.208.0.2/19 dev fab1
[ -e /first ] || { ip link set eth1 netns fabric; systemctl enable simulator.service; touch /first; }
`;

/** For a whole boot, or a change of the network, on a busy machine. */
const longMs = 400_000;

const route = (server: Server) => server.ask('ip', 'route', 'show', 'default');

describe.concurrent.each(releases)('a first boot on %s', (_name, suite) => {
  it('waits for an interface that comes late; and the gateway that the owner sets afterwards outlives a reboot, though the clock was 10 h fast', async ({
    expect,
  }) => {
    await using server = await Server.boot({
      stack: 'netplan',
      suite,
      api: 'none',
      files: { '/etc/default/rc-wait': interfaceEnv },
      first,
    });
    const status = () => server.ask('systemctl', 'show', '-P', 'StatusText', 'rc-wait.service');
    await server.until(
      'it waits for eth1',
      async () => (await status()).includes('this server has no interface eth1 yet'),
      longMs,
    );
    // Longer than udev or a VLAN takes, and than the start time-out's first signs of life.
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    expect(await server.ask('systemctl', 'is-active', 'rc-wait.service')).toBe('activating');

    await server.run('ip', '-n', 'fabric', 'link', 'set', 'eth1', 'netns', '1');
    await server.until('it asks the API', async () => (await server.requests()).length > 0, longMs);
    await server.deploymentEnds('DEPLOYED');
    const isActive = (unit: string) => async () =>
      (await server.ask('systemctl', 'is-active', unit)) === 'active';
    await server.until('what depends on it has started', isActive('dependent.service'), longMs);
    expect(await route(server)).toMatch(/^default via 10\.208\.0\.1 dev eth1/);

    const memory = '/var/lib/rc-wait/instances.json';
    await server.until('DEPLOYED is remembered', async () =>
      (await server.ask('cat', memory)).includes('i-late'),
    );
    const tenHoursOn = `${new Date(Date.now() + 36_000_000).toISOString().slice(0, 19)}Z`;
    await server.run('sed', '-i', `s/"deployed_at": "[^"]*"/"deployed_at": "${tenHoursOn}"/`, memory);
    await server.run('rc-wait', 'network', 'apply', '--gateway', '10.208.0.2');
    expect(await route(server)).toMatch(/^default via 10\.208\.0\.2 dev eth1/);

    // The provider writes its files anew at each boot, so that a gateway has to be put back.
    await server.reboot();
    await server.until('the wait has ended', isActive('rc-wait.service'), longMs);
    expect(await route(server)).toMatch(/^default via 10\.208\.0\.2 dev eth1[^\n]*$/);
    expect(await server.ask('cat', memory)).toContain(tenHoursOn);
  });
});
