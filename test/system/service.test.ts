import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Server, type Stack } from './server.ts';

/** Rests between two looks at something that must not happen. */
const settledMs = 1500;

async function isActive(server: Server, unit: string): Promise<string> {
  return server.ask('systemctl', 'is-active', unit);
}

describe('rc-wait.service', () => {
  describe.each<Stack>(['netplan', 'ifupdown'])('on %s', (stack) => {
    it('starts what depends on RackConnect when it is DEPLOYED and the gateway is set, within a second', async ({
      annotate,
    }) => {
      await using server = await Server.boot({ stack });
      await delay(settledMs);
      expect(await isActive(server, 'rc-wait.service')).toBe('activating');
      expect(await isActive(server, 'dependent.service')).toBe('inactive');

      const deployedMs = await server.deploymentEnds('DEPLOYED');
      await server.untilUnit('dependent.service', ['active']);

      expect(await server.run('cat', '/run/dependent.routes')).toMatch(
        /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/,
      );
      const dependentMs = await server.moment('dependent.service', 'ExecMainStartTimestampMonotonic');
      const routeMs = Number(await server.run('cat', '/run/route.monotonic')) * 1000;
      const knownMs = (await server.requests()).find(
        ({ operation, atMs }) => operation?.startsWith('automation_status') && atMs >= deployedMs,
      )?.answeredMs;
      await annotate(
        `${stack}: from DEPLOYED at the API to the answer ${Math.round((knownMs ?? 0) - deployedMs)} ms, ` +
          `to the route ${Math.round(routeMs - deployedMs)} ms, to the dependent ${Math.round(dependentMs - deployedMs)} ms`,
      );
      expect(dependentMs).toBeGreaterThan(routeMs);
      expect(routeMs).toBeGreaterThan(deployedMs);
      expect((await server.summary()).refused).toBe(0);
      expect((await server.unit('rc-wait.service')).StatusText).toContain('DEPLOYED');
    });

    it('does not start it when the automation FAILED, and systemctl status says why', async () => {
      await using server = await Server.boot({ stack });
      const before = await server.run('ip', 'route', 'show', 'default');
      await server.deploymentEnds('FAILED');
      await server.untilUnit('rc-wait.service', ['failed']);
      await delay(settledMs);

      expect(await isActive(server, 'rackconnect-deployed.target')).toBe('inactive');
      expect(await isActive(server, 'dependent.service')).toBe('inactive');
      const status = await server.ask('systemctl', 'status', '--no-pager', '--full', 'rc-wait.service');
      expect(status).toContain('status=1/FAILURE');
      expect(status).toMatch(/Status: ".*FAILED.*"/);
      const errors = ['-b', '--no-pager', '--output=cat', '--priority=err', '--unit=rc-wait.service'];
      expect(await server.run('journalctl', ...errors)).toMatch(/FAILED/);
      expect(await server.run('ip', 'route', 'show', 'default')).toBe(before);
    });
  });
});

describe.concurrent('rc-wait.service, besides', () => {
  it('holds nothing up but what depends on it', async ({ expect }) => {
    await using server = await Server.boot({ stack: 'netplan', dependent: false });
    await server.untilUnit('multi-user.target', ['active']);
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');
    const jobs = await server.ask('systemctl', 'list-jobs', '--no-legend', '--plain');
    expect(
      jobs
        .split('\n')
        .map((line) => line.trim().split(/ +/).slice(1).join(' '))
        .sort(),
    ).toEqual(['rackconnect-deployed.target start waiting', 'rc-wait.service start running']);
  });

  it('lets a unit that is started while it waits join, and stops it with the wait', async ({ expect }) => {
    await using server = await Server.boot({ stack: 'netplan', dependent: false });
    await server.run('systemctl', 'start', '--no-block', 'dependent.service');
    await delay(settledMs);
    expect(await isActive(server, 'dependent.service')).toBe('inactive');
    await server.deploymentEnds('DEPLOYED');
    await server.untilUnit('dependent.service', ['active']);
    await server.run('systemctl', 'stop', 'rc-wait.service');
    expect(await isActive(server, 'dependent.service')).toBe('inactive');
  });

  it('is no failure when it is stopped on purpose', async ({ expect }) => {
    await using server = await Server.boot({ stack: 'netplan' });
    await server.run('systemctl', 'stop', 'rc-wait.service');
    expect(await isActive(server, 'rc-wait.service')).toBe('inactive');
    expect(await isActive(server, 'dependent.service')).toBe('inactive');
  });

  it('is stopped without a failure by rescue mode, and waits anew once the boot goes on', async ({
    expect,
  }) => {
    // No console here: sulogin would end at once, and the boot would go on by itself.
    const drop = '/etc/systemd/system/rescue.service.d/held.conf';
    const files = { [drop]: '[Service]\nExecStart=\nExecStart=/bin/sleep infinity\n' };
    await using server = await Server.boot({ stack: 'netplan', files });
    await server.run('systemctl', 'isolate', '--no-block', 'rescue.target');
    await server.untilUnit('rescue.target', ['active']);
    await server.untilUnit('rc-wait.service', ['inactive', 'failed']);
    expect(await isActive(server, 'rc-wait.service')).toBe('inactive');
    expect(await isActive(server, 'dependent.service')).toBe('inactive');

    await server.run('systemctl', 'isolate', '--no-block', 'multi-user.target');
    await server.untilUnit('rc-wait.service', ['activating']);
    // The simulator was stopped as well, and has a new server.
    const asked = async () => ((await server.summary().catch(() => undefined))?.requests ?? 0) > 0;
    await server.until('the new simulator has been asked', asked);
    await server.deploymentEnds('DEPLOYED');
    await server.untilUnit('dependent.service', ['active']);
  });

  it('does not have to start again for the second dependent', async ({ expect }) => {
    await using server = await Server.boot({ stack: 'ifupdown' });
    await server.deploymentEnds('DEPLOYED');
    await server.untilUnit('dependent.service', ['active']);
    const { requests } = await server.summary();
    await server.run('systemctl', 'restart', 'dependent.service');
    expect((await server.summary()).requests).toBe(requests);
  });

  it('has units in which systemd finds no fault, and that may do next to nothing', async ({
    annotate,
    expect,
  }) => {
    await using server = await Server.boot({ stack: 'netplan', dependent: false });
    const services = ['rc-wait.service', 'rc-wait-network-check.service'];
    const others = ['rackconnect-deployed.target', 'rc-wait-network-check.timer'];
    // The manual page that the units name is in the packages; here is the program alone.
    expect(await server.run('systemd-analyze', 'verify', '--man=no', ...services, ...others)).toBe('');
    for (const unit of services) {
      const summary = await server.run('systemd-analyze', 'security', '--no-pager', unit);
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(summary) ?? [];
      await annotate(`${unit}: exposure ${exposure}`);
      expect(Number(exposure), unit).toBeLessThanOrEqual(2);
    }
    const pid = await server.run('systemctl', 'show', '-P', 'MainPID', 'rc-wait.service');
    expect(await server.run('grep', '^Cap[PEB]', `/proc/${pid}/status`)).toMatch(/^(Cap\w+:\t0{16}\n?){3}$/);
  });
});
