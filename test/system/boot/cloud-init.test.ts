import { describe, expect, it } from 'vitest';
import { Server } from '../server.ts';
import {
  cloudConfigs,
  cloudInit,
  cloudInitStatus,
  example,
  firstBoot,
  releases,
  routeFound,
  simulated,
  untilCloudInitEnds,
} from './first-boot.ts';

const wished = /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/;

/** Until runcmd has come to its wait. */
async function untilRuncmdWaits(server: Server): Promise<void> {
  const waits = async () => (await server.ask('pgrep', '-f', 'rc-wait wait --api-url')) !== '';
  await server.until('runcmd waits', waits);
}

describe.concurrent.each(releases)(
  'the first boot of a %s server, by the real cloud-init',
  (_name, suite) => {
    it('runcmd: what comes after rc-wait comes after DEPLOYED, and cloud-init is done', async ({
      expect,
    }) => {
      await using server = await firstBoot({ suite, files: cloudInit(simulated('cloud-init/runcmd.yaml')) });
      await untilRuncmdWaits(server);
      expect(await cloudInitStatus(server)).toBe('running');
      expect(await routeFound(server)).toBeUndefined();

      await server.deploymentEnds('DEPLOYED');
      await untilCloudInitEnds(server);
      expect(await cloudInitStatus(server)).toBe('done');
      expect(await routeFound(server)).toMatch(wished);
    });

    it('runcmd: after FAILED nothing comes, and cloud-init ends in an error', async ({ expect }) => {
      await using server = await firstBoot({ suite, files: cloudInit(simulated('cloud-init/runcmd.yaml')) });
      await untilRuncmdWaits(server);
      await server.deploymentEnds('FAILED');
      await untilCloudInitEnds(server);
      expect(await cloudInitStatus(server)).toBe('error');
      // tee(1), which writes it, may be a moment behind.
      await server.until(
        'the reason is in the log of cloud-init',
        async () =>
          /^FAILED (after|already)/m.test(await server.ask('cat', '/var/log/cloud-init-output.log')),
        10_000,
      );
      expect(await routeFound(server)).toBeUndefined();
    });

    it('a unit: cloud-init is done before DEPLOYED, and the unit starts after it', async ({ expect }) => {
      await using server = await firstBoot({ suite, files: cloudInit(example('cloud-init/unit.yaml')) });
      await untilCloudInitEnds(server);
      expect(await cloudInitStatus(server)).toBe('done');
      expect(await routeFound(server)).toBeUndefined();
      await server.deploymentEnds('DEPLOYED');
      await server.untilUnit('after-rackconnect.service', ['active']);
      expect(await routeFound(server)).toMatch(wished);
    });

    it('vendor-data: the service waits, and what the image has for afterwards starts then', async ({
      expect,
    }) => {
      const unit = '/etc/systemd/system/after-rackconnect.service';
      const files = {
        ...cloudInit('#cloud-config\n{}\n', example('cloud-init/vendor-data.yaml')),
        [unit]: example('units/after-rackconnect.service'),
      };
      const first = 'systemctl disable rc-wait.service; systemctl enable after-rackconnect.service';
      // The file of its own that vendor-data writes would take the place of the one of the test.
      const dropIn = '[Service]\nEnvironment=RC_WAIT_API_URL=http://10.208.0.1:8080\n';
      await using server = await firstBoot({
        suite,
        files,
        first: `[ -e /first ] || { ${first}; touch /first; }`,
        dropIn,
      });
      await untilCloudInitEnds(server);
      expect(await cloudInitStatus(server)).toBe('done');
      expect(await server.ask('systemctl', 'is-enabled', 'rc-wait.service')).toBe('enabled');
      await server.untilUnit('rc-wait.service', ['activating']);
      expect(await routeFound(server)).toBeUndefined();
      await server.deploymentEnds('DEPLOYED');
      await server.untilUnit('after-rackconnect.service', ['active']);
      expect(await routeFound(server)).toMatch(wished);
    });
  },
);

it.each(releases)('the examples are valid for the cloud-init of %s', async (_name, suite) => {
  const files = Object.fromEntries(
    cloudConfigs.map((name) => [`/srv/${name}`, example(`cloud-init/${name}`)]),
  );
  await using server = await Server.boot({ suite, files, stack: 'ifupdown', dependent: false });
  // Before cloud-init 22.2 it was a part of "devel".
  const words = suite === 'bullseye' ? ['devel', 'schema'] : ['schema'];
  for (const name of cloudConfigs) {
    const said = await server.run('cloud-init', ...words, '--config-file', `/srv/${name}`);
    expect(said, name).toMatch(/^Valid (cloud-config|schema)/m);
  }
});
