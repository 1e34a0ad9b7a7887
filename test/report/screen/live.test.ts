import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLive } from '../../../src/report/screen/live.ts';
import { createTerminal } from '../terminal.ts';

const roomy = { columns: 80, rows: 24 };

/** A live block on a terminal that keeps its size. */
function liveOn(write: (text: string) => void, isShown?: () => boolean) {
  const live = createLive({ write, size: () => roomy, ...(isShown === undefined ? {} : { isShown }) });
  return { ...live, show: (lines: readonly string[]): void => live.draw(() => lines) };
}

describe('a live block', () => {
  it('is drawn again in its own place', () => {
    const { write, screen } = createTerminal();
    write('before\n');
    const live = liveOn(write);
    live.show(['DEPLOYING', '  waiting']);
    live.show(['DEPLOYED']);
    expect(screen()).toEqual(['before', 'DEPLOYED']);
  });

  it('writes nothing while nothing changes, and all of a change at once', () => {
    const { write, writes } = createTerminal();
    const live = liveOn(write);
    live.show(['one', 'two']);
    live.show(['one', 'two']);
    live.show(['one', 'three']);
    expect(writes).toHaveLength(2);
  });

  it('lets lines of the log stand above it', () => {
    const { write, screen } = createTerminal();
    const live = liveOn(write);
    live.show(['block']);
    live.above('rc-wait: a warning\n');
    live.show(['block']);
    expect(screen()).toEqual(['rc-wait: a warning', 'block']);
  });

  it('is not drawn in place of the lines that a person wrote while the process was stopped', () => {
    const { write, screen } = createTerminal();
    const live = liveOn(write);
    live.show(['DEPLOYING', '  waiting']);
    write('$ ls\n');
    live.forget();
    live.show(['DEPLOYING', '  waiting']);
    live.show(['DEPLOYED']);
    expect(screen()).toEqual(['DEPLOYING', '  waiting', '$ ls', 'DEPLOYED']);
  });

  it('is not there while it may not be shown', () => {
    const { write, writes, screen } = createTerminal();
    let isShown = false;
    const live = liveOn(write, () => isShown);
    live.show(['DEPLOYING']);
    live.end();
    expect(writes.join('')).toBe('');
    isShown = true;
    live.show(['DEPLOYED']);
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
        const live = liveOn(write);
        for (const one of steps) typeof one === 'string' ? live.above(`${one}\n`) : live.show(one);
        live.end();
        expect(screen()).toEqual(steps.filter((one) => typeof one === 'string'));
      }),
    );
  });

  it('writes nothing at its end where nothing was drawn', () => {
    const { write, writes } = createTerminal();
    liveOn(write).end();
    expect(writes.join('')).toBe('');
  });

  it('never takes the last row of the terminal', () => {
    const { write, screen } = createTerminal();
    const live = createLive({ write, size: () => ({ columns: 80, rows: 4 }) });
    live.draw(() => ['one', 'two', 'three', 'four', 'five']);
    expect(screen()).toEqual(['one', 'two', 'three']);
  });

  it('is rendered for the size that the terminal has now', () => {
    const { write, screen } = createTerminal();
    let size = roomy;
    const live = createLive({ write, size: () => size });
    const draw = (): void => live.draw(({ columns, rows }) => [`${columns} × ${rows}`]);
    draw();
    size = { columns: 40, rows: 15 };
    draw();
    expect(screen()).toEqual(['40 × 15']);
  });

  it('leaves its last words in its place', () => {
    const { write, screen } = createTerminal();
    const live = liveOn(write);
    live.show(['DEPLOYING', '  waiting']);
    live.end(() => ['  COMPLETED  Update access']);
    expect(screen()).toEqual(['  COMPLETED  Update access']);
  });
});
