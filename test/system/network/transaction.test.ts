import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bed, beds, gateway } from './bed.ts';

const wished = [`${gateway} eth1`];
const stacks = Object.keys(beds) as (keyof typeof beds)[];
const program = '/srv/change.mjs';
let text: string;

/** The program of the unit tests that gets SIGKILL at one of its steps, in one file for the server's own Node. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-change-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'change.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../network/kill/change.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  text = readFileSync(outfile, 'utf8');
});

/** networkd asks for its leases anew after a reload: their routes are away for a moment. */
async function untilBack(bed: Bed, routes: readonly string[]): Promise<void> {
  const wanted = routes.toSorted().join();
  await bed.until(`the routes are ${wanted}`, async () => (await bed.defaults()).sort().join() === wanted);
}

describe.each(stacks)('on a real %s', (stack) => {
  it('SIGKILL at every step: the old files and routes or the new ones, after the next start', async ({
    annotate,
  }) => {
    await using bed = await Bed.boot(stack);
    await bed.write({ [program]: text });
    const change = (number: number) =>
      bed.exec('/usr/lib/rc-wait/lib/node', program, 'apply', '/', String(number));
    const [files, routes] = [await bed.files(), await bed.defaults()];
    const { stdout, output, exitCode } = await change(0);
    expect(exitCode, output).toBe(0);
    const steps = stdout.split('\n');
    const changed = await bed.files();
    expect(await bed.defaults()).toEqual(wished);

    const seen: string[] = [];
    for (const [index, step] of steps.entries()) {
      await bed.sh('rc-wait network rollback');
      expect(await bed.files()).toBe(files);
      await untilBack(bed, routes);
      expect((await change(index + 1)).exitCode, step).toBe(137);
      await bed.sh('rc-wait network recover');
      const isCommitted = index >= steps.indexOf('committed');
      expect(await bed.files(), step).toBe(isCommitted ? changed : files);
      if (isCommitted) expect(await bed.defaults(), step).toEqual(wished);
      else await untilBack(bed, routes);
      seen.push(step);
      // The next round begins with a rollback of a change that stands.
      if (isCommitted) continue;
      const again = await change(0);
      expect(again.exitCode, again.output).toBe(0);
    }
    await annotate(`${stack}: killed at ${seen.join(', ')}`);
  });

  it('with no help but the timer: the old files and routes are back', async () => {
    await using bed = await Bed.boot(stack);
    await bed.write({ [program]: text });
    const [files, routes] = [await bed.files(), await bed.defaults()];
    const { stdout } = await bed.exec('/usr/lib/rc-wait/lib/node', program, 'apply', '/', '7');
    expect(stdout.split('\n')).toHaveLength(7);
    expect(await bed.files()).not.toBe(files);
    // Its time would be some minutes: it goes off now.
    expect(await bed.sh('systemctl show -P Triggers rc-wait-network-recover.timer')).toBe(
      'rc-wait-network-recover.service',
    );
    await bed.sh('systemctl start rc-wait-network-recover.service');
    await bed.until('the files are back', async () => (await bed.files()) === files);
    await untilBack(bed, routes);
  });

  it('a gateway that does not answer: exit 73, files and routes are what they were', async () => {
    await using bed = await Bed.boot(stack);
    const [files, routes] = [await bed.files(), await bed.defaults()];
    const { exitCode, output } = await bed.apply('10.208.0.77');
    expect(output).toMatch(/expected 10\.208\.0\.77 to answer on eth1 \(ARP\) within 8 s, but saw: /);
    expect(exitCode).toBe(73);
    expect(await bed.files()).toBe(files);
    await untilBack(bed, routes);
  });

  it('what the guest agent drops is found, and put back by the timer unit', async () => {
    await using bed = await Bed.boot(stack);
    const files = await bed.files();
    const written = Object.keys(bed.setup.files).join(' ');
    await bed.sh(`tar -cPf /srv/written.tar ${written}`);
    await bed.apply();
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
