import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { gateway, matrix, places, renewalOf } from './beds.ts';

const wished = [`${gateway} eth1`];

/** A route that is to stay away could come back with a lease, a moment after all else is there. */
const momentMs = 2000;

/** The gateway is the only default route, and the others stay away. */
async function expectWished(bed: Bed): Promise<void> {
  await bed.untilDefaults(wished);
  await delay(momentMs);
  expect(await bed.defaults()).toEqual(wished);
}

/** Setting the gateway once more touches nothing at all. */
async function expectIdle(bed: Bed, ...flags: string[]): Promise<void> {
  const files = await bed.inodes();
  await bed.reloads();
  expect(await bed.action(...flags)).toBe('unchanged');
  expect(await bed.reloads()).toEqual([]);
  expect(await bed.inodes()).toBe(files);
}

describe.concurrent.each(matrix)('$stack on $suite', (place) => {
  it('one default route: in the kernel, after a new lease, after a restart of the network, after a reboot; and all as before after a rollback', async ({
    annotate,
  }) => {
    await using bed = await Bed.boot(place);
    const [files, before] = [await bed.files(), await bed.defaults()];
    expect(before).toContain('203.0.113.1 eth0');
    const api = ['--api-url', await bed.serveApi('byServiceNet')];

    const started = performance.now();
    expect(await bed.action(...api)).toBe('changed');
    const tookMs = Math.round(performance.now() - started);
    expect(await bed.defaults()).toEqual(wished);
    await annotate(`applied in ${tookMs} ms; default routes before: ${before.join(', ')}`);
    expect((await bed.reloads()).length).toBeGreaterThan(0);
    const routes = await bed.sh('ip -4 route');
    expect(routes).toContain(`10.176.0.0/12 via ${gateway} dev eth1`);
    expect(routes).toContain(`10.208.0.0/12 via ${gateway} dev eth1`);
    // networkd lets the lease go and asks anew: the address is back a moment later, without a default route.
    await bed.until('eth2 has its address', async () =>
      (await bed.sh('ip -4 address show dev eth2')).includes('192.0.2.'),
    );
    await expectWished(bed);
    const renewal = renewalOf(place);
    if (renewal !== undefined) {
      await bed.sh(renewal);
      await expectWished(bed);
    }
    await expectIdle(bed, ...api);

    await bed.restartNetwork();
    await expectWished(bed);
    await bed.reboot();
    await expectWished(bed);
    await expectIdle(bed);

    await bed.sh('rc-wait network rollback');
    expect(await bed.files()).toBe(files);
    await bed.untilDefaults(before);
    await bed.restartNetwork();
    await bed.untilDefaults(before);
  });
});

describe.concurrent.each(places)('$stack on $suite', (place) => {
  it('several at once do the work once; another gateway takes the place of the first; a lost route comes back', async () => {
    await using bed = await Bed.boot(place);
    const actions = await Promise.all([bed.action(), bed.action(), bed.action()]);
    expect(actions.sort()).toEqual(['changed', 'unchanged', 'unchanged']);

    expect(await bed.action('--gateway', '10.208.0.9')).toBe('changed');
    await bed.untilDefaults(['10.208.0.9 eth1']);

    const files = await bed.files();
    await bed.sh('ip -4 route del default');
    expect(await bed.action('--gateway', '10.208.0.9')).toBe('changed');
    expect(await bed.defaults()).toEqual(['10.208.0.9 eth1']);
    expect(await bed.files()).toBe(files);
  });

  it('what the guest agent drops is found, and put back by the timer unit', async () => {
    await using bed = await Bed.boot(place);
    const files = await bed.files();
    await bed.sh(`tar -cPf /srv/written.tar ${Object.keys(bed.setup.files).join(' ')}`);
    await bed.action();
    expect((await bed.exec('rc-wait', 'network', 'check')).exitCode).toBe(0);
    await bed.sh('tar -xPf /srv/written.tar');
    await bed.sh('ip -4 route del default');
    expect((await bed.exec('rc-wait', 'network', 'check')).exitCode).toBe(73);
    await bed.sh('systemctl start rc-wait-network-check.service');
    expect(await bed.defaults()).toEqual(wished);
    expect((await bed.exec('rc-wait', 'network', 'check')).exitCode).toBe(0);
    // Both changes are one: what is left is what there would be without rc-wait.
    await bed.sh('rc-wait network rollback');
    expect(await bed.files()).toBe(files);
  });
});
