import { describe, expect, it } from 'vitest';
import { done, hostileAnswer, simulator } from '../cli/harness.ts';
import { createTerminal } from '../report/terminal.ts';
import { main, node, type Program, startProgram } from './program.ts';

const { play } = await simulator();

/** Long enough for one answer on a machine that is busy. */
const enough = '8s';

/** rc-wait on a terminal of its own, by script(1); its size is set by stty(1). */
function onTerminal(args: readonly string[], size = 'cols 70 rows 24'): Program {
  const words = [node, main, ...args].map((word) => `'${word}'`).join(' ');
  return startProgram(
    ['script', '--quiet', '--flush', '--return', '--command', `stty ${size}; exec ${words}`, '/dev/null'],
    {
      TERM: 'xterm',
      // What is shown and where is looked at here; colours have their own tests.
      NO_COLOR: '1',
    },
  );
}

/** What a person sees in the end: the terminal puts a carriage return before each line feed. */
function screenAfter(out: string): readonly string[] {
  const terminal = createTerminal();
  terminal.write(out.replaceAll('\r\n', '\n'));
  return terminal.screen();
}

describe.concurrent('on a terminal', () => {
  it('the block shows what goes on; when the result is there the tasks with their times stay of it', async () => {
    const server = play({ deployedAfter: 'never', tasks: [{ name: 'Update access', endsAfter: 'never' }] });
    const program = onTerminal(['wait', '--network', 'off', ...server.flags]);
    await program.saw(/IN_PROGRESS {2}Update access/);
    server.set({ outcome: 'DEPLOYED', now: true });
    const { exit, out } = await program.ended;
    expect(exit).toBe(0);
    expect(out).toMatch(/RackConnect: DEPLOYING {3}waited .* of 1 h/);
    expect(out).toMatch(/waiting for: task "Update access" is IN_PROGRESS/);
    expect(out).toMatch(/next request: .* \(\d sent\)/);
    expect(screenAfter(out)).toEqual([
      expect.stringMatching(/^ {2}\S+ +Update access, (took|for) /),
      expect.stringMatching(/^DEPLOYED after /),
      expect.stringMatching(/^\d requests?$/),
    ]);
  });

  it('the block is gone after the deadline too', async () => {
    const program = onTerminal([
      'wait',
      '--network',
      'off',
      '--timeout',
      enough,
      ...play({ deployedAfter: 'never' }).flags,
    ]);
    const { exit, out } = await program.ended;
    expect(exit).toBe(124);
    expect(screenAfter(out)).toEqual([
      // The tasks; a long name goes on below.
      ...screenAfter(out).filter((line) => /^ {2}(?:[A-Z_]+| +) +\S/.test(line)),
      expect.stringMatching(/^the deadline passed after 8 s: /),
      expect.stringMatching(/^\d+ requests?$/),
    ]);
  });

  it('no control character of the API gets through', async () => {
    const program = onTerminal(['wait', '--timeout', enough, ...play({ faults: [hostileAnswer] }).flags]);
    const { out } = await program.ended;
    expect(out).toContain('PENDING      [2J DEPLOYED');
    expect(out).not.toContain('\u001b[2J');
    expect(out).not.toContain('\u202e');
  });

  it.concurrent.each(['cols 40 rows 24', 'cols 0 rows 0'])('no line is wider than it (%s)', async (size) => {
    const long = {
      name: 'A task with a name that is a good deal longer than the terminal is wide',
      endsAfter: 'never',
    };
    const server = play({ deployedAfter: 'never', tasks: [long] });
    const { out } = await onTerminal(['wait', '--network', 'off', '--timeout', enough, ...server.flags], size)
      .ended;
    expect(out).toContain('IN_PROGRESS  A task wi');
    const lines = out
      .split('\n')
      .filter((line) => line.includes('A task wi') && line.startsWith('  IN_PROGRESS'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line.trimEnd().length).toBeLessThan(size === 'cols 40 rows 24' ? 40 : 86);
  });

  it('a dumb one is shown plain lines', async () => {
    const words = [node, main, 'wait', '--network', 'off', ...play(done).flags]
      .map((word) => `'${word}'`)
      .join(' ');
    const program = startProgram(['script', '--quiet', '--return', '--command', words, '/dev/null'], {
      TERM: 'dumb',
    });
    const { exit, out } = await program.ended;
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^rc-wait: waiting for RackConnect; waited .*\r\nrc-wait: DEPLOYED; waited .*\r\nDEPLOYED already /,
    );
  });
});

describe.concurrent('Ctrl-Z', () => {
  const mine = Array.from({ length: 9 }, (_, index) => `a line of the person ${index}`);

  /**
   * rc-wait as a job of bash on a terminal of its own; when it is stopped bash writes the person's lines, and runs
   * `then`. Typed into by `child.stdin`.
   */
  function asJob(args: readonly string[], then: string): Program {
    const words = [node, main, ...args].map((word) => `"${word}"`).join(' ');
    const lines = mine.map((line) => `echo "${line}"`).join('; ');
    const script = `set -m; stty cols 70 rows 50; ${words}; ${lines}; ${then}`;
    return startProgram(
      ['script', '--quiet', '--flush', '--return', '--command', `exec bash -c '${script}'`, '/dev/null'],
      { TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/bash' },
      'pipe',
    );
  }

  it.concurrent.each([
    ['and fg', 'fg'],
    ['and fg after a while', 'sleep 3; fg'],
    ['and bg, and fg', 'bg; sleep 3; fg'],
  ])(
    '%s leave every line that the person wrote meanwhile',
    async (_, then) => {
      const server = play({ deployedAfter: 'never', tasks: [{ name: 'Update access', endsAfter: 'never' }] });
      const program = asJob(['wait', '--network', 'off', ...server.flags], then);
      await program.saw(/IN_PROGRESS {2}Update access/);
      program.child.stdin?.write('\u001a');
      await program.saw(/a line of the person 8[\s\S]*IN_PROGRESS {2}Update access/);
      server.set({ outcome: 'DEPLOYED', now: true });
      const { out } = await program.ended;
      const screen = screenAfter(out.replaceAll('^Z', ''));
      expect(screen.filter((line) => line.startsWith('a line of the person'))).toEqual(mine);
      expect(screen.filter((line) => line.startsWith('RackConnect:'))).toEqual([]);
      expect(screen.at(-2)).toMatch(/^DEPLOYED after /);
    },
    120_000,
  );
});

describe.concurrent('a pipe that is closed early', () => {
  it('is no error', async () => {
    const flags = play(done).flags.join(' ');
    const script = `"${node}" "${main}" details ${flags} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    expect(await startProgram(['bash', '-c', script]).ended).toEqual({
      exit: 0,
      out: 'DEPLOYED\n0\n',
      err: '',
    });
  });

  it('does not keep a wait from its end', async () => {
    const server = play({ ...done, outcome: 'FAILED' });
    const script = `"${node}" "${main}" wait --network off ${server.flags.join(' ')} 2>&1 | true; echo "\${PIPESTATUS[0]}"`;
    expect(await startProgram(['bash', '-c', script]).ended).toMatchObject({ exit: 0, out: '1\n' });
  });
});
