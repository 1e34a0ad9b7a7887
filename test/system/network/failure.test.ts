import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { places } from './beds.ts';
import { expectUndone } from './undone.ts';

describe.concurrent.each(places)(
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
