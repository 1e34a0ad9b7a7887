import { describe, it } from 'vitest';
import { Server, type ServerOptions } from '../server.ts';
import { afterRackconnect, cloudInit, example, releases } from './first-boot.ts';

const etc = '/etc/systemd/system';

/** A script that notes that it has run, and when. */
const noting = (path: string): string => `#!/bin/sh\ncat >>${path}; echo ran >>${path}\n`;

const examples = {
  [`${etc}/after-rackconnect.service`]: example('units/after-rackconnect.service'),
  [afterRackconnect]: '#!/bin/sh\nip route show default >>/run/after-rackconnect\n',
  // A web server that the owner has already, wanted by multi-user.target.
  [`${etc}/nginx.service`]:
    '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
  [`${etc}/nginx.service.d/rackconnect.conf`]: example('units/web-server.conf'),
  [`${etc}/rackconnect-job.timer`]: example('units/rackconnect-job.timer').replace(
    '1min',
    '1s\nAccuracySec=1s',
  ),
  [`${etc}/rackconnect-job.service`]: '[Service]\nType=oneshot\nExecStart=/usr/local/sbin/job\n',
  '/usr/local/sbin/job': '#!/bin/sh\necho ran >>/run/job\n',
  // Of what is mounted only the kind is another: there is no server of files here, and no disk.
  '/etc/fstab': example('units/fstab').replace(/^\S+ (\/srv\/\S+) \w+/gm, 'none $1 tmpfs'),
  [`${etc}/srv-files.mount`]: example('units/srv-files.mount').replace('Type=nfs', 'Type=tmpfs'),
  [`${etc}/rackconnect-web.socket`]: example('units/rackconnect-web.socket'),
  [`${etc}/rackconnect-web.service`]: '[Service]\nExecStart=/bin/sleep infinity\n',
  [`${etc}/rackconnect-inbox.path`]: example('units/rackconnect-inbox.path'),
  [`${etc}/rackconnect-inbox.service`]: '[Service]\nType=oneshot\nExecStart=/bin/true\n',
  [`${etc}/rc-wait.service.d/on-failure.conf`]: example('units/on-failure.conf'),
  [`${etc}/rackconnect-failed.service`]: example('units/rackconnect-failed.service'),
  '/usr/local/sbin/tell-somebody': noting('/run/told'),
};

const enabled = [
  'after-rackconnect.service',
  'nginx.service',
  'rackconnect-job.timer',
  'srv-files.mount',
  'rackconnect-web.socket',
  'rackconnect-inbox.path',
];

/** What waits, with the mounts of fstab, which need not be enabled. */
const waiting = [...enabled, 'srv-share.mount', 'srv-data.mount'];

/** What logins need, and what a circle would leave out. */
const reached = [
  'systemd-user-sessions.service',
  'remote-fs.target',
  'local-fs.target',
  'sockets.target',
  'paths.target',
  'timers.target',
  'basic.target',
];

const enable = `[ -e /first ] || { systemctl enable ${enabled.join(' ')}; touch /first; }\n`;

/** A server whose owner has all of the examples, enabled. */
const bootWithExamples = (options: Pick<ServerOptions, 'suite' | 'api' | 'dropIn'>): Promise<Server> =>
  Server.boot({ stack: 'ifupdown', dependent: false, files: examples, first: enable, ...options });

const isActive = (server: Server, unit: string) => server.ask('systemctl', 'is-active', unit);

