import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { places } from './beds.ts';
import { expectUndone } from './undone.ts';

// Its time is up after two minutes at most, netplan's.
describe.concurrent.each(places)('$stack on $suite', (place) => {
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
