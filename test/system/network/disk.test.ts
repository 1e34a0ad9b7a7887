import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { gateway, type Place } from './beds.ts';

const places: readonly (Place & { readonly path: string })[] = [
  { stack: 'netplan', suite: 'trixie', path: '/etc/netplan/50-server.yaml' },
  { stack: 'ifupdown', suite: 'bookworm', path: '/etc/network/interfaces' },
];

describe.concurrent.each(places)('$stack on $suite, with a disk as disks are', ({ path, ...place }) => {
  const folder = path.slice(0, path.lastIndexOf('/'));
  let bed: Bed;

  beforeAll(async () => {
    bed = await Bed.boot(place);
  });

  afterAll(() => bed?.[Symbol.asyncDispose]());

  /** The change is refused, or undone, for the reason that it says; nothing was lost and the network never touched. */
  async function expectRefused(says: RegExp): Promise<void> {
    const [files, routes] = [await bed.files(), await bed.sh('ip -4 route')];
    await bed.reloads();
    const { exitCode, output } = await bed.apply();
    expect(output).toMatch(says);
    expect(exitCode).toBe(73);
    expect(await bed.files()).toBe(files);
    expect(await bed.reloads()).toEqual([]);
    expect(await bed.sh('ip -4 route')).toBe(routes);
  }

  // One after the other: they change the same server.
  it('a full disk, a read-only one, a link, an edit meanwhile: refused; another owner: kept', async () => {
    const fill = (on: string) =>
      `mount -t tmpfs -o size=16k,mode=755 tmpfs ${on} && cp -a /srv/full/. ${on} && ! head -c 1M /dev/zero >${on}/.full 2>/dev/null`;
    await bed.sh(`cp -a ${folder} /srv/full && ${fill(folder)}`);
    await expectRefused(/cannot write \/etc\/\S+: no space left on the device/);
    await bed.sh(
      `umount ${folder}; rm -r /srv/full; mkdir /srv/full /var/lib/rc-wait; ${fill('/var/lib/rc-wait')}`,
    );
    await expectRefused(
      /cannot write the journal in \/var\/lib\/rc-wait\/network: no space left on the device/,
    );
    await bed.sh('umount /var/lib/rc-wait');

    await bed.sh('mount --bind /etc /etc && mount -o remount,ro,bind /etc');
    await expectRefused(/cannot write \/etc\/\S+: the file system is read-only/);
    await bed.sh('umount /etc');

    await bed.sh(`mv ${path} /srv/elsewhere && ln -s /srv/elsewhere ${path}`);
    await expectRefused(new RegExp(`cannot write ${path}: it is a symbolic link`));
    await bed.sh(`rm ${path} && mv /srv/elsewhere ${path}`);

    // Between the plan and the write the timer is armed: that is when somebody edits the file.
    const meanwhile = `#!/bin/sh\\necho "# edited meanwhile" >>${path}\\nrm $0\\nexec /usr/bin/systemd-run "$@"\\n`;
    await bed.sh(`printf '${meanwhile}' >/usr/local/sbin/systemd-run; chmod +x /usr/local/sbin/systemd-run`);
    const files = await bed.files();
    const { exitCode, output } = await bed.apply();
    expect(output).toMatch(
      new RegExp(`cannot write ${path}: it has changed since it was read; run rc-wait again`),
    );
    expect(exitCode).toBe(73);
    expect(await bed.sh(`tail -n 1 ${path}`)).toBe('# edited meanwhile');
    await bed.sh(`sed -i '$d' ${path}`);
    expect(await bed.files()).toBe(files);

    await bed.sh(`chown 1234:5678 ${path} && chmod 640 ${path}`);
    const odd = await bed.files();
    expect(await bed.action()).toBe('changed');
    expect(await bed.sh(`stat -c '%u:%g %a' ${path}`)).toBe('1234:5678 640');
    await bed.untilDefaults([`${gateway} eth1`]);
    await bed.sh('rc-wait network rollback');
    expect(await bed.files()).toBe(odd);
  });
});