describe.concurrent.each(releases)('the examples of units on %s', (_name, suite) => {
  it('start after DEPLOYED and not before, and no circle is broken for them', async ({ expect }) => {
    await using server = await bootWithExamples({ suite });
    await server.untilUnit('rc-wait.service', ['activating']);
    for (const unit of reached) await server.untilUnit(unit, ['active']);
    for (const unit of waiting) expect(await isActive(server, unit), unit).toBe('inactive');
    expect(await server.ask('rc-wait', 'doctor', '--offline')).not.toMatch(/logins/);
    expect(await server.ask('journalctl', '-b', '--no-pager', '--grep', 'ordering cycle')).not.toMatch(
      /Found ordering cycle/,
    );

    await server.deploymentEnds('DEPLOYED');
    for (const unit of waiting) await server.untilUnit(unit, ['active']);
    await server.until('the job has run', async () => (await server.ask('cat', '/run/job')) !== '');
    expect(await server.run('cat', '/run/after-rackconnect')).toMatch(/^default via 10\.208\.0\.1 dev eth1/);
    expect(await server.ask('cat', '/run/told')).toBe('');
  });

  it('tell somebody why the automation FAILED, and start nothing', async ({ expect }) => {
    await using server = await bootWithExamples({ suite });
    await server.deploymentEnds('FAILED');
    await server.until('somebody is told', async () => (await server.ask('cat', '/run/told')) !== '');
    expect(await server.run('cat', '/run/told')).toMatch(/^.*FAILED.*\nran$/);
    for (const unit of waiting) expect(await isActive(server, unit), unit).toBe('inactive');
  });

  it.for([
    ['/etc/default/rc-wait', 'Environment=RC_WAIT_TIMEOUT=2700'],
    ['a drop-in', 'ReadWritePaths=/does/not/exist'],
  ] as const)(
    'do not start where a mistake in %s is why nothing was waited for',
    async ([, line], { expect }) => {
      await using server = await bootWithExamples({ suite, api: 'none', dropIn: `[Service]\n${line}\n` });
      await server.untilUnit('rc-wait.service', ['failed']);
      await server.untilUnit('multi-user.target', ['active']);
      expect(await isActive(server, 'nginx.service')).toBe('inactive');
    },
  );

  it('wait for nothing on a machine that is none of Rackspace’s, and the service is no failure', async ({
    expect,
  }) => {
    // No API is named, and a container has neither Xen nor a config drive.
    await using server = await bootWithExamples({ suite, api: 'none' });
    await server.untilUnit('nginx.service', ['active']);
    expect(await isActive(server, 'rc-wait.service')).toBe('active');
    expect(await server.ask('systemctl', 'is-failed', 'rc-wait.service')).not.toBe('failed');
    expect((await server.unit('rc-wait.service')).StatusText).toMatch(
      /this is not a Rackspace cloud server.* nothing to wait for/,
    );
    expect(await server.ask('journalctl', '-b', '--no-pager', '-u', 'rc-wait.service')).toMatch(
      /this is not a Rackspace cloud server, and there is nothing to wait for/,
    );
  });
});

it('a server that was DEPLOYED does not wait at its next boot, though the API has gone; its clone does', async ({
  expect,
}) => {
  const { [afterRackconnect]: _script, ...seed } = cloudInit('#cloud-config\n{}\n');
  const instanceId = '9e1b4a6e-3f0d-4c1d-9a77-2f2b5a0c1d11';
  const files = { ...seed, ...examples };
  // As cloud-init leaves it, which is not at work here.
  const first = `${enable}mkdir -p /run/cloud-init; cat /srv/instance-id >/run/cloud-init/.instance-id 2>/dev/null || echo ${instanceId} >/run/cloud-init/.instance-id\n`;
  await using server = await Server.boot({ stack: 'ifupdown', dependent: false, files, first });
  await server.deploymentEnds('DEPLOYED');
  await server.untilUnit('after-rackconnect.service', ['active']);

  await server.run('sh', '-c', 'echo nonsense >/etc/simulator.yaml');
  await server.reboot();
  await server.untilUnit('after-rackconnect.service', ['active']);
  expect((await server.unit('rc-wait.service')).StatusText).toMatch(/DEPLOYED/);
  expect(await server.run('ip', 'route', 'show', 'default')).toMatch(/^default via 10\.208\.0\.1 dev eth1/);

  await server.run('sh', '-c', 'echo 0b0f8f3e-7a55-4a0e-8d8d-6d0d3e1f2a33 >/srv/instance-id');
  await server.reboot();
  await server.untilUnit('rc-wait.service', ['activating']);
  expect(await isActive(server, 'after-rackconnect.service')).toBe('inactive');
});
