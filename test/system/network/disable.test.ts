import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { gateway, type Place, places } from './beds.ts';

const wished = [`${gateway} eth1`];
const disable = ['--gateway', gateway, '--public-interface', 'disable'];

/** The interfaces that have an IPv4 address, but for the loopback. */
async function addressed(bed: Bed): Promise<readonly string[]> {
  const lines = (await bed.sh('ip -4 -o address show')).split('\n');
  const names = lines.map((line) => line.split(/ +/)[1] ?? '');
  return [...new Set(names)].filter((name) => name !== 'lo').sort();
}

/** A server on which no file is for several interfaces: such a one cannot be told to leave one of them down. */
async function bootAlone(place: Place): Promise<Bed> {
  const bed = await Bed.boot(place);
  if (place.stack === 'networkd') {
    await bed.sh('sed -i "s/^Name=eth\\*/Name=eth2/" /etc/systemd/network/20-dhcp.network');
    await bed.restartNetwork();
  }
  return bed;
}

describe.concurrent.each(places)('$stack on $suite, without its public interfaces', (place) => {
  it('they stay down over a reboot; a rollback brings them back, on that boot and on the next', async () => {
    await using bed = await bootAlone(place);
    const [files, before] = [await bed.files(), await bed.defaults()];
    expect(await bed.action(...disable)).toBe('changed');
    expect(await bed.defaults()).toEqual(wished);
    expect(await bed.action(...disable)).toBe('unchanged');

    // The second change goes on with the first: a rollback undoes both.
    await bed.sh('ip -4 route del default');
    expect(await bed.action(...disable)).toBe('changed');
    await bed.sh('rc-wait network rollback');
    expect(await bed.files()).toBe(files);
    await bed.untilUp();
    await bed.untilDefaults(before);

    expect(await bed.action(...disable)).toBe('changed');
    await bed.reboot({ up: ['eth1'] });
    await bed.untilDefaults(wished);
    expect(await addressed(bed)).toEqual(['eth1']);
    expect(await bed.action(...disable)).toBe('unchanged');
    await bed.sh('rc-wait network rollback');
    expect(await bed.files()).toBe(files);
    await bed.untilUp();
    await bed.untilDefaults(before);
    await bed.restartNetwork();
    await bed.untilDefaults(before);
  });

  it('a power cut before the change is made: all is as before, after the next start', async () => {
    await using bed = await bootAlone(place);
    const [files, before] = [await bed.files(), await bed.defaults()];
    await bed.sabotage('hang');
    const applied = bed.apply(...disable).catch(() => undefined);
    await bed.until(
      'the tool hangs',
      async () => (await bed.exec('pgrep', '-f', 'sleep 86399')).exitCode === 0,
    );
    expect(await bed.files()).not.toBe(files);
    await bed.reboot({ crash: true, up: ['eth1'] });
    await applied;
    expect(await addressed(bed)).toEqual(['eth1']);
    await bed.sh('rc-wait network recover');
    expect(await bed.files()).toBe(files);
    await bed.untilUp();
    await bed.untilDefaults(before);
  });
});
