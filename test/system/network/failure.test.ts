import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { matrix, type Place } from './beds.ts';

/** What a bed was like before a change that is to fail. */
async function stateOf(bed: Bed): Promise<{ files: string; routes: string[] }> {
  return { files: await bed.files(), routes: await bed.defaults() };
}

/** Applies a change, which ends with 73 for the reason that it says; files and routes are what they were. */
async function expectUndone(bed: Bed, says: RegExp, ...flags: string[]): Promise<void> {
  const before = await stateOf(bed);
  const { exitCode, output } = await bed.apply(...flags);
  expect(output).toMatch(says);
  expect(output).toMatch(/; what was there before is back/);
  expect(exitCode).toBe(73);
  expect(await bed.files()).toBe(before.files);
  await bed.untilDefaults(before.routes);
}

/** One bed for each tool that could hang. netplan's limit is the longest, two minutes: they come first. */
const hanging: readonly Place[] = [
  { stack: 'netplan', suite: 'bookworm' },
  { stack: 'networkd', suite: 'trixie' },
  { stack: 'networkmanager', suite: 'bookworm' },
  { stack: 'ifupdown', suite: 'bullseye' },
];

describe.concurrent.each(hanging)('$stack on $suite', (place) => {
  it('a tool that hangs is killed when its time is up, with its children, and all is put back', async ({
    annotate,
  }) => {
    await using bed = await Bed.boot(place);
    await bed.sabotage('hang');
    const startedMs = performance.now();
    await expectUndone(bed, new RegExp(`failed \\(killed after ${bed.setup.reload[2]} s\\)`));
    await annotate(
      `all was back ${Math.round((performance.now() - startedMs) / 1000)} s after the beginning`,
    );
    expect((await bed.exec('pgrep', '-f', 'sleep 86399')).stdout).toBe('');
  });
});

describe.concurrent.each(matrix)(
  '$stack on $suite: exit 73, files and routes are what they were',
  (place) => {
    it('after a gateway that does not answer, a tool that fails half-way, and files that the stack refuses', async () => {
      await using bed = await Bed.boot(place);
      const silent = /expected 10\.208\.0\.77 to answer on eth1 \(ARP\) within 8 s, but saw: /;
      await expectUndone(bed, silent, '--gateway', '10.208.0.77');

      await bed.sabotage('fail');
      await expectUndone(bed, /out of luck/);

      const [line, says] = bed.setup.bad;
      await bed.sh(line);
      const [files, routes] = [await bed.files(), await bed.sh('ip -4 route')];
      await bed.reloads();
      const { exitCode, output } = await bed.apply();
      expect(output).toMatch(says);
      expect(exitCode).toBe(73);
      expect(await bed.files()).toBe(files);
      // Here the network was never touched.
      expect(await bed.reloads()).toEqual([]);
      expect(await bed.sh('ip -4 route')).toBe(routes);
    });

    it('when the API cannot be reached any more', async () => {
      await using bed = await Bed.boot(place);
      const url = await bed.serveApi('byPublic');
      const says = /expected the RackConnect API to answer within 30 s, but saw: /;
      await expectUndone(bed, says, '--api-url', url);
      // And it is reached again.
      await bed.sh(`rc-wait status --api-url ${url}`);
    });
  },
);
