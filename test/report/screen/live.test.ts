import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLive } from '../../../src/report/screen/live.ts';
import { createTerminal } from '../terminal.ts';

describe('a live block', () => {
  it('is drawn again in its own place', () => {
    const { write, screen } = createTerminal();
    write('before\n');
    const live = createLive(write);
    live.draw(['DEPLOYING', '  waiting']);
    live.draw(['DEPLOYED']);
    expect(screen()).toEqual(['before', 'DEPLOYED']);
  });

  it('writes nothing while nothing changes, and all of a change at once', () => {
    const { write, writes } = createTerminal();
    const live = createLive(write);
    live.draw(['one', 'two']);
    live.draw(['one', 'two']);
    live.draw(['one', 'three']);
    expect(writes).toHaveLength(2);
  });

  it('lets lines of the log stand above it', () => {
    const { write, screen } = createTerminal();
    const live = createLive(write);
    live.draw(['block']);
    live.above('rc-wait: a warning\n');
    live.draw(['block']);
    expect(screen()).toEqual(['rc-wait: a warning', 'block']);
  });

  it('is not drawn in place of the lines that a person wrote while the process was stopped', () => {
    const { write, screen } = createTerminal();
    const live = createLive(write);
    live.draw(['DEPLOYING', '  waiting']);
    write('$ ls\n');
    live.forget();
    live.draw(['DEPLOYING', '  waiting']);
    live.draw(['DEPLOYED']);
    expect(screen()).toEqual(['DEPLOYING', '  waiting', '$ ls', 'DEPLOYED']);
  });

  it('is not there while it may not be shown', () => {
    const { write, writes, screen } = createTerminal();
    let isShown = false;
    const live = createLive(write, () => isShown);
    live.draw(['DEPLOYING']);
    live.end();
    expect(writes.join('')).toBe('');
    isShown = true;
    live.draw(['DEPLOYED']);
    expect(screen()).toEqual(['DEPLOYED']);
  });

  it('leaves nothing but what was said, whatever was drawn', () => {
    const step = fc.oneof(
      fc.array(fc.stringMatching(/^[a-z ]{0,20}$/), { maxLength: 6 }),
      fc.stringMatching(/^[a-z]{1,20}$/),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { write, screen } = createTerminal();
        const live = createLive(write);
        for (const one of steps) typeof one === 'string' ? live.above(`${one}\n`) : live.draw(one);
        live.end();
        expect(screen()).toEqual(steps.filter((one) => typeof one === 'string'));
      }),
    );
  });

  it('writes nothing at its end where nothing was drawn', () => {
    const { write, writes } = createTerminal();
    createLive(write).end();
    expect(writes.join('')).toBe('');
  });
});
