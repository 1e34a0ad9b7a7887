import { describe, expect, it } from 'vitest';
import { Bed, beds, gateway } from './bed.ts';

const wished = [`${gateway} eth1`];
const stacks = Object.keys(beds) as (keyof typeof beds)[];

describe.each(stacks)('on a real %s', (stack) => {
  it('one default route is left: in the kernel, after a restart of the network, and after a reboot', async ({
    annotate,
  }) => {
    await using bed = await Bed.boot(stack);
    const before = await bed.defaults();
    expect(before.length).toBeGreaterThan(0);
    expect(before).not.toContain(wished[0]);

    const started = performance.now();
    expect(await bed.action()).toBe('changed');
    await annotate(
      `${stack}: applied in ${Math.round(performance.now() - started)} ms; default routes before: ${before.join(', ')}`,
    );
    expect(await bed.defaults()).toEqual(wished);
    const routes = await bed.sh('ip -4 route');
    expect(routes).toContain(`10.176.0.0/12 via ${gateway} dev eth1`);
    expect(routes).toContain(`10.208.0.0/12 via ${gateway} dev eth1`);
    // networkd lets the lease go and asks anew: the address is back a moment later, without a default route.
    await bed.until('eth2 has its address', async () =>
      (await bed.sh('ip -4 address show dev eth2')).includes('192.0.2.'),
    );
    expect(await bed.defaults()).toEqual(wished);

    const files = await bed.inodes();
    expect(await bed.action()).toBe('unchanged');
    expect(await bed.inodes()).toBe(files);

    await bed.sh(bed.setup.restart);
    await bed.untilUp();
    await bed.until('the gateway is back', async () => (await bed.defaults()).includes(wished[0] ?? ''));
    expect(await bed.defaults()).toEqual(wished);

    await bed.reboot();
    await bed.until('the gateway is back', async () => (await bed.defaults()).includes(wished[0] ?? ''));
    expect(await bed.defaults()).toEqual(wished);
    expect(await bed.action()).toBe('unchanged');
  });

  it('another gateway takes the place of the first, and two at once do the work once', async () => {
    await using bed = await Bed.boot(stack);
    const actions = await Promise.all([bed.action(), bed.action(), bed.action()]);
    expect(actions.sort()).toEqual(['changed', 'unchanged', 'unchanged']);
    expect(await bed.action('10.208.0.9')).toBe('changed');
    expect(await bed.defaults()).toEqual(['10.208.0.9 eth1']);
  });

  it('a kernel that has lost the route gets it back, with no file written', async () => {
    await using bed = await Bed.boot(stack);
    await bed.action();
    const files = await bed.files();
    await bed.sh('ip -4 route del default');
    expect(await bed.action()).toBe('changed');
    expect(await bed.defaults()).toEqual(wished);
    expect(await bed.files()).toBe(files);
  });

  it('a tool that fails half-way: exit 73, files and route are what they were', async () => {
    await using bed = await Bed.boot(stack);
    const [files, routes] = [await bed.files(), await bed.defaults()];
    // The first change fails after it has done harm; what comes later is the tool itself.
    const [tool, verb] = bed.setup.reload;
    await bed.sh(`cat >/usr/local/sbin/${tool} <<'END'
#!/bin/sh
case " $* " in
*" ${verb} "*)
  if [ ! -e /run/failed ]; then
    touch /run/failed
    /sbin/ip -4 route flush default
    echo "out of luck" >&2
    exit 1
  fi
  ;;
esac
exec $(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v ${tool}) "$@"
END
chmod +x /usr/local/sbin/${tool}`);
    const { exitCode, output } = await bed.apply();
    expect(output).toMatch(/out of luck; what was there before is back/);
    expect(exitCode).toBe(73);
    expect(await bed.files()).toBe(files);
    expect(await bed.defaults()).toEqual(routes);
  });

  it('files that the stack refuses: exit 73, and the network is never touched', async () => {
    await using bed = await Bed.boot(stack);
    const [line, says] = bed.setup.bad;
    await bed.sh(line);
    const [files, routes] = [await bed.files(), await bed.sh('ip -4 route')];
    const { exitCode, output } = await bed.apply();
    expect(output).toMatch(says);
    expect(exitCode).toBe(73);
    expect(await bed.files()).toBe(files);
    expect(await bed.sh('ip -4 route')).toBe(routes);
  });
});
